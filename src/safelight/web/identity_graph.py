"""Geometry of a person's graph: a box for each account, a line for each link, the weakest one lit.

It is drawn as SVG. Where scripts run, `static/cluster.js` takes boxes, lines and places from that and shows them as a graph
that can be moved, enlarged and asked (cytoscape); nothing else is sent for it.

Places come from a layout that puts strongly linked accounts near each other (Kamada and Kawai, 1989), then boxes are pushed
apart until none covers another; the same person is always drawn the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

from safelight.access.accounts import AccountRow
from safelight.access.neutral import visible
from safelight.identities.persons import Link, Person
from safelight.messages import ngettext
from safelight.messages.figures import decimal
from safelight.web.identity_words import probability
from safelight.web.search import network_badge

WIDTH, BOX_HEIGHT, MARGIN = 660, 38, 24
#: Accounts beyond which only the matrix is drawn.
MOST = 24
#: Links beyond which not each carries its figure.
MOST_FIGURES = 12
#: Letters of a name that fit into a box.
LETTERS = 16
#: Colours for networks (`--c1` and on); the sixth is for the rest.
COLOURS = 5
_GAP_X, _GAP_Y = 22, 34


@dataclass(frozen=True, slots=True)
class Node:
    """One account. `css`: empty for a decided member, `prop` for a proposed one, `not` for one declared another."""

    tenure: str
    x: float
    y: float
    width: float
    colour: int
    """Of the network, 1 to `COLOURS`; beyond these there is only the badge."""
    badge: str
    badge_width: float
    name: str
    told: str
    css: str
    title: str


@dataclass(frozen=True, slots=True)
class Edge:
    """One link with its label in the middle. `css` is the line's class."""

    link: Link
    path: str
    css: str
    strength: float
    """How probable it is that both are one person; 1 where people decided so."""
    label: str
    label_css: str
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Graph:
    """The picture. `hull`: path around the members whom people decided to be one."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hull: str
    height: float


def graph(
    person: Person, apart: Sequence[Link], names: Mapping[str, AccountRow], periods: Mapping[str, str]
) -> Graph | None:
    """The graph of a person and of the links to others that are shown; None where there are too many accounts."""
    others = [one.b if one.a in person.members else one.a for one in apart]
    there = [*person.members, *dict.fromkeys(one for one in others if one not in person.members)]
    if len(there) > MOST or len(there) < 2:
        return None
    places, height = _placed(there, [*person.links, *apart])
    networks = sorted({names[one].network for one in there if one in names})
    colours = {one: min(n + 1, COLOURS + 1) for n, one in enumerate(networks)}
    declared = {tenure for link in apart if link.different for tenure in link.key} - set(person.members)
    boxes = {
        tenure: _node(
            tenure,
            places[tenure],
            "" if tenure in person.decided else "not" if tenure in declared else "prop",
            names.get(tenure),
            periods,
            colours,
        )
        for tenure in there
    }
    drawn = [one for one in person.links if shown(one)] + list(apart)
    spoken = _spoken(person, drawn)
    edges = tuple(_edge(one, boxes, person.weakest, one.key in spoken) for one in drawn)
    hull = _hull([boxes[one] for one in person.members if one in person.decided])
    return Graph(tuple(boxes.values()), edges, hull, height)


def _spoken(person: Person, drawn: Sequence[Link]) -> set[tuple[str, str]]:
    """Links that are drawn with their figure: all of them where they are few; else those that hold the person together,
    decisions, and links to others. The matrix has every figure."""
    if len(drawn) <= MOST_FIGURES:
        return {one.key for one in drawn}
    strong: nx.Graph[str] = nx.Graph()
    for one in person.links:
        if one.weight > 0:
            strong.add_edge(one.a, one.b, weight=one.weight)
    found = {(min(a, b), max(a, b)) for a, b in nx.maximum_spanning_tree(strong).edges}
    inside = set(person.members)
    return found | {one.key for one in drawn if one.decided is not None or not set(one.key) <= inside}


def shown(link: Link) -> bool:
    """Whether a link is drawn: what people decided, proposals and candidates."""
    return link.decided is not None or (link.pair is not None and link.pair.standing != "unlikely")


def _node(
    tenure: str,
    at: tuple[float, float],
    css: str,
    row: AccountRow | None,
    periods: Mapping[str, str],
    colours: Mapping[str, int],
) -> Node:
    name = visible(row.name if row else tenure[:14])
    short = name if len(name) <= LETTERS else name[: LETTERS - 1] + "…"
    badge = visible(network_badge(row.network, "message")) if row else "?"
    told = (
        ngettext("%(n)s distinct message", "%(n)s distinct messages", row.messages)
        % {"n": decimal(row.messages)}
        if row
        else ""
    )
    badge_width = len(badge) * 7.0 + 8
    under = periods.get(tenure) or told
    width = max(96.0, 20 + badge_width + len(short) * 7.2, 20 + len(under) * 5.8)
    return Node(
        tenure,
        at[0],
        at[1],
        round(width, 1),
        colours[row.network] if row else COLOURS + 1,
        badge,
        badge_width,
        short,
        periods.get(tenure) or told,
        css,
        name,
    )


def _edge(link: Link, boxes: Mapping[str, Node], weakest: Link | None, spoken: bool) -> Edge:
    a, b = boxes[link.a], boxes[link.b]
    lit = weakest is not None and link.key == weakest.key
    if link.different and link.decided is not None:
        css, label, label_css = "cant", f"≠ {initials(link.decided.actor)}", "against bold"
    elif link.same and link.decided is not None:
        who = ", ".join(initials(one) for one in (link.decided.actor, link.decided.confirmed_by) if one)
        number = f"{probability(link.pair.probability)} " if link.pair else ""
        css, label, label_css = ("edl solid" if lit else "ed3"), f"{number}{who}", "lamp bold" if lit else "v"
    else:
        number = probability(link.pair.probability) if link.pair else "?"
        css, label, label_css = ("edl" if lit else "ed1"), number, "lamp bold" if lit else "v"
    if not spoken and not lit:
        css, label = f"{css} faint", ""
    x, y = round((a.x + b.x) / 2, 1), round((a.y + b.y) / 2, 1)
    width = len(label) * 6.4 + 10
    strength = 1.0 if link.same else round(link.pair.probability, 3) if link.pair else 0.0
    path = f"M{a.x} {a.y}L{b.x} {b.y}"
    return Edge(link, path, css, strength, label, label_css, x, y, round(width, 1))


def initials(who: str) -> str:
    """The first two letters of a person's name, as everywhere."""
    return visible(who)[:2].upper()


def _placed(there: Sequence[str], links: Sequence[Link]) -> tuple[Mapping[str, tuple[float, float]], float]:
    drawn: nx.Graph[str] = nx.Graph()
    drawn.add_nodes_from(there)
    for one in links:
        if shown(one) and one.a in drawn and one.b in drawn:
            drawn.add_edge(one.a, one.b, weight=1.0 if one.same else 1.5)
    for first, second in pairwise(there):
        if not nx.has_path(drawn, first, second):
            drawn.add_edge(first, second, weight=2.5)
    start = nx.circular_layout(drawn)
    layout = nx.kamada_kawai_layout(drawn, pos=start) if len(there) > 2 else start
    height = max(190.0, min(560.0, 90.0 + 48.0 * len(there)))
    wide, high = WIDTH - 2 * MARGIN - 130, height - 2 * MARGIN - BOX_HEIGHT
    xs = {one: float(layout[one][0]) for one in there}
    ys = {one: float(layout[one][1]) for one in there}
    at = {one: [MARGIN + 65 + wide * _share(xs, one), MARGIN + 19 + high * _share(ys, one)] for one in there}
    _push_apart(at, there, height)
    return {one: (round(x, 1), round(y, 1)) for one, (x, y) in at.items()}, height


def _share(values: Mapping[str, float], one: str) -> float:
    low, high = min(values.values()), max(values.values())
    return (values[one] - low) / (high - low) if high - low > 1e-9 else 0.5


def _push_apart(at: dict[str, list[float]], there: Sequence[str], height: float) -> None:
    """Move boxes that cover each other, a little at a time, until none do or enough was tried."""
    need_x, need_y = 150.0 + _GAP_X, BOX_HEIGHT + _GAP_Y
    for _turn in range(200):
        moved = False
        for n, one in enumerate(there):
            for other in there[n + 1 :]:
                across, along = at[other][0] - at[one][0], at[other][1] - at[one][1]
                if abs(across) >= need_x or abs(along) >= need_y:
                    continue
                moved = True
                if (need_y - abs(along)) <= (need_x - abs(across)) * 0.6:
                    step = (need_y - abs(along)) / 2 * (1 if along >= 0 else -1)
                    at[one][1], at[other][1] = at[one][1] - step, at[other][1] + step
                else:
                    step = (need_x - abs(across)) / 2 * (1 if across >= 0 else -1)
                    at[one][0], at[other][0] = at[one][0] - step, at[other][0] + step
        for place in at.values():
            place[0] = min(max(place[0], MARGIN + 65.0), WIDTH - MARGIN - 65.0)
            place[1] = min(max(place[1], MARGIN + 19.0), height - MARGIN - 19.0)
        if not moved:
            return


def _hull(boxes: Sequence[Node]) -> str:
    """The smallest convex shape around boxes (Andrew's monotone chain, 1979); empty for fewer than two."""
    if len(boxes) < 2:
        return ""
    corners = sorted(
        {
            (box.x + side * box.width / 2, box.y + edge * BOX_HEIGHT / 2)
            for box in boxes
            for side in (-1, 1)
            for edge in (-1, 1)
        }
    )

    def half(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for point in points:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        return chain[:-1]

    shape = half(corners) + half(corners[::-1])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shape) + "Z"


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
