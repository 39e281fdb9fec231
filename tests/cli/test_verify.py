"""`safelight verify`: what holds, what was changed, and who vouches."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.intake.operations import Operation


@pytest.fixture
def copy(taken_in: Operation, tmp_path: Path) -> Operation:
    """The operation, to be tampered with."""
    shutil.copytree(taken_in.root, tmp_path / "op")
    return Operation(tmp_path / "op")


def _head(operation: Operation) -> str:
    return operation.run("verify", str(operation.root)).splitlines()[0].rpartition("Head: ")[2]


def test_a_whole_operation_holds_and_says_who_vouches(copy: Operation) -> None:
    op, head = str(copy.root), _head(copy)
    entries = int(head.split(":")[0])
    copy.run("status", op)
    plain = copy.run("verify", op).splitlines()
    assert plain[0].startswith(f"The chain holds: {entries + 1} entries. Head: {entries + 1}:")
    assert plain[1:] == [
        "Vouched by a head kept elsewhere: NOT CHECKED (none was given with --head).",
        "Every live part is as the journal says. The journal is the one that 2 runs saw.",
    ]
    vouched = copy.run("verify", op, "--head", head).splitlines()
    assert vouched[1] == f"A head kept elsewhere vouches up to entry {entries}."


def test_a_head_that_is_none_is_told_apart_from_one_that_differs(copy: Operation) -> None:
    op, head = str(copy.root), _head(copy)
    assert copy.run("verify", op, "--head", "sjakk", expect=22) == (
        "'sjakk' is not a head of a ledger. Type it again as printed: number, colon, nine groups.\n"
    )
    other = Operation(copy.root.parent / "annen").make()
    said = copy.run("verify", op, "--head", _head(other), expect=19)
    assert said.startswith("The ledger is not as it was written: entry ")
    assert said.endswith(". Restore from a backup.\n")
    assert copy.run("verify", op, "--head", head)


def test_a_changed_entry_is_named(copy: Operation) -> None:
    with closing(sqlite3.connect(copy.root / "ledger" / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("DROP TRIGGER entries_no_update")
        ledger.execute("UPDATE entries SET actor = 'en annen' WHERE seq = 3")
    said = copy.run("verify", str(copy.root), expect=19)
    assert said == (
        "The ledger is not as it was written: the columns of entry 3 do not say what its body says. "
        "Restore from a backup.\n"
    )


def test_a_changed_part_is_named(copy: Operation) -> None:
    part = next((copy.root / "catalog" / "parts" / "items").glob("*.parquet"))
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.chmod(0o600)
    part.write_bytes(data)
    said = copy.run("verify", str(copy.root), expect=19)
    assert said.startswith("1 parts of the catalog are not as they were written, first ")
    assert part.name in said
    assert said.endswith(". Restore from a backup, or remove the catalog and take the sources in again.\n")
