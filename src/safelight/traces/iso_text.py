"""Times written in ISO 8601 (RFC 3339 and its relatives), as moments: with an offset UTC is known, without one it is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from safelight.traces.moment import Moment, wall_only

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment(text: object) -> Moment | None:
    """`2016-01-12T10:30:00.123Z`, `... +01:00`: UTC stated; without an offset: wall clock only. None for nothing, and text
    only for what is no such time.
    """
    if not isinstance(text, str) or not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return Moment(None, None, text, "unknown")
    offset = found.utcoffset()
    wall_us = (found.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
    if offset is None:
        return wall_only(wall_us, text)
    return with_offset(wall_us, offset // _MICROSECOND, text)


def with_offset(wall_us: int, offset_us: int, text: str) -> Moment:
    """A wall clock whose offset from UTC is stated (both in microseconds)."""
    checked = wall_only(wall_us - offset_us, text)
    if checked.wall_us is None:
        return checked
    return Moment(checked.wall_us, wall_us, text, "stated")
