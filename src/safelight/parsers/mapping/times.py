"""Times as a mapping says that they are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from safelight.parsers.mapping.model import TimeForm
from safelight.traces import epochs, iso_text
from safelight.traces.iso_text import with_offset
from safelight.traces.moment import Moment, wall_only

_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)")
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTS: Final[dict[str, Callable[[Any], Moment | None]]] = {
    "unix": epochs.unix_seconds,
    "unix_ms": epochs.unix_millis,
    "unix_us": epochs.unix_micros,
    "cocoa": epochs.cocoa,
    "webkit": epochs.webkit_micros,
}


@cache
def _zone(name: str) -> tzinfo:
    found = _OFFSET.fullmatch(name)
    if found:
        span = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(span if found[1] == "+" else -span)
    return ZoneInfo(name)


def check_zone(name: str) -> bool:
    """Whether there is such a zone."""
    try:
        _zone(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def time_of(value: Any, form: TimeForm, stated_by: str) -> Moment:
    """The moment that a value means. Raises ValueError for a value that does not fit the format.

    A zone that the mapping states is an assumption of whoever wrote it (`stated_by`); an hour that a clock shows twice or
    never when summer time ends or begins stays without a zone.
    """
    if form.format in _COUNTS:
        if not isinstance(value, str | int | float):
            raise ValueError(f"{value!r} is no count")
        found = _COUNTS[form.format](value)
        if found is None or found.basis == "unknown":
            raise ValueError(f"{value!r} is no time in the format {form.format}")
        return found
    text = str(value)
    if isinstance(value, datetime):
        at: datetime | None = value
    elif form.format == "iso":
        made = iso_text.moment(text)
        if made is None or made.wall_us is None:
            raise ValueError(f"{text!r} is no time of ISO 8601")
        if made.basis == "stated":
            return made
        at = datetime.fromisoformat(text)
    else:
        try:
            at = datetime.strptime(text, form.format)  # noqa: DTZ007 - a zone is only taken where one stands
        except ValueError:
            raise ValueError(f"{text!r} does not fit {form.format}") from None
    assert at is not None
    wall = (at.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
    offset = at.utcoffset()
    if offset is not None:
        return with_offset(wall, offset // _MICROSECOND, text)
    return _in_zone(at, wall, form, text, stated_by)


def _in_zone(at: datetime, wall: int, form: TimeForm, text: str, stated_by: str) -> Moment:
    zone = form.zone
    if zone is None:
        return wall_only(wall, text)
    try:
        offsets = {at.replace(tzinfo=_zone(zone), fold=fold).utcoffset() for fold in (0, 1)}
    except OverflowError:
        return wall_only(wall, text)
    if len(offsets) != 1:
        return wall_only(wall, text)
    offset = offsets.pop() or timedelta()
    found = with_offset(wall, offset // _MICROSECOND, text)
    if found.utc_us is None or form.stated:
        return found
    return Moment(found.utc_us, found.wall_us, text, "assumed", stated_by)
