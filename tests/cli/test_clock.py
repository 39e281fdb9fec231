"""`safelight clock`: decisions about clocks, and that compared times follow them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from safelight.access.door import Door
from safelight.operation.folder import OperationFolder
from tests.intake.operations import Operation


@pytest.fixture
def operation(tmp_path: Path) -> Operation:
    return Operation(tmp_path / "op").make()


def compared(operation: Operation, utc: str | None, wall: str | None, form: str = "irc") -> str | None:
    """What `at_us` makes of a time of the exhibit, as ISO text."""
    with (
        Door(OperationFolder(operation.root), who="test", purpose="test") as door,
        door.consult("test") as look,
    ):
        reading = look.reading
        (key,) = reading.numbers.values()
        row = reading.db.execute(
            "select at_us({'utc': cast($utc as timestamptz), 'wall': cast($wall as timestamp)}, $key, $form)",
            {"utc": utc, "wall": wall, "key": key, "form": form},
        ).fetchone()
    assert row is not None
    return None if row[0] is None else datetime.fromtimestamp(row[0] / 1e6, UTC).isoformat()


def test_zones_and_corrections_hold_where_times_are_compared(operation: Operation) -> None:
    root = str(operation.root)
    assert compared(operation, None, "2016-03-01 12:00:00") is None
    assert compared(operation, "2016-03-01 12:00:00Z", "2016-03-01 12:00:00") == "2016-03-01T12:00:00+00:00"
    operation.run("clock", "zone", root, "2016-0142-A1", "Europe/Oslo", "--reason", "regional settings")
    assert compared(operation, None, "2016-03-01 12:00:00") == "2016-03-01T11:00:00+00:00"
    assert compared(operation, None, "2016-07-01 12:00:00") == "2016-07-01T10:00:00+00:00"
    operation.run(
        "clock", "zone", root, "2016-0142-A1", "Asia/Manila", "--from", "2016-03-10", "--to", "2016-03-20",
        "--format", "irc", "--reason", "the owner travelled",
    )  # fmt: skip
    assert compared(operation, None, "2016-03-12 12:00:00") == "2016-03-12T04:00:00+00:00"
    assert compared(operation, None, "2016-03-12 12:00:00", "pidgin") == "2016-03-12T11:00:00+00:00"
    operation.run("clock", "correct", root, "2016-0142-A1", "--reason", "compared with a server", "--", "-90")
    assert compared(operation, "2016-03-01 12:00:00Z", None) == "2016-03-01T11:58:30+00:00"
    assert compared(operation, None, "2016-03-01 12:00:00") == "2016-03-01T10:58:30+00:00"


def test_decisions_are_listed_and_can_be_taken_back(operation: Operation) -> None:
    root = str(operation.root)
    said = operation.run("clock", "correct", root, "2016-0142-A1", "60", "--reason", "clock photographed")
    entry = said.rsplit(" ", 1)[1].strip(" .\n")
    listed = operation.run("clock", "list", root)
    assert "+60 s" in listed and "clock photographed" in listed
    operation.run("clock", "withdraw", root, entry, "--reason", "another clock was photographed")
    assert compared(operation, "2016-03-01 12:00:00Z", None) == "2016-03-01T12:00:00+00:00"
    assert "clock photographed" not in operation.run("clock", "list", root)
    operation.run("clock", "withdraw", root, entry, "--reason", "again", expect=13)
    operation.run("verify", root)


@pytest.mark.parametrize(
    "words",
    [
        ("correct", "2016-0142-A1", "0", "--reason", "x"),
        ("correct", "2016-0142-A1", "60", "--reason", " "),
        ("zone", "2016-0142-A1", "Oslo", "--reason", "x"),
        ("zone", "2016-0142-A1", "Europe/Oslo'; drop", "--reason", "x"),
        (
            "zone",
            "2016-0142-A1",
            "Europe/Oslo",
            "--from",
            "2016-02-01",
            "--to",
            "2016-01-01",
            "--reason",
            "x",
        ),
    ],
)
def test_what_is_no_decision_is_refused(operation: Operation, words: tuple[str, ...]) -> None:
    said = operation.run("clock", words[0], str(operation.root), *words[1:], expect=16)
    assert said
