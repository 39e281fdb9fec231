"""The evaluations on public chat logs and on records of persons: what they report, and that they beat their baselines."""

from __future__ import annotations

from pathlib import Path

from safelight.identities.evaluation import irc, splink


def test_nicks_and_hosts(realdata: Path) -> None:
    report = irc.evaluate(realdata / "irc")
    found, jaro = report["clusters"], report["baseline, Jaro-Winkler 0.92"]
    assert found["pair precision, at least"] >= 0.94 > jaro["pair precision, at least"]
    assert found["pair recall"] > jaro["pair recall"] > report["baseline, exact user@host"]["pair recall"]
    assert found["largest"] <= 8 and report["traps"]["largest chain if every change were believed"] == 49
    kept = report["blocking"]
    assert kept["recall of these"] > 0.9 and kept["true pairs"] == 1_293
    assert (
        kept["true pairs that comparing all with all would tell"] > 650 and kept["recall of those"] >= 0.995
    )
    assert kept["recall where changes of nick are evidence, as in an operation"] == 1
    assert report["probabilities"]["expected calibration error"] <= 0.06


def test_records_of_persons(realdata: Path) -> None:
    report = splink.evaluate(realdata / "splink")
    assert list(report) == ["fake_1000", "Febrl 3", "Febrl 4a with 4b"]
    least = {
        "fake_1000": (0.995, 0.99, 0.91),
        "Febrl 3": (0.995, 0.995, 0.99),
        "Febrl 4a with 4b": (0.995, 0.995, 0.99),
    }
    for name, (blocking, precision, recall) in least.items():
        part = report[name]["persons without a label"]
        kept = report[name]["blocking"]
        assert kept["recall"] >= blocking and kept["recall of those"] >= 0.995
        assert part["pair precision"] >= precision and part["pair recall"] >= recall
        assert part["pair F1"] > report[name]["baseline, exact identifier"]["pair F1"]
