"""`safelight evaluate identities`: which reports there are, and how figures and reliability are shown."""

from __future__ import annotations

from pathlib import Path

from safelight.cli.evaluate_report import bar, reliabilities, svg
from tests.intake.operations import Operation

BINS = [
    {"from": 0.0, "pairs": 90, "said": 0.1, "true": 0.0},
    {"from": 0.9, "pairs": 10, "said": 0.95, "true": 1.0},
]


def test_a_set_must_be_named() -> None:
    said = Operation(Path()).run("evaluate", "identities", expect=2)
    assert "--scenario" in said


def test_a_bar_shows_what_is_true_and_what_was_said() -> None:
    assert bar({"said": 0.5, "true": 1.0}) == "#" * 15 + "|" + "#" * 14 + "."
    assert bar({"said": 0.0, "true": 0.0}) == "|" + "." * 30


def test_reliability_is_found_wherever_it_stands() -> None:
    report = {"pairs": 3, "probabilities": {"ece": 0.1, "reliability": BINS}, "other": []}
    assert list(reliabilities(report)) == [(", probabilities", BINS)]
    assert list(reliabilities({"reliability": BINS})) == [("", BINS)]


def test_the_plot_has_a_circle_for_each_bin_and_names_in_safe_letters() -> None:
    drawn = svg({"a<b": {"reliability": BINS}})
    assert drawn.count("<circle") == 2
    assert "a&lt;b" in drawn
    assert drawn.startswith("<svg") and drawn.endswith("</svg>\n")
    assert svg({}).count("<circle") == 0
