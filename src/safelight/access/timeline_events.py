"""Everything that has a time, as one relation of events: messages (each distinct one once), calls, transfers, logins, and
the times of files.

Columns: `kind`, `us` (microseconds UTC for comparison; null where no zone is known), `network`, `account`, `conversation`,
`exhibit`, `state`, `id` (trace or item).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from safelight.catalog.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class _Kind:
    table: str
    time: str
    account: str
    conversation: str = "conversation_id"
    where: str = "true"
    id: str = "trace_id"
    network: str = "network"
    state: str = "state"
    form: str = "parser"


_FILE = {"id": "item_id", "network": "'file'", "account": "null", "conversation": "null", "form": "'files'"}

#: The kinds of events, in the order in which they are shown.
EVENTS: Final[dict[str, _Kind]] = {
    "message": _Kind(
        "messages",
        "coalesce(at_us(sent, exhibit, parser), at_us(received, exhibit, parser))",
        "sender_id",
        where="trace_id not in (select trace_id from same_messages where trace_id <> distinct_id)",
    ),
    "call": _Kind("calls", "at_us(started, exhibit, parser)", "caller_id"),
    "transfer": _Kind("transfers", "at_us(time, exhibit, parser)", "sender_id", conversation="null"),
    "media": _Kind("media_shares", 'at_us("at", exhibit, parser)', "account_id"),
    "login": _Kind("logins", 'at_us("at", exhibit, parser)', "account_id", conversation="null"),
    "membership": _Kind(
        "memberships", 'at_us("at", exhibit, parser)', "account_id", where="action <> 'member'"
    ),
    "location": _Kind("locations", 'at_us("at", exhibit, parser)', "account_id", conversation="null"),
    "created": _Kind(
        "items", "at_us(created, exhibit, 'files')", where="kind in ('file', 'stream')", **_FILE
    ),
    "modified": _Kind(
        "items", "at_us(modified, exhibit, 'files')", where="kind in ('file', 'stream')", **_FILE
    ),
    "accessed": _Kind(
        "items", "at_us(accessed, exhibit, 'files')", where="kind in ('file', 'stream')", **_FILE
    ),
}
#: Which of them are times of files.
FILE_KINDS: Final = ("created", "modified", "accessed")


def relation(snapshot: Snapshot, kinds: Collection[str] = ()) -> str:
    """SQL of the relation over the tables that have rows; all kinds if none is named."""
    parts = [
        f"select '{name}' as kind, {one.time} as us, {one.network} as network, {one.account} as account, "
        f"{one.conversation} as conversation, exhibit, {_state(one)} as state, {one.id} as id "
        f"from {one.table} where {one.where}"
        for name, one in EVENTS.items()
        if (name in kinds or not kinds) and snapshot.parts.get(one.table)
    ]
    empty = (
        "select null::varchar as kind, null::bigint as us, null::varchar as network, null::varchar as account, "
        "null::varchar as conversation, null::varchar as exhibit, null::varchar as state, null::varchar as id where false"
    )
    return " union all ".join(parts) or empty


def _state(kind: _Kind) -> str:
    """A file that is there counts as live, as in a search."""
    return (
        "case when state = 'allocated' then 'live' else 'deleted' end" if kind.table == "items" else "state"
    )
