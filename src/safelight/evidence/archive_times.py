"""Times as archives store them, each with its original notation kept as text."""

from __future__ import annotations

from datetime import UTC, datetime

from safelight.traces.moment import Moment, stated_utc, wall_only

#: 100 ns steps from 1601-01-01 to 1970-01-01.
_FILETIME_EPOCH = 116_444_736_000_000_000


def dos_moment(date: int, time: int) -> Moment | None:
    """MS-DOS date and time (two seconds' steps, no zone; FAT and zip). None if the date is not set."""
    if date == 0 and time == 0:
        return None
    year, month, day = 1980 + (date >> 9), date >> 5 & 15, date & 31
    hour, minute, second = time >> 11, time >> 5 & 63, (time & 31) * 2
    text = f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
    try:
        wall = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return Moment(None, None, text, "unknown")
    return wall_only(int(wall.timestamp()) * 1_000_000, text)


def unix_moment(seconds: int) -> Moment:
    """Whole seconds since 1970-01-01 UTC."""
    return stated_utc(seconds * 1_000_000, str(seconds))


def filetime_moment(value: int) -> Moment:
    """100 ns steps since 1601-01-01 UTC."""
    return stated_utc((value - _FILETIME_EPOCH) // 10, str(value))
