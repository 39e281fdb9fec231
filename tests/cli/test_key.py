"""`safelight key passphrase`, `recover`, `rotate` and `renew`: who can open the sealed pictures afterwards."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from safelight.access.door import Door
from safelight.errors import SafelightError
from safelight.ledger.keys import KeyRing, UnlockedKeys
from safelight.operation.folder import OperationFolder
from tests.intake.operations import Operation

OLD, NEW = "korrekt hest batteri", "nytt og langt passord"
WRONG = "The passphrase is wrong. Try again, or use `safelight key recover`.\n"


@pytest.fixture
def copy(taken_in: Operation, tmp_path: Path) -> Operation:
    """The operation, whose keys may be changed."""
    shutil.copytree(taken_in.root, tmp_path / "op")
    return Operation(tmp_path / "op")


def _file(folder: Path, text: str) -> str:
    path = folder / f"{abs(hash(text))}.txt"
    path.write_text(text + "\n", "utf-8")
    return str(path)


def _keys(operation: Operation, passphrase: str) -> UnlockedKeys:
    return KeyRing.open(OperationFolder(operation.root).keys).unlock(passphrase)


def _opened(operation: Operation, keys: UnlockedKeys) -> dict[str, tuple[int, int]]:
    """Every picture that opens through the door, with its size."""
    found = {}
    with Door(OperationFolder(operation.root), who="prøve", purpose="prøve", keys=keys) as door:
        for row in operation.items("type:picture"):
            data = door.open_derivative(row["sha256"], None, "prøve")
            with Image.open(io.BytesIO(data)) as picture:
                found[row["sha256"]] = picture.size
    return found


def test_another_passphrase_opens_the_same_pictures(copy: Operation, tmp_path: Path) -> None:
    op = str(copy.root)
    before = _opened(copy, _keys(copy, OLD))
    assert len(before) == 8
    said = copy.run("key", "passphrase", op, "--new-passphrase-file", _file(tmp_path, NEW))
    assert said == "The passphrase is changed.\n"
    assert (
        copy.run("key", "passphrase", op, "--new-passphrase-file", _file(tmp_path, NEW), expect=18) == WRONG
    )
    assert _opened(copy, _keys(copy, NEW)) == before


def test_what_is_missing_or_too_short_is_told_and_changes_nothing(copy: Operation, tmp_path: Path) -> None:
    op, ring = str(copy.root), (copy.root / "keys" / "ring.json").read_bytes()
    short = ["--new-passphrase-file", _file(tmp_path, "kort")]
    _, said = copy.said("key", "passphrase", op, expect=16)
    assert said == "No new passphrase was given. Type it, or use --new-passphrase-file.\n"
    assert copy.run("key", "passphrase", op, *short, expect=16) == (
        "The passphrase is shorter than 8 characters. Choose a longer one, best several words.\n"
    )
    _, said = copy.said("key", "recover", op, expect=16)
    assert said == "No recovery key was given. Type it, or use --recovery-file.\n"
    wrong = ["--recovery-file", _file(tmp_path, "AGE-SECRET-KEY-1")]
    new = ["--new-passphrase-file", _file(tmp_path, NEW)]
    assert copy.run("key", "recover", op, *wrong, *new, expect=18) == (
        "The recovery secret does not open the operation's keys. It begins with AGE-SECRET-KEY-1.\n"
    )
    assert (copy.root / "keys" / "ring.json").read_bytes() == ring


def test_the_recovery_key_from_paper_sets_a_new_passphrase(tmp_path: Path) -> None:
    operation = Operation(tmp_path / "op")
    said = operation.run("init", str(operation.root))
    secret = next(line.split()[-1] for line in said.splitlines() if "AGE-SECRET-KEY-1" in line)
    held = _keys(operation, OLD).key_ids
    operation.run(
        "key", "recover", str(operation.root), "--recovery-file", _file(tmp_path, secret.lower()),
        "--new-passphrase-file", _file(tmp_path, NEW),
    )  # fmt: skip
    assert _keys(operation, NEW).key_ids == held
    with pytest.raises(SafelightError):
        _keys(operation, OLD)


def test_after_a_rotation_every_picture_opens_with_the_new_key_alone(copy: Operation) -> None:
    op, before = str(copy.root), _opened(copy, _keys(copy, OLD))
    (old,) = _keys(copy, OLD).key_ids
    sealed = len(copy.rows("derivatives"))
    assert copy.run("key", "rotate", op) == f"The key is new; {sealed} pictures were sealed to it again.\n"
    keys = _keys(copy, OLD)
    assert len(keys.key_ids) == 1
    assert keys.key_ids != (old,)
    assert _opened(copy, keys) == before
    assert "The chain holds" in copy.run("verify", op)


def test_where_the_key_file_is_lost_the_pictures_are_made_again(copy: Operation, taken_in: Operation) -> None:
    op, before = str(copy.root), _opened(copy, _keys(copy, OLD))
    facts = {table: copy.rows(table) for table in ("items", "pictures", "texts", "inspections", "failures")}
    (copy.root / "keys" / "ring.json").unlink()
    said = copy.run("serve", op, "--port", "0", expect=13)
    assert said == (
        f"{copy.root / 'keys'} has no keys. Restore them from a backup, or begin new ones with `safelight key renew`.\n"
    )
    renewed = copy.run("key", "renew", op, "--reason", "disken med nøkkelen er ødelagt")
    assert "AGE-SECRET-KEY-1" in renewed.splitlines()[0]
    assert renewed.splitlines()[1].startswith("The key is new; the pictures of ")
    copy.ingest(taken_in.root.parent / "computer")
    assert _opened(copy, _keys(copy, OLD)) == before
    assert {table: copy.rows(table) for table in facts} == facts
    assert "The chain holds" in copy.run("verify", op)
