"""`safelight init`."""

from __future__ import annotations

import stat
from pathlib import Path

from tests.intake.operations import Operation


def test_a_new_operation_is_the_owners_alone_and_shows_its_recovery_key_once(tmp_path: Path) -> None:
    operation = Operation(tmp_path / "op")
    said = operation.run("init", str(operation.root), "--name", "Bjørnedalen")
    assert stat.S_IMODE(operation.root.stat().st_mode) == 0o700
    for folder in ("ledger", "catalog", "keys", "spool", "known"):
        assert stat.S_IMODE((operation.root / folder).stat().st_mode) == 0o700, folder
    key = next(line for line in said.splitlines() if "AGE-SECRET-KEY-1" in line).split()[-1]
    for path in operation.root.rglob("*"):
        if path.is_file():
            assert key.encode() not in path.read_bytes(), path


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "op").mkdir()
    (tmp_path / "op" / "letter.txt").write_text("sjakk")
    said = Operation(tmp_path / "op").run("init", str(tmp_path / "op"), expect=12)
    assert said == f"{tmp_path / 'op'} is not empty. Choose a new folder.\n"


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    operation = Operation(tmp_path / "op", {"SAFELIGHT_PASSPHRASE": "kort"})
    said = operation.run("init", str(operation.root), expect=16)
    assert said == "The passphrase is shorter than 8 characters. Choose a longer one, best several words.\n"
    assert not operation.root.exists()
