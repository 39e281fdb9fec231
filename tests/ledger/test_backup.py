"""A backup taken while an intake runs is one consistent operation; a damaged one is never restored."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from safelight.catalog.catalog import Catalog
from safelight.errors import AlreadyExists, BadInput, IntegrityBroken, NotAnOperation
from safelight.ledger import exhibits, notes, runs, sources
from safelight.ledger.backup import MANIFEST, backup, restore
from safelight.ledger.keys import KeyRing, PassphraseCost, seal
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder, open_folder
from tests.ledger.conftest import ACTOR
from tests.ledger.intake import ROWS

_PASSPHRASE = "fire søvnige sauer"


@pytest.fixture
def operation(ledger: Ledger, folder: OperationFolder) -> OperationFolder:
    """An operation with an exhibit, keys, a hash set's index and settings."""
    exhibits.add(
        ledger, number="A1", label="PC", seized="2016-01-12", legal_basis="order", officer="Kari", actor=ACTOR
    )
    KeyRing.create(folder.keys, _PASSPHRASE, cost=PassphraseCost(1, 64, 1))
    (folder.known / "sjakk").mkdir()
    (folder.known / "sjakk" / "md5.index").write_bytes(bytes(range(256)))
    (folder.known / ".half").write_bytes(b"being written")
    folder.settings.write_text("[engine]\nworkers = 2\n")
    (folder.spool / "work").write_bytes(b"under way")
    return folder


def _rows(catalog: Catalog) -> list[tuple[str, str]]:
    connection = catalog.connect(threads=1, tables=["containers"])
    try:
        found = connection.execute("SELECT source_id, item_id FROM containers ORDER BY ALL").fetchall()
        return [(source, item) for source, item in found]
    finally:
        connection.close()


def test_a_backup_during_an_intake_is_whole_and_consistent(
    ledger: Ledger, operation: OperationFolder, tmp_path: Path
) -> None:
    intake = subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.intake", str(operation.root)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert intake.stdout is not None
        for _ in range(4):
            intake.stdout.readline()
        made = []
        for number in range(3):
            made.append(backup(operation, tmp_path / f"backup {number}"))
            intake.stdout.readline()
        assert intake.poll() is None
    finally:
        intake.kill()
        intake.communicate()

    assert made[0].head.seq < made[1].head.seq < made[2].head.seq
    for number, one in enumerate(made):
        target = tmp_path / f"restored {number}"
        assert restore(one.folder, target).head == one.head
        folder = open_folder(target)
        with Ledger.open(folder) as copy, Catalog.at(folder) as catalog:
            report = verify(copy, str(one.head))
            assert (report.ok, report.vouched_up_to, report.notes) == (True, one.head.seq, ())
            assert catalog.verify() == []
            rows = _rows(catalog)
            registered = {source.id for source in sources.every(copy)}
            assert {source for source, _ in rows} <= registered  # no item without its source
            heads = [run.journal_head for run in runs.every(copy)]
            assert len(rows) >= len(heads) * 4 * ROWS  # no run whose batches are missing
            known = {f"{entry.sequence}:{entry.digest}" for entry in catalog.journal.entries()}
            assert set(heads) <= known and len(heads) >= 4
            assert len(set(rows)) == len(rows)
            notes.write(copy, ["x"], "goes on", actor=ACTOR)
        ring = KeyRing.open(folder.keys)
        assert ring.unlock(_PASSPHRASE).open(ring.key_id, seal(ring.public, b"x")) == b"x"
        assert (folder.known / "sjakk" / "md5.index").read_bytes() == bytes(range(256))
        assert folder.settings.read_text() == "[engine]\nworkers = 2\n"
        assert not (folder.known / ".half").exists() and not list(folder.spool.iterdir())
        assert folder.root.stat().st_mode & 0o777 == 0o700
    assert verify(ledger).ok


def test_a_backup_lists_every_file_with_its_sha256(operation: OperationFolder, tmp_path: Path) -> None:
    made = backup(operation, tmp_path / "b")
    manifest = json.loads((tmp_path / "b" / MANIFEST).read_text())
    assert list(manifest["files"]) == [
        "keys/ring.json",
        "known/sjakk/md5.index",
        "ledger/head.log",
        "ledger/ledger.sqlite",
        "operation.toml",
    ]
    on_disk = {path.relative_to(made.folder).as_posix() for path in made.folder.rglob("*") if path.is_file()}
    assert on_disk == {MANIFEST, *manifest["files"]}
    assert manifest["files"]["known/sjakk/md5.index"] == {
        "size": 256,
        "sha256": "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880",
    }
    assert (manifest["head"], made.files) == (str(made.head), 5)


def test_the_destination_must_be_new(operation: OperationFolder, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    backup(operation, tmp_path / "b")
    with pytest.raises(AlreadyExists):
        backup(operation, tmp_path / "b")
    (tmp_path / "file").touch()
    with pytest.raises(AlreadyExists):
        backup(operation, tmp_path / "file")
    with pytest.raises(AlreadyExists):
        restore(tmp_path / "b", operation.root)
    with pytest.raises(NotAnOperation):
        backup(OperationFolder(tmp_path / "nothing"), tmp_path / "c")


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _name_a_file_outside(backup_folder: Path) -> None:
    path = backup_folder / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["files"]["../outside"] = {"size": 1, "sha256": "00"}
    path.write_text(json.dumps(manifest))


def _swap_in_an_older_ledger(backup_folder: Path) -> None:
    """The manifest is made to fit as well: the head in it does not."""
    path = backup_folder / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["head"] = "9:" + manifest["head"].partition(":")[2]
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda folder: _flip(folder / "ledger" / "ledger.sqlite"), IntegrityBroken),
        (lambda folder: _flip(folder / "known" / "sjakk" / "md5.index"), IntegrityBroken),
        (lambda folder: (folder / "keys" / "ring.json").unlink(), IntegrityBroken),
        (lambda folder: (folder / MANIFEST).unlink(), BadInput),
        (lambda folder: (folder / MANIFEST).write_text("{"), BadInput),
        (lambda folder: (folder / MANIFEST).write_text('{"format": "other"}'), BadInput),
        (_name_a_file_outside, BadInput),
        (_swap_in_an_older_ledger, BadInput),
    ],
)
def test_a_damaged_backup_leaves_no_operation_behind(
    operation: OperationFolder, tmp_path: Path, damage: Callable[[Path], object], error: type[Exception]
) -> None:
    made = backup(operation, tmp_path / "b")
    damage(made.folder)
    with pytest.raises(error):
        restore(made.folder, tmp_path / "restored")
    assert not list(tmp_path.glob("restored*"))
    assert not (tmp_path / "outside").exists()
