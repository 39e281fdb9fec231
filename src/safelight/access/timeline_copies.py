"""What copies take away from a count of events, found once a snapshot.

To ask of each of ten million rows whether another one stands for it costs seconds each time, and bars and facets do not need
it row by row: all rows are counted as they are, and the few that are copies are taken off. What they are counted by is kept
of each: 33 bytes, a hundred megabytes for three million. Accounts, persons and conversations have few rows, which
`timeline_events` asks by themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from safelight.access.memo import Memo
from safelight.access.reading import Reading
from safelight.access.timeline_events import EVENTS, EventKind

Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
#: Network, state and key of the exhibit, as the relation has them.
Place = tuple[str | None, str | None, str | None]
#: Choices of exhibits of which it is kept which rows others stand for: bars and facets of one page ask for the same one.
_CHOICES: Final = 4
#: Stands for the time, and for the slot, of what has none.
NEVER: Final = -(2**62)


@dataclass(frozen=True, slots=True)
class Held:
    """Of the events with a time in one place: rows that another one stands for (`extra`), rows that are one of several
    copies, and of how many events these are."""

    extra: int
    copies: int
    events: int


@dataclass(frozen=True, slots=True)
class Copies:
    """Every row of a kind that is one of several copies: its time (µs, or NEVER), place (by number), event and id (digests),
    and whether another one stands for it."""

    us: Ints
    place: Ints
    event: Ints
    id: Ints
    extra: Bools
    places: tuple[Place, ...]
    _chosen: Memo = field(default_factory=lambda: Memo(most=_CHOICES), repr=False, compare=False)

    def by_slot(
        self, unit: int, span: tuple[int, int] | None, wanted: Sequence[Collection[str]]
    ) -> tuple[Ints, Ints]:
        """Slots of so many µs and how many rows in them others stand for, of the networks, states and exhibits `wanted`
        (all, where none is named)."""
        there = np.array([_among(one, wanted) for one in self.places], np.bool_)
        rows = np.flatnonzero(self._extra(wanted[2]) & there[self.place] & self._within(span))
        us = self.us[rows]
        slots, counts = np.unique(np.where(us == NEVER, NEVER, us // unit), return_counts=True)
        return slots, counts

    def by_place(self, span: tuple[int, int] | None, exhibits: Collection[str]) -> dict[Place, Held]:
        """What each place holds of what has a time. Where `exhibits` are named, what stands once is chosen among theirs."""
        rows = np.flatnonzero((self.us != NEVER) & self._within(span))
        place, size = self.place[rows], len(self.places)
        extra = np.bincount(place[self._extra(exhibits)[rows]], minlength=size)
        copies = np.bincount(place, minlength=size)
        # Each event once in each place. Sorted as one number, which is three times as fast as by two: the place pushes a
        # few bits of the digest out, as many as tell the places apart.
        bits = max(size - 1, 1).bit_length()
        pairs = np.sort((self.event[rows].astype(np.uint64) << np.uint64(bits)) | place.astype(np.uint64))
        first = np.ones(len(pairs), np.bool_)
        first[1:] = pairs[1:] != pairs[:-1]
        events = np.bincount((pairs[first] & np.uint64((1 << bits) - 1)).astype(np.int64), minlength=size)
        return {
            one: Held(int(extra[n]), int(copies[n]), int(events[n]))
            for n, one in enumerate(self.places)
            if copies[n]
        }

    def _within(self, span: tuple[int, int] | None) -> Bools:
        if span is None:
            return np.ones(len(self.us), np.bool_)
        found: Bools = (self.us >= span[0]) & (self.us < span[1])
        return found

    def _extra(self, exhibits: Collection[str]) -> Bools:
        """Which rows others stand for; among those of some exhibits one of theirs does, if any is there."""
        if not exhibits:
            return self.extra
        found: Bools = self._chosen.get(frozenset(exhibits), lambda: self._extra_among(exhibits))
        return found

    def _extra_among(self, exhibits: Collection[str]) -> Bools:
        among = np.array([one[2] in exhibits for one in self.places], np.bool_)
        rows = np.flatnonzero(among[self.place])
        # As `timeline_events` chooses: what stands for all, else the first by the digest of its id.
        rows = rows[np.lexsort((self.id[rows], self.extra[rows], self.event[rows]))]
        found = np.zeros(len(self.us), np.bool_)
        found[rows[1:]] = self.event[rows[1:]] == self.event[rows[:-1]]
        return found


def copies(reading: Reading, name: str) -> Copies | None:
    """Of a kind of events; None where none has copies."""
    kind = EVENTS[name]
    if not kind.same or not reading.snapshot.rows(kind.same):
        return None
    found: Copies = reading.memo.get(("timeline copies", name), lambda: _read(reading, kind))
    return found


def _among(place: Place, wanted: Sequence[Collection[str]]) -> bool:
    return all(not values or one in values for one, values in zip(place, wanted, strict=True))


def _read(reading: Reading, kind: EventKind) -> Copies:
    """Ids and places are compared by digests of 63 bits, which takes half the time. Among ten million rows with four million
    copies, one row in one of two hundred thousand operations would be taken for a copy that it is not."""
    placed = f"(hash({kind.network}, {kind.state}, exhibit) >> 1)::bigint"
    there = reading.db.sql(
        f"""select distinct {placed} as place, {kind.network} as network, {kind.state} as state, exhibit from {kind.table}
            where {kind.where} order by place"""
    ).to_arrow_table()
    rows = reading.db.sql(
        f"""select coalesce({kind.us}, {NEVER}) as us, {placed} as place, event, id, extra
            from (select *, (hash(trace_id) >> 1)::bigint as id from {kind.table})
            join (select (hash(trace_id) >> 1)::bigint as id, (hash(distinct_id) >> 1)::bigint as event,
                         trace_id <> distinct_id as extra from {kind.same}) using (id)
            where {kind.where}"""
    ).to_arrow_table()
    named = (there[name].to_pylist() for name in ("network", "state", "exhibit"))
    return Copies(
        us=rows["us"].to_numpy(),
        place=np.searchsorted(there["place"].to_numpy(), rows["place"].to_numpy()).astype(np.int32),
        event=rows["event"].to_numpy(),
        id=rows["id"].to_numpy(),
        extra=rows["extra"].to_numpy().astype(np.bool_),
        places=tuple(zip(*named, strict=True)),
    )
