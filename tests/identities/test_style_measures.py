"""Measures on clusters and probabilities whose scores can be reckoned by hand."""

from __future__ import annotations

import pytest

from safelight.identities.evaluation.baselines import alike_names, character_cosine, joined_by_identifier
from safelight.identities.evaluation.measures import (
    Bin,
    Interval,
    Scores,
    b_cubed,
    brier,
    calibration_error,
    false_merges,
    of_pairs,
    over_persons,
    pairwise,
    reliability,
)

PERSON = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 3}
CLUSTER = {"a": "x", "b": "x", "d": "x", "e": "y", "f": "z"}


def test_scores_of_clusters() -> None:
    # x holds a, b and d: one right pair of three; there are four true pairs.
    assert pairwise(CLUSTER, PERSON) == Scores(1 / 3, 1 / 4)
    # precision: a, b 2/3, d 1/3, c, e, f 1. recall: a, b 2/3, c 1/3, d, e 1/2, f 1.
    assert b_cubed(CLUSTER, PERSON).precision == pytest.approx((2 / 3 * 2 + 1 / 3 + 3) / 6)
    assert b_cubed(CLUSTER, PERSON).recall == pytest.approx((2 / 3 * 2 + 1 / 3 + 1 / 2 * 2 + 1) / 6)
    assert false_merges(CLUSTER, PERSON) == 1


def test_scores_of_pairs() -> None:
    assert of_pairs([("a", "b"), ("d", "a")], [("b", "a"), ("a", "c")]) == Scores(0.5, 0.5)
    assert of_pairs([], [("a", "b")]) == Scores(1.0, 0.0)
    assert Scores(0.5, 0.25).f1 == pytest.approx(1 / 3)
    assert Scores(0.0, 0.0).f1 == 0.0


def test_calibration() -> None:
    said, so = [0.9, 0.95, 0.1, 0.2], [True, False, False, False]
    assert brier(said, so) == pytest.approx((0.01 + 0.9025 + 0.01 + 0.04) / 4)
    assert reliability(said, so) == [
        Bin(0.1, 0.2, 1, 0.1, 0.0),
        Bin(0.2, 0.3, 1, 0.2, 0.0),
        Bin(0.9, 1.0, 2, 0.925, 0.5),
    ]
    assert calibration_error(said, so) == pytest.approx((0.1 + 0.2 + 2 * 0.425) / 4)
    assert calibration_error([], []) == 0.0


def test_intervals_are_drawn_over_persons() -> None:
    hits = [1.0, 1.0, 0.0, 0.0]
    found = over_persons(lambda rows: sum(hits[row] for row in rows) / len(rows), ["p", "p", "q", "q"])
    assert found == Interval(0.5, 0.0, 1.0)
    assert over_persons(lambda rows: 1.0, ["p", "q"]) == Interval(1.0, 1.0, 1.0)


def test_baselines() -> None:
    assert alike_names({"a": ["Ola Nordmann"], "b": ["ola nordman"], "c": ["Kari"]}) == {("a", "b")}
    joined = joined_by_identifier([("a", "1"), ("b", "1"), ("b", "2"), ("c", "2")], ["a", "b", "c", "d"])
    assert joined["a"] == joined["b"] == joined["c"] != joined["d"]
    accounts, scores = character_cosine(
        {"b": ["the rook moves"], "a": ["the rook moved"], "c": ["rain today"]}
    )
    assert accounts == ["a", "b", "c"]
    assert scores[0, 1] > scores[0, 2]
