"""Numbers that apps store for times, as moments: counts since 1970, since 2001 (Apple) and since 1601 (WebKit).

Zero, negative one and null mean "not set" in all of these formats and give None. A value that lands outside the years 1990
to 2100 is kept as text only: it is a damaged or a misread number, and a date made of it would mislead.
"""

from __future__ import annotations

from typing import Final

from safelight.traces.moment import Moment

#: Microseconds between 1970-01-01 and 2001-01-01 (Apple "Core Data" time), and 1601-01-01 and 1970-01-01 (WebKit, FILETIME).
COCOA_US: Final = 978_307_200_000_000
WINDOWS_US: Final = 11_644_473_600_000_000

#: 1990-01-01 and 2100-01-01.
_LOWEST_US: Final = 631_152_000_000_000
_HIGHEST_US: Final = 4_102_444_800_000_000

_UNSET: Final = (None, 0, -1, "", "0", 0.0)

Number = int | float | str | None


def utc(us: int, text: str) -> Moment:
    """A time whose format states UTC, in microseconds since 1970; outside 1990 to 2100: kept as text only."""
    if _LOWEST_US <= us <= _HIGHEST_US:
        return Moment(us, us, text, "stated")
    return Moment(None, None, text, "unknown")


def _scaled(value: Number, scale: int, shift_us: int = 0) -> Moment | None:
    if value in _UNSET:
        return None
    text = str(value)
    try:
        us = round(float(value) * scale) if isinstance(value, float) else int(value or 0) * scale
    except (ValueError, OverflowError):
        try:
            us = round(float(text) * scale)
        except (ValueError, OverflowError):
            return Moment(None, None, text, "unknown")
    return utc(us + shift_us, text)


def unix_seconds(value: Number) -> Moment | None:
    """Seconds since 1970-01-01 UTC."""
    return _scaled(value, 1_000_000)


def unix_millis(value: Number) -> Moment | None:
    """Milliseconds since 1970-01-01 UTC."""
    return _scaled(value, 1_000)


def unix_micros(value: Number) -> Moment | None:
    """Microseconds since 1970-01-01 UTC."""
    return _scaled(value, 1)


def cocoa(value: Number) -> Moment | None:
    """Seconds since 2001-01-01 UTC, or nanoseconds (iOS 11 and later): told apart by size, a second count of 10^12 lies in
    the year 33,000.
    """
    if value in _UNSET:
        return None
    text = str(value)
    try:
        number = float(value or 0)
        us = int(value or 0) // 1_000 if abs(number) >= 1e12 else round(number * 1_000_000)
    except (ValueError, OverflowError):
        return Moment(None, None, text, "unknown")
    return utc(us + COCOA_US, text)


def webkit_micros(value: Number) -> Moment | None:
    """Microseconds since 1601-01-01 UTC (Chromium)."""
    return _scaled(value, 1, -WINDOWS_US)
