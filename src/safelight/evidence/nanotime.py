"""Times with nanoseconds: the moment in microseconds, and all nine places in its text."""

from __future__ import annotations

import time

from safelight.traces.moment import Moment, stated_utc, wall_only


def utc_nanoseconds(seconds: int, nanos: int) -> Moment:
    """Seconds and nanoseconds since 1970-01-01 that the format states to be UTC."""
    return stated_utc(seconds * 1_000_000 + nanos // 1000, clock_text(seconds, nanos, "T", "Z"))


def wall_nanoseconds(seconds: int, nanos: int, *, date_only: bool = False) -> Moment:
    """A wall clock, counted as if it were UTC, in a zone that is not known."""
    text = clock_text(seconds, nanos, " ", "")
    return wall_only(seconds * 1_000_000 + nanos // 1000, text[:10] if date_only else text)


def clock_text(seconds: int, nanos: int, between: str, zone: str) -> str:
    """`2016-01-12T09:30:00.123456700Z`, without the fraction where it is zero; the bare number of seconds
    where it is no date."""
    try:
        parts = time.gmtime(seconds)
    except (OverflowError, ValueError, OSError):
        return str(seconds)
    fraction = f".{nanos:09d}" if nanos else ""
    clock = f"{parts.tm_hour:02d}:{parts.tm_min:02d}:{parts.tm_sec:02d}{fraction}"
    return f"{parts.tm_year:04d}-{parts.tm_mon:02d}-{parts.tm_mday:02d}{between}{clock}{zone}"
