"""Every malformed file of the real data through every inspector, in a process of its own with limits.

`python -m tests.inspect.malformed REALDATA > tests/inspect/malformed_expected.tsv` writes the golden file anew: file,
type, and how each inspector ended. A line `CRASH` names a file that ended the process.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tarfile
from pathlib import Path

from safelight.inspect.examine import Ended, examine
from safelight.inspect.registry import inspectors
from tests.inspect.patterns import content

ARCHIVES = ("pillow", "tika")
MEMORY_BYTES, SECONDS = 4 << 30, 120


def lines(folder: Path, skip: int) -> None:
    """Print a line for each file, from number `skip` on; the name comes first, so that a crash shows its culprit."""
    number = 0
    for name in ARCHIVES:
        with tarfile.open(folder / "malformed" / f"{name}.tar.gz") as archive:
            for member in sorted(archive, key=lambda member: member.name):
                stream = archive.extractfile(member)
                if stream is None:
                    continue
                number += 1
                if number <= skip:
                    continue
                _write(f"{member.name}\t")
                one = content(stream.read(), Path(member.name).name)
                ended = [
                    f"{event.inspector}: {event.outcome}{f' ({event.cause})' if event.cause else ''}"
                    for event in examine(one, inspectors(), lambda _: None)
                    if isinstance(event, Ended)
                ]
                _write(f"{one.mime}\t{', '.join(ended) or 'no inspector'}\n")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def sweep(folder: Path) -> tuple[str, str]:
    """All lines, going on behind each file that ends the process; and what was written to standard error."""
    text, errors = "", ""
    while True:
        done = subprocess.run(
            [sys.executable, "-m", "tests.inspect.malformed", str(folder), str(text.count("\n"))],
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        text += done.stdout
        errors += done.stderr
        if done.returncode == 0:
            return text, errors
        text += f"CRASH {done.returncode}\n"


if __name__ == "__main__":
    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        lines(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        sys.stdout.write(sweep(Path(sys.argv[1]))[0])
