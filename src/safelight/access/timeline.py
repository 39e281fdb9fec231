"""The timeline: how many events when, by kind and facet, in one pass over the times and one over the facets.

`whole` counts everything once a snapshot, by the hour; a window is counted by itself, from the row groups that can hold
it. Bars are folded from hours (or less) along the calendar of a zone, so that changing the zone reads nothing again.

Everything is counted twice in one pass: each distinct event once, which bars are as high as, and with all copies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safelight.access.reading import Reading
from safelight.access.timeline_bars import HOUR, Level, around, edges, level_for
from safelight.access.timeline_copies import NEVER, copies
from safelight.access.timeline_events import EVENTS, Span, relation
from safelight.access.timeline_held import Bits, Stretches
from safelight.access.zones import Zone
from safelight.ledger import clocks
from safelight.ledger.identities import Tenure

#: Lists of wanted values by column of the relation (`person`: accounts in their periods); empty: all.
Facets = Mapping[str, Sequence[str | Tenure]]
#: What narrows the relation itself, and what is counted as facets.
SCOPES = ("account", "person", "conversation")
COUNTED = ("kind", "network", "state", "exhibit")
#: Of all events this share at either end is left out of the first picture if that makes it less than half as long:
#: one file from 1970 must not hide ten years of messages.
_STRAY = 0.0005

Ints = np.ndarray[Any, np.dtype[np.int64]]
_KINDS = {name: number for number, name in enumerate(EVENTS)}


class Tally(NamedTuple):
    """How many: each distinct event once, and all copies that were found of them."""

    events: int
    found: int


class Value(NamedTuple):
    """One value of a facet: how many distinct events match it and all other facets, and how many with copies."""

    name: str
    events: int
    found: int


@dataclass(frozen=True, slots=True)
class Group:
    """Events of one kind, network, state and exhibit (by number): how many (each distinct one once, in all or in the
    exhibits that are chosen), how many distinct ones the exhibit holds (`own`), and what is held of them, copies included:
    `found` of them, first and last time (µs), and in which stretches there is any (`timeline_held.py`)."""

    values: tuple[str, ...]
    events: int
    own: int
    found: int
    first: int
    last: int
    held: Bits


@dataclass(frozen=True, slots=True)
class Counted:
    """One count. `slots` (times in `unit` µs, sorted), `kinds`, `counts` and `found` belong together: events that match
    every facet, each distinct one once (none, where copies alone have this time) and with copies. `groups`: all events in
    the span, whatever the facets. `untimed`: those that match and have no time that can be compared (no zone is known, or
    no date)."""

    unit: int
    slots: Ints
    kinds: Ints
    counts: Ints
    found: Ints
    groups: tuple[Group, ...]
    untimed: Tally

    @property
    def total(self) -> Tally:
        """Events that match."""
        return Tally(int(self.counts.sum()), int(self.found.sum()))

    def of(self, kind: str) -> Tally:
        """Those of one kind."""
        mine = self.kinds == _KINDS[kind]
        return Tally(int(self.counts[mine].sum()), int(self.found[mine].sum()))

    def extent(self) -> tuple[int, int] | None:
        """First and last time (to a unit) of what is counted, without strays; None if nothing matches. Copies say it alone
        where what stands for them all does not match."""
        if not len(self.slots):
            return None
        weights = self.counts if self.counts.any() else self.found
        slots, weights = self.slots[weights > 0], weights[weights > 0]
        first, last = int(slots[0]), int(slots[-1]) + 1
        shares = np.cumsum(weights) / weights.sum()
        low = int(slots[int(np.searchsorted(shares, _STRAY, side="right"))])
        high = int(slots[int(np.searchsorted(shares, 1 - _STRAY))]) + 1
        for _end in range(2):  # what lies far before may hide what lies far behind
            if 2 * (last - low) < last - first:
                first = low
            if 2 * (high - first) < last - first:
                last = high
        return first * self.unit, last * self.unit

    def between(self, begin: int, end: int) -> Tally:
        """Events that match in a span of whole units."""
        low, high = np.searchsorted(self.slots, [begin // self.unit, -(-end // self.unit)])
        return Tally(int(self.counts[low:high].sum()), int(self.found[low:high].sum()))


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars between `edges` (µs UTC, one more than bars): `bars[n][kind]` distinct events, `found[n][kind]` with copies.
    `facets`: for every facet its values with the events in the window that match all other facets."""

    begin: int
    end: int
    level: Level
    edges: list[int]
    bars: list[dict[str, int]]
    found: list[dict[str, int]]
    total: Tally
    facets: dict[str, list[Value]]

    @property
    def highest(self) -> int:
        """Events of the fullest bar."""
        return max((sum(bar.values()) for bar in self.bars), default=0)

    def quiet(self) -> tuple[int, int] | None:
        """The longest stretch of bars without an event between two with some."""
        full = [n for n, bar in enumerate(self.bars) if bar]
        gaps = [(b - a - 1, a, b) for a, b in pairwise(full) if b - a > 1]
        if not gaps:
            return None
        _length, a, b = max(gaps, key=lambda one: (one[0], -one[1]))
        return self.edges[a + 1], self.edges[b]


def whole(reading: Reading, facets: Facets) -> Counted:
    """Everything, by the hour; computed once a snapshot and choice of facets."""
    return _memoised(reading, facets, None, HOUR)


def all_of_it(reading: Reading, facets: Facets, begin: int, end: int) -> bool:
    """Whether everything lies from `begin` to before `end`."""
    found = groups(reading, facets)
    return bool(found) and all(begin <= one.first and one.last < end for one in found)


def window(reading: Reading, facets: Facets, begin: int, end: int) -> Counted:
    """What is counted from `begin` to before `end`; everything, where that is no more."""
    level = level_for(begin, end)
    if level.unit == HOUR and all_of_it(reading, facets, begin, end):
        return whole(reading, facets)
    return _memoised(reading, facets, (begin, end), level.unit)


def picture(reading: Reading, facets: Facets, begin: int, end: int, zone: Zone) -> Picture:
    """Bars and facets of the events from `begin` to before `end`."""
    everything, counted = whole(reading, facets), window(reading, facets, begin, end)
    level = level_for(begin, end)
    at = edges(level, begin, end, zone)
    return Picture(
        begin=begin,
        end=end,
        level=level,
        edges=at,
        bars=fold(counted, counted.counts, at),
        found=fold(counted, counted.found, at),
        total=counted.total,
        facets=_facets(counted.groups, everything.groups, facets),
    )


def strip(reading: Reading, facets: Facets, begin: int, end: int, zone: Zone) -> Picture:
    """The whole extent for the overview above: bars alone."""
    return bars_of(whole(reading, facets), begin, end, zone)


def bars_of(counted: Counted, begin: int, end: int, zone: Zone) -> Picture:
    """A count as bars alone."""
    level = level_for(begin, end)
    at = edges(level, begin, end, zone)
    bars, found = (fold(counted, counts, at) for counts in (counted.counts, counted.found))
    return Picture(begin, end, level, at, bars, found, counted.between(begin, end), {})


def extent(reading: Reading, facets: Facets, zone: Zone) -> tuple[int, int] | None:
    """Where the first picture begins and ends: all events but strays, in whole bars. None if there is none."""
    found = whole(reading, facets).extent()
    return None if found is None else around(*found, zone)


def by_person(
    reading: Reading, facets: Facets, begin: int, end: int, people: Sequence[Sequence[Tenure]]
) -> list[Tally]:
    """How many events from `begin` to before `end` each of these persons has that match all facets but persons."""
    others = {name: values for name, values in facets.items() if name != "person"}

    def count() -> list[Tally]:
        match, values = condition(reading, others, (*SCOPES, *COUNTED))
        each = [_held(one, values, f"_person_{n}") for n, one in enumerate(people)]
        span = Span(begin, end, slack(reading))
        rows = relation(reading.snapshot, _named(others), span, copies=True, exhibits=chosen(reading, others))
        both = (f"count(*) filter ({one}{more})" for one in each for more in (" and stands", ""))
        (row,) = reading.db.execute(
            f"select {', '.join(both)} from ({rows}) where {match} and ({' or '.join(each)})", values
        ).fetchall()
        return [Tally(*two) for two in zip(row[::2], row[1::2], strict=True)]

    if not people:
        return []
    found: list[Tally] = reading.memo.get(
        ("timeline persons", begin, end, key_of(others), tuple(map(tuple, people))), count
    )
    return found


def _named(facets: Facets) -> list[str]:
    """The kinds that are asked for; none means all."""
    return [str(one) for one in facets.get("kind", ())]


def chosen(reading: Reading, facets: Facets) -> list[str]:
    """Keys of the exhibits that are asked for; none means all."""
    return [reading.numbers.get(str(one), str(one)) for one in facets.get("exhibit", ())]


def slack(reading: Reading) -> int:
    """By how many µs a correction moves a time at most."""
    return max((abs(one.seconds or 0) for one in clocks.every(reading.ledger)), default=0) * 1_000_000


def fold(counted: Counted, counts: Ints, at: Sequence[int]) -> list[dict[str, int]]:
    """Events by kind between the edges `at` (µs); `counts` of them: the count's own, or what it found with copies."""
    times = counted.slots * counted.unit
    places = np.searchsorted(np.asarray(at, np.int64), times, side="right") - 1
    inside = (places >= 0) & (places < len(at) - 1)
    found = np.zeros((max(len(at) - 1, 0), len(_KINDS)), np.int64)
    np.add.at(found, (places[inside], counted.kinds[inside]), counts[inside])
    return [{name: int(row[n]) for name, n in _KINDS.items() if row[n]} for row in found]


def _facets(here: Sequence[Group], everywhere: Sequence[Group], wanted: Facets) -> dict[str, list[Value]]:
    """Counts by facet: each honours all others. A value that is somewhere but not here stays with zero."""
    found: dict[str, dict[str, Tally]] = {
        name: {one.values[n]: Tally(0, 0) for one in everywhere if one.values[n]}
        for n, name in enumerate(COUNTED)
    }
    for one in here:
        misses = [
            n for n, name in enumerate(COUNTED) if wanted.get(name) and one.values[n] not in wanted[name]
        ]
        for n, name in enumerate(COUNTED):
            if one.values[n] and misses in ([], [n]):
                counts = found[name]
                events, copies = counts.get(one.values[n], (0, 0))
                more = one.own if name == "exhibit" else one.events
                counts[one.values[n]] = Tally(events + more, copies + one.found)
    order = list(EVENTS)
    return {
        name: sorted(
            (Value(value, *tally) for value, tally in counts.items()),
            key=lambda one: (order.index(one.name), "") if name == "kind" else (-one.events, one.name),
        )
        for name, counts in found.items()
    }


def condition(reading: Reading, facets: Facets, names: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """SQL over the relation's columns for the facets named, and its values."""
    parts, values = [], dict[str, Any]()
    for name in names:
        wanted = list(facets.get(name, ()))
        if name == "person" and wanted:
            parts.append(_held([one for one in wanted if isinstance(one, Tenure)], values))
        elif wanted:
            if name == "exhibit":
                wanted = list(chosen(reading, facets))
            own = " and not by_police(account, us)" if name == "account" else ""
            parts.append(f"({name} = any($_{name}){own})")
            values[f"_{name}"] = wanted
    return " and ".join(parts) or "true", values


def _held(tenures: Sequence[Tenure], values: dict[str, Any], name: str = "_held") -> str:
    """SQL: events of these accounts, each in its period, without what police did with them; what has no time lies in no
    period that begins or ends."""
    values[name] = [one.account_id for one in tenures if one.begin_us is None and one.end_us is None]
    parts = [f"account = any(${name})"]
    for n, one in enumerate(one for one in tenures if one.begin_us is not None or one.end_us is not None):
        values[f"{name}_{n}"] = one.account_id
        low = "" if one.begin_us is None else f" and us >= {one.begin_us}"
        high = "" if one.end_us is None else f" and us < {one.end_us}"
        parts.append(f"account = ${name}_{n}{low}{high}")
    return f"(({' or '.join(parts)}) and not by_police(account, us))"


def key_of(facets: Facets) -> tuple[tuple[str, tuple[str | Tenure, ...]], ...]:
    """Facets as a key of the memo."""
    return tuple((name, tuple(sorted(facets[name], key=str))) for name in sorted(facets) if facets[name])


def _memoised(reading: Reading, facets: Facets, span: tuple[int, int] | None, unit: int) -> Counted:
    found: Counted = reading.memo.get(
        ("timeline", span, unit, key_of(facets)), lambda: _count(reading, facets, span, unit)
    )
    return found


def _count(reading: Reading, facets: Facets, span: tuple[int, int] | None, unit: int) -> Counted:
    scope, values = condition(reading, facets, SCOPES)
    match, more = condition(reading, facets, COUNTED)
    bare = _bare(facets)
    table: pa.Table = reading.db.sql(
        _by_kind(
            reading,
            f"us // {unit} as slot, count(*) {'' if bare else 'filter (stands)'} as matching, count(*) as found",
            f"{scope} and {match}",
            f"us // {unit}",
            span,
            chosen(reading, facets),
            bare=bare,
        ),
        params=values | more,
    ).to_arrow_table()
    if bare:
        table = _less_copies(reading, facets, table, span, unit)
    timed = table.filter(pc.is_valid(table["slot"])).sort_by("slot")
    undated = table.filter(pc.is_null(table["slot"]))
    return Counted(
        unit=unit,
        slots=timed["slot"].to_numpy().astype(np.int64),
        kinds=np.fromiter((_KINDS[kind] for kind in timed["kind"].to_pylist()), np.int64, len(timed)),
        counts=timed["matching"].to_numpy().astype(np.int64),
        found=timed["found"].to_numpy().astype(np.int64),
        groups=groups(reading, facets, span),
        untimed=Tally(sum(undated["matching"].to_pylist()), sum(undated["found"].to_pylist())),
    )


def _bare(facets: Facets) -> bool:
    """Whether rows are counted as they are, and copies taken off: that pays where they are many."""
    return not any(facets.get(name) for name in SCOPES)


def _less_copies(
    reading: Reading, facets: Facets, table: pa.Table, span: tuple[int, int] | None, unit: int
) -> pa.Table:
    """Counts by slot, in `matching` without what another row stands for."""
    matching = table["matching"].to_numpy().copy()
    slots = table["slot"].fill_null(NEVER).to_numpy()
    kinds = table["kind"].to_numpy(zero_copy_only=False)
    wanted = [{str(one) for one in facets.get(name, ())} for name in ("network", "state")]
    for name in EVENTS:
        mine = np.flatnonzero(kinds == name)
        there = copies(reading, name) if len(mine) else None
        if there is None:
            continue
        less, counts = there.by_slot(unit, span, [*wanted, set(chosen(reading, facets))])
        mine = mine[np.argsort(slots[mine])]
        matching[mine[np.searchsorted(slots[mine], less)]] -= counts
    return table.set_column(table.column_names.index("matching"), "matching", pa.array(matching))


def groups(reading: Reading, facets: Facets, span: tuple[int, int] | None = None) -> tuple[Group, ...]:
    """Every group, all in all or from `begin` to before `end`; of the facets accounts, persons and conversations alone
    narrow them, and exhibits say among whose copies one stands for the others. Their stretches are `stretches(span)`.
    """
    less = {name: values for name, values in facets.items() if name in (*SCOPES, "exhibit")}
    found: tuple[Group, ...] = reading.memo.get(
        ("timeline groups", span, key_of(less)), lambda: _groups(reading, less, span)
    )
    return found


def stretches(span: tuple[int, int] | None) -> Stretches:
    """In which stretches groups say what they hold."""
    return Stretches.of(*span) if span else Stretches.ever()


def _groups(reading: Reading, facets: Facets, span: tuple[int, int] | None) -> tuple[Group, ...]:
    scope, values = condition(reading, facets, SCOPES)
    cut, bare = stretches(span), _bare(facets)
    told = (
        "count(*) as events, count(*) as own"
        if bare
        else "count(*) filter (stands) as events, count(*) filter (head is null) + count(distinct head) as own"
    )
    # By itself, for as grouping sets of one query the times would be written down for every slot as well.
    table: pa.Table = reading.db.sql(
        _by_kind(
            reading,
            f"network, state, exhibit, {told}, count(*) as found, min(us) as first, "
            f"max(us) as last, {cut.sql('us')} as held",
            f"us is not null and {scope}",
            "network, state, exhibit",
            span,
            chosen(reading, facets),
            heads=not bare,
            bare=bare,
        ),
        params=values,
    ).to_arrow_table()
    numbers = {key: number for number, key in reading.numbers.items()}
    rows = table.to_pylist()
    exhibits = set(chosen(reading, facets))
    for name in EVENTS if bare else ():
        mine = [row for row in rows if row["kind"] == name]
        there = copies(reading, name) if mine else None
        less = there.by_place(span, exhibits) if there else {}
        for row in mine:
            held = less.get((row["network"], row["state"], row["exhibit"]))
            if held is not None:
                row["events"] -= held.extra
                row["own"] -= held.copies - held.events
    return tuple(
        Group(
            (
                row["kind"],
                row["network"] or "",
                row["state"] or "",
                numbers.get(row["exhibit"], row["exhibit"] or ""),
            ),
            row["events"],
            row["own"],
            row["found"],
            row["first"],
            row["last"],
            cut.bits(row["held"]),
        )
        for row in rows
    )


def _by_kind(
    reading: Reading,
    select: str,
    where: str,
    group: str,
    span: tuple[int, int] | None,
    exhibits: Sequence[str],
    heads: bool = False,
    bare: bool = False,
) -> str:
    """SQL of an aggregate over each kind by itself, copies included: one more column to group by would cost a third more."""
    within = Span(*span, slack(reading)) if span else None
    there = [name for name, one in EVENTS.items() if reading.snapshot.rows(one.table)] or list(EVENTS)[:1]
    rows = {
        name: relation(
            reading.snapshot, [name], within, copies=True, bare=bare, heads=heads, exhibits=exhibits
        )
        for name in there
    }
    return " union all ".join(
        f"select '{name}' as kind, {select} from ({one}) where {where} group by {group}"
        for name, one in rows.items()
    )
