"""How large the casework of an operation is, and the two days on which its figures are known beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Measures:
    """Figures that a replayed script ends in: `first` on the first day, the others on the second, both counted from the
    seizure."""

    suspects_first: int
    own_first: int
    suspects: int
    own: int
    others: tuple[tuple[str, int], ...]
    """Cases with other Norwegian districts. The first one is where the person lives who turns out to live in the second."""
    abroad: tuple[tuple[str, str], ...]
    """Country and unit, one case each."""
    children_first: int
    children: int
    further: int
    seized: int
    """Bytes, as registered."""


FIRST_DAY: Final = 307
SECOND_DAY: Final = 498
OWN: Final = "Vest"
#: One place in each district, with the number that its municipality had in 2016.
PLACES: Final = {
    "Oslo": ("Oslo", "0301"),
    "Øst": ("Ski", "0213"),
    "Innlandet": ("Hamar", "0403"),
    "Sør-Øst": ("Skien", "0806"),
    "Agder": ("Kristiansand", "1001"),
    "Sør-Vest": ("Stavanger", "1103"),
    "Vest": ("Bergen", "1201"),
    "Møre og Romsdal": ("Molde", "1502"),
    "Trøndelag": ("Trondheim", "1601"),
    "Nordland": ("Bodø", "1804"),
    "Troms": ("Tromsø", "1902"),
    "Finnmark": ("Alta", "2012"),
}
_TERABYTE = 10**12

MEASURES: Final = {
    "small": Measures(6, 3, 10, 5, (("Agder", 1), ("Sør-Vest", 2), ("Oslo", 1)), (), 6, 11, 3, 4 * _TERABYTE),
    "medium": Measures(
        20, 9, 33, 14,
        (("Agder", 2), ("Sør-Vest", 3), ("Oslo", 3), ("Øst", 2), ("Innlandet", 2), ("Trøndelag", 2)),
        (("SE", "NOA"),), 40, 70, 12, 38 * _TERABYTE,
    ),
    "darkroom": Measures(
        51, 24, 97, 37,
        (("Agder", 3), ("Sør-Vest", 8), ("Oslo", 7), ("Øst", 6), ("Sør-Øst", 6), ("Innlandet", 4), ("Trøndelag", 4),
         ("Møre og Romsdal", 3), ("Nordland", 2), ("Troms", 1), ("Finnmark", 1)),
        (("SE", "NOA"), ("DK", "NC3")), 162, 304, 40, 150 * _TERABYTE,
    ),
}  # fmt: skip
