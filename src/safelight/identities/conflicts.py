"""Contradictions, with the chain that makes them: who decided what and when, and what the machine would add.

Three kinds. *decisions*: people decided that A is B and B is C, and that A is not C. *proposal*: the evidence would join two
groups that decisions hold apart; such a join is never proposed, and here is why. *evidence*: much more speaks for a pair
now than when somebody decided that they are two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import networkx as nx

from safelight.identities.clusters import THRESHOLD, Clusters, Weighed
from safelight.identities.constraints import Constraints, Pair, constraints
from safelight.ledger.identities import Decided, Decision, Standing

#: By how much (natural log-odds) a pair must have gained since it was decided upon to be asked about again.
GAINED: Final = 3.0

#: A way over decisions is always taken before one over proposals, however much longer.
_PROPOSED: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a chain, in walking order: decided the same by people, or else proposed with these log-odds."""

    a: str
    b: str
    decided: Decided | None
    log_odds: float | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A contradiction about `a` and `b`. `steps` lead from the one to the other; `against` says they cannot be one."""

    kind: Literal["decisions", "proposal", "evidence"]
    a: str
    b: str
    log_odds: float | None
    """Of the pair itself, where it was weighed."""
    steps: tuple[Step, ...]
    against: Decided
    others: int = 0
    """How many further pairs of the same two groups contradict the same."""

    @property
    def decisions(self) -> tuple[Decided, ...]:
        """The decisions that clash, by entry."""
        chain = [one.decided for one in self.steps if one.decided is not None]
        return tuple(sorted([*chain, self.against], key=lambda one: one.seq))


def conflicts(
    pairs: Iterable[Weighed], clusters: Clusters, standing: Standing, *, threshold: float = THRESHOLD
) -> tuple[Conflict, ...]:
    """All contradictions: those among decisions first, then by how much speaks for the pair. `threshold` as in `cluster`."""
    law = constraints(standing)
    of = clusters.of()
    strong: dict[Pair, float] = {}
    inside: dict[Pair, float] = {}
    for one, other, odds in pairs:
        if odds > threshold and one not in law.shared and other not in law.shared:
            pair = (one, other) if one < other else (other, one)
            together = one in of and of[one] == of.get(other)
            (inside if together else strong)[pair] = odds
    found = [*among_decisions(standing, law), *_again(strong, law)]
    found += _proposals(strong, inside, of, clusters, law)
    rank = {"decisions": 0, "proposal": 1, "evidence": 1}
    return tuple(sorted(found, key=lambda one: (rank[one.kind], -(one.log_odds or 0.0), one.a, one.b)))


def among_decisions(standing: Standing, law: Constraints | None = None) -> list[Conflict]:
    """Decisions that contradict each other, one for each "different" between two who were decided to be one."""
    law = law or constraints(standing)
    same = {**law.must, **law.suspended}
    asked = [
        one for (a, b), one in law.cannot.items() if a in law.related and law.related[a] == law.related.get(b)
    ]
    if not asked:
        return []
    graph = _graph(same, {})
    return [
        Conflict("decisions", one.a, one.b, None, _steps(graph, _short(graph, one.a, one.b)), one)
        for one in sorted(asked, key=lambda one: one.seq)
    ]


def contradicted(standing: Standing, a: str, b: str, decision: Decision) -> tuple[Decided, ...]:
    """Decisions in force that such a decision would contradict, by entry; empty where it contradicts none."""
    pair = (min(a, b), max(a, b))
    kept = tuple(one for one in standing.in_force if (one.a, one.b) != pair)
    seq = standing.seq + 1
    told = Decided(seq, decision, *pair, "", 0, "", "X", "X", None)
    found: dict[int, Decided] = {}
    for conflict in among_decisions(Standing(standing.tenures, (*kept, told), seq=seq)):
        if any(one.seq == seq for one in conflict.decisions):
            found.update((one.seq, one) for one in conflict.decisions if one.seq != seq)
    return tuple(found[number] for number in sorted(found))


def _again(strong: Mapping[Pair, float], law: Constraints) -> list[Conflict]:
    """Pairs that were decided different on much less than is known now."""
    found = []
    for pair, odds in strong.items():
        against = law.cannot.get(pair)
        if against is not None and against.seen is not None and odds - _log_odds(against.seen) >= GAINED:
            found.append(Conflict("evidence", *pair, odds, (Step(*pair, None, odds),), against))
    return found


def _proposals(
    strong: Mapping[Pair, float],
    inside: Mapping[Pair, float],
    of: Mapping[str, str],
    clusters: Clusters,
    law: Constraints,
) -> list[Conflict]:
    """Pairs that would join two groups held apart by a decision about others of their members; the strongest of each.

    A "different" that is unsettled since a split holds apart like one in force."""
    apart: dict[Pair, list[tuple[Pair, Decided]]] = {}
    for (x, y), one in (*law.cannot.items(), *law.loose.items()):
        apart.setdefault(_sorted(of.get(x, x), of.get(y, y)), []).append(((x, y), one))
    groups: dict[Pair, list[tuple[float, Pair]]] = {}
    held = law.apart
    for pair, odds in strong.items():
        both = _sorted(of.get(pair[0], pair[0]), of.get(pair[1], pair[1]))
        if both in apart and pair not in held and pair not in law.suspended:
            groups.setdefault(both, []).append((-odds, pair))
    chosen = {name for both in groups for name in both}
    weights = {pair: odds for pair, odds in inside.items() if of[pair[0]] in chosen}
    links = {pair: one for pair, one in law.must.items() if of.get(pair[0], pair[0]) in chosen}
    graph = _graph(links, weights)
    graph.add_nodes_from(
        name for both in groups for one in both for name in clusters.members.get(one, (one,))
    )
    found = []
    for both, rows in groups.items():
        negative, (a, b) = min(rows)
        ways = []
        for (first, second), one in apart[both]:
            x, y = (first, second) if of.get(first, first) == of.get(a, a) else (second, first)
            if nx.has_path(graph, a, x) and nx.has_path(graph, y, b):
                steps = (*_way(graph, a, x), *_way(graph, y, b))
                machine = sum(step.decided is None for step in steps)
                ways.append((machine, len(steps), one.seq, steps, one))
        if ways:
            *_, steps, against = min(ways, key=lambda way: way[:3])
            found.append(Conflict("proposal", a, b, -negative, steps, against, len(rows) - 1))
    return found


def _graph(same: Mapping[Pair, Decided], proposed: Mapping[Pair, float]) -> nx.Graph[str]:
    graph: nx.Graph[str] = nx.Graph()
    for a, b in sorted(proposed):
        graph.add_edge(a, b, cost=_PROPOSED, odds=proposed[a, b], decided=None)
    for a, b in sorted(same):
        graph.add_edge(a, b, cost=1, odds=proposed.get((a, b)), decided=same[a, b])
    return graph


def _way(graph: nx.Graph[str], a: str, b: str) -> tuple[Step, ...]:
    """The shortest way, over decisions as far as there are such."""
    return _steps(graph, nx.dijkstra_path(graph, a, b, weight="cost"))


def _short(graph: nx.Graph[str], a: str, b: str) -> list[str]:
    """The same where all links are decisions; from both ends, for there may be tens of thousands."""
    path: list[str] = nx.bidirectional_shortest_path(graph, a, b)
    return path


def _steps(graph: nx.Graph[str], path: Sequence[str]) -> tuple[Step, ...]:
    edge: Callable[[str, str], Mapping[str, object]] = graph.get_edge_data
    return tuple(
        Step(one, other, edge(one, other)["decided"], edge(one, other)["odds"])  # type: ignore[arg-type]
        for one, other in pairwise(path)
    )


def _sorted(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def _log_odds(probability: float) -> float:
    sure = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(sure / (1 - sure))
