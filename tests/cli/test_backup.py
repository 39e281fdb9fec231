"""`safelight backup` and `restore`, also while an intake runs."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path

import pytest

from safelight.catalog.schema import TABLES
from tests.intake.operations import Operation
from tests.intake.planted import write_source

EXHIBIT = "2016-0142-A1"


def _until_parts(operation: Operation, run: subprocess.Popen[bytes]) -> None:
    """Wait until the run has committed something."""
    while not any((operation.root / "catalog" / "parts").glob("items/*.parquet")):
        if run.poll() is not None:
            pytest.fail(f"the run ended with {run.returncode} before anything was committed")
        time.sleep(0.01)


def test_a_backup_made_during_an_intake_is_whole_and_the_intake_goes_on_from_it(
    fresh: Operation, tmp_path: Path
) -> None:
    source, copy = tmp_path / "source", tmp_path / "kopi æøå"
    write_source(source, 3000, 0, seed=2)
    fresh.settings(batch_items=200)
    run = fresh.start("ingest", str(fresh.root), "--exhibit", EXHIBIT, str(source))
    _until_parts(fresh, run)
    said = fresh.run("backup", str(fresh.root), str(copy), "--reason", "hver natt")
    assert run.poll() is None, "the intake was over before the backup; take a larger source"
    head = re.fullmatch(r"\d+ files, .+ in .+\. Head of the ledger: (\S+)\n", said)
    assert head is not None

    restored = Operation(tmp_path / "gjenopprettet")
    assert head[1] in restored.run("restore", str(copy), str(restored.root))
    verified = restored.run("verify", str(restored.root), "--head", head[1])
    assert verified.startswith("The chain holds: ")
    assert f"A head kept elsewhere vouches up to entry {head[1].split(':')[0]}." in verified
    assert "The journal is the one that 0 runs saw." in verified
    assert len(restored.rows("items")) > 0
    assert run.wait(120) == 0
    restored.ingest(source)
    for table in TABLES:
        assert restored.rows(table) == fresh.rows(table), table
    assert len(restored.items("kind:file")) == 3000
    assert "The chain holds" in restored.run("verify", str(restored.root))


def test_a_backup_is_never_written_over_something_and_a_damaged_one_is_refused(
    taken_in: Operation, tmp_path: Path
) -> None:
    op, copy, new = str(taken_in.root), tmp_path / "kopi", tmp_path / "ny"
    taken_in.run("backup", op, str(copy))
    again = taken_in.run("backup", op, str(copy), expect=12)
    assert again == f"{copy} is not empty. Name a new folder, or remove it.\n"
    assert taken_in.run("restore", str(copy), op, expect=12) == (
        f"{op} exists already. Name a folder that does not exist.\n"
    )
    assert taken_in.run("restore", str(tmp_path / "ingen"), str(new), expect=22) == (
        f"{tmp_path / 'ingen'} holds no complete backup. Name the folder that `safelight backup` wrote.\n"
    )
    name = next(
        name for name in json.loads((copy / "backup.json").read_bytes())["files"] if "parts/items" in name
    )
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    said = taken_in.run("restore", str(copy), str(new), expect=19)
    assert said == f"{name} in the backup is not what was backed up. Use another backup.\n"
    assert not new.exists()
