"""How `mailmap.py` learns and from which probability on it joins two authors: chosen by cross-validation over persons.

    python -m safelight.identities.evaluation.mailmap_chosen FOLDER

The persons are halved by lot (`train_names.training` and the others), and a point is chosen on each half; of the persons of
the other one nothing is used but that they are somebody else. Labels are drawn in the half again and again, as many as the
evaluation has, and persons made of all authors. Counted are pairs within the half, and false merges in which one of the half
has part: of two persons who are merged at least one is of it in three cases of four. Taken is what finds most with this
share of the false merges that are allowed, and precise enough, in the mean. What is reported is the mean of both points, and
of each half by the point that was chosen on the other one.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np

from safelight.identities.evaluation import mailmap
from safelight.identities.evaluation.mailmap import Candidates, Point
from safelight.identities.evaluation.mailmap_records import Author, read
from safelight.identities.evaluation.measures import pairwise
from safelight.identities.evaluation.train_names import training
from safelight.identities.naming import Ints

#: False merges that are allowed among all persons, the share in which one of the half has part, and the least precision.
MOST: Final = 5
PART: Final = 0.75
PRECISE: Final = 0.985
#: Other draws than those that are reported (`mailmap.SEEDS`).
SEEDS: Final = range(101, 121)
#: Share of the half among whom labels are drawn: so many candidates lie there as among 40 % of all persons.
LABELLED: Final = 0.8
PENALTIES: Final = (0.25, 0.5, 1.0)
ADDRESSES: Final = (3.0, 6.0, 9.0)
JOINS: Final = tuple(round(0.75 + n / 100, 2) for n in range(20))


def tried(
    authors: Sequence[Author], found: Candidates, half: Set[str]
) -> Iterator[tuple[Point, float, float, float]]:
    """Precision and recall of pairs in this half, and false merges that touch it: mean of all draws."""
    owners = [one.person for one in authors]
    person = np.unique(np.asarray(owners), return_inverse=True)[1]
    same = person[found.a] == person[found.b]
    ids = [f"{n:06}" for n in range(len(authors))]
    owner = dict(zip(ids, owners, strict=True))
    draws = [_labels(found, owners, half, seed) for seed in SEEDS]
    for penalty, address in product(PENALTIES, ADDRESSES):
        weighed = [
            mailmap.learned(found, labels, same, Point(penalty, address, 0.5))(found) for labels in draws
        ]
        for join in JOINS:
            made = [_figures(mailmap.people_of(found, odds, ids, join), owner, half) for odds in weighed]
            precision, recall, merges = np.mean(made, axis=0).tolist()
            yield Point(penalty, address, join), precision, recall, merges


def _labels(found: Candidates, owners: Sequence[str], half: Set[str], seed: int) -> Ints:
    dice = np.random.default_rng(seed)
    among = {one for one in sorted(half) if dice.random() < LABELLED}
    return mailmap.drawn(found, owners, among, dice)


def _figures(made: Mapping[str, str], owner: Mapping[str, str], half: Set[str]) -> tuple[float, float, float]:
    known = {one: person for one, person in owner.items() if person in half}
    pairs = pairwise({one: group for one, group in made.items() if one in known}, known)
    members: dict[str, set[str]] = defaultdict(set)
    for one, group in made.items():
        members[group].add(owner[one])
    merges = sum(len(people) - 1 for people in members.values() if people & half)
    return pairs.precision, pairs.recall, float(merges)


def main(folder: Path) -> None:
    """Print for each half what finds most with each penalty and unit of addresses, and what is taken."""
    authors = read(folder)
    found = mailmap.known(authors).proposed()
    everybody = {one.person for one in authors}
    first = training(sorted(everybody))
    for name, half in (("first", first), ("second", everybody - first)):
        kept = [one for one in tried(authors, found, half) if one[3] <= MOST * PART and one[1] >= PRECISE]
        best: dict[tuple[float, float], tuple[Point, float, float, float]] = {}
        for one in sorted(kept, key=lambda told: told[2]):
            best[(one[0].penalty, one[0].address)] = one
        for point, precision, recall, merges in (best[key] for key in sorted(best)):
            sys.stdout.write(f"{point}  P {precision:.3f}  R {recall:.3f}  false merges {merges:.2f}\n")
        sys.stdout.write(f"{name} half, taken: {max(kept, key=lambda told: told[2])[0]}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
