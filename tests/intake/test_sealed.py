"""Thumbnails are never plain on disk, open with the passphrase, and survive a rotation of the key."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from safelight.access.door import Door
from safelight.ledger.keys import KeyRing
from safelight.operation.folder import OperationFolder
from safelight.scenario.patterns import jpeg
from tests.intake.operations import Operation

PASSPHRASE = "korrekt hest batteri"


def _opened(operation: Operation, sha256: str) -> Image.Image:
    folder = OperationFolder(operation.root)
    keys = KeyRing.open(folder.keys).unlock(PASSPHRASE)
    with Door(folder, who="tester", purpose="test", keys=keys) as door:
        return Image.open(io.BytesIO(door.open_derivative(sha256, None, "test")))


def test_a_thumbnail_is_sealed_on_disk_and_opens_before_and_after_a_rotation(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "testbilde.jpg").write_bytes(jpeg(3))
    operation = Operation(tmp_path / "op").make()
    operation.ingest(source)
    with operation.database() as database:
        rows = database.execute(
            "select sha256, recipe, width, height, key_id, sealed from derivatives"
        ).fetchall()
    assert [row[1:4] for row in rows] == [("thumb-320", 320, 240)]
    sha256, first_key, sealed = rows[0][0], rows[0][4], rows[0][5]
    assert not sealed.startswith(b"\xff\xd8")
    for path in operation.root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"JFIF" not in data, path
            assert PASSPHRASE.encode() not in data, path
    assert _opened(operation, sha256).size == (320, 240)

    operation.run("key", "rotate", str(operation.root))
    with operation.database() as database:
        rotated = database.execute("select sha256, recipe, key_id, sealed from derivatives").fetchall()
    assert [row[:2] for row in rotated] == [(sha256, "thumb-320")]
    assert rotated[0][2] != first_key
    assert KeyRing.open(OperationFolder(operation.root).keys).key_ids == (rotated[0][2],)
    assert _opened(operation, sha256).size == (320, 240)
    assert "The chain holds" in operation.run("verify", str(operation.root))
