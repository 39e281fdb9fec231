"""Rows of the timeline: the events of a span in the order of their time, with who and what, paged by keys.

The counts of the whole say how far one must read for a page, so that only the row groups of those hours are opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from safelight.access.account_names import name_then, names_of
from safelight.access.cursor import Cursor, decode
from safelight.access.reading import Reading
from safelight.access.timeline import COUNTED, SCOPES, Facets, chosen, condition, slack, whole
from safelight.access.timeline_bars import FIRST, LAST
from safelight.access.timeline_events import EVENTS, FILE_KINDS, Span, relation

#: Rows of one page at most.
PAGE = 200
_ORDER = "timeline"
#: Stands for a wall clock that is not known either: those rows come last.
_DATELESS = 2**62


@dataclass(frozen=True, slots=True)
class Event:
    """One row. `us` is its time for comparison, None where no zone or no date is known; `stated` is then what stands in
    the item. `who` is the name as it was then; `what` holds the columns that its kind shows."""

    kind: str
    us: int | None
    network: str
    account: str | None
    who: str
    conversation: str | None
    exhibit: str
    """Number of the exhibit."""
    state: str
    id: str
    item_id: str
    copies: int
    """In how many places it was found."""
    what: Mapping[str, Any] = field(default_factory=dict)
    stated: str = ""


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of rows, and the cursors of the pages before and after it."""

    rows: list[Event]
    before: str | None
    after: str | None


#: What is shown of each kind, beside the columns that all have.
_SHOWN = {
    "message": "sender_name as name, sender as native, recipients_id, text, subject, kind as sort, attachments",
    "call": "null as name, caller as native, participants_id as recipients_id, kind as sort, duration, answered",
    "transfer": "sender_name as name, sender as native, receiver_name, receiver, receiver_id, amount, currency, reference",
    "media": "null as name, account as native, name as file, mime as sort, size",
    "login": "null as name, account as native, ip, port, host, what as sort",
    "membership": "null as name, account as native, action as sort, role, reason",
    "location": "null as name, account as native, latitude, longitude, name as place_name, what as sort",
    **dict.fromkeys(FILE_KINDS, "path, size"),
}


def events(
    reading: Reading,
    facets: Facets,
    begin: int,
    end: int,
    after: str | None = None,
    before: str | None = None,
    count: int = PAGE,
) -> EventPage:
    """Events from `begin` to before `end`, the oldest first: behind the cursor `after`, or those just before the cursor
    `before`. Raises Refused on a cursor of another list."""
    cursor = after or before
    at = None if cursor is None else decode(cursor, _ORDER, 3).values
    backward = before is not None and after is None
    low, high = max(begin, FIRST), min(end, LAST)
    if at is not None and isinstance(at[0], int):
        low, high = (low, min(high, at[0] + 1)) if backward else (max(low, at[0]), high)
    low, high = _narrowed(reading, facets, low, high, count, backward)
    behind, values = _behind(at, backward)
    found = _read(
        reading, facets, _kinds(reading, facets, low, high), Span(low, high, slack(reading)), behind, values, count + 1,
        backward,
    )  # fmt: skip
    more = len(found) > count
    found = sorted(found[:count], key=lambda one: (one.us or 0, one.id, one.kind))
    reading.show(one.id for one in found)
    return EventPage(
        found,
        _cursor(found[0]) if found and (more if backward else at is not None) else None,
        _cursor(found[-1]) if found and (more or backward) else None,
    )


def untimed(reading: Reading, facets: Facets, after: str | None = None, count: int = PAGE) -> EventPage:
    """Events without a time that can be compared, by their wall clock, those without a date last.

    Raises Refused on a cursor of another list.
    """
    at = None if after is None else decode(after, _ORDER, 3).values
    where, values = condition(reading, facets, (*SCOPES, *COUNTED))
    behind = "true"
    if at is not None:
        behind = f"(coalesce(wall, {_DATELESS}), id, kind) > ($_at_wall, $_at_id, $_at_kind)"
        values |= {"_at_wall": at[0], "_at_id": at[1], "_at_kind": at[2]}
    kinds = [str(one) for one in facets.get("kind", ())]
    rows = relation(reading.snapshot, kinds, exhibits=chosen(reading, facets))
    places = reading.db.execute(
        f"""select kind, id, coalesce(wall, {_DATELESS}) from ({rows})
            where us is null and {where} and {behind}
            order by coalesce(wall, {_DATELESS}), id, kind limit {count + 1}""",
        values,
    ).fetchall()
    ids = ", ".join("'" + id_.replace("'", "''") + "'" for _kind, id_, _wall in places)
    asked = sorted({kind for kind, _id, _wall in places})
    # A file has one id and several times: more rows than places have these ids, and none may be cut before its own is found.
    most = len(places) * len(asked)
    found = _read(reading, facets, asked, None, f"us is null and id in ({ids})", {}, most, False)
    by_place = {(one.kind, one.id): one for one in found}
    page = [by_place[kind, id_] for kind, id_, _wall in places[:count]]
    reading.show(one.id for one in page)
    last = places[count - 1] if len(places) > count else None
    return EventPage(page, None, Cursor(_ORDER, (last[2], last[1], last[0])).encode() if last else None)


def _cursor(event: Event) -> str:
    return Cursor(_ORDER, (event.us, event.id, event.kind)).encode()


def _narrowed(
    reading: Reading, facets: Facets, low: int, high: int, count: int, backward: bool
) -> tuple[int, int]:
    """The part of the span that surely holds the page."""
    counted = whole(reading, facets)
    unit = counted.unit
    if backward:
        last = int(np.searchsorted(counted.slots, high // unit))  # slots before that of `high` are whole
        behind = np.cumsum(counted.counts[:last][::-1])
        place = int(np.searchsorted(behind, count + 1))
        return (max(low, int(counted.slots[last - 1 - place]) * unit) if place < last else low), high
    first = int(np.searchsorted(counted.slots, low // unit, side="right"))
    ahead = np.cumsum(counted.counts[first:])
    place = int(np.searchsorted(ahead, count + 1))
    return low, min(high, (int(counted.slots[first + place]) + 1) * unit) if place < len(ahead) else high


def _kinds(reading: Reading, facets: Facets, low: int, high: int) -> list[str]:
    """The kinds that have matching events in a span: the others' tables need not be opened."""
    counted = whole(reading, facets)
    first, last = np.searchsorted(counted.slots, [low // counted.unit, high // counted.unit + 1])
    names = list(EVENTS)
    return [names[number] for number in np.unique(counted.kinds[first:last])]


def _behind(at: Sequence[Any] | None, backward: bool) -> tuple[str, dict[str, Any]]:
    """SQL: behind (or before) the row of a cursor."""
    if at is None:
        return "true", {}
    sign = "<" if backward else ">"
    return f"(us, id, kind) {sign} ($_at_us, $_at_id, $_at_kind)", {
        "_at_us": at[0],
        "_at_id": at[1],
        "_at_kind": at[2],
    }


def _read(
    reading: Reading,
    facets: Facets,
    kinds: Sequence[str],
    span: Span | None,
    matching: str,
    more: dict[str, Any],
    count: int,
    backward: bool,
) -> list[Event]:
    """The first rows of each kind, together in their order."""
    where, values = condition(reading, facets, (*SCOPES, *COUNTED))
    direction = "desc" if backward else "asc"
    rows: list[dict[str, Any]] = []
    for kind in kinds:
        kept = relation(reading.snapshot, [kind], span, columns_of(kind), exhibits=chosen(reading, facets))
        result = reading.db.execute(
            f"""select * from ({kept}) where {where} and {matching}
                order by us {direction}, id {direction} limit {count}""",
            values | more,
        )
        names = [column[0] for column in result.description]
        rows += [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    rows.sort(key=lambda row: (row["us"] or 0, row["id"], row["kind"]), reverse=backward)
    return completed(reading, rows[:count])


def columns_of(kind: str) -> str:
    """SQL of what is shown of a kind: item, time as it is stated, and the kind's own columns; it begins with a comma."""
    found = (
        f"strftime({time}.wall, '%Y-%m-%d %H:%M:%S'), nullif({time}.text, '')" for time in EVENTS[kind].times
    )
    return f", item_id, coalesce({', '.join(found)}) as stated, {_SHOWN[kind]}"


def completed(reading: Reading, rows: Sequence[dict[str, Any]]) -> list[Event]:
    """Rows with names, copies and numbers."""
    copies = {
        id_: n
        for kind in {row["kind"] for row in rows}
        for id_, n in _copies(reading, EVENTS[kind].same, [row["id"] for row in rows if row["kind"] == kind])
    }
    accounts = [
        one
        for row in rows
        for one in (row["account"], row.get("receiver_id"), *(row.get("recipients_id") or ()))
    ]
    names = names_of(reading, accounts)
    numbers = {key: number for number, key in reading.numbers.items()}
    found = []
    for row in rows:
        us, account = row["us"], row["account"]
        named = row.get("name") or name_then(names.get(account or "", ()), us) or row.get("native") or ""
        to = [(one, name_then(names.get(one, ()), us)) for one in row.get("recipients_id") or ()]
        found.append(
            Event(
                kind=row["kind"],
                us=us,
                network=row["network"] or "",
                account=account,
                who=named,
                conversation=row["conversation"],
                exhibit=numbers.get(row["exhibit"], row["exhibit"] or ""),
                state=row["state"] or "",
                id=row["id"],
                item_id=row["item_id"],
                copies=copies.get(row["id"], 1),
                what=row | {"to": to},
                stated=row["stated"] or "",
            )
        )
    return found


def _copies(reading: Reading, same: str, ids: Sequence[str]) -> list[tuple[str, int]]:
    """Of those among these that were found several times, how often; a row may be any of the copies."""
    if not same or not ids or not reading.snapshot.rows(same):
        return []
    return reading.db.execute(
        f"""select a.trace_id, count(*) from {same} a join {same} b using (distinct_id)
            where a.trace_id = any($ids) group by 1""",
        {"ids": list(ids)},
    ).fetchall()
