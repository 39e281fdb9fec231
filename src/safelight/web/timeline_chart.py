"""Geometry of the timeline's charts: the histogram with its axis, what each exhibit holds, and the strip of the whole.

Templates draw them as SVG (sizes by attribute, colours by class), so that they are there without JavaScript. uPlot would
draw no more than these hundred bars, and would need them as JSON beside the links that every bar is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from babel.dates import format_date

from safelight.access.timeline import Picture, Tally
from safelight.access.timeline_bars import BY_NAME, LEVELS, MINUTE, Level, edges
from safelight.access.timeline_lanes import By, Lane
from safelight.access.zones import Zone
from safelight.messages import _
from safelight.messages.figures import decimal
from safelight.web.spans import locale, said, short_day, weekday
from safelight.web.timeline_lanes import Drawn, Mark, inward, short

WIDTH, LEFT, TOP, BASE = 800, 34, 16, 132
#: Rows of lanes below the axis.
LANES_AT, LANE = 154, 13
STRIP, STRIP_TOP = 32, 2
#: Series in the order in which they are stacked: name, class, kinds.
SERIES = (
    ("message", "f1", ("message",)),
    ("call", "f3", ("call",)),
    ("transfer", "f2", ("transfer",)),
    ("media", "f4", ("media",)),
    ("other", "f6", ("login", "membership", "location", "created", "modified", "accessed")),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One series of one bar."""

    css: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: place, pieces, its span, what it says, and whether one can zoom into it. It is as high as there are distinct
    events; where copies alone have its time, it has no piece."""

    x: float
    width: float
    pieces: tuple[Piece, ...]
    begin: int
    end: int
    title: str
    figures: tuple[Tally, ...]
    """Events by series, distinct and with copies."""
    opens: bool
    cut: str = ""
    """What it holds, where it is higher than the scale: it is then drawn broken."""

    @property
    def found(self) -> int:
        """Everything that has its time, copies included."""
        return sum(one.found for one in self.figures)


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark of an axis. `more` stands beside the text, quieter."""

    x: float
    text: str
    more: str = ""
    line: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """The histogram."""

    bars: tuple[Bar, ...]
    scale: tuple[tuple[float, str], ...]
    majors: tuple[Tick, ...]
    minors: tuple[Tick, ...]
    lanes: tuple[Drawn, ...]
    height: int
    series: tuple[tuple[str, str], ...]


def chart(picture: Picture, zone: Zone, lanes: Sequence[Lane] = (), by: By = "exhibit") -> Chart:
    """The window, and lanes below it."""
    begin, end = picture.edges[0], picture.edges[-1]
    top = _round(scale_of([sum(bar.values()) for bar in picture.bars]))
    major, minor = _marks(begin, end)
    drawn = tuple(_drawn(lane, n, by, begin, end, zone) for n, lane in enumerate(lanes))
    return Chart(
        bars=tuple(_bars(picture, zone, top)),
        scale=tuple(
            (round(BASE - (BASE - TOP) * part / 2, 1), _figure(top * part / 2)) for part in (0, 1, 2)
        ),
        majors=tuple(_majors(major, begin, end, zone)),
        minors=tuple(_minors(minor, begin, end, zone)),
        lanes=drawn,
        height=LANES_AT + LANE * len(drawn) - 4,
        series=tuple((name, css) for name, css, _kinds in SERIES),
    )


@dataclass(frozen=True, slots=True)
class Strip:
    """The whole extent, and where the window lies in it."""

    bars: tuple[Bar, ...]
    years: tuple[Tick, ...]
    x: float
    width: float
    gaps: tuple[Mark, ...] = ()


def strip(whole: Picture, begin: int, end: int, zone: Zone, gaps: Sequence[tuple[int, int]] = ()) -> Strip:
    """The overview: bars of all kinds together, and times of which no source holds anything."""
    first, last = whole.edges[0], whole.edges[-1]
    most = scale_of([sum(bar.values()) for bar in whole.bars])
    bars = []
    for n, counts in enumerate(whole.bars):
        low, high, total = whole.edges[n], whole.edges[n + 1], sum(counts.values())
        tally = Tally(total, sum(whole.found[n].values()))
        x, x2 = _x(low, first, last, 0), _x(high, first, last, 0)
        height = max(round((STRIP - STRIP_TOP) * min(total / most, 1), 1), 0.8) if total else 0.0
        pieces = (Piece("f6", STRIP - height, height),) if total else ()
        title = f"{said(low, high, zone)}: {both(tally)}"
        bars.append(Bar(x, max(x2 - x - 1, 0.6), pieces, low, high, title, (tally,), high - low >= MINUTE))
    left, right = _x(max(begin, first), first, last, 0), _x(min(end, last), first, last, 0)
    hatched = []
    for low, high in gaps:
        x, x2 = _x(low, first, last, 0), _x(high, first, last, 0)
        text = _("no source holds anything, %(span)s") % {"span": said(*inward(low, high, zone), zone)}
        hatched.append(Mark(x, max(round(x2 - x, 2), 2.0), text))
    return Strip(
        tuple(bars), tuple(axis_of(first, last, zone, 0)), left, max(right - left, 3), tuple(hatched)
    )


def axis_of(begin: int, end: int, zone: Zone, left: int, width: int = WIDTH) -> list[Tick]:
    """One axis alone: fourteen marks at most, where a year begins its number."""
    level = next((level for level in LEVELS if (end - begin) / level.us <= 14), LEVELS[-1])
    return [
        Tick(round(left + (tick.x - left) * (width - left) / (WIDTH - left), 1), tick.text)
        for tick in _minors(level, begin, end, zone, left, years=True)
    ]


def _bars(picture: Picture, zone: Zone, top: int) -> list[Bar]:
    begin, end = picture.edges[0], picture.edges[-1]
    bars = []
    for n, counts in enumerate(picture.bars):
        low, high = picture.edges[n], picture.edges[n + 1]
        x, x2 = _x(low, begin, end), _x(high, begin, end)
        figures = tuple(
            Tally(*(sum(one.get(kind, 0) for kind in kinds) for one in (counts, picture.found[n])))
            for _name, _css, kinds in SERIES
        )
        total, found = (sum(one) for one in zip(*figures, strict=True))
        pieces, y, shrunk = [], float(BASE), min(1.0, top / total) if total else 1.0
        for (_name, css, _kinds), value in zip(SERIES, figures, strict=True):
            if value.events:
                height = max((BASE - TOP) * value.events * shrunk / top, 0.6)
                y -= height
                pieces.append(Piece(css, round(y, 2), round(height, 2)))
        gap = 1 if x2 - x > 3 else 0.4
        title = f"{said(low, high, zone)}: {both(Tally(total, found))}"
        bars.append(
            Bar(
                x,
                round(max(x2 - x - gap, 0.6), 2),
                tuple(pieces),
                low,
                high,
                title,
                figures,
                high - low >= MINUTE,
                decimal(total) if total > top else "",
            )
        )
    return bars


def both(tally: Tally) -> str:
    """Distinct events, and where these are not all that were found, how many with copies."""
    if tally.events == tally.found:
        return decimal(tally.events)
    return f"{decimal(tally.events)}, {_('%(n)s with copies') % {'n': decimal(tally.found)}}"


def scale_of(totals: Sequence[int]) -> int:
    """What the scale must show. Up to three bars that stand four times above all others are cut, and say their figure:
    the files that an installer wrote in an hour must not flatten ten years of messages.
    """
    ranked = sorted((total for total in totals if total), reverse=True)
    if len(ranked) > 8:
        for high, low in pairwise(ranked[:4]):
            if high > 4 * low:
                return low
    return ranked[0] if ranked else 1


def _x(us: int, begin: int, end: int, left: int = LEFT) -> float:
    return round(left + (WIDTH - left) * (us - begin) / max(end - begin, 1), 2)


def _drawn(lane: Lane, n: int, by: By, begin: int, end: int, zone: Zone) -> Drawn:
    """The lane at a place: a line from its first event to its last, thick where it has events, with its gaps."""

    def mark(low: int, high: int, what: str, least: float) -> Mark:
        x, x2 = _x(max(low, begin), begin, end), _x(min(high, end), begin, end)
        return Mark(x, max(round(x2 - x, 2), least), f"{lane.name}, {said(low, high, zone)}{what}")

    line = mark(lane.first, lane.last, "", 2.0)
    there = lane.first < end and lane.last >= begin
    return Drawn(
        short=short(lane.value, by, n),
        name=lane.name,
        value=lane.value,
        events=_("events in the window: %(n)s") % {"n": both(lane.tally)},
        y=LANES_AT + n * LANE,
        x=line.x if there else float(LEFT),
        width=line.width if there else 0.0,
        runs=tuple(mark(low, high, "", 1.0) for low, high in lane.runs),
        gaps=tuple(mark(*inward(low, high, zone), f": {_('nothing')}", 2.0) for low, high in lane.gaps),
    )


def _round(most: int) -> int:
    """The top of the scale: an even number that people read easily."""
    size = 2
    while size < most:
        for factor in (2, 2.5, 2):
            size = int(size * factor)
            if size >= most:
                break
    return size


def _figure(value: float) -> str:
    for size, unit in ((1_000_000, " M"), (1_000, " k")):
        if value >= 10 * size or (value >= size and value % size == 0):
            return decimal(value / size, 0 if value % size == 0 else 1) + unit
    return decimal(value)


def _marks(begin: int, end: int) -> tuple[Level, Level]:
    """Units of the upper and the lower axis: twenty-one marks below at most."""
    minor = next((level for level in LEVELS if (end - begin) / level.us <= 21), LEVELS[-1])
    above = ("minute", "hour", "day", "month", "year", "decade", "century")
    major = next((BY_NAME[name] for name in above if BY_NAME[name].us > minor.us), LEVELS[-1])
    return major, minor


def _majors(level: Level, begin: int, end: int, zone: Zone) -> list[Tick]:
    """The upper axis. The first one says where one is, even if it began before; names give way to what comes next."""
    found: list[Tick] = []
    at = edges(level, begin, end, zone)[:-1]
    for us in reversed(at):
        x = _x(max(us, begin), begin, end)
        wall = zone.local(us)
        if wall is None:
            continue
        text, more = _major_text(level, wall, first=us == at[0])
        room = (found[-1].x if found else WIDTH) - x
        if room >= 7 * len(text):
            found.append(
                Tick(x, text, more if room >= 7 * (len(text) + len(more) + 1) else "", line=us >= begin)
            )
    return found[::-1]


def _major_text(level: Level, wall: datetime, first: bool) -> tuple[str, str]:
    if level.name in ("minute", "hour"):
        return (f"{short_day(wall)} {wall:%H:%M}" if first else f"{wall:%H:%M}"), ""
    if level.name == "day":
        return short_day(wall), f"{weekday(wall)} {wall.year}" if first else weekday(wall)
    if level.name == "month":
        return format_date(wall, "LLL y" if first or wall.month == 1 else "LLL", locale=locale()), ""
    return str(wall.year), ""


def _minors(
    level: Level, begin: int, end: int, zone: Zone, left: int = LEFT, years: bool = False
) -> list[Tick]:
    found = []
    for us in edges(level, begin, end, zone)[:-1]:
        wall = zone.local(us)
        if wall is not None and us >= begin:
            x = _x(us, begin, end, left)
            if x < WIDTH - 14:
                begins = years and wall.month == 1 and wall.day == 1 and wall.hour == 0
                found.append(Tick(x, str(wall.year) if begins else _minor_text(level, wall)))
    return found


def _minor_text(level: Level, wall: datetime) -> str:
    if level.us < MINUTE:
        return f"{wall:%S}"
    if level.us < BY_NAME["hour"].us:
        return f"{wall:%H:%M}"
    if level.us < BY_NAME["day"].us:
        return f"{wall:%H}"
    if level.us < BY_NAME["month"].us:
        return str(wall.day) if level.name == "day" else short_day(wall)
    if level.us < BY_NAME["year"].us:
        return format_date(wall, "LLL", locale=locale()).rstrip(".")
    return str(wall.year)
