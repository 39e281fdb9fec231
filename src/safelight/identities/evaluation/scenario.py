"""How good the proposals are on a synthetic operation whose truth is known: pairs, persons, probabilities, decisions.

Nothing is written into the operation: decisions are played by somebody who knows the truth and answers the questions in the
order of the queue, and who marks an account as shared where that is the true answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from safelight.catalog.catalog import Catalog
from safelight.errors import Refused
from safelight.identities.calibration import Calibration, calibration
from safelight.identities.clusters import Clusters
from safelight.identities.evaluation.baselines import alike_names, joined_by_identifier
from safelight.identities.evaluation.scenario_truth import Pair, Truth, pairs, truth
from safelight.identities.run import Weighing, clustered, weigh
from safelight.ledger import clocks
from safelight.ledger.identities import Decided, Standing, Tenure, standing
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder, open_folder

#: How many questions are answered in the second part.
DECISIONS: Final = 200
_VALUES: Final = """
    select distinct account_id, 'phone ' || account from accounts where starts_with(account, '+')
    union select account_id, 'phone ' || replace(name, ' ', '') from accounts where name_kind = 'phone'
    union select account_id, 'mail ' || lower(name) from accounts where name_kind = 'e-mail'
    union select account_id, 'source ' || source_id from accounts where owner
    union select account_id, 'host ' || "user" || '@' || host from logins where host is not null"""
_NAMES: Final = """
    select distinct account_id, name from accounts
    where name is not null and coalesce(name_kind, '') not in ('phone', 'e-mail', 'address book')"""
_NOBODY: Final = Standing({})


@dataclass(frozen=True, slots=True)
class Read:
    """An operation weighed without its decisions, and its truth."""

    weighing: Weighing
    truth: Truth
    values: Sequence[tuple[str, str]]
    """Account and hard identifier, for the baselines."""
    names: Sequence[tuple[str, str]]


def evaluate(folder: Path, truth_folder: Path) -> dict[str, Any]:
    """All figures of an operation. Raises NotAnOperation, NotFound, Refused (not a synthetic operation)."""
    read = weighed_operation(open_folder(folder), truth_folder)
    return report(read, calibration())


def weighed_operation(folder: OperationFolder, truth_folder: Path, *, every: bool = False) -> Read:
    """Gather and measure an operation, and read its truth. `every`: all pairs, not candidates alone."""
    with Ledger.open(folder) as ledger, Catalog.at(folder) as catalog:
        if not ledger.synthetic:
            raise Refused(
                "Only a synthetic operation has a truth to be compared with.",
                "Make it with `safelight init --synthetic`.",
            )
        found = weigh(
            catalog, Standing(standing(ledger).tenures), clocks.every(ledger), calibration(), every=every
        )
        with catalog.connect() as db:
            known = truth(truth_folder, db)
            values = db.execute(_VALUES).fetchall()
            names = db.execute(_NAMES).fetchall()
        return Read(found, known, values, names)


def report(read: Read, by: Calibration) -> dict[str, Any]:
    """Figures by themselves, and after DECISIONS true answers."""
    found, known = read.weighing, read.truth
    combined = found.combined
    alone = clustered(found, _NOBODY, by)
    decided = play(read, by, DECISIONS)
    taught = clustered(found, decided, by)
    return {
        "accounts": len(found.ids),
        "accounts of the truth": len(known.owners),
        "persons": known.persons,
        "pairs weighed": len(combined.probability),
        "blocking": _blocking(read),
        "proposals": _proposals(read, by),
        "persons proposed": persons(read, alone, _NOBODY),
        "decisions": len(decided.in_force) + len(decided.tenures),
        "after decisions": persons(read, taught, decided),
        "probabilities": _probabilities(read),
        "baselines": _baselines(read),
    }


def persons(read: Read, clusters: Clusters, decided: Standing) -> dict[str, Any]:
    """Pairs and B-cubed of clusters against the truth, false merges, decisions violated."""
    known = read.truth
    of = clusters.of()
    shared = {one.account_id for found in decided.tenures.values() for one in found if one.shared}
    linkable = {pair for pair in known.linkable if not shared & set(pair)}
    told = {
        pair
        for members in clusters.members.values()
        for pair in pairs(one for one in members if one in known.owners)
    }
    right = {pair for pair in told if known.same(*pair)}
    merges = sum(_persons_in([known.owners[one] for one in members if one in known.owners]) - 1
                 for members in clusters.members.values() if any(one in known.owners for one in members))  # fmt: skip
    violated = sum(
        (of.get(one.a, one.a) == of.get(one.b, one.b)) == (one.decision == "different")
        for one in decided.in_force if one.decision != "undecided"
    )  # fmt: skip
    return {
        "pairs told": len(told),
        "pairs right": len(right),
        "precision": _share(len(right), len(told)),
        "recall of linkable": _share(len(right & linkable), len(linkable)),
        "linkable": len(linkable),
        "recall of directly linkable": _share(
            len(right & known.direct), len({pair for pair in known.direct if not shared & set(pair)})
        ),
        "false merges": merges,
        "false merges per 100 persons": round(100 * merges / known.persons, 2) if known.persons else None,
        "largest": max((len(members) for members in clusters.members.values()), default=0),
        "decisions violated": int(violated),
        **_b_cubed(known, of),
    }


def _persons_in(owners: Sequence[frozenset[int]]) -> int:
    """How few persons could have all these accounts: an account that two share goes to either."""
    rest = [one for one in owners if one]
    count = 0
    while rest:
        votes: dict[int, int] = defaultdict(int)
        for one in rest:
            for person in one:
                votes[person] += 1
        most = max(votes, key=lambda person: (votes[person], -person))
        rest = [one for one in rest if most not in one]
        count += 1
    return max(1, count)


def _b_cubed(known: Truth, of: Mapping[str, str]) -> dict[str, Any]:
    """B-cubed (Bagga and Baldwin, 1998) over the accounts of the truth; two accounts are alike if a person has both."""
    groups: dict[str, list[str]] = defaultdict(list)
    mates: dict[int, list[str]] = defaultdict(list)
    for one, people in known.owners.items():
        groups[of.get(one, one)].append(one)
        for person in people:
            mates[person].append(one)
    precision = recall = 0.0
    for one, people in known.owners.items():
        mine = groups[of.get(one, one)]
        all_true = {other for person in people for other in mates[person]}
        common = sum(other in all_true for other in mine)
        precision += common / len(mine)
        recall += common / len(all_true)
    count = max(1, len(known.owners))
    p, r = precision / count, recall / count
    return {
        "b3 precision": round(p, 4),
        "b3 recall": round(r, 4),
        "b3 f1": round(2 * p * r / (p + r), 4) if p + r else None,
    }


def _proposals(read: Read, by: Calibration) -> dict[str, Any]:
    found, known = read.weighing, read.truth
    chosen = found.combined.proposed(by)
    told = [pair for pair in _pairs(found, chosen) if pair[0] in known.owners and pair[1] in known.owners]
    right = sum(known.same(*pair) for pair in told)
    return {
        "told": len(told), "right": right, "precision": _share(right, len(told)),
        "recall of directly linkable": _share(len(known.direct & set(told)), len(known.direct)),
        "directly linkable": len(known.direct),
    }  # fmt: skip


def _baselines(read: Read) -> dict[str, Any]:
    """What simple methods reach on the same evidence: all that share an exact identifier joined, names alike."""
    values = [(account, value) for account, value in read.values if account in read.truth.owners]
    joined = joined_by_identifier(values, read.truth.owners)
    groups: dict[int, list[str]] = defaultdict(list)
    for account, group in joined.items():
        groups[group].append(account)
    named: dict[str, list[str]] = defaultdict(list)
    for account, name in read.names:
        if account in read.truth.owners:
            named[account].append(name)
    found = {
        "exact identifiers, union-find": {pair for members in groups.values() for pair in pairs(members)},
        "names, Jaro-Winkler 0.92": alike_names(named),
    }
    known = read.truth
    return {
        name: {
            "precision": _share(sum(known.same(*pair) for pair in told), len(told)),
            "recall of linkable": _share(len(told & known.linkable), len(known.linkable)),
        }
        for name, told in found.items()
    }


def _blocking(read: Read) -> dict[str, Any]:
    """How many of the true pairs became candidates at all."""
    known = read.truth
    there = set(weighed_pairs(read.weighing))
    return {
        "recall of directly linkable": _share(len(known.direct & there), len(known.direct)),
        "recall of linkable": _share(len(known.linkable & there), len(known.linkable)),
        "candidates an account": round(2 * len(there) / max(1, len(read.weighing.ids)), 1),
    }


def labelled(read: Read) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], np.ndarray[Any, np.dtype[np.bool_]]]:
    """By weighed pair: whether the truth knows both, and whether they are one person."""
    known = read.truth
    both = weighed_pairs(read.weighing)
    told = np.asarray([a in known.owners and b in known.owners for a, b in both], dtype=bool)
    same = np.asarray([told[n] and known.same(*pair) for n, pair in enumerate(both)], dtype=bool)
    return told, same


def _probabilities(read: Read) -> dict[str, Any]:
    told, same = labelled(read)
    p, y = read.weighing.combined.probability[told], same[told].astype(np.float64)
    rows = []
    error = 0.0
    for low in np.arange(0, 1, 0.1):
        inside = (p >= low) & (p < low + 0.1 if low < 0.89 else p <= 1)
        if inside.any():
            said, true = float(p[inside].mean()), float(y[inside].mean())
            error += abs(said - true) * float(inside.sum()) / len(p)
            rows.append(
                {
                    "from": round(float(low), 1),
                    "pairs": int(inside.sum()),
                    "said": round(said, 4),
                    "true": round(true, 4),
                }
            )
    sure = p >= 0.95
    return {
        "pairs": len(p),
        "brier": round(float(((p - y) ** 2).mean()), 5) if len(p) else None,
        "ece": round(error, 5),
        "reliability": rows,
        "precision at 0.95": _share(int(y[sure].sum()), int(sure.sum())),
        "pairs at 0.95": int(sure.sum()),
    }  # fmt: skip


def weighed_pairs(found: Weighing) -> list[Pair]:
    """All pairs that were weighed, in their order."""
    return _pairs(found, np.ones(len(found.combined.probability), dtype=bool))


def _pairs(found: Weighing, chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> list[Pair]:
    pieces, ids = found.combined.pieces, found.ids
    return [
        (ids[a], ids[b]) if ids[a] < ids[b] else (ids[b], ids[a])
        for a, b in zip(pieces.a[chosen].tolist(), pieces.b[chosen].tolist(), strict=True)
    ]


def play(read: Read, by: Calibration, count: int) -> Standing:
    """Decisions of somebody who knows the truth, on the pairs of which least is sure, each person's question once."""
    found, known = read.weighing, read.truth
    combined = found.combined
    order = np.lexsort((np.arange(len(combined.probability)), np.abs(combined.probability - 0.5)))
    both = weighed_pairs(found)
    decided: list[Decided] = []
    shared: dict[str, tuple[Tenure, ...]] = {}
    for n in order.tolist():
        a, b = both[n]
        if len(decided) + len(shared) >= count:
            break
        if a not in known.owners or b not in known.owners or a in shared or b in shared:
            continue
        several = [one for one in (a, b) if len(known.owners[one]) > 1]
        if several:
            one = several[0]
            shared[one] = (Tenure(one, one, None, None, True, 1),)
            decided = [other for other in decided if one not in (other.a, other.b)]
            continue
        decision = "same" if known.same(a, b) else "different"
        seq = len(decided) + 1
        seen = float(combined.probability[n])
        decided.append(Decided(seq, decision, a, b, "truth", 0, "truth", "A", "1", seen))  # type: ignore[arg-type]
    return Standing(shared, tuple(decided))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
