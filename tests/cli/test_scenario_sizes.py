"""A synthetic operation of medium size, taken in whole as people would and compared with its truth.

`test_darkroom.py` asks the same of the largest one.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.scenario_score import assert_each_found_once, parse_payments
from tests.intake.operations import Operation


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_every_live_trace_is_found_exactly_once(tmp_path: Path) -> None:
    operation, made = Operation(tmp_path / "op"), tmp_path / "made"
    operation.run("scenario", "write", str(made), "--size", "medium", "--seed", "1")
    about = json.loads((made / "operation.json").read_text("utf-8"))
    operation.run("init", str(operation.root), "--name", "Sjakk", "--synthetic")
    for exhibit in about["exhibits"]:
        operation.run(
            "exhibit", "add", str(operation.root), "--id", exhibit["number"], "--label", exhibit["label"],
            "--seized", about["seized"], "--legal-basis", "strpl. § 203", "--officer", "K. Berg",
        )  # fmt: skip
        sources = (made / one for one in exhibit["sources"])
        operation.ingest(*sources, exhibit=exhibit["number"], extra=["--more-follows"])
    parse_payments(operation)
    assert_each_found_once(operation.run("scenario", "score", str(operation.root), str(made / "truth")))
