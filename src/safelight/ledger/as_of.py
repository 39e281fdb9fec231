"""Two questions about the past: what was known at a moment, and what was true at a moment as it is known at another.

A decision is bitemporal: `recorded_at` and what follows it say when it was known, `valid_from` and `valid_to` when it
held in the world (Snodgrass, "Developing Time-Oriented Database Applications in SQL", 1999). A day ends at midnight
Europe/Oslo.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from safelight.errors import BadInput
from safelight.ledger.tables import STATEMENTS

#: The day of the operation. Statements without a time begin and end with it.
ZONE: Final = ZoneInfo("Europe/Oslo")
#: Later than any entry: "as known now", "as it is now".
NOW: Final = 2**62


@dataclass(frozen=True, slots=True)
class AsOf:
    """`known`: what had been written by then (µs UTC, inclusive); `true`: what held in the world then."""

    known: int = NOW
    true: int = NOW

    @classmethod
    def then(cls, day: str) -> Self:
        """What did we know at the end of that day? Raises BadInput."""
        return cls(end_of(day), end_of(day))

    @classmethod
    def seen_today(cls, day: str) -> Self:
        """What, seen from today, was true at the end of that day? Raises BadInput."""
        return cls(NOW, end_of(day))

    @property
    def past(self) -> bool:
        """Nothing can be decided in it."""
        return self != PRESENT

    def holds(self, rows: sa.FromClause = STATEMENTS) -> sa.ColumnElement[bool]:
        """The rows of `state_statements` (or of an alias of it) that stood and held then."""
        row = rows.c
        known = [] if self.known == NOW else [row.recorded_at <= self.known]
        return sa.and_(
            *known,
            sa.or_(row.superseded_at.is_(None), row.superseded_at > self.known),
            sa.or_(row.valid_from.is_(None), row.valid_from <= self.true),
            sa.or_(row.valid_to.is_(None), row.valid_to > self.true),
        )


#: As known now, as it is now.
PRESENT: Final = AsOf()


def day_of(text: str) -> date:
    """A day as ISO 8601 writes it. Raises BadInput."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no date.", "Write it as 2016-11-20.") from error


def begin_of(day: str | date) -> int:
    """The first microsecond of a day in Oslo. Raises BadInput."""
    return _midnight(day if isinstance(day, date) else day_of(day))


def end_of(day: str | date) -> int:
    """The last microsecond of a day in Oslo. Raises BadInput."""
    wanted = day if isinstance(day, date) else day_of(day)
    if wanted == date.max:
        raise BadInput(f"{wanted} is too late.", "Give a day in the operation's time.")
    return _midnight(wanted + timedelta(days=1)) - 1


def day_in_oslo(us: int) -> date:
    """The day that a moment falls on."""
    return datetime.fromtimestamp(us / 1_000_000, ZONE).date()


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), ZONE).timestamp()) * 1_000_000
