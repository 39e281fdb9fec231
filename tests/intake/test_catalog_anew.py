"""The catalog may be thrown away and made anew: verify says so and goes on to hold."""

from __future__ import annotations

import shutil
from pathlib import Path

from safelight.errors import IntegrityBroken
from tests.intake.operations import Operation


def _operation(tmp_path: Path) -> tuple[Operation, Path]:
    source = tmp_path / "source"
    source.mkdir()
    (source / "brev.txt").write_text("sol over brettet", "utf-8")
    operation = Operation(tmp_path / "op").make()
    operation.ingest(source)
    return operation, source


def test_a_catalog_made_anew_is_written_down(tmp_path: Path) -> None:
    operation, source = _operation(tmp_path)
    items = operation.rows("items")
    shutil.rmtree(operation.root / "catalog")
    operation.ingest(source)
    assert operation.rows("items") == items
    said = operation.run("verify", str(operation.root))
    assert "The journal is the one that 1 runs saw." in said
    assert "1 earlier ones saw a catalog that was made anew since: NOT CHECKED." in said


def test_a_catalog_that_was_put_in_its_place_is_found(tmp_path: Path) -> None:
    operation, _ = _operation(tmp_path)
    (tmp_path / "other").mkdir()
    other, _ = _operation(tmp_path / "other")
    shutil.rmtree(operation.root / "catalog")
    shutil.copytree(other.root / "catalog", operation.root / "catalog")
    said = operation.run("verify", str(operation.root), expect=IntegrityBroken.exit_code)
    assert said.startswith("The journal is not the one that ledger entry ")
