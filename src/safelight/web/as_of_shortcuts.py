"""Days that the picker offers, because they are asked for often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from safelight.messages import _


def shortcuts(today: date | None = None) -> Sequence[tuple[str, str]]:
    """Days that are asked for often: title and day."""
    now = today or date.today()  # noqa: DTZ011  the day on the wall beside the officer
    month, year = now.replace(day=1) - timedelta(1), date(now.year - 1, 12, 31)
    return [
        (_("A week ago"), (now - timedelta(7)).isoformat()),
        (_("End of last month"), month.isoformat()),
        (_("End of last year"), year.isoformat()),
    ]
