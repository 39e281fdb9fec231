"""Memory does not grow with the file: 200 MB of each export in a process of its own, watched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import resource, sys
from pathlib import Path
from benchmarks.parsers_json import EXPORTS, subject_of
from safelight.parsers.run import Ended, Found, run
name, path = sys.argv[1], Path(sys.argv[2])
parser, _pieces = EXPORTS[name]
rows = 0
first = 0
for found in run(subject_of(path), "1", [parser()]):
    if isinstance(found, Found):
        rows += found.rows.num_rows
        if not first:
            first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if isinstance(found, Ended):
        assert found.outcome == "done", found
print(rows, first // 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.soak
@pytest.mark.parametrize("name", ["telegram", "discord", "skype"])
def test_memory_stays(tmp_path: Path, name: str) -> None:
    from benchmarks.parsers_json import EXPORTS

    _parser, pieces = EXPORTS[name]
    path = tmp_path / "export.json"
    messages = 600_000
    with path.open("wb") as stream:
        stream.writelines(pieces(messages))
    assert path.stat().st_size > 190_000_000
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, name, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rows, first, last = (int(word) for word in done.stdout.split())
    assert rows >= messages
    assert last < 500
    # What came after the first block of rows cost next to nothing, so 5 GB cost as little as 200 MB.
    assert last - first < 100
