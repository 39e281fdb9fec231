"""`safelight compact`: fewer parts, the same rows."""

from __future__ import annotations

from pathlib import Path

from safelight.catalog.schema import TABLES
from tests.intake.operations import Operation


def test_fewer_files_hold_the_same_rows(fresh: Operation, tmp_path: Path) -> None:
    op = str(fresh.root)
    for number in range(2):
        source = tmp_path / f"kopi {number}"
        source.mkdir()
        (source / "brev.txt").write_text(f"sjakk {number}")
        fresh.ingest(source)
    before = {table: fresh.rows(table) for table in TABLES}
    many = fresh.run("catalog", "parts", op).splitlines()
    said = fresh.run("compact", op)
    few = fresh.run("catalog", "parts", op).splitlines()
    assert {table: fresh.rows(table) for table in TABLES} == before
    assert len(before["items"]) == 2
    tables = [line.split("\t")[0] for line in few]
    assert len(tables) == len(set(tables)) < len(many)
    assert said.startswith(f"{len(many)} parts rewritten as {len(few)}: ") or len(many) > len(few) > 0
    assert "The chain holds" in fresh.run("verify", op)
    assert fresh.run("compact", op) == "0 parts rewritten as 0: 0 rows, 0 B.\n"
