"""The whole of darkroom: its casework replayed and its evidence taken in between, under the clock of those days.

One test, for taking the evidence in takes the better part of an hour: the figures of both days, then the truth.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.scenario_score import assert_each_found_once, parse_payments
from tests.intake.operations import Operation

FIRST, SECOND = "2016-11-20", "2017-05-30"


@pytest.mark.soak
@pytest.mark.timeout(6 * 3600)
def test_the_fact_boxes_of_both_days_and_every_trace_found_once(tmp_path: Path) -> None:
    made = tmp_path / "made"
    operation = Operation(tmp_path / "op", {"SAFELIGHT_CLOCK": "2016-01-18T07:00:00Z"})
    root, script = str(operation.root), str(made / "casework.jsonl")
    operation.run("scenario", "write", str(made), "--size", "darkroom", "--seed", "1")
    operation.run("init", root, "--name", "Darkroom", "--synthetic")
    operation.environment.clear()
    operation.run("scenario", "replay", root, script, "--until", "2016-03-01")
    operation.environment["SAFELIGHT_CLOCK"] = "2016-03-02T06:00:00Z"
    about = json.loads((made / "operation.json").read_text("utf-8"))
    for exhibit in about["exhibits"]:
        sources = (made / one for one in exhibit["sources"])
        operation.ingest(*sources, exhibit=exhibit["number"], extra=["--more-follows"])
    operation.environment.clear()
    operation.run("scenario", "replay", root, script)
    said = {
        day: operation.run("figures", root, "--as-of", day, "--factbox", "nb").replace("\xa0", " ")
        for day in (FIRST, SECOND)
    }
    for text in ("minst 51 personer, 24 av dem i Vest politidistrikt", "150 terabyte"):
        assert text in said[FIRST]
    found = json.loads(operation.run("figures", root, "--as-of", FIRST, "--format", "json"))["figures"]
    assert next(one["value"] for one in found if one["name"] == "accounts") > 5_000
    assert "spor etter over 7 000 kontoer" in said[FIRST]
    for text in (
        "84 saker", "37 av dem hører til Vest politidistrikt og 45 til andre politidistrikter",
        "alle de 12 politidistriktene", "til Sverige", "til Danmark", "minst 304 barn",
    ):  # fmt: skip
        assert text in said[SECOND]
    parse_payments(operation)
    assert_each_found_once(operation.run("scenario", "score", root, str(made / "truth")))
