"""`safelight authority`: recorded with its decision, added to, ended; what stands outside it is listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.access.acts import ASE, act
from tests.access.built import build
from tests.intake.operations import Operation

PAPER = (
    "--basis", "strpl. chapter 17 b", "--decision", "16-1/2016", "--decided", "2016-11-07", "--approver", "A. Lie",
    "--from", "2016-11-07", "--to", "2016-11-08", "--scope", "answer in #tog", "--limits", "no pictures",
    "--review", "2016-11-08", "--officer", "K. Berg",
)  # fmt: skip


@pytest.fixture
def operation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operation:
    monkeypatch.setenv("SAFELIGHT_CLOCK", "2016-11-30T12:00:00Z")
    built = build(tmp_path)
    act(built)
    return Operation(built.folder.root)


def test_an_operation_is_recorded_added_to_shown_and_ended(operation: Operation) -> None:
    op = str(operation.root)
    refused = operation.run("authority", "add", op, ASE, *PAPER, "--role", "constable", expect=16)
    assert "constable may not approve such an operation. It can be: påtalejurist, politimester" in refused
    assert operation.run("authority", "add", op, ASE, *PAPER, "--role", "statsadvokat").startswith(
        "A-001, entry "
    )
    said = operation.run(
        "authority", "state", op, "A-001", "shared", "the log", "--with", "Oslo", "--ground", "§ 21"
    )
    assert said.startswith("A-001: shared, entry ")
    operation.run("authority", "end", op, "A-001", "2016-11-07", "--reason", "he was arrested")
    listed = operation.run("authority", "list", op).splitlines()[1]
    assert " ".join(listed.split()) == (
        f"A-001 16-1/2016 A. Lie, statsadvokat 2/2000 2016-11-07 2016-11-07 2016-11-08 {ASE} 2"
    )
    shown = " ".join(operation.run("authority", "show", op, "A-001").split())
    assert "shared the log, Oslo, § 21" in shown, shown
    assert f"{ASE}: 3 distinct messages (4 with copies) while police operated it; outside 2." in shown
