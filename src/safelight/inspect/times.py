"""Times as documents, pictures and recordings write them, into `Moment`: UTC only where the text states a
zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from safelight.traces.moment import Moment, wall_only

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DIGITS = r"(\d{4})[-:/]?(\d\d)[-:/]?(\d\d)(?:[T ]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?"
_ZONE = r"\s*(Z|UTC|GMT|[+-]\d\d(?:[:']?\d\d'?)?)?"
_WRITTEN = re.compile(rf"\s*{_DIGITS}{_ZONE}\s*$")
_PDF = re.compile(r"\s*(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?()" + _ZONE + r"\s*$")


def written(text: str | None, zone: str = "", fraction: str = "") -> Moment | None:
    """A time in ISO 8601 or EXIF notation (`2016:01:12 09:30:00`), with zone and fraction from elsewhere if
    given.

    None for nothing, blanks and zeros; a notation that is not understood is kept as text with basis unknown.
    """
    return _moment(_WRITTEN, text, zone, fraction)


def pdf(text: str | None) -> Moment | None:
    """A time in PDF notation, `D:20160112093000+01'00'` (ISO 32000-1, 7.9.4)."""
    return _moment(_PDF, text, "", "")


def _moment(pattern: re.Pattern[str], text: str | None, zone: str, fraction: str) -> Moment | None:
    text = (text or "").replace("\0", "").strip()
    if not text.strip(" :-/0TD"):
        return None
    original = text + (f".{fraction}" if fraction else "") + zone
    found = pattern.match(text)
    if found is None:
        return Moment(None, None, original, "unknown")
    year, month, day, hour, minute, second, part, own_zone = found.groups()
    micros = int((fraction or part or "0")[:6].ljust(6, "0")) if (fraction or part or "0").isdigit() else 0
    try:
        wall = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            micros,
            tzinfo=UTC,
        )
    except ValueError:
        return Moment(None, None, original, "unknown")
    wall_us = (wall - _EPOCH) // _MICROSECOND
    offset = _offset_us(own_zone or zone)
    if offset is None:
        return wall_only(wall_us, original)
    return Moment(wall_us - offset, wall_us, original, "stated")


def _offset_us(zone: str) -> int | None:
    """Microseconds east of UTC; None if the text is no zone."""
    zone = zone.strip().replace("'", "").replace(":", "")
    if zone in ("Z", "UTC", "GMT"):
        return 0
    if not re.fullmatch(r"[+-]\d\d(\d\d)?", zone):
        return None
    hours, minutes = int(zone[1:3]), int(zone[3:5] or 0)
    if hours > 14 or minutes > 59:
        return None
    return (hours * 60 + minutes) * 60_000_000 * (-1 if zone[0] == "-" else 1)
