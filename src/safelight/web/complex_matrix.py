"""Cases by owner and state as rows of a table, each with its bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from safelight.casework import figures
from safelight.casework.figure import Asked
from safelight.casework.figures_cases import key_of, kind
from safelight.casework.units import Unit

#: The columns, in the order of the ladder; a case that awaits its receiver stands last.
STATES: Final = ("opened", "detained", "indicted", "judged", "closed", "transferred")
#: Colours of the bars.
FILLS: Final = dict(zip(STATES, ("f6", "f1", "f4", "f3", "fl", "f2"), strict=True))
_WIDTH: Final = 190.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of a row's bar."""

    fill: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """One owner. `key` is the part of the figure `cases_owner`."""

    owner: Unit | None
    key: str
    kind: str
    counts: Mapping[str, int]
    bars: Sequence[Bar]

    @property
    def total(self) -> int:
        """All its cases."""
        return sum(self.counts.values())


def matrix(asked: Asked) -> list[Line]:
    """Own first, then other units by the number of their cases, then abroad; nobody's last."""
    by_owner: dict[Unit | None, dict[str, int]] = {}
    for cell in figures.matrix(asked):
        by_owner.setdefault(cell.owner, {})[cell.status] = cell.count
    most = max((sum(counts.values()) for counts in by_owner.values()), default=0)
    lines = [
        Line(owner, key_of(owner), kind(asked, owner), counts, _bars(counts, most))
        for owner, counts in by_owner.items()
    ]
    order = ("cases_own", "cases_other", "cases_abroad", "cases_unowned")
    return sorted(lines, key=lambda one: (order.index(one.kind), -one.total, one.key))


def states(lines: Sequence[Line]) -> list[str]:
    """The columns: a case on its way to another unit is rare, and has a column where there is one."""
    return [
        state for state in STATES if state != "transferred" or any(line.counts.get(state) for line in lines)
    ]


def _bars(counts: Mapping[str, int], most: int) -> list[Bar]:
    bars, x = [], 0.0
    for state, fill in FILLS.items():
        if count := counts.get(state, 0):
            width = _WIDTH * count / most
            bars.append(Bar(fill, round(x, 1), round(max(width - 1, 1), 1)))
            x += width
    return bars
