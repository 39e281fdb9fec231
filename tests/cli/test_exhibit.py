"""`safelight exhibit add`, `list` and `custody`, and the legal basis that intake asks for."""

from __future__ import annotations

from pathlib import Path

from tests.intake.operations import Operation


def test_an_exhibit_without_a_legal_basis_takes_nothing_in(fresh: Operation, tmp_path: Path) -> None:
    op = str(fresh.root)
    fresh.run(
        "exhibit",
        "add",
        op,
        "--id",
        "B2",
        "--label",
        "Phone",
        "--seized",
        "2016-01-12",
        "--officer",
        "Å. Berg",
    )
    (tmp_path / "source").mkdir()
    said = fresh.run("ingest", op, "--exhibit", "B2", str(tmp_path / "source"), expect=14)
    assert "B2" in said
    assert "legal basis" in said


def test_custody_is_kept_in_order_with_times_in_utc(fresh: Operation) -> None:
    op, number = str(fresh.root), "2016-0142-A1"
    fresh.run("exhibit", "custody", op, number, "received", "--place", "Beslagsrom 2", "--person", "Åse Lie",
              "--when", "2016-01-12T14:30+01:00")  # fmt: skip
    fresh.run("exhibit", "custody", op, number, "sealed", "--place", "Beslagsrom 2", "--person", "Åse Lie",
              "--when", "2016-01-12T15:00+01:00", "--note", "pose 17")  # fmt: skip
    rows = [line.split() for line in fresh.run("exhibit", "custody", op, number).splitlines()[2:]]
    assert [row[1:] for row in rows] == [
        ["received", "2016-01-12T13:30:00.000000Z", "Åse", "Lie", "Beslagsrom", "2"],
        ["sealed", "2016-01-12T14:00:00.000000Z", "Åse", "Lie", "Beslagsrom", "2", "pose", "17"],
    ]
    assert "sealed Beslagsrom 2" in fresh.run("exhibit", "list", op)


def test_an_unknown_exhibit_says_what_to_do(fresh: Operation, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    said = fresh.run("ingest", str(fresh.root), "--exhibit", "X9", str(tmp_path / "source"), expect=13)
    assert said.startswith("There is no exhibit X9.")
