"""The timeline: how many events when, by kind and facet, and the events of a span, in one pass over the times.

One grouped pass gives bars and facets together. Ten million events take about half a second of one core.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from safelight.access.reading import Reading
from safelight.access.timeline_events import EVENTS, relation

MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
#: Widths of bars (µs); beyond a day whole numbers of days, so that a bar begins at midnight UTC.
WIDTHS = (
    MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 91 * DAY, 365 * DAY,
)  # fmt: skip
#: Bars of one picture at most.
BARS = 240
#: Rows of one page at most.
PAGE = 200

#: Lists of wanted values by column of the relation; empty: all.
Facets = Mapping[str, Sequence[str]]
_COLUMNS = ("kind", "network", "account", "conversation", "exhibit", "state")
_COUNTED = ("kind", "network", "exhibit", "state")


@dataclass(frozen=True, slots=True)
class Bar:
    """Events from `start` (µs UTC) on for the picture's width, by kind."""

    start: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars of `width` µs between `begin` and `end`, facets of what is in them (exhibits by number), and how many events
    have no time that can be compared (no zone is known, or no date).
    """

    begin: int
    end: int
    width: int
    bars: list[Bar]
    total: int
    facets: dict[str, list[tuple[str, int]]]
    untimed: int


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the table below. `place` ties those of one moment into a lasting order."""

    kind: str
    us: int
    network: str
    account: str | None
    conversation: str | None
    exhibit: str
    state: str
    id: str
    what: Mapping[str, Any] = field(default_factory=dict)


def extent(reading: Reading, facets: Facets) -> tuple[int, int] | None:
    """The first and last time of all events that match, or None if there is none."""
    condition, values = _condition(reading, facets)
    row = reading.db.execute(
        f"select min(us), max(us) from ({_events(reading, facets)}) where us is not null and {condition}",
        values,
    ).fetchone()
    return None if row is None or row[0] is None else (int(row[0]), int(row[1]))


def width_for(begin: int, end: int) -> int:
    """The narrowest bar with which the span fits into one picture."""
    return next((width for width in WIDTHS if (end - begin) / width <= BARS), WIDTHS[-1])


def picture(reading: Reading, facets: Facets, begin: int, end: int) -> Picture:
    """Bars and facets of the events from `begin` to before `end`; computed once a snapshot."""
    key = ("timeline", begin, end, tuple(sorted((k, tuple(v)) for k, v in facets.items())))
    found: Picture = reading.memo.get(key, lambda: _picture(reading, facets, begin, end))
    return found


def _picture(reading: Reading, facets: Facets, begin: int, end: int) -> Picture:
    width = width_for(begin, end)
    condition, values = _condition(reading, facets)
    rows = reading.db.execute(
        f"""select case when us is null then null else us // {width} end as bar, {", ".join(_COUNTED)}, count(*)
            from ({_events(reading, facets)})
            where {condition} and (us is null or (us >= $begin and us < $end)) group by all""",
        {**values, "begin": begin, "end": end},
    ).fetchall()
    numbers = {key: number for number, key in reading.numbers.items()}
    bars: dict[int, Counter[str]] = {}
    counted: dict[str, Counter[str]] = {name: Counter() for name in _COUNTED}
    untimed = total = 0
    for bar, kind, network, exhibit, state, n in rows:
        if bar is None:
            untimed += n
            continue
        total += n
        bars.setdefault(bar, Counter())[kind] += n
        for name, value in zip(_COUNTED, (kind, network, numbers.get(exhibit, exhibit), state), strict=True):
            if value:
                counted[name][value] += n
    return Picture(
        begin=begin,
        end=end,
        width=width,
        bars=[Bar(bar * width, dict(counts)) for bar, counts in sorted(bars.items())],
        total=total,
        facets={
            name: sorted(counts.items(), key=lambda one: (-one[1], one[0]))
            for name, counts in counted.items()
        },
        untimed=untimed,
    )


def events(
    reading: Reading,
    facets: Facets,
    begin: int,
    end: int,
    after: tuple[int, str] | None = None,
    count: int = PAGE,
) -> list[Event]:
    """Events from `begin` to before `end` in their order, behind `after` (time and id of the last one shown)."""
    condition, values = _condition(reading, facets)
    values |= {"begin": begin, "end": end, "count": min(count, PAGE)}
    behind = ""
    if after is not None:
        behind = "and (us, id) > ($us, $id)"
        values |= {"us": after[0], "id": after[1]}
    rows = reading.db.execute(
        f"""select kind, us, network, account, conversation, exhibit, state, id from ({_events(reading, facets)})
            where us >= $begin and us < $end and {condition} {behind} order by us, id, kind limit $count""",
        values,
    ).fetchall()
    numbers = {key: number for number, key in reading.numbers.items()}
    what = _described(reading, [(row[0], row[7]) for row in rows])
    reading.show(row[7] for row in rows)
    return [
        Event(
            kind,
            us,
            network,
            account,
            conversation,
            numbers.get(exhibit, exhibit),
            state,
            id_,
            what.get(id_, {}),
        )
        for kind, us, network, account, conversation, exhibit, state, id_ in rows
    ]


_SHOWN = {
    "messages": "sender_name as name, sender as native, text, kind as sort",
    "calls": "caller as native, kind as sort, duration, answered, participants",
    "transfers": "sender_name as name, sender as native, receiver_name, receiver, amount, currency, reference",
    "media_shares": "account as native, name as text, mime as sort",
    "logins": "account as native, ip, port, host, what as sort",
    "memberships": "account as native, action as sort, reason as text",
    "locations": "account as native, latitude, longitude, name as text",
}


def _described(reading: Reading, wanted: Sequence[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """What the table shows of each event, by id."""
    by_table: dict[str, list[str]] = {}
    for kind, id_ in wanted:
        by_table.setdefault(EVENTS[kind].table, []).append(id_)
    found: dict[str, dict[str, Any]] = {}
    for table, ids in by_table.items():
        columns = (
            "item_id as id, path as text, size" if table == "items" else f"trace_id as id, {_SHOWN[table]}"
        )
        key = "item_id" if table == "items" else "trace_id"
        result = reading.db.execute(
            f"select {columns} from {table} where {key} in (select unnest($ids))", {"ids": ids}
        )
        names = [column[0] for column in result.description]
        for row in result.fetchall():
            found[row[0]] = dict(zip(names, row, strict=True))
    return found


def _events(reading: Reading, facets: Facets) -> str:
    return relation(reading.snapshot, facets.get("kind", ()))


def _condition(reading: Reading, facets: Facets) -> tuple[str, dict[str, Any]]:
    parts, values = [], dict[str, Any]()
    for name in _COLUMNS:
        wanted = list(facets.get(name, ()))
        if wanted:
            if name == "exhibit":
                wanted = [reading.numbers.get(one, one) for one in wanted]
            parts.append(f"{name} in (select unnest(${name}s))")
            values[f"{name}s"] = wanted
    return " and ".join(parts) or "true", values


def moment_of(us: int) -> datetime:
    """A time as Python knows it."""
    return datetime.fromtimestamp(us / 1_000_000, UTC)
