"""Lanes of the timeline as they are drawn and said: what each source holds, and its gaps as marks, sentences and rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from safelight.access.neutral import visible
from safelight.access.timeline_bars import BY_NAME, DAY, edges
from safelight.access.timeline_lanes import By, Lane
from safelight.access.zones import Zone
from safelight.messages import _
from safelight.web.search import network_badge
from safelight.web.spans import long_span, said
from safelight.web.timeline_rows import Row

#: Characters of a lane's name that stand before it.
_SHORT = 5
#: Gaps that are listed, the longest.
LISTED = 8
#: A source that begins or ends inside a window says so where so large a part of it is empty (one in ...).
_PART = 64


@dataclass(frozen=True, slots=True)
class Mark:
    """A hatched piece of a lane. `title` says what it is."""

    x: float
    width: float
    title: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One lane: its name, short and whole, what it is as a filter, its events in the window (in words), the place
    from its first event to its last (the width may be 0), where it has events, and its gaps."""

    short: str
    name: str
    value: str
    events: str
    y: int
    x: float
    width: float
    runs: tuple[Mark, ...]
    gaps: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without an event, of one lane or several. `text` is its sentence without the names."""

    names: tuple[str, ...]
    begin: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class GapRow:
    """A gap between the rows of the table."""

    clock: str
    text: str


def short(name: str, by: By, n: int) -> str:
    """What stands before a lane: of an exhibit's number the end, which tells exhibits of one case apart; of a network its
    letters; of an account its number (`n`, from 0), for names are too long."""
    if by == "exhibit":
        return name.rpartition("-")[2][-_SHORT:]
    return network_badge(name, "") if by == "network" else str(n + 1)


def inward(begin: int, end: int, zone: Zone) -> tuple[int, int]:
    """A gap of whole UTC days in whole days of the zone: only those that lie in it."""
    if begin % DAY or end % DAY:
        return begin, end
    days = edges(BY_NAME["day"], begin, end, zone)
    low = days[0] if days[0] >= begin else days[1]
    high = max((one for one in days if one <= end), default=end)
    return (low, high) if low < high else (begin, end)


def gaps_of(lanes: Sequence[Lane], begin: int, end: int, zone: Zone) -> list[Gap]:
    """What the pane lists: gaps, sources that begin or end inside the window; those of several lanes once."""
    found: dict[tuple[int, int, str], list[str]] = {}
    for lane in lanes:
        for low, high in lane.gaps:
            low, high = inward(low, high, zone)
            text = _("%(span)s: nothing for %(long)s") % {
                "span": said(low, high, zone), "long": long_span(high - low),
            }  # fmt: skip
            found.setdefault((low, high, text), []).append(lane.name)
        least = (end - begin) // _PART
        if lane.last < end and end - max(lane.last, begin) > least:
            text = _("its last event is on %(day)s") % {"day": _day(lane.last, zone)}
            found.setdefault((max(lane.last, begin), end, text), []).append(lane.name)
        if lane.first > begin and min(lane.first, end) - begin > least:
            text = _("its first event is on %(day)s") % {"day": _day(lane.first, zone)}
            found.setdefault((begin, min(lane.first, end), text), []).append(lane.name)
    longest = sorted(found, key=lambda one: (one[0] - one[1], one[0], one[2]))[:LISTED]
    return [
        Gap(tuple(map(visible, found[one])), one[0], one[1], one[2])
        for one in sorted(longest, key=lambda one: one[:2])
    ]


def _day(us: int, zone: Zone) -> str:
    low = edges(BY_NAME["day"], us, us + 1, zone)
    return said(low[0], low[-1], zone)


def rows_with_gaps(
    rows: Sequence[Row], lanes: Sequence[Lane], by: By, begin: int, zone: Zone, first_page: bool
) -> list[Row | GapRow]:
    """Events in their order with the gaps that begin between them; one that began before the window stands first."""
    gaps: dict[tuple[int, int], list[str]] = {}
    for lane in lanes:
        for gap in lane.gaps:
            gaps.setdefault(inward(*gap, zone), []).append(visible(lane.name))
    times = [row.event.us or 0 for row in rows]
    waiting = [
        (at, until, names)
        for (at, until), names in sorted(gaps.items())
        if times and (at >= times[0] or (first_page and at >= begin)) and at < times[-1]
    ]
    found: list[Row | GapRow] = []
    for row in rows:
        while waiting and waiting[0][0] <= (row.event.us or 0):
            found.append(_row(*waiting.pop(0), by, zone))
        found.append(row)
    return found


def _row(at: int, until: int, names: Sequence[str], by: By, zone: Zone) -> GapRow:
    wall = zone.local(at)
    told = {"names": ", ".join(names), "until": _moment(until, zone), "long": long_span(until - at)}
    if by == "exhibit":
        text = (
            _("%(names)s: nothing held until %(until)s, for %(long)s; what stands between is from elsewhere")
            % told
        )
    else:
        text = _("%(names)s: nothing until %(until)s, for %(long)s") % told
    return GapRow(f"{wall:%Y-%m-%d %H:%M} →" if wall else "", text)


def _moment(us: int, zone: Zone) -> str:
    wall = zone.local(us)
    return f"{wall:%Y-%m-%d %H:%M}" if wall else "–"
