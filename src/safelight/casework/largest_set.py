"""The largest set of vertices of a graph any two of which are adjacent: exact, or the best found with so much work.

networkx has an exact search (`max_weight_clique`) that takes as long as it takes, and graphs with an object for each edge;
here a register of thousands is nearly complete and the answer is due within 200 ms, so rows of the matrix are Python
integers (a bit a vertex). What an equal graph answers never hangs on the speed of the machine: work is counted, not timed.
Branch and bound with colours after Tomita and Seki (2003) on bit sets after San Segundo and others (2011).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

#: Vertices coloured at most: about 100 ms.
WORK: Final = 100_000
#: Rounds of leaving out those that have too few neighbours; it only saves work.
_ROUNDS: Final = 64


@dataclass(frozen=True, slots=True)
class Found:
    """Vertices any two of which are adjacent. `exact`: no larger set is possible."""

    vertices: tuple[int, ...]
    exact: bool


def largest(rows: Sequence[int], work: int = WORK, begin: int = 0) -> Found:
    """The largest set. `rows[v]` has bit `u` where v and u are adjacent; symmetric, without its own bit. `begin`: vertices
    that are nearly all adjacent to each other, so that the set is at least as large as what fits together of them."""
    best = max(_greedy(rows, 0), _greedy(rows, begin), key=len)
    left = _peeled(rows, len(best))
    found: list[int] = []
    exact = True
    for part in _parts(rows, left):
        # Vertices of different parts are adjacent all of them, so that the largest sets of the parts add up.
        chosen, done, used = _search(rows, part, work)
        work -= used
        exact = exact and done
        found += chosen
    if len(found) > len(best):
        best = found
    return Found(tuple(sorted(best)), exact)


def bits(mask: int) -> Iterator[int]:
    """The vertices of a bit set, in order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _greedy(rows: Sequence[int], begin: int) -> list[int]:
    """A set to begin with: those of `begin`, then those with most neighbours, each that fits."""
    open_, chosen = (1 << len(rows)) - 1, []

    def rank(vertex: int) -> tuple[bool, int, int]:
        return not begin >> vertex & 1, -rows[vertex].bit_count(), vertex

    for vertex in sorted(range(len(rows)), key=rank):
        if open_ >> vertex & 1:
            chosen.append(vertex)
            open_ &= rows[vertex]
    return chosen


def _peeled(rows: Sequence[int], size: int) -> int:
    """Those that can stand in a set larger than `size`: they have that many neighbours among each other."""
    left = (1 << len(rows)) - 1
    for _round in range(_ROUNDS):
        kept = left
        for vertex in bits(left):
            if (rows[vertex] & left).bit_count() < size:
                kept ^= 1 << vertex
        if kept == left:
            break
        left = kept
    return left


def _parts(rows: Sequence[int], left: int) -> Iterator[int]:
    """Components of the complement."""
    while left:
        part = edge = left & -left
        left ^= edge
        while edge:
            vertex = edge.bit_length() - 1
            edge ^= 1 << vertex
            new = left & ~rows[vertex]
            left ^= new
            part |= new
            edge |= new
        yield part


def _search(rows: Sequence[int], part: int, work: int) -> tuple[list[int], bool, int]:
    """Branch and bound within one part: the largest set found, whether it is the largest, and the work it took."""
    best: list[int] = []
    chosen: list[int] = []
    left, used = part, 0
    for vertex in bits(part):  # something to stand on if there is no work left
        if left >> vertex & 1:
            best.append(vertex)
            left &= rows[vertex]
    used += part.bit_count()
    stack = [(part, _coloured(rows, part))]
    while stack:
        open_, order = stack[-1]
        if used > work:
            return best, False, used
        if not order or len(chosen) + order[-1][1] <= len(best):
            stack.pop()
            if chosen:
                chosen.pop()
            continue
        vertex, _colour = order.pop()
        stack[-1] = (open_ & ~(1 << vertex), order)
        chosen.append(vertex)
        inner = open_ & rows[vertex]
        if not inner:
            if len(chosen) > len(best):
                best = chosen.copy()
            chosen.pop()
            continue
        used += inner.bit_count()
        stack.append((inner, _coloured(rows, inner)))
    return best, True, used


def _coloured(rows: Sequence[int], open_: int) -> list[tuple[int, int]]:
    """Vertices by colour, none adjacent to another of its colour: no set has more vertices than there are colours."""
    order, colour = [], 0
    while open_:
        colour += 1
        free = open_
        while free:
            low = free & -free
            vertex = low.bit_length() - 1
            free &= ~(rows[vertex] | low)
            open_ ^= low
            order.append((vertex, colour))
    return order
