"""Geometry of the evidence waterfall: it starts at the prior, one bar a kind, and ends at the sum.

For goes to the right and is solid, against goes to the left and is hatched, a kind that says nothing is a ring. Sentences
are broken into lines here, for text in SVG does not wrap.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from safelight.messages.figures import decimal

WIDTH, LEFT, RIGHT = 536, 244, 40
#: Height of a bar, of a line of the title and of the sentence; letters that fit beside the chart.
BAR, TITLE, LINE, GAP = 13, 14, 12, 10
LETTERS, TITLE_LETTERS = 43, 36
#: Lines of a sentence that stand in the picture; the table has it whole.
MOST_LINES = 6
#: Points (log-odds) that are nothing to the eye.
NOTHING = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """One kind: its words, and its bar from where the sum stood to where it goes."""

    kind: str
    title: tuple[str, ...]
    """In lines: whole, however long."""
    lines: tuple[str, ...]
    sentence: str
    points: float
    y: float
    x: float
    width: float
    label_x: float
    anchor: str
    side: str
    """`for`, `against` or `none`."""
    before_x: float
    """Where the sum stood, and from where down the line that says so is drawn."""
    before_y: float
    bar_y: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """One line of the scale."""

    x: float
    text: str
    even: bool


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The picture."""

    start_x: float
    start: str
    steps: tuple[Step, ...]
    ticks: tuple[Tick, ...]
    sum_x: float
    last_y: float
    """From where down the line to the sum is drawn."""
    sum_y: float
    height: float


def signed(points: float) -> str:
    """`+5.9`, `−1.3`, `0`: log-odds to one place, with a real minus."""
    if abs(points) < NOTHING:
        return "0"
    return f"{'+' if points > 0 else '−'}{decimal(abs(points), 1)}"


def waterfall(prior: float, pieces: Sequence[tuple[str, str, str, float]]) -> Waterfall:
    """The picture of kinds (name, title, sentence, points) that are added to the prior in this order."""
    sums = [prior]
    for _kind, _title, _sentence, points in pieces:
        sums.append(sums[-1] + points)
    low, high = min(*sums, -1.0), max(*sums, 1.0)
    span = high - low
    low, high = low - 0.06 * span, high + 0.1 * span

    def x_of(value: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / (high - low), 1)

    steps: list[Step] = []
    y, above = 46.0, 34.0
    for (kind, title, sentence, points), before, after in zip(pieces, sums, sums[1:], strict=False):
        lines = _wrapped(sentence)
        heading = tuple(textwrap.wrap(title, TITLE_LETTERS)) or ("",)
        height = TITLE * len(heading) + LINE * len(lines) + GAP
        nothing = abs(points) < NOTHING
        left, right = sorted((x_of(before), x_of(after)))
        width = max(right - left, 1.5)
        label = (right if not nothing else x_of(before)) + 6
        fits = label + 34 <= WIDTH
        steps.append(
            Step(
                kind=kind,
                title=heading,
                lines=lines,
                sentence=sentence,
                points=points,
                y=round(y, 1),
                x=left,
                width=round(width, 1),
                label_x=round(label if fits else left - 6, 1),
                anchor="start" if fits else "end",
                side="none" if nothing else "for" if points > 0 else "against",
                before_x=x_of(before),
                before_y=round(above, 1),
                bar_y=round(y + 2, 1),
                height=height,
            )
        )
        above = y + 2 + (BAR if not nothing else 10)
        y += height
    return Waterfall(
        start_x=x_of(prior),
        start=signed(prior),
        steps=tuple(steps),
        ticks=tuple(Tick(x_of(value), _scale(value), value == 0) for value in _ticks(low, high)),
        sum_x=x_of(sums[-1]),
        last_y=round(above, 1),
        sum_y=round(y, 1),
        height=round(y + 26, 1),
    )


def _wrapped(sentence: str) -> tuple[str, ...]:
    lines = textwrap.wrap(sentence, LETTERS, break_long_words=True)
    if len(lines) > MOST_LINES:
        lines = [
            *lines[: MOST_LINES - 1],
            textwrap.shorten(lines[MOST_LINES - 1], LETTERS - 2, placeholder="") + " …",
        ]
    return tuple(lines)


def _ticks(low: float, high: float) -> list[int]:
    step = next(one for one in (2, 4, 8, 16, 32, 64, 128) if (high - low) / one <= 6)
    return list(range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step))


def _scale(value: int) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value)}"
