"""What people are asked, most useful question first, each with its reason in words.

First what cannot wait: decisions that contradict each other, proposals that contradict decisions, decisions that bind
nobody any more, decisions that wait for a second person. Then proposals by what an answer is expected to change: the chance
of the answer that changes something (a yes between two persons, a no within one) times the logarithm of how many pairs of
accounts come together or part by it, more for open cases and for accounts that were logged in on a seized device. The
logarithm, because a weak tie between two large groups is mostly a tie of two accounts. Two groups are asked about once, by
their strongest pair.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Final, Literal

import networkx as nx

from safelight.access import identities as rows
from safelight.access.identities import Pair
from safelight.access.reading import Reading
from safelight.identities import persons
from safelight.identities.calibration import calibration
from safelight.identities.clusters import Clusters
from safelight.identities.conflicts import Conflict, conflicts
from safelight.identities.constraints import Constraints, constraints
from safelight.ledger import identities as law
from safelight.ledger.identities import Decided, Standing
from safelight.messages import _, ngettext

#: How much more a question is worth that touches an open case, or an account of a seized device.
OPEN_CASE: Final = 3.0
SEIZED: Final = 2.0
#: An undecided pair is asked about again when what is known has moved by this much (natural log-odds) since.
MOVED: Final = 1.5

Sort = Literal["conflict", "unsettled", "waiting", "proposal"]


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the queue, about tenures `a` and `b` (sorted)."""

    sort: Sort
    a: str
    b: str
    why: str
    """One sentence in the reader's language."""
    gain: float = 0.0
    """What an answer is expected to change; compared among proposals alone."""
    pair: Pair | None = None
    """How the two were weighed; None: never."""
    conflict: Conflict | None = None
    decided: Decided | None = None
    """The decision that is unsettled or waits."""
    others: int = 0
    """Further pairs that the same answer settles."""


def ordered(
    pairs: Iterable[Pair],
    clusters: Clusters,
    standing: Standing,
    clashes: Iterable[Conflict] = (),
    *,
    open_cases: Set[str] = frozenset(),
    seized: Set[str] = frozenset(),
) -> list[Question]:
    """The whole queue. `open_cases` and `seized` are ids of accounts; `clashes` come from `conflicts`."""
    weighed = {one.key: one for one in pairs}
    found = [_conflict(one, weighed) for one in clashes]
    second = {(one.a, one.b) for one in standing.waiting}  # decided anew, once another person agrees
    for old in standing.unsettled:
        found += [
            Question("unsettled", a, b, _loose(old), pair=weighed.get((a, b)), decided=old)
            for a, b in standing.successors(old) or [(old.a, old.b)]
            if a != b and (a, b) not in second
        ]
    found += [
        Question("waiting", one.a, one.b, _waits(one), pair=weighed.get((one.a, one.b)), decided=one)
        for one in standing.waiting
    ]
    asked = {(one.a, one.b) for one in found}
    proposals = _proposals(weighed, clusters, standing, open_cases, seized)
    return found + [one for one in proposals if (one.a, one.b) not in asked]


def queue(reading: Reading, open_cases: Set[str] = frozenset()) -> list[Question]:
    """The queue as it stands now, once a snapshot, state of decisions and set of open cases."""
    now = law.standing(reading.ledger)

    def make() -> list[Question]:
        pairs, found = rows.every_pair(reading, persons.HARD), persons.clusters(reading, now)
        clashes = conflicts(
            ((*one.key, persons.weight(one)) for one in pairs), found, now, threshold=calibration().join
        )
        return ordered(pairs, found, now, clashes, open_cases=open_cases, seized=_seized(reading))

    key = ("identity queue", now.seq, tuple(sorted(open_cases)), _("Waits for a second person."))
    made: list[Question] = reading.memo.get(key, make)
    return made


def _seized(reading: Reading) -> frozenset[str]:
    """Accounts that were logged in on an exhibit's device."""
    found = reading.db.execute("select account_id from accounts group by account_id having bool_or(owner)")
    return frozenset(row[0] for row in found.fetchall())


def _proposals(
    weighed: Mapping[tuple[str, str], Pair],
    clusters: Clusters,
    standing: Standing,
    open_cases: Set[str],
    seized: Set[str],
) -> list[Question]:
    held = constraints(standing)
    decided = {(one.a, one.b): one for one in standing.in_force}
    waiting = {(one.a, one.b) for one in standing.waiting}
    of = clusters.of()
    apart = {_sorted(held.people(a), held.people(b)) for a, b in held.apart}
    best: dict[tuple[str, str], Pair] = {}
    others: dict[tuple[str, str], int] = {}
    for key, one in weighed.items():
        if one.standing not in ("proposal", "candidate") or key in waiting or held.shared & set(key):
            continue
        if key in decided and not (decided[key].decision == "undecided" and _moved(decided[key], one)):
            continue
        both = _sorted(held.people(key[0]), held.people(key[1]))
        if both[0] == both[1] or both in apart:
            continue  # decided, by way of others
        groups = _sorted(of.get(key[0], key[0]), of.get(key[1], key[1]))
        if groups[0] != groups[1]:
            both = groups  # a yes to any pair of theirs joins all
        others[both] = others.get(both, -1) + 1
        if both not in best or (one.probability, key) > (best[both].probability, best[both].key):
            best[both] = one
    parting = _parting({one.key for one in best.values()}, weighed, clusters, of, held)
    found = []
    for both, one in best.items():
        a, b = of.get(one.tenure_a, one.tenure_a), of.get(one.tenure_b, one.tenure_b)
        sizes = tuple(len(clusters.members.get(name, ("",))) for name in (a, b))
        changed = parting[one.key] if a == b else sizes[0] * sizes[1]
        touched = {one.account_a, one.account_b}
        worth = (OPEN_CASE if touched & open_cases else 1.0) * (SEIZED if touched & seized else 1.0)
        chance = 1 - one.probability if a == b else one.probability
        gain = chance * math.log2(1 + changed) * worth
        why = _why(one, a == b, sizes, bool(touched & open_cases), bool(touched & seized))
        found.append(Question("proposal", *one.key, why, gain, one, others=others[both]))
    return sorted(found, key=lambda one: (-one.gain, one.a, one.b))


def _parting(
    wanted: Set[tuple[str, str]],
    weighed: Mapping[tuple[str, str], Pair],
    clusters: Clusters,
    of: Mapping[str, str],
    held: Constraints,
) -> dict[tuple[str, str], int]:
    """For pairs inside a cluster: how many pairs of tenures at least would part if they were decided different.

    Where nothing else ties the two sides together all across; else at least one tenure leaves the others.
    """
    found: dict[tuple[str, str], int] = {}
    inside: dict[str, list[tuple[str, str]]] = {}
    for key in sorted(wanted):
        if key[0] in of and of[key[0]] == of.get(key[1]):
            inside.setdefault(of[key[0]], []).append(key)
    ties: dict[str, list[tuple[str, str]]] = {name: [] for name in inside}
    for key, one in weighed.items():
        if of.get(key[0]) in ties and of[key[0]] == of.get(key[1]) and one.probability > 0.5:
            ties[of[key[0]]].append(key)
    for key in held.must:
        if of.get(key[0]) in ties:
            ties[of[key[0]]].append(key)
    for name, keys in inside.items():
        size = len(clusters.members[name])
        graph: nx.Graph[str] = nx.Graph(ties[name])
        bridges = {_sorted(*edge) for edge in nx.bridges(graph)}
        for key in keys:
            found[key] = size - 1
            if key in bridges:
                graph.remove_edge(*key)
                side = len(nx.node_connected_component(graph, key[0]))
                graph.add_edge(*key)
                found[key] = side * (size - side)
    return found


def _moved(old: Decided, now: Pair) -> bool:
    return old.seen is None or abs(_log_odds(now.probability) - _log_odds(old.seen)) >= MOVED


def _log_odds(probability: float) -> float:
    sure = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(sure / (1 - sure))


def _sorted(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _why(one: Pair, together: bool, sizes: tuple[int, ...], open_case: bool, seized: bool) -> str:
    if together:
        text = ngettext(
            "It is part of what holds %(n)d account together as one person",
            "It is part of what holds %(n)d accounts together as one person",
            sizes[0],
        ) % {"n": sizes[0]}
    elif max(sizes) == 1:
        text = _("Neither account is linked with another yet")
    else:
        text = _("A yes would make one person of groups of %(m)d and %(n)d accounts") % {
            "m": max(sizes),
            "n": min(sizes),
        }
    parts = [text]
    if 0.25 <= one.probability <= 0.75:
        parts.append(_("the evidence leaves it open"))
    if open_case:
        parts.append(_("it touches an open case"))
    if seized:
        parts.append(_("one of them was logged in on a seized device"))
    return "; ".join(parts) + "."


def _conflict(one: Conflict, weighed: Mapping[tuple[str, str], Pair]) -> Question:
    numbers = ", ".join(str(said.seq) for said in one.decisions)
    why = {
        "decisions": _("Decisions contradict each other: entries %(numbers)s."),
        "proposal": _("The evidence would join what decisions hold apart: entries %(numbers)s."),
        "evidence": _("Much more speaks for it than when it was decided: entry %(numbers)s."),
    }[one.kind] % {"numbers": numbers}
    a, b = _sorted(one.a, one.b)
    return Question("conflict", a, b, why, pair=weighed.get((a, b)), conflict=one, others=one.others)


def _loose(old: Decided) -> str:
    said = {
        "split": _("Entry %(seq)d was made before one of the accounts was split, so it binds nobody now."),
        "shared": _("Entry %(seq)d binds nobody, because one of the accounts is marked as shared."),
        "refused": _("The second person did not agree with entry %(seq)d."),
    }
    return said.get(old.cause, said["split"]) % {"seq": old.seq}


def _waits(_one: Decided) -> str:
    return _("Waits for a second person.")
