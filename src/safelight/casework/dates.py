"""Days and periods of statements: read from what people write, and held against what can be true of them.

A period is given in whole days of the operation (Europe/Oslo), both ends within it. Nothing that is known begins in the
future, and nothing holds of a person before birth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from safelight.errors import Refused
from safelight.ledger.as_of import begin_of, day_in_oslo
from safelight.ledger.as_of import day_of as read_day
from safelight.messages import _

_PARTIAL: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when a statement holds, µs UTC, the end outside; None is open."""

    begin: int | None = None
    end: int | None = None

    @property
    def last_day(self) -> date | None:
        """The last day within it."""
        return None if self.end is None else day_in_oslo(self.end - 1)


#: Without a beginning and without an end.
ALWAYS: Final = Period()


def period(first: str = "", last: str = "") -> Period:
    """The period from a first to a last day, each written 2016-11-20 or left empty. Raises BadInput, Refused."""
    begin = begin_of(first) if first else None
    end = begin_of(read_day(last) + timedelta(days=1)) if last else None
    if begin is not None and end is not None and end <= begin:
        raise Refused(
            _("%(last)s lies before %(first)s.") % {"first": first, "last": last},
            _("Give the first day and then the last."),
        )
    return Period(begin, end)


def day_of(us: int) -> date:
    """The day of the operation (Europe/Oslo) that a moment (µs UTC) falls on."""
    return day_in_oslo(us)


def not_in_future(us: int | None, now: int) -> None:
    """Raises Refused for a moment that is still to come: what is known has begun."""
    if us is not None and us > now:
        raise Refused(
            _("%(day)s lies in the future.") % {"day": day_in_oslo(us).isoformat()},
            _("Give the day since when it has been so."),
        )


def partial(text: str) -> tuple[date, date]:
    """First and last day that a date such as 1971, 1971-04 or 1971-04-30 can mean. Raises Refused."""
    found = _PARTIAL.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        year, month, day = (int(part) if part else None for part in found.groups())
        first = date(year or 0, month or 1, day or 1)
        if day:
            return first, first
        after = date(first.year + (month in (None, 12)), 1 if month is None else month % 12 + 1, 1)
        return first, after - timedelta(days=1)
    except ValueError:
        raise Refused(
            _("“%(text)s” is no date.") % {"text": text.strip()},
            _("Write it as 1971, 1971-04 or 1971-04-30."),
        ) from None
