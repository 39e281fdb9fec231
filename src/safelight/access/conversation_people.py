"""Who writes in a conversation, most first: the order that gives names their colours on every page of it."""

from __future__ import annotations

from collections.abc import Sequence

from safelight.access.conversation_order import ConversationOrder
from safelight.access.reading import Reading


def people(reading: Reading, order: ConversationOrder) -> Sequence[str]:
    """Ids of the accounts that sent something, by the number of messages; computed once a snapshot."""
    found: Sequence[str] = reading.memo.get(
        ("conversation people", order.group),
        lambda: [
            row[0]
            for row in reading.db.execute(
                """select sender_id, count(*) from messages
                   where conversation_id = any($ids) and sender_id is not null group by 1 order by 2 desc, 1""",
                {"ids": list(order.conversations)},
            ).fetchall()
        ],
    )
    return found
