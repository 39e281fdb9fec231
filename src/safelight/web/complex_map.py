"""A simple map: one tile for each district since 2016, where it lies to the others. No outside data is in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from safelight.casework import districts
from safelight.casework.figure import Asked
from safelight.casework.units import Unit
from safelight.web.casework_words import unit
from safelight.web.complex_matrix import Line

#: Column and row of each district's tile, north at the top.
PLACES: Final = {
    "Finnmark": (5, 0), "Troms": (4, 0), "Nordland": (3, 1), "Trøndelag": (2, 2), "Møre og Romsdal": (1, 3),
    "Innlandet": (2, 3), "Vest": (0, 4), "Sør-Øst": (1, 4), "Oslo": (2, 4), "Øst": (3, 4), "Sør-Vest": (0, 5),
    "Agder": (1, 5),
}  # fmt: skip
STEP_X: Final = 128
STEP_Y: Final = 62


@dataclass(frozen=True, slots=True)
class Tile:
    """One district: where its tile stands in the drawing, and how many cases it has. `shade`: 0 (none) to 4."""

    name: str
    key: str
    x: int
    y: int
    count: int
    own: bool
    shade: int


def tiles(lines: Sequence[Line], asked: Asked) -> list[Tile]:
    """The districts of the day that is asked about; none where it lies before 2016, for the tiles are those of today."""
    there = {one.name for one in districts.every(asked.true_day)}
    if not there >= PLACES.keys():
        return []
    counts = {line.key: line.total for line in lines}
    most = max((counts.get(name, 0) for name in PLACES), default=0)
    return [
        Tile(
            unit(Unit("district", name)),
            name,
            column * STEP_X,
            row * STEP_Y,
            counts.get(name, 0),
            name == asked.own,
            math.ceil(4 * math.sqrt(counts.get(name, 0) / most)) if most else 0,
        )
        for name, (column, row) in PLACES.items()
    ]
