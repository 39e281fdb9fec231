"""Bars of a timeline: edges that follow the calendar of a zone (a day begins at its midnight, a month on its first), so
narrow that a picture has at most `BARS` of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from safelight.access.zones import Zone

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
#: Bars of one picture at most.
BARS = 130
#: The narrowest window: one minute.
NARROWEST = MINUTE
#: First and last instant that a calendar can show (years 1 and 9999, a day inside).
FIRST, LAST = -62_135_510_400 * SECOND, 253_402_214_400 * SECOND


@dataclass(frozen=True, slots=True)
class Level:
    """One width of bars. `us`: how wide they are, about; `unit`: exact µs in which they are counted; `floor` gives the
    beginning of the bar that a wall time lies in, `step` the beginning of the next.
    """

    name: str
    us: int
    unit: int
    floor: Callable[[datetime], datetime]
    step: Callable[[datetime], datetime]


def _even(name: str, us: int) -> Level:
    """Bars of so many µs, counted from midnight."""

    def floor(wall: datetime) -> datetime:
        midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + (wall - midnight) // timedelta(microseconds=us) * timedelta(microseconds=us)

    return Level(name, us, min(us, HOUR), floor, lambda wall: wall + timedelta(microseconds=us))


def _months(name: str, months: int) -> Level:
    def floor(wall: datetime) -> datetime:
        return _first(wall.year, (wall.month - 1) // months * months)

    return Level(
        name, months * 30 * DAY, HOUR, floor, lambda wall: _first(wall.year, wall.month - 1 + months)
    )


def _first(year: int, month: int) -> datetime:
    return datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001


def _monday(wall: datetime) -> datetime:
    return datetime(wall.year, wall.month, wall.day) - timedelta(days=wall.weekday())  # noqa: DTZ001


LEVELS = (
    _even("second", SECOND),
    _even("10 seconds", 10 * SECOND),
    _even("minute", MINUTE),
    _even("5 minutes", 5 * MINUTE),
    _even("15 minutes", 15 * MINUTE),
    _even("hour", HOUR),
    _even("3 hours", 3 * HOUR),
    _even("6 hours", 6 * HOUR),
    _even("day", DAY),
    Level("week", 7 * DAY, HOUR, _monday, lambda wall: wall + timedelta(days=7)),
    _months("month", 1),
    _months("quarter", 3),
    _months("year", 12),
    _months("decade", 120),
    _months("century", 1200),
)
BY_NAME = {level.name: level for level in LEVELS}


def level_for(begin: int, end: int) -> Level:
    """The narrowest bars with which the span fits into one picture."""
    return next((level for level in LEVELS if end - begin <= level.us * BARS), LEVELS[-1])


def edges(level: Level, begin: int, end: int, zone: Zone) -> list[int]:
    """Where bars begin (µs UTC), from the one that holds `begin` on, and where the last one ends."""
    begin, end = max(begin, FIRST), min(end, LAST)
    wall = zone.local(begin)
    if wall is None:
        return [begin, end]
    if level.us <= HOUR:
        # Zones here differ by whole hours: the hour that a clock shows twice is two bars.
        start = zone.utc(level.floor(wall))
        start += (begin - start) // level.us * level.us
        return [*range(start, end, level.us), start + -(-(end - start) // level.us) * level.us]
    wall = level.floor(wall)
    found = [zone.utc(wall)]
    while found[-1] < end:
        try:
            wall = level.step(wall)
            found.append(zone.utc(wall))
        except (OverflowError, ValueError):
            found.append(end)
    return sorted(set(found))


def floor(level: Level, us: int, zone: Zone) -> int:
    """The beginning of the bar that holds a time."""
    return edges(level, us, us + 1, zone)[0]


def around(begin: int, end: int, zone: Zone) -> tuple[int, int]:
    """The span widened to whole bars of its picture."""
    found: Sequence[int] = edges(level_for(begin, end), begin, end, zone)
    return found[0], found[-1]
