"""How well the writing style alone finds one person's two accounts, on public chats of people it never learned from.

The part `dev` of the set (`chats.py`), by amount of text, with everybody's counterpart there and with a third of them gone,
in one network and across two that are made of channels. Pairs that the set calls uncertain are left out. The set has no
names and no identifiers, so the one baseline here is the cosine of character n-grams.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from safelight.identities.evaluation.baselines import character_cosine
from safelight.identities.evaluation.blocking import blocking
from safelight.identities.evaluation.chats import Chats, read
from safelight.identities.evaluation.measures import (
    Interval,
    b_cubed,
    brier,
    calibration_error,
    false_merges,
    over_persons,
    pairwise,
    reliability,
)
from safelight.identities.evidence.style import PROPOSED
from safelight.identities.style import model
from safelight.identities.style.cohort import Floats
from safelight.identities.style.text import sample
from safelight.identities.style.train import Simulated, by_channel, simulate

AMOUNTS = (20, 50, 100, 200)
CLAIM = 0.95
_SEED = 7


def evaluate(folder: Path) -> dict[str, Any]:
    """All figures of the part `dev`. Raises OSError."""
    chats = read(folder, "dev")
    report: dict[str, Any] = {
        "accounts": len(chats.person),
        "persons": len(set(chats.person.values())),
        "true pairs": len(chats.counterparts()),
        "pairs left out as uncertain": len(chats.uncertain),
    }
    for most in AMOUNTS:
        limited = chats.limited(most, seed=_SEED)
        if most < model.LEAST[0]:
            report[f"{most} messages"] = {"silent, too little text": 1.0}
            continue
        found = simulate(limited, model.learned().views)
        report[f"{most} messages"] = {
            **_retrieval(limited, found, most),
            "blocking": proposed(limited, found),
            **_claims(limited, found),
        }
    fewer = _without_a_third(chats).limited(200, seed=_SEED)
    report["200 messages, a third without counterpart"] = _claims(
        fewer, simulate(fewer, model.learned().views)
    )
    apart, networks = by_channel(chats)
    apart = apart.limited(200, seed=_SEED)
    found = simulate(apart, model.learned().views, networks)
    report["200 messages, across channels"] = _across(apart, found, networks)
    return report


def _without_a_third(chats: Chats) -> Chats:
    pairs = chats.counterparts()
    gone = np.random.default_rng(_SEED).choice(len(pairs), len(pairs) // 3, replace=False)
    away = {pairs[place][1] for place in gone}
    return chats.only(frozenset(one for one in chats.person if one not in away))


def _ranks(chats: Chats, found: Simulated, pairs: Sequence[tuple[str, str]]) -> tuple[list[float], list[str]]:
    """The place of each counterpart among the neighbours (inf: not among them, or silent), and whose it is."""
    place = {one: row for row, one in enumerate(found.accounts)}
    ranks, persons = [], []
    for pair in pairs:
        for one, other in (pair, pair[::-1]):
            persons.append(chats.person[one])
            if one not in place or other not in place:
                ranks.append(float("inf"))
                continue
            near = found.neighbours.rows[place[one], found.index.network[place[other]]].tolist()
            near = [row for row in near if not _uncertain(chats, one, found.accounts[row])]
            ranks.append(near.index(place[other]) + 1.0 if place[other] in near else float("inf"))
    return ranks, persons


def _uncertain(chats: Chats, one: str, other: str) -> bool:
    return frozenset((chats.person[one], chats.person[other])) in chats.uncertain


def _within(ranks: Sequence[float], persons: Sequence[str], most: int) -> Interval:
    hits = np.array([rank <= most for rank in ranks], float)
    return over_persons(lambda rows: float(hits[rows].mean()), persons)


def _retrieval(chats: Chats, found: Simulated, most: int) -> dict[str, Any]:
    pairs = chats.counterparts()
    ranks, persons = _ranks(chats, found, pairs)
    full = [pair for pair in pairs if min(len(chats.lines[one]) for one in pair) >= most]
    full_ranks, full_persons = _ranks(chats, found, full)
    plain, plain_persons = _plain_ranks(chats, pairs)
    silent = 1 - len(found.accounts) / len(chats.person)
    return {
        "silent, too little text": round(silent, 3),
        "top-1": _figure(_within(ranks, persons, 1)),
        "top-5": _figure(_within(ranks, persons, 5)),
        f"top-1 of the {len(full)} pairs with so many on both sides": _figure(
            _within(full_ranks, full_persons, 1)
        ),
        "baseline, cosine of character 3- and 4-grams: top-1": _figure(_within(plain, plain_persons, 1)),
        "baseline, cosine of character 3- and 4-grams: top-5": _figure(_within(plain, plain_persons, 5)),
    }


def proposed(chats: Chats, found: Simulated) -> dict[str, Any]:
    """Of the true pairs of which both write enough, those that style proposes."""
    place = {one: row for row, one in enumerate(found.accounts)}
    rows = [
        sorted((place[one], place[other]))
        for one, other in chats.counterparts()
        if one in place and other in place
    ]
    true = np.asarray(rows, dtype=np.int64).reshape(-1, 2)
    near = found.neighbours.pairs(PROPOSED)
    compared = found.neighbours.compare(found.index, true[:, 0], true[:, 1])
    odds = model.capped(model.learned().log_odds(compared, found.characters), compared)
    said: np.ndarray[Any, np.dtype[np.float64]] = model.probability(odds).astype(np.float64)
    pairs = set(zip(near[0].tolist(), near[1].tolist(), strict=True))
    kept = np.asarray([tuple(pair) in pairs for pair in rows], dtype=np.bool_)
    return blocking(said[kept], said[~kept], len(pairs))


def _plain_ranks(chats: Chats, pairs: Sequence[tuple[str, str]]) -> tuple[list[float], list[str]]:
    texts = {account: sample([line.text for line in lines]) for account, lines in chats.lines.items()}
    accounts, scores = character_cosine(texts)
    np.fill_diagonal(scores, -1)
    place = {one: row for row, one in enumerate(accounts)}
    for one in accounts:
        for other in accounts:
            if _uncertain(chats, one, other) and chats.person[one] != chats.person[other]:
                scores[place[one], place[other]] = -1
    ranks, persons = [], []
    for pair in pairs:
        for one, other in (pair, pair[::-1]):
            row = scores[place[one]]
            ranks.append(1.0 + float((row > row[place[other]]).sum()))
            persons.append(chats.person[one])
    return ranks, persons


def _claims(chats: Chats, found: Simulated) -> dict[str, Any]:
    """What is said of the candidates (near pairs, and true ones that are not near), and what is so."""
    odds = model.capped(model.learned().log_odds(found.compared, found.characters), found.compared)
    near = found.weight == 1.0
    probability, same = model.probability(odds)[near], found.same[near]
    a, b = found.compared.a[near], found.compared.b[near]
    persons = [chats.person[found.accounts[row]] for row in a.tolist()]
    claimed = probability >= CLAIM
    true = len(chats.counterparts())

    def precision(rows: Any) -> float:
        said = claimed[rows]
        return float(same[rows][said].mean()) if said.any() else float("nan")

    def recall(rows: Any) -> float:
        return float(claimed[rows][same[rows]].mean()) if same[rows].any() else float("nan")

    cluster = _joined(found, a[claimed], b[claimed])
    person = dict(chats.person)
    pair_scores, cubed = pairwise(cluster, person), b_cubed(cluster, person)
    return {
        "candidates": int(near.sum()),
        f"P >= {CLAIM}: said": int(claimed.sum()),
        f"P >= {CLAIM}: false": int((claimed & ~same).sum()),
        f"P >= {CLAIM}: precision": _figure(over_persons(precision, persons)),
        f"P >= {CLAIM}: recall of all true pairs": round(int((claimed & same).sum()) / max(1, true), 3),
        f"P >= {CLAIM}: recall of candidates": _figure(over_persons(recall, persons)),
        "Brier": brier(probability.tolist(), same.tolist()),
        "expected calibration error": calibration_error(probability.tolist(), same.tolist()),
        "clusters: pairwise F1": pair_scores.f1,
        "clusters: B-cubed precision": cubed.precision,
        "clusters: B-cubed recall": cubed.recall,
        "clusters: false merges": false_merges(cluster, person),
        "reliability": [
            {"from": one.low, "pairs": one.count, "said": one.said, "true": one.true}
            for one in reliability(probability.tolist(), same.tolist())
        ],
    }


def _joined(found: Simulated, a: Any, b: Any) -> dict[str, int]:
    """Clusters of the claimed pairs, joined where they meet."""
    label = list(range(len(found.accounts)))
    for one, other in zip(a.tolist(), b.tolist(), strict=True):
        old, new = label[one], label[other]
        label = [new if number == old else number for number in label]
    return {account: label[row] for row, account in enumerate(found.accounts)}


def _across(chats: Chats, found: Simulated, networks: Mapping[str, str]) -> dict[str, Any]:
    pairs = [(a, b) for a, b in chats.counterparts() if networks[a] != networks[b]]
    ranks, persons = _ranks(chats, found, pairs)
    odds = model.capped(model.learned().log_odds(found.compared, found.characters), found.compared)
    apart = found.compared.across & (found.weight == 1.0)
    probability: Floats = model.probability(odds)[apart].astype(np.float32)
    said, same = probability.tolist(), found.same[apart].tolist()
    return {
        "accounts by network": {
            name: list(networks.values()).count(name) for name in sorted(set(networks.values()))
        },
        "true pairs": len(pairs),
        "top-1": _figure(_within(ranks, persons, 1)),
        "top-5": _figure(_within(ranks, persons, 5)),
        "highest probability said": max(said, default=0.0),
        "Brier": brier(said, same),
        "expected calibration error": calibration_error(said, same),
    }


def _figure(interval: Interval) -> list[float]:
    """Value, low and high end of the 95 % interval."""
    return [round(interval.value, 4), round(interval.low, 4), round(interval.high, 4)]
