"""`safelight victim`: registered, linked, joined and told apart; listed with reasons and with the number that is proved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from safelight.ledger import rights
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from tests.access.built import build
from tests.intake.operations import Operation


@pytest.fixture
def operation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operation:
    monkeypatch.setenv("SAFELIGHT_CLOCK", "2017-05-30T12:00:00Z")
    return Operation(build(tmp_path, more=-1).folder.root)


def test_a_child_is_registered_stated_listed_and_shown(operation: Operation) -> None:
    op = str(operation.root)
    assert operation.run("victim", "add", op, "--name", "Kim Lie", "--source", "school").startswith("V-001, ")
    operation.run("victim", "add", op)
    said = operation.run(
        "victim", "state", op, "V-002", "contact", "2017-05-29", "--source", "chat", "--grade", "B2",
    )  # fmt: skip
    assert said == "V-002: contact, entry 8.\n"
    rows = operation.run("victim", "list", op, "--format", "jsonl").splitlines()
    assert [json.loads(line) for line in rows] == [
        {
            "child": "V-002", "also": "", "urgent": True, "status": "unidentified", "contact": "2017-05-29",
            "material": "", "access": "", "planned": "", "suspects": 0, "counted": False, "for": "",
        },
        {
            "child": "V-001", "also": "", "urgent": False, "status": "identified", "contact": "",
            "material": "", "access": "", "planned": "", "suspects": 0, "counted": True, "for": "",
        },
    ]  # fmt: skip
    table = operation.run("victim", "list", op)
    assert "at least 1 child, 1 identified, 1 urgent; possibly further: 1." in table
    shown = operation.run("victim", "show", op, "V-002")
    assert "URGENT contact 2017-05-29 (entry 8)" in " ".join(shown.split())
    assert "V-002: unidentified, not identified, possibly further" in shown


def test_two_records_are_decided_and_the_decision_taken_back(operation: Operation) -> None:
    op = str(operation.root)
    for _n in range(2):
        operation.run("victim", "add", op)
    said = operation.run("victim", "different", op, "V-001", "V-002", "--reason", "two towns at once")
    entry = said.rpartition(" ")[2].strip(".\n")
    assert said == f"V-001 and V-002: two children, entry {entry}.\n"
    refused = operation.run("victim", "same", op, "V-001", "V-002", "--reason", "one voice", expect=16)
    assert f"Entry {entry} says that V-001 and V-002 are two children" in refused
    operation.run("victim", "undo", op, entry, "--reason", "the towns were one")
    assert "one child, entry" in operation.run(
        "victim", "same", op, "V-001", "V-002", "--reason", "one voice"
    )


def test_without_the_right_there_is_nothing(operation: Operation) -> None:
    op = str(operation.root)
    operation.run("victim", "add", op)
    with Ledger.open(OperationFolder(operation.root)) as ledger:
        rights.grant(ledger, "coordinator", rights.VICTIMS, reason="hers alone", actor="chief")
    for words in (("list", op), ("show", op, "V-001"), ("add", op)):
        assert "There is no such page." in operation.run("victim", *words, expect=13)
