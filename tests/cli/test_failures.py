"""`safelight failures`: what could not be read, and why."""

from __future__ import annotations

from tests.intake.operations import Operation

_DETAIL = "neither a central directory nor a member can be found"


def test_each_failure_names_its_place_part_and_cause(taken_in: Operation) -> None:
    (item,) = taken_in.items("path:Nedlastinger/ødelagt.zip")
    head, row, total = taken_in.run("failures", str(taken_in.root)).splitlines()
    assert head.split() == ["cause", "stage", "part", "place", "detail", "item"]
    assert row.split() == [
        "corrupt",
        "walk",
        "zip",
        "Nedlastinger/ødelagt.zip",
        *_DETAIL.split(),
        item["id"][:14],
    ]
    assert total == "1 of 1 failures"


def test_a_cause_narrows_and_a_slip_in_it_is_told(taken_in: Operation) -> None:
    op = str(taken_in.root)
    assert taken_in.run("failures", op, "--cause", "corrupt").splitlines()[-1] == "1 of 1 failures"
    assert taken_in.run("failures", op, "--cause", "crash") == "No failures with the cause crash.\n"
    said = taken_in.run("failures", op, "--cause", "corupt", expect=16)
    assert said == (
        "“corupt” is no value of failed. Values are: crash, exit, time limit, memory limit, unreadable, unsupported, "
        "encrypted, corrupt, limit, changed, vanished, defect, any, none.\n"
    )


def test_an_operation_without_failures_says_so(fresh: Operation) -> None:
    assert fresh.run("failures", str(fresh.root)) == "No failures.\n"
