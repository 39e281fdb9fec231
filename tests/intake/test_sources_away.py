"""A source that is not mounted costs nothing: its contents wait until it is there again."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

from tests.intake.operations import Operation
from tests.intake.planted import install, write_source


def test_contents_of_a_source_that_went_away_wait_for_it(tmp_path: Path) -> None:
    write_source(tmp_path / "big", 600, 0, 1)
    (tmp_path / "big" / "treg.txt").write_text("slow vær", "utf-8")
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "brev.txt").write_text("sol over brettet", "utf-8")
    operation = Operation(tmp_path / "op", {"PYTHONPATH": str(install(tmp_path / "plugin"))}).make()
    run = operation.start("ingest", str(operation.root), "--exhibit", "2016-0142-A1", str(tmp_path / "big"))
    while run.poll() is None and not _waiting(operation):
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    assert run.wait(30) == 21
    waiting = _waiting(operation)
    assert waiting > 0, "stopped in the second pass, with contents left"

    shutil.move(tmp_path / "big", tmp_path / "elsewhere")
    said = operation.ingest(tmp_path / "small")
    assert "big is not where it was: what it holds may still wait to be inspected.\n" in said
    assert operation.rows("failures") == []
    assert _waiting(operation) == waiting, "the small source alone was inspected"

    shutil.move(tmp_path / "elsewhere", tmp_path / "big")
    operation.ingest(tmp_path / "big")
    assert _waiting(operation) == 0
    assert operation.rows("failures") == []


def _waiting(operation: Operation) -> int:
    """Contents that are listed with their hash and not inspected yet."""
    with operation.database() as database:
        row = database.execute(
            "select count(distinct sha256) from items where sha256 is not null "
            "and sha256 not in (select sha256 from inspections where inspector = 'planted')"
        ).fetchone()
    assert row is not None
    return int(row[0])
