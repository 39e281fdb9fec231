"""One run at a time works on an operation: an advisory lock that the kernel drops when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safelight.errors import Locked


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the operation's run lock. Raises Locked if another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(
                "Another run is working on this operation.",
                "Wait for it, or stop it with Ctrl-C, then try again.",
            ) from None
        yield
    finally:
        os.close(descriptor)
