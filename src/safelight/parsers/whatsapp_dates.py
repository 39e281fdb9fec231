"""Dates of WhatsApp's text export, which are written as the phone's language has them: which number is what?

A year of four figures in front settles it, and so do numbers that only one order can hold: a month above twelve, a day above
31. Points without spaces mean day first (in CLDR no language writes month.day.year, or begins with a year of two figures and
a bare point). A year of two figures may stand in front or behind, so `20/12/25` has two readings. Then the order in which
messages follow each other may tell: only one reading may go forward in time. Else somebody has to say
(`Options.date_order`), or the export is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from safelight.parsers.irc_clock import day_us
from safelight.parsers.model import DateOrder, ParseFailed

#: The three numbers as written, and what stands between them.
Written = tuple[int, int, int, str]

#: Days in a row that are kept for comparing: more than any ambiguity needs, and bounded.
_KEPT = 5000
#: Its last two figures are the first year in front: WhatsApp came out in 2009.
_FIRST_YEAR: Final = 9
_ORDERS: Final[tuple[DateOrder, ...]] = ("dmy", "mdy", "ymd")


@dataclass(slots=True)
class Dates:
    """All dates of an export, seen before one of them is read."""

    _seen: list[Written] = field(default_factory=list)
    _possible: set[DateOrder] = field(default_factory=lambda: set(_ORDERS))

    def see(self, written: Iterable[Written]) -> None:
        """Take dates in their order in the file."""
        for one in written:
            if one[0] < 1000 and (fits := _fitting(one)):  # what no order can hold tells nothing
                self._possible &= fits
            if len(self._seen) < _KEPT and (not self._seen or self._seen[-1] != one):
                self._seen.append(one)

    def order(self, told: DateOrder | None) -> DateOrder:
        """The order that holds for the whole file. Raises ParseFailed("ambiguous")."""
        possible = [order for order in _ORDERS if order in self._possible]
        if not possible:
            raise ParseFailed(
                "ambiguous", "dates are written in two orders: day, month or year change places in the file"
            )
        days = {order: [day_of(one, order) for one in self._seen] for order in possible}
        forward = [order for order in possible if _goes_forward(days[order])] or possible
        if all(days[order] == days[forward[0]] for order in forward):
            return forward[0]
        if told in forward:
            return told
        first, second, third, between = next(
            one for one in self._seen if len({day_of(one, order) for order in forward}) > 1
        )
        example = f"{first}{between}{second}{between}{third:02}"
        names = {"dmy": "day", "mdy": "month", "ymd": "year"}
        ways = " or ".join(names[order] for order in forward)
        raise ParseFailed(
            "ambiguous", f"{example} can be {ways} first, and the file does not tell; give the order"
        )


def _fitting(written: Written) -> set[DateOrder]:
    """The orders in which these numbers can be a date."""
    first, second, third, between = written
    month_second = 1 <= second <= 12
    found: set[DateOrder] = set()
    if 1 <= first <= 31 and month_second:
        found.add("dmy")
    if 1 <= first <= 12 and 1 <= second <= 31 and not between.startswith("."):
        found.add("mdy")
    if _FIRST_YEAR <= first < 100 and month_second and 1 <= third <= 31 and between != ".":
        found.add("ymd")
    return found


def _goes_forward(days: Sequence[int | None]) -> bool:
    return None not in days and all(a <= b for a, b in pairwise(day for day in days if day is not None))


def day_of(written: Written, order: DateOrder) -> int | None:
    """Midnight of that day in microseconds since 1970; None for a day that no calendar has."""
    first, second, third, _ = written
    if first >= 1000:
        return day_us(first, second, third)
    if order == "ymd":
        return day_us(first + 2000, second, third) if first < 100 else None
    year = third + 2000 if third < 100 else third
    return day_us(year, first, second) if order == "mdy" else day_us(year, second, first)
