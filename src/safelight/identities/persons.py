"""Persons as they are proposed now: clusters of the weighed pairs under all decisions, what holds each together, and what
would take it apart.

The run's own clusters stand in `person_clusters`; here they are made of the same pairs with the decisions of this very
moment, so that a page never proposes what somebody has just refused. Once a snapshot and state of decisions.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from safelight.access import identities as rows
from safelight.access.identities import Pair, Piece
from safelight.access.reading import Reading
from safelight.identities import combine as combining
from safelight.identities.calibration import calibration
from safelight.identities.clusters import Clusters, cluster
from safelight.identities.conflicts import Conflict
from safelight.identities.conflicts import conflicts as find_conflicts
from safelight.identities.constraints import Constraints, constraints
from safelight.identities.holding import Cut as Halves
from safelight.identities.holding import cut, weakest_link
from safelight.identities.registry import KINDS
from safelight.ledger.identities import Decided, Standing

#: Kinds of evidence that may carry a claim by themselves.
HARD = tuple(one.name for one in KINDS if one.hard)


@dataclass(frozen=True, slots=True)
class Link:
    """Two tenures: how they were weighed (None: never) and what people decided about them (None: nothing)."""

    a: str
    b: str
    pair: Pair | None
    decided: Decided | None = None
    suspended: bool = False
    """Decided to be one person, but other decisions contradict that: it links nobody until one of them changes."""

    @property
    def key(self) -> tuple[str, str]:
        """Both, sorted."""
        return self.a, self.b

    @property
    def same(self) -> bool:
        """Decided to be one person, and kept."""
        return self.decided is not None and self.decided.decision == "same" and not self.suspended

    @property
    def different(self) -> bool:
        """Decided to be two persons."""
        return self.decided is not None and self.decided.decision == "different"

    @property
    def weight(self) -> float:
        """Log-odds; a decision outweighs all."""
        if self.same or self.different:
            return 1_000.0 if self.same else -1_000.0
        return weight(self.pair) if self.pair is not None else -1.0


@dataclass(frozen=True, slots=True)
class Cut:
    """What would split a person: without this the tenures of `leaves` no longer belong to the rest."""

    kind: str
    value: str
    links: int
    """Links between members that it speaks for."""
    leaves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One proposed person. `links`: between members, strongest first; `apart`: decided or weighed links to others."""

    cluster: str
    members: tuple[str, ...]
    decided: frozenset[str]
    links: tuple[Link, ...]
    apart: tuple[Link, ...]
    joins: tuple[Link, ...]
    """Proposals that would make the person larger; none that decisions forbid."""
    weakest: Link | None
    halves: Halves | None
    """The two sides between which least speaks, and the pairs that would have to be rejected to part them."""
    cuts: tuple[Cut, ...]
    held_by: Mapping[str, float]


def weight(pair: Pair) -> float:
    """What a weighed pair counts when clusters are made."""
    return weight_of(pair.probability, pair.standing == "proposal", pair.against)


def weight_of(probability: float, proposed: bool, against: float) -> float:
    """The same of a probability, of whether the pair is proposed and of what speaks against it; as the run counts it
    (`combine.weights`)."""
    counted = combining.weights(
        np.asarray([probability]), np.asarray([proposed]), np.asarray([against]), calibration().absent
    )
    return float(counted[0])


def weighed(pairs: Sequence[Pair]) -> list[tuple[str, str, float]]:
    """The same of many pairs at once, each with its two tenures."""
    counted = combining.weights(
        np.asarray([one.probability for one in pairs], dtype=np.float64),
        np.asarray([one.standing == "proposal" for one in pairs], dtype=bool),
        np.asarray([one.against for one in pairs], dtype=np.float64),
        calibration().absent,
    )
    return [(one.tenure_a, one.tenure_b, odds) for one, odds in zip(pairs, counted.tolist(), strict=True)]


def _clustered(pairs: Iterable[tuple[str, str, float]], tenures: Iterable[str], now: Standing) -> Clusters:
    by = calibration()
    return cluster(pairs, tenures, now, threshold=by.join, absent=by.absent)


def clusters(reading: Reading, now: Standing) -> Clusters:
    """All clusters; computed once a snapshot and state of decisions."""

    def make() -> Clusters:
        pairs = rows.every_pair(reading, HARD)
        tenures = {tenure for one in pairs for tenure in one.key}
        return _clustered(weighed(pairs), tenures, now)

    found: Clusters = reading.memo.get(("identity persons", now.seq), make)
    return found


def conflicts(reading: Reading, now: Standing) -> Sequence[Conflict]:
    """All contradictions as they stand now; computed once a snapshot and state of decisions."""

    def make() -> Sequence[Conflict]:
        pairs = weighed(rows.every_pair(reading, HARD))
        return find_conflicts(pairs, clusters(reading, now), now, threshold=calibration().join)

    found: Sequence[Conflict] = reading.memo.get(("identity conflicts", now.seq), make)
    return found


def forbidden(reading: Reading, now: Standing) -> Callable[[str, str], bool]:
    """Whether two tenures can never be joined by evidence: decisions hold their people apart, or people split them from each
    other, or several people used one of them. Such a pair is never asked about as a proposal."""

    def make() -> tuple[Mapping[str, str], frozenset[tuple[str, str]], frozenset[str]]:
        where, law = clusters(reading, now).of(), constraints(now)
        apart = {tuple(sorted((where.get(a, a), where.get(b, b)))) for a, b in law.apart}
        return where, frozenset((first, second) for first, second in apart), law.shared

    where, apart, shared = reading.memo.get(("identity apart", now.seq), make)

    def told(a: str, b: str) -> bool:
        if a in shared or b in shared:
            return True
        first, second = sorted((where.get(a, a), where.get(b, b)))
        return (first, second) in apart

    return told


def members_of(reading: Reading, now: Standing, tenure: str) -> tuple[str, ...]:
    """Members of a tenure's cluster, itself among them; itself alone where it stands alone."""
    found = clusters(reading, now)
    where: Mapping[str, str] = reading.memo.get(("identity person of", now.seq), found.of)
    return found.members.get(where.get(tenure, ""), (tenure,))


def person(reading: Reading, now: Standing, tenure: str) -> Person:
    """The person that a tenure is proposed to belong to; alone it is one of one account."""
    found = clusters(reading, now)
    members = members_of(reading, now, tenure)
    inside, barred = set(members), forbidden(reading, now)
    weighed = {one.key: one for one in rows.pairs_of(reading, members, HARD)}
    decided = {(one.a, one.b): one for one in now.in_force if inside & {one.a, one.b}}
    law = constraints(now)
    links = [
        Link(*key, weighed.get(key), decided.get(key), key in law.suspended)
        for key in sorted({*weighed, *decided})
    ]
    own = sorted((one for one in links if {one.a, one.b} <= inside), key=lambda one: (-one.weight, one.key))
    others = sorted(
        (one for one in links if not {one.a, one.b} <= inside and _told(one)),
        key=lambda one: (not one.different, -one.weight, one.key),
    )
    return Person(
        cluster=members[0],
        members=members,
        decided=frozenset(found.decided & inside),
        links=tuple(own),
        apart=tuple(others),
        joins=tuple(
            one
            for one in others
            if one.decided is None
            and one.pair is not None
            and one.pair.standing == "proposal"
            and not barred(*one.key)
        ),
        weakest=weakest(members, own, law),
        halves=cut(members, _weighed(own), law) if len(members) > 1 else None,
        cuts=_cuts(reading, now, members, own),
        held_by={one: found.held_by[one] for one in members if one in found.held_by},
    )


def _told(link: Link) -> bool:
    """Whether a link to somebody else is worth showing beside a person."""
    return link.decided is not None or (link.pair is not None and link.pair.standing != "unlikely")


def weakest(members: Sequence[str], links: Sequence[Link], law: Constraints) -> Link | None:
    """The link on which most rests with least (`holding.weakest_link`); where decisions alone hold a person together, the
    least probable of those."""
    known = {one.key: one for one in links}
    found = weakest_link(members, _weighed(links), law)
    if found is not None:
        return known.get((found[0], found[1]))
    decided = [one for one in links if one.same]
    return min(decided, key=lambda one: (one.pair.probability if one.pair else 1.0, one.key), default=None)


def _weighed(links: Iterable[Link]) -> list[tuple[str, str, float]]:
    return [(one.a, one.b, weight(one.pair)) for one in links if one.pair is not None]


def _cuts(
    reading: Reading, now: Standing, members: tuple[str, ...], links: Sequence[Link]
) -> tuple[Cut, ...]:
    """Leave out one kind of evidence, or one value that several links rest on, and cluster the members anew."""
    pairs = [one.pair for one in links if one.pair is not None]
    if len(members) < 2 or not pairs:
        return ()
    evidence = rows.evidence_of(reading, [one.key for one in pairs])
    speaks: dict[tuple[str, str], dict[tuple[str, str], float]] = defaultdict(dict)
    for key, pieces in evidence.items():
        for piece in pieces:
            if piece.points > 0:
                for thing in {(piece.kind, ""), (piece.kind, value_of(piece))}:
                    speaks[thing][key] = piece.points
    cuts = []
    for (kind, value), less in speaks.items():
        if value and less == speaks[kind, ""]:
            continue  # the kind's only value: the same as leaving out the kind
        without = [
            (one.tenure_a, one.tenure_b, _without(one, evidence.get(one.key, ()), kind, less.get(one.key)))
            for one in pairs
        ]
        left = _clustered(without, members, now)
        cuts.append(Cut(kind, value, len(less), leaving(members, left)))
    return tuple(sorted(cuts, key=lambda one: (-len(one.leaves), -one.links, one.kind, one.value)))


def _without(pair: Pair, pieces: Sequence[Piece], kind: str, less: float | None) -> float:
    """What a pair would count without what a kind adds to it; no proposal any more where too little is left."""
    if less is None:
        return weight(pair)
    hard = any(one.kind in HARD and one.kind != kind and one.points > 0 for one in pieces)
    sure = min(max(pair.probability, 1e-12), 1 - 1e-12)
    left = 1 / (1 + math.exp(less) * (1 - sure) / sure)
    enough = left >= calibration().proposal and (hard or not pair.across)
    return weight_of(left, pair.standing == "proposal" and enough, pair.against)


def value_of(piece: Piece) -> str:
    """The value that a piece of evidence rests on (a number, an address ...); empty where it names none."""
    found = piece.detail.get("value")
    return found if isinstance(found, str) else ""


def leaving(members: Sequence[str], left: Clusters) -> tuple[str, ...]:
    """Who is no longer with the largest group (of equals the one with the smallest member)."""
    groups = sorted(left.members.values(), key=lambda one: (-len(one), one))
    stays = set(groups[0]) if groups else {members[0]}
    return tuple(one for one in members if one not in stays)


def every(reading: Reading, now: Standing) -> Sequence[tuple[str, ...]]:
    """Members of every proposed person, the largest first."""
    found = clusters(reading, now)
    return sorted(found.members.values(), key=lambda one: (-len(one), one))
