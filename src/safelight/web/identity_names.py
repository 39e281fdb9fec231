"""Geometry of a person's names over the years: one row an account, one box a name, as long as it was carried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from safelight.access.accounts import AccountRow
from safelight.access.identities import account_of
from safelight.access.neutral import visible
from safelight.access.person_facts import Facts
from safelight.access.timeline_bars import edges, level_for
from safelight.access.zones import Zone
from safelight.identities.persons import Person
from safelight.identities.reading import Standing, tenure
from safelight.messages import _
from safelight.web.identity_words import probability
from safelight.web.search import network_badge
from safelight.web.timeline_chart import Tick, axis_of

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 150, 44, 28, 24
LETTERS = 16


@dataclass(frozen=True, slots=True)
class Box:
    """One name. `text` is cut to what fits, `title` says it whole."""

    x: float
    width: float
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class AccountNames:
    """One account: badge, name, the names it carried as boxes, whether people decided that it belongs, its probability."""

    tenure: str
    y: int
    badge: str
    name: str
    title: str
    decided: bool
    shared: bool
    boxes: tuple[Box, ...]
    number: str


@dataclass(frozen=True, slots=True)
class NamesChart:
    """The picture."""

    rows: tuple[AccountNames, ...]
    years: tuple[Tick, ...]
    height: int


def names_chart(
    person: Person,
    names: Mapping[str, AccountRow],
    facts: Mapping[str, Facts],
    now: Standing,
    zone: Zone,
) -> NamesChart | None:
    """All accounts of a person on one line of time; None where nothing has a time."""
    there = {
        one: (names[one], facts[account_of(one)])
        for one in person.members
        if one in names and account_of(one) in facts
    }
    spans = {one: _span(row, told, now, one) for one, (row, told) in there.items()}
    dated = [span for span in spans.values() if span is not None]
    if not dated:
        return None
    begin, end = min(low for low, _high in dated), max(high for _low, high in dated)
    level = level_for(begin, max(end, begin + 1))
    at = edges(level, begin, max(end, begin + 1), zone)
    begin, end = at[0], at[-1]
    rows = []
    for n, (one, span) in enumerate(spans.items()):
        row, told = there[one]
        name = visible(row.name)
        best = next((link for link in person.links if one in link.key), None)
        rows.append(
            AccountNames(
                tenure=one,
                y=TOP + n * ROW,
                badge=visible(network_badge(row.network, "message")),
                name=name if len(name) <= LETTERS else name[: LETTERS - 1] + "…",
                title=name,
                decided=one in person.decided,
                shared=tenure(now, one).shared,
                boxes=() if span is None else _boxes(row, told, span, begin, end),
                number=_("decided")
                if best and best.same
                else probability(best.pair.probability)
                if best and best.pair
                else "",
            )
        )
    return NamesChart(tuple(rows), tuple(_axis(begin, end, zone)), TOP + ROW * len(rows) + 4)


def _axis(begin: int, end: int, zone: Zone) -> list[Tick]:
    return axis_of(begin, end, zone, LEFT, WIDTH - RIGHT)


def _span(row: AccountRow, told: Facts, now: Standing, tenure_id: str) -> tuple[int, int] | None:
    """From when to when a tenure is seen (µs UTC), within its period."""
    stated = [at for name in told.names if name.own for at in (name.since_us, name.seen_us) if at is not None]
    times = [*stated, *(at for at in (row.first_us, row.last_us) if at is not None)]
    if not times:
        return None
    low, high = min(times), max(times)
    held = tenure(now, tenure_id)
    if held.begin_us is not None:
        low = max(low, held.begin_us)
    if held.end_us is not None:
        high = min(high, held.end_us)
    return (low, high) if low <= high else None


#: Names by which one is called; others (full name, user name) are drawn where there is none of these.
_CALLED = ("nick", "display name")


def _boxes(row: AccountRow, told: Facts, span: tuple[int, int], begin: int, end: int) -> tuple[Box, ...]:
    low, high = span
    dated = [name for name in told.names if name.own and name.since_us is not None]
    called = [name for name in dated if name.kind in _CALLED] or dated
    marks: list[tuple[int, str]] = [(low, "")]
    for since, name in sorted((one.since_us or 0, one.name) for one in called):
        if since <= low:
            marks[0] = (low, name)
        elif since <= high and marks[-1][1] != name:
            if len(marks) == 1 and not marks[0][1]:
                marks[0] = (low, name)  # nobody says what it was called before: its first known name
            else:
                marks.append((since, name))
    if not marks[0][1]:
        marks[0] = (low, row.name)
    boxes = []
    for (since, name), (until, _next) in pairwise([*marks, (high, "")]):
        x, x2 = _x(since, begin, end), _x(until, begin, end)
        width = max(round(x2 - x - 2, 1), 4.0)
        room = int((width - 8) // 6.5)
        shown = visible(name)
        text = shown if len(shown) <= room else shown[: room - 1] + "…" if room > 3 else ""
        boxes.append(Box(x, width, text, shown))
    return tuple(boxes)


def _x(us: int, begin: int, end: int) -> float:
    return round(LEFT + (WIDTH - RIGHT - LEFT) * (us - begin) / max(end - begin, 1), 1)
