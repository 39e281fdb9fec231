"""kill -9 at random moments: what is there is consistent, and the same run ends as an undisturbed one."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.catalog.endless_writer import BATCHES
from tests.catalog.rows import children, open_catalog

_ROOT = Path(__file__).parents[2]
_EXPECTED = [number for number in range(BATCHES * 5) if number not in (96, 196)]


@pytest.mark.parametrize(
    "kills", [5, pytest.param(60, marks=pytest.mark.soak)], ids=["some", "many"]
)  # fmt: skip
def test_a_killed_writer_leaves_a_consistent_catalog(tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    (tmp_path / "parts").mkdir()
    for _ in range(kills):
        process = _start(tmp_path)
        time.sleep(chance.uniform(0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with open_catalog(tmp_path) as catalog:
            assert catalog.verify() == []
            seen = children(catalog)
            written = {int(entry.batch[3:]) for entry in catalog.finished() if entry.batch[3:].isdigit()}
            dropped = {
                int(entry.batch[8:]) * 5 + 1
                for entry in catalog.finished()
                if entry.batch.startswith("b1-drop")
            }
            assert seen == sorted({b * 5 + n for b in written for n in range(5)} - dropped)
    process = _start(tmp_path)
    process.communicate()
    assert process.returncode == 0
    with open_catalog(tmp_path) as catalog:
        assert children(catalog) == _EXPECTED
        assert catalog.verify() == []
        catalog.sweep(grace_seconds=0, alone=True)
        live = {str(part.key) for parts in catalog.snapshot().parts.values() for part in parts}
        assert {str(p.relative_to(catalog.parts)) for p in catalog.parts.rglob("*") if p.is_file()} == live


def _start(folder: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.catalog.endless_writer", str(folder)], cwd=_ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process
