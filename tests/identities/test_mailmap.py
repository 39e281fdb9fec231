"""Authors of a public project: people put together by names and addresses alone, against the targets."""

from __future__ import annotations

from pathlib import Path

from safelight.identities.evaluation import mailmap


def test_authors_are_put_together_and_hardly_any_two_are_merged(realdata: Path) -> None:
    report = mailmap.evaluate(realdata / "mailmap")
    assert (report["persons"], report["labelled pairs"]) == (1_496, 400)
    draw = report["one draw of labels (seed 1)"]["all persons"]
    assert draw["pair precision"] >= 0.985 and draw["pair recall"] >= 0.74 and draw["false merges"] <= 5
    for name in ("mean of 8 draws", "mean of 8 draws, by the point of each half"):
        mean = report[name]["all persons"]
        assert (
            mean["pair precision"] >= 0.985 and mean["pair recall"] >= 0.74 and mean["false merges"] <= 5
        ), name
    other = report["mean of 8 draws, by the point of each half"]["the half of which nothing was chosen"]
    assert other["persons"] == 748 and other["pair precision"] >= 0.985 and other["pair recall"] >= 0.74
    fresh = report["one draw of labels (seed 1)"]["persons without a label"]
    assert fresh["expected calibration error"] <= 0.03 and fresh["Brier"] <= 0.05
    baselines = [report[name]["pair F1"] for name in report if name.startswith("baseline")]
    assert len(baselines) == 2 and all(draw["pair F1"] > one for one in baselines)
    assert report["blocking"]["recall"] > 0.9
    for name in ("mean of 8 draws", "mean of 8 draws, by the point of each half"):
        kept = report[name]["blocking"]
        assert kept["true pairs"] == 729 and kept["true pairs that comparing all with all would tell"] > 600
        assert kept["recall of those"] >= 0.995
