"""Decisions as constraints on clusters: pairs that must stand together and pairs that cannot.

Where decisions contradict each other (A is B, B is C, A is not C) no order of counting them would be fair: every "same"
on a way between the two people who are said to differ is suspended, which links nobody, and the contradiction is reported
(`conflicts.py`). "Different" is never suspended, for a wrong link accuses an innocent person.

Which "same" lie on some way between x and y: those in one biconnected component with an edge (x, y) that is put in for the
question (Tarjan, "Depth-first search and linear graph algorithms", 1972).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from safelight.ledger.identities import Decided, Standing

Pair = tuple[str, str]


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
    return Constraints(must, suspended, cannot, _people(must), _people(same), shared)


def _between(same: Iterable[Pair], cannot: Iterable[Pair]) -> frozenset[Pair]:
    """Every "same" on a way between two tenures that cannot stand together."""
    people = _people(same)
    inside = [(a, b) for a, b in cannot if a in people and people[a] == people.get(b)]
    if not inside:
        return frozenset()
    found: set[Pair] = set()
    wanted = {people[a] for a, _ in inside}
    graph: nx.Graph[str] = nx.Graph([(a, b) for a, b in same if people[a] in wanted])
    for x, y in inside:
        # One question at a time: an edge put in for another would make ways that there are not.
        component = graph.subgraph(nx.node_connected_component(graph, x)).copy()
        component.add_edge(x, y)
        for edges in nx.biconnected_component_edges(component):
            ways = {(min(edge), max(edge)) for edge in edges}
            if (x, y) in ways:
                found |= ways - {(x, y)}
    return frozenset(found)


def _people(pairs: Iterable[Pair]) -> dict[str, str]:
    """Tenure -> smallest tenure that it is joined with, by union and find with halved paths."""
    up: dict[str, str] = {}

    def top(one: str) -> str:
        up.setdefault(one, one)
        while up[one] != one:
            up[one] = up[up[one]]
            one = up[one]
        return one

    for a, b in pairs:
        first, second = sorted((top(a), top(b)))
        up[second] = first
    return {one: top(one) for one in up}
