"""Rows of one kind in which an account takes part: calls to and by it, payments by and to it, its logins, media, groups.

What police did with it (`police.py`) is left out; it stands in its conversations and on the page of their authority.
What was found several times is one row: of its copies (one end's telephone names only the other), the first that names the
account.
"""

from __future__ import annotations

from typing import Final

from safelight.access.cursor import Cursor, decode
from safelight.access.police import without_police
from safelight.access.reading import Reading
from safelight.access.timeline_events import EVENTS
from safelight.access.timeline_rows import EventPage, columns_of, completed
from safelight.catalog.copies import no_copy

#: SQL: the account takes part. Messages that it received are in their conversations.
_PART: Final = {
    "message": "sender_id = $id",
    "call": "(caller_id = $id or list_contains(participants_id, $id))",
    "transfer": "(sender_id = $id or receiver_id = $id)",
    "media": "account_id = $id",
    "login": "account_id = $id",
    "membership": "account_id = $id",
    "location": "account_id = $id",
}
KINDS: Final = tuple(_PART)
_ORDER = "account"
#: Those whose zone is not known come behind all others, by their wall clock; those without a date last.
_UNZONED, _UNDATED = 2**60, 2**62


def count_of(reading: Reading, account: str, kind: str) -> int:
    """How many rows there are, each distinct one once."""
    if not reading.snapshot.rows(EVENTS[kind].table):
        return 0
    db = without_police(reading.db, reading.ledger)
    row = db.execute(f"select count(*) from {_rows(reading, kind)}", {"id": account}).fetchone()
    return int(row[0]) if row else 0


def of_kind(
    reading: Reading, account: str, kind: str, after: str | None = None, count: int = 100
) -> EventPage:
    """Rows by time, those without one last. Raises Refused on a cursor of another list."""
    if not reading.snapshot.rows(EVENTS[kind].table):
        return EventPage([], None, None)
    one = EVENTS[kind]
    values: dict[str, str | int | None] = {"id": account}
    behind = "true"
    if after is not None:
        at = decode(after, _ORDER, 2).values
        behind = "(sorted, id) > ($sorted, $row)"
        values |= {"sorted": at[0], "row": at[1]}
    result = without_police(reading.db, reading.ledger).execute(
        f"""select * from (
                select '{kind}' as kind, {one.us} as us,
                       coalesce({one.us}, {_UNZONED} + {one.wall}, {_UNDATED}) as sorted, {one.network} as network,
                       {one.account} as account, {one.conversation} as conversation, exhibit, {one.state} as state,
                       {one.id} as id{columns_of(kind)}
                from {_rows(reading, kind)})
            where {behind} order by sorted, id limit {count + 1}""",
        values,
    )
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    page = completed(reading, rows[:count])
    reading.show(event.id for event in page)
    last = rows[count - 1] if len(rows) > count else None
    return EventPage(page, None, Cursor(_ORDER, (last["sorted"], last["id"])).encode() if last else None)


def _rows(reading: Reading, kind: str) -> str:
    """SQL of the rows in which the account takes part; of copies the one that stands for all, if it names it too."""
    one = EVENTS[kind]
    if not one.same or not reading.snapshot.rows(one.same):
        return f"{one.table} where {_PART[kind]}"
    if kind == "message":  # all copies have one sender
        return f"{one.table} where {_PART[kind]} and {no_copy(one.same)}"
    return f"""(
        select t.* from {one.table} t left join {one.same} s using (trace_id) where {_PART[kind]}
        qualify row_number() over (
            partition by coalesce(s.distinct_id, t.trace_id) order by s.distinct_id is distinct from t.trace_id, t.trace_id
        ) = 1)"""
