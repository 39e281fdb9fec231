"""kill -9 at any moment, the same command again: the catalog ends equal to that of an undisturbed run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from safelight.catalog.schema import TABLES
from tests.intake.operations import Operation
from tests.intake.planted import install, write_source

CAUSES = {
    "crash": "crash",
    "exit": "exit",
    "hang": "time limit",
    "memory": "memory limit",
    "grandchild": "exit",
    "defect": "defect",
}


@pytest.fixture
def load() -> Iterator[None]:
    """A second process that keeps a core busy."""
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    yield
    busy.kill()
    busy.wait()


def _operation(place: Path, plugin: Path) -> Operation:
    operation = Operation(place, {"PYTHONPATH": str(plugin)}).make()
    # Limits that a healthy item keeps even with both cores busy, and that a planted one runs into soon.
    operation.settings(time_base_seconds=4.0, memory_megabytes=700, batch_items=250, workers=2)
    return operation


def _compare(disturbed: Operation, calm: Operation) -> None:
    for table in TABLES:
        assert disturbed.rows(table) == calm.rows(table), table


def _failed(operation: Operation) -> dict[str, str]:
    with operation.database() as database:
        found = database.execute(
            "select place, cause from failures where inspector = 'planted' order by place"
        ).fetchall()
    return dict(found)


def _grandchildren() -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if "safelight-planted-grandchild" in (process.info["cmdline"] or [])
    ]


def _scenario(tmp_path: Path, *, items: int, each_plant: int, kills: int, seed: int) -> None:
    source = tmp_path / "source"
    planted = write_source(source, items, each_plant, seed)
    plugin = install(tmp_path / "plugin")
    calm = _operation(tmp_path / "calm", plugin)
    # A copy made before anything was taken in: the same operation, so the same ids.
    disturbed = Operation(tmp_path / "disturbed", calm.environment)
    shutil.copytree(calm.root, disturbed.root)
    began = time.monotonic()
    calm.ingest(source)
    calm_seconds = time.monotonic() - began
    assert _failed(calm) == {place: CAUSES[plant] for place, plant in planted.items()}
    assert _grandchildren() == []

    moments = random.Random(seed)
    killed = 0
    while killed < kills:
        run = disturbed.start("ingest", str(disturbed.root), "--exhibit", "2016-0142-A1", str(source))
        try:
            run.wait(moments.uniform(0.5, 0.5 + calm_seconds * 0.6))
            break
        except subprocess.TimeoutExpired:
            os.kill(run.pid, signal.SIGKILL)
            run.wait()
            killed += 1
    disturbed.ingest(source)
    _compare(disturbed, calm)
    assert _grandchildren() == []
    assert "The chain holds" in disturbed.run("verify", str(disturbed.root))


def test_an_intake_that_was_killed_again_and_again_ends_like_a_calm_one(tmp_path: Path, load: None) -> None:
    _scenario(tmp_path, items=1200, each_plant=1, kills=4, seed=20161120)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_kill_points_over_five_thousand_items(tmp_path: Path, load: None, seed: int) -> None:
    _scenario(tmp_path, items=5000, each_plant=4, kills=20, seed=seed)
