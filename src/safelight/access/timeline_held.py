"""In which stretches of time anything is held at all, and which of them are gaps.

Time is cut into stretches of one length (a day, an hour, a minute ...), and of each group of events one bit a stretch says
whether there is any. That costs little beside counting, and is enough to tell a pause from a gap.

A gap is a time without any event, between two events, that is more than twelve times as long as it usually takes until
there is one again (the median in the same window) and at least a sixty-fourth of the window; a window with nothing in it at
all is one. So nights are none. It says that nothing is held, not why: a device that was off, a record that was deleted and a
quiet week look alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from safelight.access.timeline_bars import DAY, HOUR, MINUTE, SECOND

#: One truth a stretch.
Bits = np.ndarray[Any, np.dtype[np.bool_]]

#: Lengths of a stretch; the longest one of which a window has so many is taken.
UNITS: Final = (DAY, HOUR, 5 * MINUTE, MINUTE, 10 * SECOND, SECOND)
_LEAST: Final = 64
#: How many times as long as usual a gap is.
TIMES: Final = 12
#: In fewer stretches with events nothing is usual.
FEW: Final = 8
#: Runs are told apart where one such part of a window lies between.
_SEEN: Final = 200
#: All time is looked at from 1970 to 2070; what lies outside is counted, and neither held nor a gap.
_EVER: Final = 36_525


@dataclass(frozen=True, slots=True)
class Stretches:
    """`count` stretches of `unit` microseconds; the first begins at `first` units since 1970."""

    unit: int
    first: int
    count: int

    @classmethod
    def of(cls, begin: int, end: int) -> Stretches:
        """Those of a window."""
        unit = next((one for one in UNITS if (end - begin) // one >= _LEAST), UNITS[-1])
        first = begin // unit
        return cls(unit, first, max((end - 1) // unit - first + 1, 1)).within(cls.ever())

    @classmethod
    def ever(cls) -> Stretches:
        """Days of a hundred years."""
        return cls(DAY, 0, _EVER)

    def within(self, other: Stretches) -> Stretches:
        """The part of them that lies in the others (at least one)."""
        low = max(self.first, other.first * other.unit // self.unit)
        high = min(self.first + self.count, (other.first + other.count) * other.unit // self.unit)
        return Stretches(self.unit, low, max(high - low, 1))

    def sql(self, us: str) -> str:
        """SQL of an aggregate over times: the stretches with any."""
        low, high = self.first, self.first + self.count - 1
        inside = f"{us} >= {low * self.unit} and {us} < {(high + 1) * self.unit}"
        return f"bitstring_agg(({us} // {self.unit})::bigint, {low}, {high}) filter ({inside})"

    def bits(self, value: bytes | None) -> Bits:
        """What that aggregate gave. DuckDB's bytes say first how many bits before the first one are no part of it."""
        if value is None:
            return np.zeros(self.count, np.bool_)
        return np.unpackbits(np.frombuffer(value[1:], np.uint8))[value[0] :].astype(np.bool_)

    def runs(self, held: Bits, begin: int, end: int) -> list[tuple[int, int]]:
        """Times with events from `begin` to before `end` (µs); what lies so near that nobody could see between is one."""
        there = np.flatnonzero(held)
        if not len(there):
            return []
        apart = np.flatnonzero(np.diff(there) * self.unit > (end - begin) / _SEEN + self.unit)
        firsts, lasts = (
            there[np.concatenate(([0], apart + 1))],
            there[np.concatenate((apart, [len(there) - 1]))],
        )
        found = [
            (max(int(low + self.first) * self.unit, begin), min(int(high + self.first + 1) * self.unit, end))
            for low, high in zip(firsts, lasts, strict=True)
        ]
        return [one for one in found if one[0] < one[1]]

    def gaps(self, held: Bits, first: int, last: int, begin: int, end: int) -> list[tuple[int, int]]:
        """Gaps from `begin` to before `end` (µs) of something that has its first and last event at `first` and `last`."""
        low, high = (
            max(begin, first) // self.unit - self.first,
            -(-min(end, last + 1) // self.unit) - self.first,
        )
        low, high = max(low, 0), min(high, self.count)
        if low >= high:
            return []
        there = np.flatnonzero(held[low:high]) + low
        if not len(there):
            return [(max(begin, first), min(end, last))] if first < begin and last >= end else []
        # A pause that goes on outside of the window counts with what lies inside.
        if len(there) < FEW:
            return []
        edges = np.concatenate(([low - 1], there, [high]))
        pauses = np.diff(edges) - 1
        least = max(TIMES * float(np.median(np.diff(there))) * self.unit, (end - begin) / _LEAST)
        return [
            (
                max(int(edges[n] + 1 + self.first) * self.unit, begin),
                min(int(edges[n + 1] + self.first) * self.unit, end),
            )
            for n in np.flatnonzero(pauses * self.unit > least)
        ]


def together(parts: Iterable[Bits], count: int) -> Bits:
    """What any of them holds."""
    found = np.zeros(count, np.bool_)
    for one in parts:
        found |= one
    return found
