"""`safelight figures` and `safelight scenario replay`: a small operation replayed under its clock, read as of its days."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from safelight.scenario import casework
from safelight.scenario.exhibits import plan
from safelight.scenario.simulate import simulate
from tests.intake.operations import Operation

DAY, LATER = "2019-04-21", "2019-10-29"


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    place = tmp_path_factory.mktemp("figures")
    world = simulate("small", 1)
    casework.write(world, plan(world).exhibits, place / "casework.jsonl")
    operation = Operation(place / "op", {"SAFELIGHT_CLOCK": "2018-06-18T07:00:00Z"})
    operation.run("init", str(operation.root), "--name", "Sjakk", "--synthetic")
    operation.environment.clear()
    said = operation.run("scenario", "replay", str(operation.root), str(place / "casework.jsonl"))
    assert "days replayed." in said
    return operation


def _json(operation: Operation, *words: str) -> Any:
    return json.loads(operation.run("figures", str(operation.root), *words, "--format", "json"))


def _values(operation: Operation, *words: str) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in _json(operation, *words)["figures"]}


def test_both_questions_about_a_day(replayed: Operation) -> None:
    then, today = _values(replayed, "--as-of", DAY), _values(replayed, "--as-of", DAY, "--seen-today")
    assert (then["suspects"], then["suspects_own"], then["seized"], then["children"]) == (6, 3, 4 * 10**12, 6)
    assert (today["suspects"], today["accounts"]) == (7, None)
    said = _json(replayed, "--as-of", DAY)
    assert (said["synthetic"], said["known"], said["true"]) == (True, DAY, DAY)
    assert _json(replayed, "--as-of", DAY, "--seen-today")["known"] is None


def test_a_figure_opens_into_its_rows(replayed: Operation) -> None:
    rows = _json(replayed, "--as-of", LATER, "--open", "cases_owner:Sør-Vest")
    assert [(row["kind"], row["detail"]) for row in rows] and all(row["entries"] for row in rows)
    assert len(rows) == _values(replayed, "--as-of", LATER)["cases_owner:Sør-Vest"]
    said = replayed.run("figures", str(replayed.root), "--as-of", LATER, "--open", "suspects_own")
    assert said.startswith("SYNTHETIC\n") and "P-002" in said
    said = replayed.run("figures", str(replayed.root), "--open", "happiness", expect=13)
    assert "happiness" in said


def test_two_days_are_compared_with_causes(replayed: Operation) -> None:
    found = {one["name"]: one for one in _json(replayed, "--as-of", DAY, "--compare", LATER)}
    assert found["suspects"] == {"name": "suspects", "before": 6, "after": 10, "causes": {"identified": 4}}
    assert "4 identified" in replayed.run("figures", str(replayed.root), "--as-of", DAY, "--compare", LATER)


def test_the_fact_box_says_that_the_operation_is_synthetic_and_what_it_leaves_out(
    replayed: Operation,
) -> None:
    said = replayed.run("figures", str(replayed.root), "--as-of", DAY, "--factbox", "nb").replace("\xa0", " ")
    assert (
        "SYNTETISK OPERASJON. Per 21. april 2019 kjenner politiet til minst 6 personer, 3 av dem i Vest"
        in said
    )
    assert "Left out for this audience:" in said and "NOT KNOWN for this day: Kontoer." in said
    assert (
        _json(replayed, "--as-of", DAY, "--factbox", "en", "--audience", "partner")["audience"] == "partner"
    )


def test_figures_in_a_table_say_at_least_and_what_is_not_known(replayed: Operation) -> None:
    said = replayed.run("figures", str(replayed.root), "--as-of", DAY)
    assert "≥ 6" in said and "NOT KNOWN" in said and said.startswith("SYNTHETIC\n")


def test_wrong_days_are_refused(replayed: Operation) -> None:
    replayed.run("figures", str(replayed.root), "--as-of", "20. november", expect=22)
    replayed.run("figures", str(replayed.root), "--seen-today", expect=16)


def test_figures_of_machines_are_those_of_the_run_that_was_known(tmp_path: Path) -> None:
    source = tmp_path / "chat"
    source.mkdir()
    (source / "#sjakk.log").write_text(
        "--- Log opened Tue Mar 01 10:00:00 2016\n10:00 < åse> hei\n10:01 < bjørn> god morgen\n", "utf-8"
    )
    clock = {"SAFELIGHT_CLOCK": "2016-03-02T09:00:00Z"}
    operation = Operation(tmp_path / "op", dict(clock)).make()
    operation.environment["SAFELIGHT_CLOCK"] = "2016-03-05T09:00:00Z"
    operation.ingest(source)
    assert _values(operation, "--as-of", "2016-03-04")["accounts"] is None
    assert _values(operation, "--as-of", "2016-03-05")["accounts"] == 2
    # Everything in the run had been seized by then, so that it stands for that day seen from today as well.
    assert _values(operation, "--as-of", "2016-02-01", "--seen-today")["accounts"] == 2
    assert _values(operation, "--as-of", "2016-01-01", "--seen-today")["accounts"] is None
