"""Decisions as constraints on clusters: pairs that must stand together and pairs that cannot.

Where decisions contradict each other (A is B, B is C, A is not C) no order of counting them would be fair: every "same"
on a way between the two people who are said to differ is suspended, which links nobody, and the contradiction is reported
(`conflicts.py`). "Different" is never suspended, for a wrong link accuses an innocent person.

Two more things hold tenures apart, though less than a decision, for a "same" lifts them: the periods of an account that was
split are not joined with each other, since people parted them, and what an unsettled "different" speaks of is not joined
until it is decided anew.

Which "same" lie on some way between x and y: those of every biconnected component (Tarjan, "Depth-first search and linear
graph algorithms", 1972) that lies between the two in the tree which these components form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import networkx as nx

from safelight.ledger.identities import Decided, Standing

Pair = tuple[str, str]
Node = str | int
"""A tenure, or the number of a block (a biconnected component) in the tree that hangs both together."""
Name = TypeVar("Name", str, Node)


@dataclass(frozen=True, slots=True)
class Constraints:
    """What decisions in force demand; tenures of shared accounts are in none of it. Pairs are sorted."""

    must: Mapping[Pair, Decided]
    """Decided the same, and kept."""
    suspended: Mapping[Pair, Decided]
    """Decided the same, but on a way between two that were decided different."""
    cannot: Mapping[Pair, Decided]
    person: Mapping[str, str]
    """Tenure -> the smallest of those that it must stand with, for each tenure in a kept "same"."""
    related: Mapping[str, str]
    """The same over all that were decided the same, suspended ones too: how far a change of decisions may reach."""
    shared: frozenset[str]
    """Tenures that several people used: they belong to no one's cluster."""
    parts: frozenset[Pair]
    """Periods of one account that was split, unless decided the same."""
    loose: Mapping[Pair, Decided]
    """What a "different" speaks of that is unsettled since a split, unless decided the same; with that decision."""

    @property
    def apart(self) -> frozenset[Pair]:
        """All that is never joined by evidence."""
        return frozenset((*self.cannot, *self.parts, *self.loose))

    def people(self, tenure: str) -> str:
        """The tenure that stands for all whom decisions put together with this one."""
        return self.person.get(tenure, tenure)


def constraints(standing: Standing) -> Constraints:
    """The constraints that follow from what holds now. The order of decisions plays no part."""
    shared = frozenset(one.id for found in standing.tenures.values() for one in found if one.shared)
    there = [one for one in standing.in_force if one.a not in shared and one.b not in shared]
    same = {(one.a, one.b): one for one in there if one.decision == "same"}
    cannot = {(one.a, one.b): one for one in there if one.decision == "different"}
    clash = _between(same, cannot)
    must = {pair: one for pair, one in same.items() if pair not in clash}
    suspended = {pair: one for pair, one in same.items() if pair in clash}
    people = _people(must)
    loose = {
        pair: one for pair, one in standing.held_apart().items() if pair not in cannot and _two(people, pair)
    }
    parts = frozenset(pair for pair in _parts(standing, shared) if pair not in cannot and _two(people, pair))
    return Constraints(must, suspended, cannot, people, _people(same), shared, parts, loose)


def _parts(standing: Standing, shared: frozenset[str]) -> Iterable[Pair]:
    """Every two periods of one account."""
    for found in standing.tenures.values():
        yield from combinations(sorted(one.id for one in found if one.id not in shared), 2)


def _two(people: Mapping[str, str], pair: Pair) -> bool:
    """Whether decisions in force leave a pair two people."""
    return people.get(pair[0], pair[0]) != people.get(pair[1], pair[1])


def _between(same: Iterable[Pair], cannot: Iterable[Pair]) -> frozenset[Pair]:
    """Every "same" on a way between two tenures that cannot stand together."""
    people = _people(same)
    inside = sorted((a, b) for a, b in cannot if a in people and people[a] == people.get(b))
    if not inside:
        return frozenset()
    wanted = {people[a] for a, _ in inside}
    graph: nx.Graph[str] = nx.Graph([(a, b) for a, b in same if people[a] in wanted])
    blocks = [list(edges) for edges in nx.biconnected_component_edges(graph)]
    parent, depth = _tree(blocks, sorted(wanted))
    crossed = _crossed(inside, parent, depth)
    return frozenset(
        (min(edge), max(edge)) for number, edges in enumerate(blocks) if number in crossed for edge in edges
    )


def _tree(blocks: list[list[Pair]], roots: list[str]) -> tuple[dict[Node, Node], dict[Node, int]]:
    """The block-cut tree of each component, as parents and depths below its root."""
    near: dict[Node, list[Node]] = {}
    for number, edges in enumerate(blocks):
        for name in sorted({name for edge in edges for name in edge}):
            near.setdefault(name, []).append(number)
            near.setdefault(number, []).append(name)
    parent: dict[Node, Node] = {}
    depth: dict[Node, int] = dict.fromkeys(roots, 0)
    front: list[Node] = list(roots)
    while front:
        one = front.pop()
        for other in near[one]:
            if other not in depth:
                parent[other], depth[other] = one, depth[one] + 1
                front.append(other)
    return parent, depth


def _crossed(asked: list[Pair], parent: Mapping[Node, Node], depth: Mapping[Node, int]) -> set[Node]:
    """Blocks on the ways between the two of each pair; steps that were walked once are skipped from then on."""
    up: dict[Node, Node] = {}
    crossed: set[Node] = set()
    for a, b in asked:
        one, other = _top(up, a), _top(up, b)
        while one != other:
            if depth[one] < depth[other]:
                one, other = other, one
            crossed.update((one, parent[one]))
            up[one] = parent[one]
            one = _top(up, one)
    return crossed


def _top(up: dict[Name, Name], one: Name) -> Name:
    """Where a chain of `up` ends; halves it on the way."""
    while one in up:
        if up[one] in up:
            up[one] = up[up[one]]
        one = up[one]
    return one


def _people(pairs: Iterable[Pair]) -> dict[str, str]:
    """Tenure -> the smallest tenure that it is joined with."""
    up: dict[str, str] = {}
    named: dict[str, None] = {}
    for a, b in pairs:
        named.update({a: None, b: None})
        first, second = sorted((_top(up, a), _top(up, b)))
        if first != second:
            up[second] = first
    return {one: _top(up, one) for one in named}
