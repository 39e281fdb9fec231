"""Measures of proposals against known truth. All are plain functions; intervals are drawn over persons.

B-cubed as in Bagga and Baldwin (1998); expected calibration error as in Naeini et al. (2015), with bins of equal width.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Scores:
    """Precision, recall and their harmonic mean. Nothing proposed is a precision of 1, nothing to find a recall of 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean; 0 if both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def of_pairs(proposed: Iterable[tuple[str, str]], true: Iterable[tuple[str, str]]) -> Scores:
    """Scores of a set of pairs; (a, b) and (b, a) are one pair."""
    said = {frozenset(pair) for pair in proposed}
    right = {frozenset(pair) for pair in true}
    hits = len(said & right)
    return Scores(hits / len(said) if said else 1.0, hits / len(right) if right else 1.0)


def pairwise(cluster: Mapping[str, Hashable], person: Mapping[str, Hashable]) -> Scores:
    """Scores of all pairs within clusters. Accounts that are in no cluster stand alone."""
    sizes = Counter(_label(cluster, one) for one in person)
    persons = Counter(person.values())
    both = Counter((_label(cluster, one), who) for one, who in person.items())
    hits = sum(comb(number, 2) for number in both.values())
    said = sum(comb(number, 2) for number in sizes.values())
    true = sum(comb(number, 2) for number in persons.values())
    return Scores(hits / said if said else 1.0, hits / true if true else 1.0)


def b_cubed(cluster: Mapping[str, Hashable], person: Mapping[str, Hashable]) -> Scores:
    """For each account: how much of its cluster is its person, and how much of its person is in its cluster."""
    sizes = Counter(_label(cluster, one) for one in person)
    persons = Counter(person.values())
    both = Counter((_label(cluster, one), who) for one, who in person.items())
    count = max(1, len(person))
    precision = sum(number * number / sizes[label] for (label, _who), number in both.items()) / count
    recall = sum(number * number / persons[who] for (_label_, who), number in both.items()) / count
    return Scores(precision, recall)


def false_merges(cluster: Mapping[str, Hashable], person: Mapping[str, Hashable]) -> int:
    """Persons too many in the clusters: a cluster that holds accounts of three persons counts two."""
    inside: dict[Hashable, set[Hashable]] = {}
    for one, who in person.items():
        inside.setdefault(_label(cluster, one), set()).add(who)
    return sum(len(found) - 1 for found in inside.values())


def _label(cluster: Mapping[str, Hashable], account: str) -> Hashable:
    return cluster.get(account, ("alone", account))


def brier(probability: Sequence[float], same: Sequence[bool]) -> float:
    """Mean squared distance of what was said from what is; 0 is best."""
    return (
        float(np.mean((np.asarray(probability, float) - np.asarray(same, float)) ** 2)) if len(same) else 0.0
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs of which about the same was said: how many, what was said of them on average, and how many were true."""

    low: float
    high: float
    count: int
    said: float
    true: float


def reliability(probability: Sequence[float], same: Sequence[bool], bins: int = 10) -> list[Bin]:
    """What was said beside what was so; empty bins are left out."""
    said, so = np.asarray(probability, float), np.asarray(same, float)
    place = np.minimum((said * bins).astype(int), bins - 1)
    return [
        Bin(
            number / bins,
            (number + 1) / bins,
            int(inside.sum()),
            float(said[inside].mean()),
            float(so[inside].mean()),
        )
        for number in range(bins)
        if (inside := place == number).any()
    ]


def calibration_error(probability: Sequence[float], same: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: how far the bins' said and true lie apart, weighted by their size."""
    found = reliability(probability, same, bins)
    total = sum(one.count for one in found)
    return sum(one.count * abs(one.said - one.true) for one in found) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def over_persons(
    figure: Callable[[npt.NDArray[np.int64]], float],
    persons: Sequence[str],
    *,
    draws: int = 1_000,
    seed: int = 1,
) -> Interval:
    """The figure and its bootstrap interval. `persons`: of each row; `figure` gets row numbers, persons drawn whole."""
    rows: dict[str, list[int]] = {}
    for row, person in enumerate(persons):
        rows.setdefault(person, []).append(row)
    groups = [np.array(found, np.int64) for _person, found in sorted(rows.items())]
    whole = float(figure(np.arange(len(persons))))
    if not groups:
        return Interval(whole, whole, whole)
    dice = np.random.default_rng(seed)
    drawn = [
        figure(np.concatenate([groups[place] for place in dice.integers(0, len(groups), len(groups))]))
        for _draw in range(draws)
    ]
    known = np.array(drawn)[~np.isnan(drawn)]
    if not len(known):
        return Interval(whole, whole, whole)
    low, high = np.quantile(known, [0.025, 0.975])
    return Interval(whole, float(low), float(high))
