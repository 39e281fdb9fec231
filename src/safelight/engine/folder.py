"""The supervisor's folder in the spool: locked while it lives, swept when it is found without its owner."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Final

from safelight.engine import kernel

_PREFIX: Final = "engine-"


class SpoolFolder:
    """`engine-<mark>/` below the spool. Made at once; what dead supervisors left goes first."""

    def __init__(self, spool: Path, mark: str) -> None:
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(spool)
        self.path = spool / f"{_PREFIX}{mark}"
        self.path.mkdir(mode=0o700)
        self._lock = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def sweep(spool: Path) -> None:
    """Remove the folders of supervisors that are no more, and end processes that bear their marks."""
    for folder in spool.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue  # another one sweeps it
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            kernel.end_marked([folder.name.removeprefix(_PREFIX)], 1.0)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)
