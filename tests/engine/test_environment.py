"""What a child is told by its environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.engine.model import Batch, Limits, Task
from safelight.engine.supervisor import Supervisor


def test_no_passphrase_reaches_a_child_or_its_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFELIGHT_PASSPHRASE", "korrekt hest batteri")
    monkeypatch.setenv("SJAKK", "e4")
    with Supervisor(
        "tests.engine.environment:factory", {}, limits=Limits(30, 1, 1024), workers=1, spool=tmp_path
    ) as supervisor:
        results = list(supervisor.run([Batch("b", [Task("t", 0, {})])]))
        rows = [row for outcome in results[0].outcomes() for row in outcome.rows]
    child, server = rows[0]["child"], rows[0]["server"]
    for environment in (child, server):
        assert "SJAKK=e4" in environment
        assert not [
            line for line in environment if "korrekt hest" in line or line.startswith("SAFELIGHT_PASS")
        ]
