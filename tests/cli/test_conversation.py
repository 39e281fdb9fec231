"""`safelight conversations` and `safelight conversation`: the list, the lines, and a selection as a file."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from safelight.traces.ids import conversation_id
from tests.analyse.stage import TALK, Stage, staged
from tests.intake.operations import Operation

HERE = conversation_id("club", None, "direct:bø|åse")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as made:
        natives = [f"n{n}" for n in range(len(TALK))]
        made.copy(TALK, natives=natives)
        made.copy(TALK, natives=natives)
        made.copy([(0, "åse", "=HYPERLINK(1) [b]fet[/b]")], conversation="gruppe", state="recovered")
        made.find()
        yield made


@pytest.fixture
def operation(stage: Stage, tmp_path: Path) -> Operation:
    return Operation(tmp_path / "op")


def test_the_list_counts_messages_and_distinct_messages(operation: Operation) -> None:
    said = operation.run("conversations", str(operation.root))
    rows = [line.split() for line in said.splitlines()]
    assert rows[1][:2] == [HERE, "club"] and rows[1][-5:-2] == ["2", "18", "9"]
    assert rows[-1] == ["2", "of", "2", "conversations"]
    said = operation.run("conversations", str(operation.root), "BØ", "--network", "club")
    assert said.splitlines()[-1] == "1 of 1 conversations"


def test_the_list_as_a_file_is_a_disclosure(operation: Operation) -> None:
    said = operation.run(
        "conversations", str(operation.root), "bø", "--format", "jsonl", "--reason", "for the prosecutor"
    )
    row = json.loads(said)
    assert (row["id"], row["messages"], row["distinct_messages"], row["copies"], row["first"]) == (
        HERE,
        18,
        9,
        2,
        "2016-02-20T20:26:40.000000Z",
    )
    with Ledger.open(OperationFolder(operation.root)) as ledger:
        payloads = [ledger.payload(one.seq) or {} for one in ledger.entries() if one.verb == "disclosure"]
    assert [one["what"]["act"] for one in payloads] == ["export of conversations"]


def test_lines_are_printed_from_a_message_on_in_a_zone(operation: Operation) -> None:
    said = operation.run(
        "conversation", str(operation.root), HERE, "--at", "t1-2:002", "--limit", "2", "--zone", "ph"
    )
    assert [" ".join(line.split()) for line in said.splitlines()] == [
        "line when who state text",
        "3 2016-02-21 04:26:49 åse 2x da møtes vi klokka sju ved stasjonen",
        "4 2016-02-21 04:27:10 bø 2x jeg tar med brettet og to klokker",
        "lines 3 to 4 of 9, Asia/Manila",
    ]


def test_brackets_and_recovered_lines_stand_as_they_are(operation: Operation) -> None:
    group = conversation_id("club", None, "gruppe")
    said = operation.run("conversation", str(operation.root), group)
    assert " ".join(said.splitlines()[1].split()) == (
        "1 2016-02-20 20:26:40 åse recovered =HYPERLINK(1) [b]fet[/b]"
    )


def test_a_selection_as_csv_with_its_hash_in_the_ledger(operation: Operation, tmp_path: Path) -> None:
    group, out = conversation_id("club", None, "gruppe"), tmp_path / "lines.csv"
    words = ("conversation", str(operation.root), group, "--output", str(out), "--format", "csv")
    operation.run(*words, expect=16)
    assert not out.exists()
    said = operation.run(*words, "--reason", "counsel asked")
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    assert said.split()[-1] == digest
    row = next(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
    assert (row["text"], row["state"], row["time_shown"], row["zone"], row["trace_ids"]) == (
        "'=HYPERLINK(1) [b]fet[/b]",
        "recovered",
        "2016-02-20 20:26:40",
        "UTC",
        "t1-3:000",
    )
    with Ledger.open(OperationFolder(operation.root)) as ledger:
        what = [
            (ledger.payload(one.seq) or {})["what"] for one in ledger.entries() if one.verb == "disclosure"
        ]
    assert [(one["act"], one["sha256"], one["lines"]) for one in what] == [
        ("export of a conversation", digest, 1)
    ]
