"""`safelight cat`: bytes out of the source, logged as a disclosure."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.intake.operations import Operation


def _id(operation: Operation, path: str) -> str:
    said = operation.run(
        "items", str(operation.root), "--format", "jsonl", "--reason", "test", f"path:{path}"
    )
    return str(json.loads(said.splitlines()[0])["id"])


def test_the_bytes_are_those_of_the_source_and_the_reason_is_kept(
    taken_in: Operation, tmp_path: Path
) -> None:
    item = _id(taken_in, "Nedlastinger/sikkerhetskopi.tar.gz*turnering.txt")
    target = tmp_path / "out"
    taken_in.run("cat", str(taken_in.root), item, "--reason", "trengs i avhør", "--output", str(target))
    source = taken_in.root.parent / "computer" / "Dokumenter" / "turnering.txt"
    assert target.read_bytes() == source.read_bytes()
    from safelight.ledger.ledger import Ledger
    from safelight.operation.folder import OperationFolder

    with Ledger.open(OperationFolder(taken_in.root)) as ledger:
        last = [entry for entry in ledger.entries() if entry.verb == "disclosure"][-1]
    assert last.purpose == "trengs i avhør"
    assert item in last.subjects


def test_without_a_reason_nothing_leaves_the_house(taken_in: Operation) -> None:
    item = _id(taken_in, "Dokumenter/turnering.txt")
    done = subprocess.run(
        taken_in.command("cat", str(taken_in.root), item),
        env=taken_in.env(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == b""


def test_an_unknown_item_says_so(taken_in: Operation) -> None:
    said = taken_in.run("cat", str(taken_in.root), "i1-nosuchitem", "--reason", "x", expect=13)
    assert "i1-nosuchitem" in said
