"""What holds a cluster together: its weakest link, and the fewest doubts that would take it apart.

The weakest link is the weakest pair of a maximum spanning tree: without it nothing stronger ties the two sides to each
other. The cut is the pairs whose support across is least (Stoer and Wagner, "A simple min-cut algorithm", 1997): were they
all rejected, nothing but pairs that speak against would be left between the two sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import networkx as nx

from safelight.identities.clusters import Weighed
from safelight.identities.constraints import Constraints

_MILLION: Final = 1_000_000
#: A decision outweighs all proposals of a cluster together.
_DECIDED: Final = 10**15
#: A cluster of more than this many tenures is cut at its weakest link: the exact cut would take minutes.
LARGEST: Final = 150


@dataclass(frozen=True, slots=True)
class Cut:
    """Two sides and the pairs between them that speak for one person, the strongest first; `support`: their sum."""

    side: tuple[str, ...]
    """The smaller side, sorted."""
    other: tuple[str, ...]
    pairs: tuple[Weighed, ...]
    decided: tuple[tuple[str, str], ...]
    """Pairs across that people decided to be the same: these decisions would have to be taken back as well."""
    support: float


def weakest_link(members: Sequence[str], pairs: Iterable[Weighed], law: Constraints) -> Weighed | None:
    """The pair on which most rests with least; None where decisions alone hold a cluster together."""
    graph = _graph(members, pairs, law)
    weak = [
        (weight, min(a, b), max(a, b))
        for a, b, weight in nx.maximum_spanning_tree(graph).edges(data="weight")
        if weight < _DECIDED
    ]
    if not weak:
        return None
    weight, a, b = min(weak)
    return a, b, weight / _MILLION


def cut(members: Sequence[str], pairs: Iterable[Weighed], law: Constraints) -> Cut | None:
    """What would split a cluster; None for a tenure alone."""
    graph = _graph(members, pairs, law)
    if len(graph) < 2:
        return None
    if not nx.is_connected(graph):
        parts = sorted(sorted(part) for part in nx.connected_components(graph))
        one, other = parts[0], sorted(name for part in parts[1:] for name in part)
    elif len(graph) > LARGEST:
        tree = nx.maximum_spanning_tree(graph)
        a, b, _ = min(tree.edges(data="weight"), key=lambda edge: (edge[2], edge[:2]))
        tree.remove_edge(a, b)
        one, other = (sorted(part) for part in nx.connected_components(tree))
    else:
        _support, (left, right) = nx.stoer_wagner(graph)
        one, other = sorted(left), sorted(right)
    one, other = sorted((one, other), key=lambda side: (len(side), side))
    here = set(one)
    across = [(a, b, weight) for a, b, weight in graph.edges(data="weight") if (a in here) != (b in here)]
    told = sorted(
        ((min(a, b), max(a, b), weight / _MILLION) for a, b, weight in across if weight < _DECIDED),
        key=lambda pair: (-pair[2], pair[:2]),
    )
    decided = sorted((min(a, b), max(a, b)) for a, b, weight in across if weight >= _DECIDED)
    return Cut(tuple(one), tuple(other), tuple(told), tuple(decided), sum(pair[2] for pair in told))


def _graph(members: Sequence[str], pairs: Iterable[Weighed], law: Constraints) -> nx.Graph[str]:
    """What speaks for one person among the members: pairs as whole millionths, decisions above all of them."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(sorted(members))
    here = set(members)
    for a, b, odds in sorted(pairs):
        if a in here and b in here and odds > 0:
            graph.add_edge(a, b, weight=round(odds * _MILLION))
    for a, b in sorted(law.must):
        if a in here and b in here:
            graph.add_edge(a, b, weight=_DECIDED)
    return graph
