"""Geometry of the network's picture: circles, lines, labels where there is room; and its matrix."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from safelight.identities.network import ANSWER, CALL, MESSAGE, PAYMENT, TOGETHER
from safelight.identities.network_view import HIGH, WIDE, Link, Node, View, radius

MARGIN = 46
WIDTH, HEIGHT = int(WIDE) + 2 * MARGIN, int(HIGH) + 2 * MARGIN
#: Labels that are written, lines that are drawn, and rows and columns of the matrix, at most.
LABELS, LINES, MATRIX = 40, 600, 18
#: Of a label: letters at most and at least, what a letter takes in width and a line in height.
LONGEST, SHORTEST, LETTER, LINE = 24, 6, 6.0, 14.0


@dataclass(frozen=True, slots=True)
class Disc:
    """A node as drawn."""

    node: Node
    x: float
    y: float
    r: float
    label: str
    """Empty where there is no room for one."""
    room: int
    """How many letters of it do not reach into a neighbour's label."""
    quiet: bool
    """It has no tie in the window."""


@dataclass(frozen=True, slots=True)
class Line:
    """A link as drawn."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    link: Link


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture. `left_out`: links too weak to be drawn."""

    discs: tuple[Disc, ...]
    lines: tuple[Line, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """The strongest nodes against each other; cells are None where nothing ties the two."""

    nodes: tuple[Node, ...]
    cells: tuple[tuple[Link | None, ...], ...]


def drawn(view: View) -> Drawn:
    """Place and size of everything."""
    spots = [(round(MARGIN + WIDE * one.x, 1), round(MARGIN + HIGH * one.y, 1)) for one in view.nodes]
    rooms = _rooms(view, spots)
    discs = tuple(
        Disc(
            one,
            *spots[n],
            _radius(one),
            one.label if n in rooms else "",
            rooms.get(n, 0),
            not sum(one.counts),
        )
        for n, one in enumerate(view.nodes)
    )
    most = max((one.weight for one in view.links), default=1.0)
    lines = tuple(
        Line(*spots[one.a], *spots[one.b], round(0.6 + 5.4 * math.sqrt(one.weight / most), 2), one)
        for one in reversed(view.links[:LINES])
    )
    return Drawn(discs, lines, max(len(view.links) - LINES, 0))


def _rooms(view: View, spots: Sequence[tuple[float, float]]) -> dict[int, int]:
    """Letters for the label of each node that has one. Labels stand below their circles, in the middle, so two of one height
    share the way between them; the weaker one of two that are too near goes without."""
    below = [y + _radius(one) for one, (_x, y) in zip(view.nodes, spots, strict=True)]
    rooms: dict[int, int] = {}
    for n in sorted(range(len(view.nodes)), key=lambda n: (-_weight(view.nodes[n]), n))[:LABELS]:
        beside = {m: abs(spots[n][0] - spots[m][0]) for m in rooms if abs(below[n] - below[m]) < LINE}
        room = {m: int(way / LETTER) for m, way in beside.items()}
        if min(room.values(), default=LONGEST) >= SHORTEST:
            for m, letters in room.items():
                rooms[m] = min(rooms[m], letters)
            rooms[n] = min(LONGEST, *room.values(), LONGEST)
    return rooms


def _weight(node: Node) -> float:
    return node.members if node.what != "account" else math.log2(1 + sum(node.counts[:TOGETHER]))


def _radius(node: Node) -> float:
    if node.what == "account":
        return round(4 + 0.9 * math.log2(1 + sum(node.counts[:TOGETHER])), 1)
    return radius(node.members)


def matrix(view: View) -> Matrix:
    """The nodes with the strongest links."""
    sums = [0.0] * len(view.nodes)
    between: dict[tuple[int, int], Link] = {}
    for one in view.links:
        sums[one.a] += one.weight
        sums[one.b] += one.weight
        between[one.a, one.b] = between[one.b, one.a] = one
    order = sorted((n for n in range(len(sums)) if sums[n]), key=lambda n: (-sums[n], n))[:MATRIX]
    cells = tuple(tuple(between.get((row, column)) for column in order) for row in order)
    return Matrix(tuple(view.nodes[n] for n in order), cells)


def figures(tie: Node | Link, word: Callable[[int, int, int], str]) -> str:
    """`12 distinct messages (15 with copies), 2 calls` of counts by kind, in words of a kind, how often, and how often with
    copies; answers are messages."""
    shown = {MESSAGE: (MESSAGE, ANSWER), CALL: (CALL,), PAYMENT: (PAYMENT,), TOGETHER: (TOGETHER,)}
    told = []
    for kind, numbers in shown.items():
        n, copies = (sum(counts[one] for one in numbers) for counts in (tie.counts, tie.copies))
        if n:
            told.append(word(kind, n, copies))
    return ", ".join(told)
