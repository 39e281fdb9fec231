"""Rows of one kind in which an account takes part: calls to and by it, payments by and to it, its logins, media, groups."""

from __future__ import annotations

from typing import Final

from safelight.access.cursor import Cursor, decode
from safelight.access.reading import Reading
from safelight.access.timeline_events import EVENTS
from safelight.access.timeline_rows import EventPage, columns_of, completed

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
    """How many rows there are."""
    if not reading.snapshot.rows(EVENTS[kind].table):
        return 0
    row = reading.db.execute(
        f"select count(*) from {EVENTS[kind].table} where {_where(reading, kind)}", {"id": account}
    ).fetchone()
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
    result = reading.db.execute(
        f"""select * from (
                select '{kind}' as kind, {one.us} as us,
                       coalesce({one.us}, {_UNZONED} + {one.wall}, {_UNDATED}) as sorted, {one.network} as network,
                       {one.account} as account, {one.conversation} as conversation, exhibit, {one.state} as state,
                       {one.id} as id{columns_of(kind)}
                from {one.table} where {_where(reading, kind)})
            where {behind} order by sorted, id limit {count + 1}""",
        values,
    )
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    page = completed(reading, rows[:count])
    reading.show(event.id for event in page)
    last = rows[count - 1] if len(rows) > count else None
    return EventPage(page, None, Cursor(_ORDER, (last["sorted"], last["id"])).encode() if last else None)


def _where(reading: Reading, kind: str) -> str:
    if kind == "message" and reading.snapshot.rows("same_messages"):
        return f"{_PART[kind]} and trace_id not in (select trace_id from same_messages where trace_id <> distinct_id)"
    return _PART[kind]
