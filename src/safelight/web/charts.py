"""Geometry of the small charts; templates draw them as SVG, sizes by attribute and colours by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from safelight.access.model import Histogram


@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar of a horizontal chart; `y` is the top of its row, `width` of at most `BAR_WIDTH`."""

    name: str
    value: int
    query: str
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a histogram. Heights are of at most `HEIGHT`."""

    x: float
    width: float
    height: float
    items: int
    start: str
    end: str
    distinct: int | None = None


BAR_WIDTH = 150
ROW = 21
WIDTH = 1000
HEIGHT = 44


def bars(values: Sequence[tuple[str, int, str]]) -> tuple[BarRow, ...]:
    """Horizontal bars from (name, value, query), zero-based."""
    most = max((value for _name, value, _query in values), default=0)
    return tuple(
        BarRow(name, value, query, n * ROW, round(BAR_WIDTH * value / most, 1) if most else 0.0)
        for n, (name, value, query) in enumerate(values)
    )


def columns(found: Histogram) -> tuple[Column, ...]:
    """A histogram's columns; a span without items has none, so that it stays empty."""
    if not found.bars:
        return ()
    most = max(bar.items for bar in found.bars)
    step = WIDTH / len(found.bars)
    return tuple(
        Column(
            x=round(n * step, 2),
            width=round(max(step - 1, step * 0.8), 2),
            height=max(round(HEIGHT * bar.items / most, 2), 0.8),
            items=bar.items,
            start=day(bar.start_us),
            end=day(bar.end_us - 1),
            distinct=bar.distinct,
        )
        for n, bar in enumerate(found.bars)
        if bar.items
    )


def day(us: int) -> str:
    """The day of a time, `2016-11-22`."""
    try:
        return datetime.fromtimestamp(us // 1_000_000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
