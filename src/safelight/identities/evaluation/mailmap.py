"""How well names and addresses alone tell authors apart who have several (`realdata/mailmap`).

400 pairs of candidates are labelled, drawn by lot among 40 % of the persons; a logistic model over named features learns
from them, and persons are made by the same clustering as in an operation. Everything is reported for all persons, and for
those of whom no label was used. Baselines in the same run: union-find over exact addresses, Jaro-Winkler on names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from safelight.identities import naming
from safelight.identities.clusters import ABSENT, cluster
from safelight.identities.evaluation.baselines import alike_names, joined_by_identifier
from safelight.identities.evaluation.blocking import blocking
from safelight.identities.evaluation.mailmap_records import Author, bench, hosts, read
from safelight.identities.evaluation.measures import (
    b_cubed,
    brier,
    calibration_error,
    false_merges,
    over_persons,
    pairwise,
    reliability,
)
from safelight.identities.evaluation.train_names import training
from safelight.identities.handles import handle
from safelight.identities.naming import FEATURES, Bools, Floats, Ints
from safelight.identities.placeholders import condition
from safelight.ledger.identities import Standing

LABELS: Final = 400
#: Share of the persons among whom labels are drawn.
LABELLED_PERSONS: Final = 0.4


@dataclass(frozen=True, slots=True)
class Point:
    """How is learned, and from which probability on groups are joined."""

    penalty: float
    """Inverse strength of the L2 penalty."""
    address: float
    """What an address in common counts as a feature: in larger units few labels suffice to trust it."""
    join: float
    """Groups are joined where their pairs are on average more probable than this."""


#: Chosen by `mailmap_chosen.py`: on that half of the persons from which the weights of names were learned, and on the other.
HALVES: Final = (Point(penalty=0.5, address=9.0, join=0.89), Point(penalty=1.0, address=9.0, join=0.84))
#: The middle of the two.
POINT: Final = Point(penalty=0.7, address=9.0, join=0.865)
SEEDS: Final = range(1, 9)
_HOLDERS: Final = 20
_OWN_HOST: Final = 4


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs a < b with their features (columns `names`)."""

    a: Ints
    b: Ints
    features: Floats
    names: tuple[str, ...]


def evaluate(folder: Path) -> dict[str, Any]:
    """All figures. Raises OSError."""
    authors = read(folder)
    stated = known(authors)
    found = stated.proposed()
    lost = stated.described(_true(authors).difference(zip(found.a.tolist(), found.b.tolist(), strict=True)))
    person = [one.person for one in authors]
    runs = [_run(authors, found, lost, seed, POINT) for seed in SEEDS]
    crossed = [_run(authors, found, lost, seed, point) for seed in SEEDS for point in HALVES]
    ids = [f"{n:06}" for n in range(len(authors))]
    addresses = [(ids[n], one.address) for n, one in enumerate(authors)]
    jaro = alike_names({ids[n]: [one.name] for n, one in enumerate(authors)}, 0.95)
    return {
        "names with addresses": len(authors),
        "persons": len(set(person)),
        "labelled pairs": LABELS,
        "blocking": _blocking(authors, found),
        f"one draw of labels (seed {SEEDS[0]})": runs[0],
        f"mean of {len(SEEDS)} draws": _mean(runs),
        f"mean of {len(SEEDS)} draws, by the point of each half": _mean(crossed),
        "baseline, exact address": _clustered(joined_by_identifier(addresses, ids), ids, authors),
        "baseline, Jaro-Winkler 0.95 on names": _clustered(
            joined_by_identifier(_edges(jaro), ids), ids, authors
        ),
    }


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the authors: their names, who has which address in common, whose host bears whose name."""

    every: naming.Forms
    names_only: naming.Forms
    same: Set[tuple[int, int]]
    bearing: Set[tuple[int, int]]

    def described(self, pairs: Iterable[tuple[int, int]]) -> Candidates:
        """These pairs with their features."""
        ordered = sorted(pairs)
        table = np.asarray(ordered, dtype=np.int64).reshape(-1, 2)
        a, b = table[:, 0], table[:, 1]
        address = np.asarray([pair in self.same for pair in ordered], dtype=float)
        named = np.asarray([pair in self.bearing for pair in ordered], dtype=float)
        # With one address its local part is in common anyway, and says nothing on top.
        features = np.where(address[:, None] > 0, _aligned(self.names_only, a, b), _aligned(self.every, a, b))
        return Candidates(a, b, np.column_stack((features, address, named)), (*FEATURES, "address", "host"))

    def proposed(self) -> Candidates:
        """Pairs worth a look, by names (`naming.py`), addresses, and hosts that bear a name."""
        alike = naming.compare(self.every)
        return self.described(
            {*zip(alike.a.tolist(), alike.b.tolist(), strict=True), *self.same, *self.bearing}
        )


def known(authors: Sequence[Author]) -> Known:
    """Read the names and addresses of the authors."""
    with bench(authors, locals_too=True) as told, bench(authors, locals_too=False) as without:
        hollow = {
            row[0]
            for row in told.db.execute(
                f"select tenure from identifiers where kind = 'email' and {condition('email', 'value')}"
            ).fetchall()
        }
        # The local part of an address that stands for none is no name: `devnull`, `none`.
        told.db.execute(
            "delete from names where kind = 'e-mail' and tenure in (select unnest(?))", [sorted(hollow)]
        )
        every, names_only = naming.forms(told), naming.forms(without)
    same = _block([None if n in hollow else one.address for n, one in enumerate(authors)])
    return Known(every, names_only, same, _hosts_bearing_names(authors))


def _aligned(names: naming.Forms, a: Ints, b: Ints) -> Floats:
    """Features of exactly these pairs; zeros where one has no name."""
    found = naming.compare(names, (a, b))
    size = names.tenures
    made = np.zeros((len(a), len(FEATURES)))
    made[np.searchsorted(a * size + b, found.a * size + found.b)] = found.features
    return made


def _block(keys: Sequence[str | None]) -> set[tuple[int, int]]:
    members: dict[str, list[int]] = defaultdict(list)
    for n, key in enumerate(keys):
        if key:
            members[key].append(n)
    return {pair for found in members.values() if len(found) <= _HOLDERS for pair in combinations(found, 2)}


def _hosts_bearing_names(authors: Sequence[Author]) -> set[tuple[int, int]]:
    """Pairs where the host of one, which few have, holds a rare word of the other's name: mail@nordmann.example."""
    crowd = hosts(authors)
    holders: dict[str, set[int]] = defaultdict(set)
    for n, one in enumerate(authors):
        for word in {*handle(one.name).words, handle(one.name).core, *handle(one.local).words}:
            if len(word) >= 4:
                holders[word].add(n)
    return {
        (min(n, other), max(n, other))
        for n, one in enumerate(authors) if crowd[one.host] <= _OWN_HOST
        for word in re.findall("[a-z]{4,}", one.host) if len(holders.get(word, ())) <= 2 * _OWN_HOST
        for other in holders.get(word, ()) if other != n
    }  # fmt: skip


def drawn(found: Candidates, people: Sequence[str], among: Set[str], dice: np.random.Generator) -> Ints:
    """Candidates that are labelled: `LABELS` by lot of those of which both persons are `among` these."""
    inside = np.asarray([one in among for one in people])
    return dice.permutation(np.flatnonzero(inside[found.a] & inside[found.b]))[:LABELS]


def learned(found: Candidates, labels: Ints, same: Bools, by: Point) -> Callable[[Candidates], Floats]:
    """Log-odds of any pairs, by a model of the labelled candidates."""

    def scaled(pairs: Candidates) -> Floats:
        made: Floats = pairs.features * np.where(np.asarray(pairs.names) == "address", by.address, 1.0)
        return made

    model = LogisticRegression(C=by.penalty, max_iter=5_000).fit(scaled(found)[labels], same[labels])

    def odds(pairs: Candidates) -> Floats:
        made: Floats = model.decision_function(scaled(pairs)) if len(pairs.a) else np.zeros(0)
        return made

    return odds


def are_same(owners: Sequence[str], pairs: Candidates) -> Bools:
    """By pair: whether the truth says that it is one person."""
    person = np.unique(np.asarray(owners), return_inverse=True)[1]
    same: Bools = person[pairs.a] == person[pairs.b]
    return same


def taught(
    owners: Sequence[str], found: Candidates, seed: int, by: Point
) -> tuple[Ints, Callable[[Candidates], Floats]]:
    """Labels drawn among `LABELLED_PERSONS`, and what is learned from them."""
    dice = np.random.default_rng(seed)
    people = sorted(set(owners))
    chosen = dice.random(len(people)) < LABELLED_PERSONS
    labels = drawn(found, owners, {one for one, yes in zip(people, chosen, strict=True) if yes}, dice)
    return labels, learned(found, labels, are_same(owners, found), by)


def people_of(found: Candidates, odds: Floats, ids: Sequence[str], join: float) -> dict[str, str]:
    """Author -> who it is proposed to be; who stands alone is left out.

    Names that are hardly alike count no more against two authors than names that have nothing in common at all: people
    have several, and nothing here is evidence against.
    """
    lowered = np.maximum(odds - np.log(join / (1 - join)), ABSENT)
    weighed = [
        (ids[a], ids[b], float(w))
        for a, b, w in zip(found.a.tolist(), found.b.tolist(), lowered.tolist(), strict=True)
    ]
    return cluster(weighed, ids, Standing({})).of()


def _run(
    authors: Sequence[Author], found: Candidates, lost: Candidates, seed: int, by: Point
) -> dict[str, Any]:
    """Label, learn, cluster, score. `lost`: the true pairs that are no candidates."""
    owners = [one.person for one in authors]
    same = are_same(owners, found)
    labels, model = taught(owners, found, seed, by)
    odds = model(found)
    ids = [f"{n:06}" for n in range(len(authors))]
    made = people_of(found, odds, ids, by.join)
    used = {owners[n] for n in (*found.a[labels].tolist(), *found.b[labels].tolist())}
    first = training(owners)
    chosen_on = {HALVES[0]: first, HALVES[1]: set(owners) - first}.get(by)
    new = np.asarray([one not in used for one in owners])
    unseen = np.flatnonzero(new[found.a] & new[found.b])
    said, true = expit(odds[unseen]), same[unseen]

    def scored(kept: Callable[[str], bool]) -> dict[str, Any]:
        at = [n for n, one in enumerate(owners) if kept(one)]
        told = _clustered(made, [ids[n] for n in at], [authors[n] for n in at])
        return {"persons": len({owners[n] for n in at}), **told}

    return {
        "labels that are one person": int(same[labels].sum()),
        "blocking": blocking(expit(odds[same]), expit(model(lost)), len(found.a)),
        "all persons": scored(lambda _one: True),
        **(
            {"the half of which nothing was chosen": scored(lambda one: one not in chosen_on)}
            if chosen_on
            else {}
        ),
        "persons without a label": {
            **scored(lambda one: one not in used),
            "candidates": len(said),
            "Brier": brier(said.tolist(), true.tolist()),
            "expected calibration error": calibration_error(said.tolist(), true.tolist()),
            "reliability": [
                {"from": one.low, "pairs": one.count, "said": one.said, "true": one.true}
                for one in reliability(said.tolist(), true.tolist())
            ],
        },
    }


def _clustered(
    cluster_of: Mapping[str, Any], ids: Sequence[str], authors: Sequence[Author]
) -> dict[str, Any]:
    """Figures of clusters for these authors, with intervals over persons."""
    person = {one: author.person for one, author in zip(ids, authors, strict=True)}
    entry = {one: author.entry for one, author in zip(ids, authors, strict=True)}
    scores, cubed = pairwise(cluster_of, person), b_cubed(cluster_of, person)
    right, told, true = _by_author(cluster_of, ids, person)
    owners = [person[one] for one in ids]
    precision = over_persons(
        lambda rows: float(right[rows].sum() / max(1, told[rows].sum())), owners, draws=300
    )
    recall = over_persons(lambda rows: float(right[rows].sum() / max(1, true[rows].sum())), owners, draws=300)
    return {
        "pair precision": scores.precision,
        "pair precision, 95 %": [precision.low, precision.high],
        "pair recall": scores.recall,
        "pair recall, 95 %": [recall.low, recall.high],
        "pair F1": scores.f1,
        "B-cubed precision": cubed.precision,
        "B-cubed recall": cubed.recall,
        "false merges": false_merges(cluster_of, person),
        "false merges by name and address": false_merges(cluster_of, entry),
    }


def _by_author(
    cluster_of: Mapping[str, Any], ids: Sequence[str], person: Mapping[str, str]
) -> tuple[Floats, Floats, Floats]:
    """By author: fellows that are right, fellows, and fellows that there should be."""
    members: dict[Any, list[str]] = defaultdict(list)
    people: dict[str, int] = defaultdict(int)
    for one in ids:
        members[cluster_of.get(one, ("alone", one))].append(one)
        people[person[one]] += 1
    right, told = [], []
    for one in ids:
        fellows = members[cluster_of.get(one, ("alone", one))]
        told.append(len(fellows) - 1)
        right.append(sum(person[other] == person[one] for other in fellows) - 1)
    return (
        np.asarray(right, float),
        np.asarray(told, float),
        np.asarray([people[person[one]] - 1 for one in ids], float),
    )


def _true(authors: Sequence[Author]) -> set[tuple[int, int]]:
    """Pairs that are one person."""
    members: dict[str, list[int]] = defaultdict(list)
    for n, one in enumerate(authors):
        members[one.person].append(n)
    return {pair for held in members.values() for pair in combinations(held, 2)}


def _blocking(authors: Sequence[Author], found: Candidates) -> dict[str, Any]:
    true = _true(authors)
    kept = set(zip(found.a.tolist(), found.b.tolist(), strict=True))
    told = [_told(one) for one in authors]
    linkable = {pair for pair in true if told[pair[0]] & told[pair[1]]}
    return {
        "true pairs": len(true),
        "recall": len(true & kept) / len(true),
        "true pairs with a trigram of name or address in common": len(linkable),
        "recall of these": len(linkable & kept) / len(linkable),
        "candidates": len(kept),
    }


def _told(author: Author) -> set[str]:
    """Trigrams of all that an author states."""
    texts = (handle(author.name).core, handle(author.local).core)
    return {text[at : at + 3] for text in texts for at in range(len(text) - 2)}


def _edges(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(one, f"{a}|{b}") for a, b in pairs for one in (a, b)]


def _mean(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean of every figure over all draws."""
    made: dict[str, Any] = {}
    for key, value in runs[0].items():
        if isinstance(value, Mapping):
            made[key] = _mean([run[key] for run in runs])
        elif isinstance(value, int | float):
            made[key] = float(np.mean([run[key] for run in runs]))
    return made
