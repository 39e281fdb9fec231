"""Clusters that speak against themselves, parted: where the pairs across two halves sum to a word against, these are two.

Average linkage takes the strongest pair first, and where that one is false (two people, one telephone) each half then
finds its own way into the group that it began. The cure is the question that Kernighan and Lin asked ("An efficient
heuristic procedure for partitioning graphs", 1970; for correlation clustering: Keuper and others, 2015): move one unit
after the other to the other side, always the one that minds least, and stop where the sum across is lowest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

#: Below this many units no half can be against the other: the last joins were made because their sums spoke for it.
FEWEST: Final = 4
#: How many units are tried as the first to move, those that are held least; fewer in large clusters.
_SEEDS: Final = 12
_PATIENCE: Final = 400_000

Weights = Mapping[int, Mapping[int, int]]


def parted(units: Sequence[int], weights: Weights, size: Mapping[int, int], none: int) -> list[list[int]]:
    """Part a cluster as often as it speaks against itself; mostly it comes back whole.

    `units` (sorted) stand together whatever happens and have so many tenures as `size` says. `weights` are the sums over
    the pairs that there are, less `none` each, and `none` is what each possible pair counts: whole numbers, below zero
    against.
    """
    found, rest = [], [list(units)]
    while rest:
        part = rest.pop()
        halves = _halves(part, weights, size, none)
        if halves is None:
            found.append(part)
        else:
            rest.extend(halves)
    return sorted(found)


def _halves(
    units: list[int], weights: Weights, size: Mapping[int, int], none: int
) -> tuple[list[int], list[int]] | None:
    if len(units) < FEWEST:
        return None
    here = set(units)
    total = sum(size[one] for one in units)
    near = {one: [(other, odds) for other, odds in weights[one].items() if other in here] for one in units}
    held = {one: sum(odds for _, odds in near[one]) + none * size[one] * (total - size[one]) for one in units}
    lowest: int = 0
    best: list[int] | None = None
    seeds = min(_SEEDS, 1 + _PATIENCE // len(units) ** 2)
    for seed in sorted(units, key=lambda one: (held[one], one))[:seeds]:
        moved: list[int] = []
        across = 0
        # What the sum across becomes when a unit moves: by all that holds it here, less twice what holds it there.
        change = dict(held)
        for one in _moves(change, seed):
            across += change.pop(one)
            moved.append(one)
            for other, odds in near[one]:
                if other in change:
                    change[other] -= 2 * odds
            absent = 2 * none * size[one]
            for other in change:
                change[other] -= absent * size[other]
            if change and across < lowest:
                lowest, best = across, moved.copy()
    if best is None:
        return None
    return sorted(best), sorted(here - set(best))


def _moves(change: Mapping[int, int], seed: int) -> Iterator[int]:
    """The seed, then again and again the unit whose move helps most, until the last."""
    yield seed
    while change:
        yield min(change, key=lambda one: (change[one], one))
