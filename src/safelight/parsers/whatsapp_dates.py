"""Dates of WhatsApp's text export, which are written as the phone's language has them: which number is the day?

A year of four figures in front, points between the numbers (no language in CLDR writes month.day.year), or a number above
twelve settles it. Else the order in which messages follow each other may: only one reading may go forward in time. Else
somebody has to say (`Options.date_order`), or the export is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from safelight.parsers.irc_clock import day_us
from safelight.parsers.model import DateOrder, ParseFailed

#: The three numbers as written, and what stands between them.
Written = tuple[int, int, int, str]

#: Days in a row that are kept for comparing: more than any ambiguity needs, and bounded.
_KEPT = 5000


@dataclass(slots=True)
class Dates:
    """All dates of an export, seen before one of them is read."""

    _seen: list[Written] = field(default_factory=list)
    _first_is_day: bool = False
    _second_is_day: bool = False

    def see(self, written: Iterable[Written]) -> None:
        """Take dates in their order in the file."""
        for one in written:
            first, second, _, _ = one
            if first < 1000:
                self._first_is_day = self._first_is_day or first > 12
                self._second_is_day = self._second_is_day or second > 12
            if len(self._seen) < _KEPT and (not self._seen or self._seen[-1] != one):
                self._seen.append(one)

    def order(self, told: DateOrder | None) -> DateOrder:
        """The order that holds for the whole file. Raises ParseFailed("ambiguous")."""
        if self._first_is_day and self._second_is_day:
            raise ParseFailed(
                "ambiguous", "dates are written in two orders: day and month change places in the file"
            )
        if self._first_is_day:
            return "dmy"
        if self._second_is_day:
            return "mdy"
        if all(
            first >= 1000 or between == "." or first == second for first, second, _, between in self._seen
        ):
            return "dmy"
        forward = [order for order in ("dmy", "mdy") if self._goes_forward(order)]
        if len(forward) == 1:
            return "mdy" if forward[0] == "mdy" else "dmy"
        if told in ("dmy", "mdy"):
            return told
        first, second, third, between = next(one for one in self._seen if one[0] != one[1])
        example = f"{first}{between}{second}{between}{third:02}"
        raise ParseFailed(
            "ambiguous", f"{example} can be day or month first, and the file does not tell; give the order"
        )

    def _goes_forward(self, order: str) -> bool:
        days = [day_of(one, "mdy" if order == "mdy" else "dmy") for one in self._seen]
        return None not in days and all(a <= b for a, b in pairwise(day for day in days if day is not None))


def day_of(written: Written, order: DateOrder) -> int | None:
    """Midnight of that day in microseconds since 1970; None for a day that no calendar has."""
    first, second, third, _ = written
    if first >= 1000:
        return day_us(first, second, third)
    year = third + 2000 if third < 100 else third
    return day_us(year, first, second) if order == "mdy" else day_us(year, second, first)
