"""The larger synthetic operations, taken in whole as people would and compared with their truth."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.intake.operations import Operation

MAPPINGS = Path(__file__).parents[2] / "docs" / "mappings"


def _take_in(operation: Operation, scenario: Path) -> None:
    about = json.loads((scenario / "operation.json").read_text("utf-8"))
    operation.run("init", str(operation.root), "--name", "Sjakk", "--synthetic")
    for exhibit in about["exhibits"]:
        operation.run(
            "exhibit", "add", str(operation.root), "--id", exhibit["number"], "--label", exhibit["label"],
            "--seized", about["seized"], "--legal-basis", "strpl. § 203", "--officer", "K. Berg",
        )  # fmt: skip
        operation.ingest(
            *(scenario / one for one in exhibit["sources"]),
            exhibit=exhibit["number"],
            extra=["--more-follows"],
        )
    for name in ("net-bank.toml", "remitter.toml"):
        operation.run(
            "parse", str(operation.root), "--mapping", str(MAPPINGS / name), "--path", "*.csv", "--reason", "payments"
        )  # fmt: skip


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("size", ["medium", "darkroom"])
def test_every_live_trace_is_found_exactly_once(tmp_path: Path, size: str) -> None:
    operation = Operation(tmp_path / "op")
    operation.run("scenario", "write", str(tmp_path / "made"), "--size", size, "--seed", "1")
    _take_in(operation, tmp_path / "made")
    said = operation.run("scenario", "score", str(operation.root), str(tmp_path / "made" / "truth"))

    def figures(what: str) -> list[int]:
        found = re.search(rf"(?m)^{re.escape(what)} +(\d+) +(\d+) +(\d+) ", said)
        assert found, what
        return [int(one) for one in found.groups()]

    for what in ("messages, live", "messages, marked deleted", "calls", "transfers"):
        truth, found, matched = figures(what)
        assert truth == found == matched > 0, what
    truth, found, matched = figures("rows, recovered")
    assert matched >= 0.95 * truth and matched >= 0.999 * found
    for what in ("messages", "calls", "transfers"):
        joined = re.search(rf"(?m)^{what} shown once and truly one +(\d+) +(\d+)$", said)
        assert joined and joined[1] == joined[2] != "0", what
    truth, found, matched = figures("messages, distinct")
    assert matched >= 0.98 * truth and matched >= 0.95 * found
