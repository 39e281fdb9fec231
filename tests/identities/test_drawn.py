"""Drawn worlds: how often namesakes and households escape the kinds of evidence that look for them."""

from __future__ import annotations

from safelight.identities.evaluation.drawn import figures


def test_one_world_and_its_namesake_who_is_not_seen() -> None:
    assert figures(1) == {
        ("one bearer", 4, "true"): 30, ("one bearer", 5, "false"): 5, ("one bearer", 5, "true"): 153,
        ("one bearer", 6, "true"): 151, ("one bearer", 7, "true"): 78, ("one bearer", "all", "mixed"): 1,
        ("one bearer", "all", "seen"): 18, ("one user", 3, "true"): 36, ("one user", 4, "true"): 43,
        ("one user", 5, "true"): 25, ("one user", 6, "true"): 51, ("one user", 7, "true"): 75,
        ("one user", "all", "mixed"): 0, ("one user", "all", "seen"): 17,
    }  # fmt: skip
