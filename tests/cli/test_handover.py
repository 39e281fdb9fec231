"""`safelight handover`: from a signing key to a package that another operation imports, as people give the commands."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pyrage
import pytest

from safelight.access.door import Door
from safelight.casework.handover import make
from safelight.ledger import records
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from tests.access.built import PASSPHRASE
from tests.casework.handover.cases import Case, chess_case, empty
from tests.intake.operations import Operation

WHY = ("--basis", "politiregisterloven", "--conditions", "for this case only")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Path]:
    root = tmp_path_factory.mktemp("handover")
    return chess_case(root / "a"), empty(root / "b").folder.root


@pytest.fixture
def sender(once: tuple[Case, Path], tmp_path: Path) -> Operation:
    return Operation(
        shutil.copytree(once[0].built.folder.root, tmp_path / "a"), {"SAFELIGHT_PASSPHRASE": PASSPHRASE}
    )


@pytest.fixture
def receiver(once: tuple[Case, Path], tmp_path: Path) -> Operation:
    return Operation(shutil.copytree(once[1], tmp_path / "b"), {"SAFELIGHT_PASSPHRASE": PASSPHRASE})


def handover(operation: Operation, verb: str, *words: str, expect: int = 0) -> str:
    return operation.run("handover", verb, str(operation.root), *words, expect=expect)


def key(operation: Operation, verb: str, *words: str, expect: int = 0) -> str:
    return operation.run("handover", "key", verb, str(operation.root), *words, expect=expect)


def test_from_a_key_to_an_import(sender: Operation, receiver: Operation, tmp_path: Path) -> None:
    said = key(sender, "make", "--name", "T. Åmås")
    found = re.search(r"fingerprint (?P<print>[0-9a-f]{64})\npublic key (?P<public>[0-9a-f]{64})", said)
    assert found is not None, said
    out = tmp_path / "HO-001.tar"
    said = handover(sender, "make", "--case", "C-001", "--to", "Øst", *WHY, "--out", str(out))
    assert said.splitlines()[0] == "HO-001 is prepared."
    assert f"signed by {found['print']}." in said
    said = sender.run("handover", "verify", str(out), "--fingerprint", found["print"])
    assert said.splitlines()[-1] == "Whole: nothing was changed, removed or added."
    assert "Nobody here has vouched" in receiver.run(
        "handover", "import", str(receiver.root), str(out), expect=16
    )
    key(receiver, "trust", found["public"], "--name", "Vest", "--reason", "by telephone")
    said = handover(receiver, "import", str(out))
    assert said == (
        "HO-001: HO-001 of DARKROOM. 4 records, 12 statements, 0 taken back, 3 accounts, 1 decisions about accounts; 0 were "
        "here already.\n"
        "Traces and items, received from DARKROOM: 2 items, 5 accounts, 1 conversations, 9 messages, 1 calls, 2 logins, "
        "3 memberships, 1 contacts, 1 media_shares, 1 locations, 1 devices new; 0 were here already.\n"
    )
    receiver.run("parse", str(receiver.root))  # what was received waits for no pass: its bytes are not here
    assert "2 items" in receiver.run("status", str(receiver.root))
    assert receiver.run("failures", str(receiver.root)) == "No failures.\n"
    assert handover(receiver, "import", str(out)) == "It was imported before, as HO-001: nothing was added.\n"
    assert "received" in handover(receiver, "list")
    assert (
        handover(sender, "acknowledge", "HO-001", "--by", "K. Lien") == "HO-001 is acknowledged by K. Lien.\n"
    )
    key(receiver, "revoke", found["print"][:12], "--reason", "the disk was stolen")
    assert "yes" not in key(receiver, "list") and "T. Åmås" in key(sender, "list")
    changed = tmp_path / "changed.tar"
    changed.write_bytes(out.read_bytes().replace(b"politiregisterloven", b"politiregisterlover", 1))
    said = sender.run("handover", "verify", str(changed), expect=19)
    assert "is not whole: data/" in said and "was changed (manifest-sha256.txt)" in said


def test_bytes_wait_for_a_second_person_and_a_named_receiver(
    once: tuple[Case, Path], sender: Operation, receiver: Operation, tmp_path: Path
) -> None:
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "key.txt").write_text(f"{identity}\n")
    item = once[0].built.item("DCIM/DSC08112.jpg")
    out = tmp_path / "HO-001.tar.age"
    asked = ("--case", "C-001", *WHY, "--items", "bytes", "--item", item)
    assert "encrypted to each named receiver" in handover(sender, "make", "--to", "Øst", *asked, expect=16)
    said = handover(sender, "make", "--to", f"Øst={identity.to_public()}", *asked)
    assert "another person approves it" in said
    number = said.partition(" ")[0]
    assert "your own" in handover(sender, "approve", number, "--reason", "x", expect=16)
    assert "waits for a second person" in handover(
        sender, "make", "--number", number, "--out", str(out), expect=16
    )
    with Door(OperationFolder(sender.root), who="nils.hauge", purpose="second person") as door:
        make.approve(door, number, "checked against the request")
    assert ", encrypted, signed by" in handover(sender, "make", "--number", number, "--out", str(out))
    assert "The package is encrypted" in sender.run("handover", "verify", str(out), expect=16)
    key_file = str(tmp_path / "key.txt")
    said = sender.run("handover", "verify", str(out), "--identity", key_file, expect=25)
    assert "is whole, and nothing says from whom" in said
    said = handover(receiver, "import", str(out), "--identity", key_file, "--unknown-signer", "a test")
    assert "12 statements" in said


def test_a_correction_is_called_for_and_made(
    once: tuple[Case, Path], sender: Operation, tmp_path: Path
) -> None:
    handover(sender, "make", "--case", "C-001", "--to", "Øst", *WHY, "--out", str(tmp_path / "one.tar"))
    assert "Nothing that HO-001 gave" in handover(
        sender, "correct", "HO-001", "--out", str(tmp_path / "two"), expect=16
    )
    case = once[0]
    with Ledger.open(OperationFolder(sender.root)) as ledger, ledger.writing() as act:
        now = records.state(
            act, case.ase.id, "district", "Øst", actor="nils.hauge", corrects=case.names["district now"]
        )
    said = handover(sender, "list")
    assert "HO-001: Øst must be told. Make the correction with `safelight handover correct`.\n" in said
    assert f"  entry {now.seq}, P-001 district: Sør-Vest -> Øst\n" in said
    two = tmp_path / "two"
    assert "HO-002 corrects HO-001" in handover(sender, "correct", "HO-001", "--out", str(two), "--folder")
    told = json.loads((two / "data/case/corrections.json").read_bytes())
    assert [(one["about"], one["given"], one["now"]) for one in told["touched"]] == [
        ("P-001", "Sør-Vest", "Øst")
    ]
    assert "must be told" not in handover(sender, "list")


def test_what_is_missing_is_said(sender: Operation, tmp_path: Path) -> None:
    assert "Give --case or --number" in handover(sender, "make", expect=16)
    assert "names who receives it" in handover(sender, "make", "--case", "C-001", *WHY, expect=16)
    assert "has 64 hexadecimal digits" in key(
        sender, "trust", "xy", "--name", "x", "--reason", "x", expect=22
    )
    assert "is not there" in sender.run("handover", "verify", str(tmp_path / "nowhere"), expect=13)
