"""Tenures proposed as one person: constrained correlation clustering by average linkage.

Groups grow from the tenures that decisions put together. Again and again those two groups are joined whose pairs speak
most for it on average, as long as that average lies above `THRESHOLD` and nothing holds them apart. A pair of which
nothing is known counts `ABSENT`, slightly against: one strong link between two large groups is then not enough, as it would
be in a union of all links, where one mistake joins two people's whole lives. A cluster that speaks against itself in the end
is parted again (`parting.py`). (Bansal, Blum and Chawla, "Correlation
clustering", 2004; average linkage: Sokal and Michener, 1958; instance-level constraints: Wagstaff and others, 2001.)

The same pairs and decisions give the same clusters in whatever order they come: weights are whole millionths, so sums do
not depend on their order, and ties fall to the smaller ids. Two groups that no pair above the threshold and no decision
connects can never be joined; so whoever knows what changed clusters only the parts that it touches, with the same outcome.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from safelight.identities.constraints import Constraints, constraints
from safelight.identities.parting import FEWEST, parted
from safelight.ledger.identities import Standing

#: Natural log-odds. Joined is what is on average more likely one person than two.
THRESHOLD: Final = 0.0
#: What a pair counts that was never a candidate: about 1 to 2.7 against.
ABSENT: Final = -1.0

_MILLION: Final = 1_000_000
#: Beyond this, more certainty says nothing more, and sums stay far below 2^63.
_LIMIT: Final = 1_000.0

Weighed = tuple[str, str, float]
"""Two tenures and their log-odds of being one person."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """The outcome. A tenure that stands alone is in none of it; a cluster is named by its smallest tenure."""

    members: Mapping[str, tuple[str, ...]]
    """Cluster -> its tenures, sorted."""
    held_by: Mapping[str, float]
    """Tenure -> average log-odds between it and the rest of its cluster, absent pairs included."""
    decided: frozenset[str]
    """Tenures that people confirmed as one with another member."""

    def of(self) -> dict[str, str]:
        """Tenure -> cluster."""
        return {tenure: cluster for cluster, found in self.members.items() for tenure in found}


NO_CLUSTERS: Final = Clusters({}, {}, frozenset())


def cluster(
    pairs: Iterable[Weighed],
    tenures: Iterable[str],
    standing: Standing,
    *,
    before: Clusters | None = None,
    touched: Iterable[str] = (),
    threshold: float = THRESHOLD,
    absent: float = ABSENT,
) -> Clusters:
    """Cluster tenures. Pairs of tenures that are not among `tenures`, or that are shared, count nothing.

    With `before` only those parts are clustered anew that a tenure of `touched` reaches: one tenure or both of each pair
    that is new, changed or gone, and both of each decision that came, went or lost its force (`touched_since` in the
    ledger's `identities`). All else is taken from `before`. Raises ValueError for a weight that is no number and for a
    threshold below zero or below `absent`.
    """
    if threshold < 0 or absent > threshold:
        raise ValueError(
            "the threshold must be at least zero, and what absent pairs count must not lie above it"
        )
    law = constraints(standing)
    ids = sorted({one for one in tenures if one not in law.shared} | set(law.person))
    number = {one: place for place, one in enumerate(ids)}
    a, b, weight = _arrays(pairs, number)
    part = _parts(len(ids), a, b, weight, law, number, threshold)
    chosen: NDArray[np.bool_] | None = None
    if before is not None:
        chosen = np.zeros(int(part.max(initial=-1)) + 1, dtype=bool)
        chosen[[part[number[one]] for one in _reached(touched, before, law, number) if one in number]] = True
    inside = part[a] == part[b]
    if chosen is not None:
        inside &= chosen[part[a]]
    a, b, weight = a[inside], b[inside], weight[inside]
    wanted = None if chosen is None else chosen[part]
    group = _joined(len(ids), a, b, weight, law, number, wanted, threshold, absent)
    found = _named(ids, group, wanted)
    held = _held(ids, found, number, group, a, b, weight, absent)
    if before is not None and wanted is not None:
        for name, members in before.members.items():
            if all(one in number and not wanted[number[one]] for one in members):
                found[name] = members
                held.update((one, before.held_by[one]) for one in members)
    decided = frozenset(law.person)
    return Clusters(dict(sorted(found.items())), held, decided)


def _reached(
    touched: Iterable[str], before: Clusters, law: Constraints, number: Mapping[str, int]
) -> set[str]:
    """All tenures for whom a change at `touched` may matter: whoever stood with one, was decided to be the same (a new
    contradiction suspends what lies far from it), or lost a fellow who is no more.
    """
    found = set(touched)
    people = {law.related[one] for one in found if one in law.related}
    found.update(one for one, other in law.related.items() if other in people)
    for members in before.members.values():
        if any(one in found or one not in number for one in members):
            found.update(members)
    return found


def _arrays(
    pairs: Iterable[Weighed], number: Mapping[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pairs as numbers, each once, in order; of a pair that comes twice the weaker word counts."""
    rows = [
        (place, other, odds) if place < other else (other, place, odds)
        for one, two, odds in pairs
        if (place := number.get(one, -1)) >= 0 and (other := number.get(two, -1)) >= 0 and place != other
    ]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    if np.isnan(table[:, 2]).any():
        raise ValueError("a pair's log-odds are no number")
    whole = np.rint(np.clip(table[:, 2], -_LIMIT, _LIMIT) * _MILLION).astype(np.int64)
    a, b = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    order = np.lexsort((whole, b, a))
    a, b, whole = a[order], b[order], whole[order]
    first = np.ones(len(a), dtype=bool)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return a[first], b[first], whole[first]


def _parts(
    count: int,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    weight: NDArray[np.int64],
    law: Constraints,
    number: Mapping[str, int],
    threshold: float,
) -> NDArray[np.int64]:
    """The part of the graph that each tenure lies in: no join ever crosses from one to another."""
    strong = weight > round(threshold * _MILLION)
    must = np.array([(number[one], number[two]) for one, two in law.must], dtype=np.int64).reshape(-1, 2)
    rows, columns = np.concatenate([a[strong], must[:, 0]]), np.concatenate([b[strong], must[:, 1]])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _joined(
    count: int,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    weight: NDArray[np.int64],
    law: Constraints,
    number: Mapping[str, int],
    wanted: NDArray[np.bool_] | None,
    threshold: float,
    absent: float,
) -> list[int]:
    """The group of each tenure, as the number of its smallest member."""
    group = list(range(count))
    for tenure, smallest in law.person.items():
        if wanted is None or wanted[number[tenure]]:
            group[number[tenure]] = number[smallest]
    size = [0] * count
    for one in group:
        size[one] += 1
    # Sums of (weight - absent) over the pairs that there are: their quotient by all possible pairs is the average, less
    # what an absent pair counts.
    none, least = round(absent * _MILLION), round(threshold * _MILLION) - round(absent * _MILLION)
    near: dict[int, dict[int, int]] = {}
    for one, two, odds in zip(a.tolist(), b.tolist(), weight.tolist(), strict=True):
        first, second = group[one], group[two]
        if first != second:
            for near_one, near_two in ((first, second), (second, first)):
                there = near.setdefault(near_one, {})
                there[near_two] = there.get(near_two, 0) + odds - none
    apart: dict[int, set[int]] = {}
    for one_id, two_id in law.apart:
        if one_id in number and two_id in number:
            first, second = group[number[one_id]], group[number[two_id]]
            apart.setdefault(first, set()).add(second)
            apart.setdefault(second, set()).add(first)
    for one, others in apart.items():
        for other in others:
            near.get(one, {}).pop(other, None)
    people = group.copy()
    _join(near, apart, size, group, least)
    _part(people, group, a, b, weight - none, -least)
    return group


def _join(
    near: dict[int, dict[int, int]], apart: dict[int, set[int]], size: list[int], group: list[int], least: int
) -> None:
    """Join groups until none are left that should be; `group` then names each tenure's smallest fellow.

    `near` and `apart` are used up. A heap holds every join that may come, with the sizes at which it was weighed: a group
    only ever grows, so an entry of other sizes is out of date.
    """
    into: dict[int, int] = {}
    heap = [
        (-total / (size[one] * size[other]), one, other, size[one], size[other])
        for one, there in near.items()
        for other, total in there.items()
        if one < other and total > least * size[one] * size[other]
    ]
    heapq.heapify(heap)
    while heap:
        _score, one, other, size_one, size_other = heapq.heappop(heap)
        if size[one] != size_one or size[other] != size_other:
            continue
        size[one], size[other] = size_one + size_other, 0
        into[other] = one
        mine, theirs = near[one], near.pop(other)
        held = apart.setdefault(one, set())
        for third in apart.pop(other, ()):
            apart[third].discard(other)
            apart[third].add(one)
            held.add(third)
        del mine[other], theirs[one]
        for third, total in theirs.items():
            del near[third][other]
            mine[third] = near[third][one] = mine.get(third, 0) + total
        for third in [third for third in mine if third in held] if held else ():
            del mine[third], near[third][one]
        for third, total in mine.items():
            possible = size[one] * size[third]
            if total > least * possible:
                first, second = (one, third) if one < third else (third, one)
                heapq.heappush(heap, (-total / possible, first, second, size[first], size[second]))
    for place, one in enumerate(group):
        while one in into:
            one = into[one]
        group[place] = one


def _part(
    people: list[int],
    group: list[int],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    above: NDArray[np.int64],
    none: int,
) -> None:
    """Part the groups that speak against themselves; what decisions put together stays so."""
    units: dict[int, set[int]] = {}
    size: dict[int, int] = {}
    for person, one in zip(people, group, strict=True):
        if person != one or one in units:
            units.setdefault(one, {one}).add(person)
    units = {one: found for one, found in units.items() if len(found) >= FEWEST}
    if not units:
        return
    for person in people:
        size[person] = size.get(person, 0) + 1
    where, who = np.array(group, dtype=np.int64), np.array(people, dtype=np.int64)
    large = np.zeros(len(group), dtype=bool)
    large[list(units)] = True
    inside = (where[a] == where[b]) & large[where[a]] & (who[a] != who[b])
    near: dict[int, dict[int, int]] = {one: {} for found in units.values() for one in found}
    for one, other, odds in zip(
        who[a[inside]].tolist(), who[b[inside]].tolist(), above[inside].tolist(), strict=True
    ):
        near[one][other] = near[other][one] = near[one].get(other, 0) + odds
    moved: dict[int, int] = {}
    for found in units.values():
        halves = parted(sorted(found), near, size, none)
        if len(halves) > 1:
            moved.update((person, half[0]) for half in halves for person in half)
    if moved:
        for place, person in enumerate(people):
            group[place] = moved.get(person, group[place])


def _named(ids: list[str], group: list[int], wanted: NDArray[np.bool_] | None) -> dict[str, tuple[str, ...]]:
    found: dict[int, list[int]] = {}
    for place, one in enumerate(group):
        if wanted is None or wanted[place]:
            found.setdefault(one, []).append(place)
    return {
        ids[one]: tuple(ids[place] for place in places) for one, places in found.items() if len(places) > 1
    }


def _held(
    ids: list[str],
    found: Mapping[str, tuple[str, ...]],
    number: Mapping[str, int],
    group: list[int],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    weight: NDArray[np.int64],
    absent: float,
) -> dict[str, float]:
    where = np.array(group, dtype=np.int64)
    inside = where[a] == where[b]
    total = np.zeros(len(ids), dtype=np.int64)
    there = np.zeros(len(ids), dtype=np.int64)
    for side in (a[inside], b[inside]):
        np.add.at(total, side, weight[inside])
        np.add.at(there, side, 1)
    return {
        one: float(
            math.fsum((total[number[one]] / _MILLION, absent * (len(members) - 1 - there[number[one]])))
            / (len(members) - 1)
        )
        for members in found.values()
        for one in members
    }
