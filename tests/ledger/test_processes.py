"""Several processes write at once, and die at any moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from itertools import pairwise

from safelight.ledger import notes
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import verify
from safelight.operation.folder import OperationFolder
from tests.ledger.conftest import ACTOR


def _start(folder: OperationFolder, name: str, limit: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ledger.writer", str(folder.root), name, limit]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _numbers(output: str) -> list[int]:
    """What was reported whole."""
    return [int(line) for line in output.splitlines(keepends=True) if line.endswith("\n")]


def test_processes_writing_at_once_make_one_gapless_chain(ledger: Ledger, folder: OperationFolder) -> None:
    writers = [_start(folder, f"w{number}", "25") for number in range(4)]
    reported = [_numbers(writer.communicate(timeout=120)[0]) for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 4
    assert sorted(number for own in reported for number in own) == list(range(2, 202))
    for number, own in enumerate(reported):
        assert own == [entry.seq for entry in ledger.entries(subject=f"w{number}")]
        assert all(second == first + 1 for first, second in zip(own[::2], own[1::2], strict=True))
    report = verify(ledger)
    assert (report.ok, report.reason, report.entries, report.notes) == (True, "", 201, ())
    assert len(folder.head_log.read_text().splitlines()) == 101


def test_writers_killed_at_any_moment_lose_nothing_that_was_committed(
    ledger: Ledger, folder: OperationFolder
) -> None:
    rng = random.Random(7)
    for turn in range(6):
        writers = [_start(folder, f"{turn}.{number}") for number in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.05))
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        reported = [number for writer in writers for number in _numbers(writer.communicate()[0])]
        head = ledger.head().seq
        assert head % 2 == 1  # each transaction of two is there whole or not at all
        assert all(number <= head for number in reported)
        report = verify(ledger)
        assert (report.ok, report.reason) == (True, "")
        notes.write(ledger, ["x"], "goes on", actor=ACTOR)
        notes.write(ledger, ["x"], "goes on", actor=ACTOR)
        assert verify(ledger).notes == ()
    assert all(b.seq == a.seq + 1 for a, b in pairwise(ledger.entries()))
