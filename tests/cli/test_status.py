"""`safelight status`: the operation in figures."""

from __future__ import annotations

from collections import Counter

import orjson

from tests.intake.operations import Operation


def _table(said: str, title: str) -> list[list[str]]:
    """The rows under a title, split at blanks, without the heading."""
    lines = said.split(f"{title}\n", 1)[1].split("\n\n", 1)[0].splitlines()
    return [line.split() for line in lines[1:] if line.strip()]


def test_the_figures_are_those_of_the_items(taken_in: Operation) -> None:
    said = taken_in.run("status", str(taken_in.root))
    rows = taken_in.items()
    assert said.splitlines()[:2] == ["Sjakk (synthetic)", "Intake: done"]
    contents = len({row["sha256"] for row in rows if row["sha256"]})
    assert f"\n{len(rows)} items, {contents} distinct contents, " in said
    types = Counter(row["type"] or "none" for row in rows)
    assert {row[0]: int(row[1]) for row in _table(said, "Items by type")} == types
    (exhibit,) = _table(said, "Exhibits")
    assert exhibit[:10] == [
        "2016-0142-A1", "Laptop", "strpl.", "§", "203", "NOT", "CHECKED", "(none", "stated)", str(len(rows)),
    ]  # fmt: skip
    known = [row for row in rows if row["known"]]
    assert [row[-1] for row in _table(said, "Known hashes")] == [str(len(known))]
    assert len(known) == 4
    assert _table(said, "Failures") == [
        [
            "corrupt",
            "zip",
            "1",
            *["neither", "a", "central", "directory", "nor", "a", "member", "can", "be", "found"],
        ]
    ]


def test_an_empty_operation_says_how_to_begin(fresh: Operation) -> None:
    assert fresh.run("status", str(fresh.root)) == (
        "Sjakk (synthetic)\n0 items, 0 distinct contents, 0 B\n"
        "Nothing was taken in yet. Begin with `safelight exhibit add` and `safelight ingest`.\n"
    )


def test_a_run_that_was_stopped_is_said_to_be_one(fresh: Operation) -> None:
    progress = {"run": "1", "stage": "stopped", "source": "kopi", "items": 3, "bytes": 9, "updated": 1}
    (fresh.root / "spool" / "progress.json").write_bytes(orjson.dumps(progress))
    said = fresh.run("status", str(fresh.root))
    assert said.splitlines()[1] == "Intake: stopped; the same command goes on kopi"
