"""Times of an IRC log's lines, many at once: microseconds of the wall clock since 1970, or UNKNOWN.

A log states wall-clock times without a zone, and most styles state the day on a line of its own (or only in the path). Where
the clock of such a log goes back by more than two hours without a new date line (midnight, or a clock of twelve hours
without am and pm), the day of what follows is not stated and its times are UNKNOWN until the next date line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from safelight.parsers.irc_styles import ClockKind
from safelight.parsers.month_names import month
from safelight.traces.columns import MOMENT

Walls = npt.NDArray[np.int64]

UNKNOWN: Final = np.iinfo(np.int64).min
_DAY_US: Final = 86_400_000_000
#: The end of summer time sets a clock back by one hour, and lines that servers sent late may stand out of order.
MOST_BACK_US: Final = 2 * 3_600_000_000
_CACHED: Final = 200_000
_LOWEST_US: Final = 631_152_000_000_000
_HIGHEST_US: Final = 4_102_444_800_000_000

_CLOCK: Final = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))?(?: ?([AaPp])\.?[Mm]\.?)?")
_DATE_LINE: Final = re.compile(
    r"(?:.*?\s)?(?P<month>[^\W\d]{3,}\.?) +(?P<day>\d\d?)(?: (?P<time>\d\d:\d\d:\d\d))?(?: [A-Z]{2,5})? (?P<year>\d{4})"
)
_MONTH_DAY: Final = re.compile(r"(\D+?)\.? +(\d\d?)")


class TimesOfDay(dict[str, int]):
    """Microseconds since midnight by their notation; -1 for what is no time of day."""

    def __missing__(self, text: str) -> int:
        if len(self) > _CACHED:
            self.clear()
        us = self[text] = self._parsed(text)
        return us

    @staticmethod
    def _parsed(text: str) -> int:
        match = _CLOCK.fullmatch(text)
        if not match:
            return -1
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        if match[4]:
            if not 1 <= hour <= 12:
                return -1
            hour = hour % 12 + (12 if match[4] in "pP" else 0)
        if hour > 23 or minute > 59 or second > 59:
            return -1
        return ((hour * 60 + minute) * 60 + second) * 1_000_000


def day_us(year: int, month_: int, day: int) -> int | None:
    """Midnight of a day in microseconds since 1970; None for a day that no calendar has."""
    try:
        return (date(year, month_, day).toordinal() - 719_163) * _DAY_US
    except ValueError:
        return None


class Clock:
    """Reads the times of one log from its first line to its last."""

    def __init__(self, kind: ClockKind) -> None:
        self.kind = kind
        self.lost: int | None = None
        """Index in the last `on_day` call of the line at which the clock went back too far."""
        self.of_day = TimesOfDay()
        self._base: int | None = None
        self._before = 0
        self._year: int | None = None
        self._last_month = 0
        self._days: dict[str, int | None] = {}

    def start(self, day: date) -> None:
        """Set the day, from the path."""
        self._base = day_us(day.year, day.month, day.day)

    def date_line(self, text: str) -> bool:
        """A line that states the day: `Mon Jan 04 12:00:00 2010`, in whatever language; False if it does not."""
        match = _DATE_LINE.fullmatch(text.strip())
        number = month(match["month"]) if match else None
        base = day_us(int(match["year"]), number, int(match["day"])) if match and number else None
        if not match or not number or base is None:
            self._base = None
            self._year, self._days = None, {}
            return False
        self._base = base
        self._before = max(self.of_day[match["time"]], 0) if match["time"] else 0
        self._year, self._last_month = int(match["year"]), number
        self._days.clear()
        return True

    def walls(self, times: Sequence[str]) -> Walls:
        """Wall clocks of lines in a row between two date lines, of times that state more than the time of day; an empty
        string is a line without one.
        """
        self.lost = None
        if self.kind == "seconds since 1970":
            return np.array([_epoch(text) for text in times], np.int64)
        if self.kind == "date and time":
            pairs = [(self._iso(text[:10]), self.of_day[text[11:]]) for text in times]
        else:
            pairs = [(self._month_day(text[:-9]), self.of_day[text[-8:]]) for text in times]
        return np.array(
            [UNKNOWN if day is None or clock < 0 else day + clock for day, clock in pairs], np.int64
        )

    def on_day(self, clocks: Walls) -> Walls:
        """The same for times of day alone, in microseconds since midnight, -1 for a line without one."""
        self.lost = None
        if self._base is None:
            return np.full(len(clocks), UNKNOWN, np.int64)
        known = np.flatnonzero(clocks >= 0)
        walls = np.where(clocks >= 0, clocks + self._base, UNKNOWN)
        if len(known):
            back = np.flatnonzero(np.diff(clocks[known], prepend=self._before) < -MOST_BACK_US)
            self._before = int(clocks[known[-1]])
            if len(back):
                self.lost = int(known[back[0]])
                walls[self.lost :] = UNKNOWN
                self._base = None
        return walls

    def _iso(self, text: str) -> int | None:
        if text not in self._days:
            if len(self._days) > _CACHED:
                self._days.clear()
            self._days[text] = day_us(*map(int, text.split("-"))) if len(text) == 10 else None
        return self._days[text]

    def _month_day(self, text: str) -> int | None:
        """The year stands only in the line that began the log; it turns where December is followed by January."""
        if text not in self._days:
            match = _MONTH_DAY.fullmatch(text.strip())
            number = month(match[1]) if match else None
            if not match or number is None or self._year is None:
                return None
            if number != self._last_month:
                self._year += self._last_month == 12 and number == 1
                self._days.clear()
            self._last_month = number
            self._days[text] = day_us(self._year, number, int(match[2]))
        return self._days[text]


def _epoch(text: str) -> int:
    us = int(text) * 1_000_000 if text and len(text) < 12 else 0
    return us if _LOWEST_US <= us <= _HIGHEST_US else UNKNOWN


def moments(walls: Walls, texts: pa.StringArray, *, stated_utc: bool) -> pa.StructArray:
    """Moments of lines: a line without a time has none, one with an unknown day keeps its notation."""
    unknown = walls == UNKNOWN
    wall = pa.array(walls, pa.timestamp("us"), mask=unknown)
    length = len(walls)
    if stated_utc:
        utc = wall.cast(pa.int64()).cast(pa.timestamp("us", "UTC"))
        basis = pa.array(np.where(unknown, "unknown", "stated").tolist(), pa.string())
    else:
        utc = pa.nulls(length, pa.timestamp("us", "UTC"))
        basis = pa.repeat(pa.scalar("unknown", pa.string()), length)
    missing = pc.equal(texts, pa.scalar("", pa.string()))
    return pa.StructArray.from_arrays(
        [utc, wall, texts, basis, pa.nulls(length, pa.string())],
        fields=list(MOMENT),
        mask=missing,
    )
