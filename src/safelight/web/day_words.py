"""Days as people write them in their language: `30 May 2017`, `30. mai 2017`.

A day is one of Oslo, where it ends at midnight. Moments with hours stay `2016-11-22 07:12 UTC` in every language
(see `safelight.messages.figures`).
"""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from safelight.access.neutral import visible
from safelight.casework.dates import day_of
from safelight.messages import language
from safelight.web.spans import locale


def short(moment: int | date | None) -> str:
    """A moment (µs UTC) or a day, for rows: `9 Nov 2016`, `9. nov. 2016`; a dash where there is none."""
    if moment is None:
        return "—"
    day = moment if isinstance(moment, date) else day_of(moment)
    return str(format_date(day, _dotted("d MMM y"), locale=locale()))


def long(moment: int | date) -> str:
    """A moment (µs UTC) or a day, for headings: `9 November 2016`, `9. november 2016`."""
    day = moment if isinstance(moment, date) else day_of(moment)
    return str(format_date(day, _dotted("d MMMM y"), locale=locale()))


def written(text: str) -> str:
    """A day of an address or a statement, `2016-11-09`, as rows show it; what is no day is shown as it stands."""
    try:
        return short(date.fromisoformat(text))
    except ValueError:
        return visible(text)


def written_long(text: str) -> str:
    """The same for headings."""
    try:
        return long(date.fromisoformat(text))
    except ValueError:
        return visible(text)


def _dotted(pattern: str) -> str:
    """Norwegian puts a full stop behind the day."""
    return pattern if language() == "en" else pattern.replace("d ", "d. ", 1)
