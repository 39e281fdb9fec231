"""Geometry of an account's charts: names over the years, hours by weekday, and months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from safelight.access.account import Name
from safelight.access.timeline import Counted, Picture, bars_of
from safelight.access.timeline_bars import edges, level_for
from safelight.access.zones import Zone
from safelight.messages.figures import decimal
from safelight.web.spans import weekday
from safelight.web.timeline_chart import Tick, axis_of

WIDTH, LEFT = 760, 108
ROW, BOX = 26, 19
#: Size and place of a cell of the heat map.
CELL, STEP_X, STEP_Y, HEAT_LEFT = 12, 13.4, 14, 34


@dataclass(frozen=True, slots=True)
class Box:
    """A name as long as it was carried. `text` is cut where the box is narrow; `open`: nobody says that it ended."""

    x: float
    width: float
    text: str
    title: str
    named: Name


@dataclass(frozen=True, slots=True)
class NameRow:
    """Names of one kind, one after the other."""

    kind: str
    y: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class NameChart:
    """Names that have a time."""

    rows: tuple[NameRow, ...]
    years: tuple[Tick, ...]
    height: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of one weekday; `css` goes from q0 (nothing) to q5 (most)."""

    x: float
    y: float
    css: str
    title: str


@dataclass(frozen=True, slots=True)
class Heat:
    """Hours by weekday. `figures`: messages by weekday (Monday first) and hour."""

    cells: tuple[Cell, ...]
    days: tuple[tuple[float, str], ...]
    hours: tuple[tuple[float, str], ...]
    figures: tuple[tuple[int, ...], ...]


def name_chart(
    names: Sequence[Name], last_us: int | None, zone: Zone, width: int = WIDTH, left: int = LEFT
) -> NameChart | None:
    """Own names by kind: each from when it was first seen to the next one of its kind, the last one to the account's last
    act, in a chart so wide, with so much room for the kinds at the left. None where no name has a time."""
    dated = [one for one in names if one.own and one.since_us is not None]
    if not dated:
        return None
    begin = min(one.since_us or 0 for one in dated)
    end = max([last_us or 0, *(one.seen_us or 0 for one in dated)])
    level = level_for(begin, max(end, begin + 1))
    at = edges(level, begin, max(end, begin + 1), zone)
    begin, end = at[0], at[-1]
    rows = []
    for n, kind in enumerate(sorted({one.kind for one in dated})):
        mine = [one for one in dated if one.kind == kind]
        ends = [*(one.since_us or 0 for one in mine[1:]), end]
        boxes = []
        for one, after in zip(mine, ends, strict=True):
            x, x2 = (_x(us, begin, end, width, left) for us in (one.since_us or 0, after))
            wide = max(round(x2 - x - 2, 1), 3.0)
            room = int(wide // 7)
            text = one.name if len(one.name) <= room else one.name[: room - 1] + "…" if room > 3 else ""
            boxes.append(Box(x, wide, text, one.name, one))
        rows.append(NameRow(kind, 22 + n * ROW, tuple(boxes)))
    return NameChart(tuple(rows), tuple(axis_of(begin, end, zone, left, width)), 24 + ROW * len(rows))


def _x(us: int, begin: int, end: int, width: int, left: int) -> float:
    return round(left + (width - left) * (us - begin) / max(end - begin, 1), 1)


def heat(acts: Counted, kind: int, zone: Zone) -> Heat | None:
    """Messages by weekday and hour as clocks in the zone show them; None where none has a time."""
    figures = [[0] * 24 for _day in range(7)]
    for slot, what, count in zip(acts.slots.tolist(), acts.kinds.tolist(), acts.counts.tolist(), strict=True):
        wall = zone.local(slot * acts.unit) if what == kind else None
        if wall is not None:
            figures[wall.weekday()][wall.hour] += count
    most = max(max(row) for row in figures)
    if not most:
        return None
    days = weekdays()
    cells = [
        Cell(
            round(HEAT_LEFT + hour * STEP_X, 1),
            day * STEP_Y,
            f"q{-(-5 * count // most)}",
            f"{days[day]} {hour:02}–{(hour + 1) % 24:02}: {decimal(count)}",
        )
        for day, row in enumerate(figures)
        for hour, count in enumerate(row)
    ]
    return Heat(
        tuple(cells),
        tuple((day * STEP_Y + 10, name) for day, name in enumerate(days)),
        tuple((round(HEAT_LEFT + hour * STEP_X, 1), f"{hour:02}") for hour in (0, 6, 12, 18, 23)),
        tuple(tuple(row) for row in figures),
    )


def weekdays() -> tuple[str, ...]:
    """Monday to Sunday, short."""
    return tuple(weekday(date(2001, 1, 1 + day)) for day in range(7))


def over_time(acts: Counted, zone: Zone) -> Picture | None:
    """What it did over its whole time, in bars; None where nothing has a time."""
    found = acts.extent()
    if found is None:
        return None
    return bars_of(acts, *found, zone)
