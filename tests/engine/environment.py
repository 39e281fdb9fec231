"""A handler that tells what stands in its own environment and in its fork server's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from safelight.engine.model import Task


class Environment:
    """One row: the environment of the child and of its parent, as the kernel shows them and as the child sees it."""

    def handle(self, task: Task, note: Callable[[bytes], None]) -> Iterator[dict[str, Any]]:
        mine = [f"{name}={value}" for name, value in os.environ.items()]
        yield {"child": mine + _of(os.getpid()), "server": _of(os.getppid())}

    def close(self) -> None:
        """Nothing is open."""


def _of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")


def factory(config: dict[str, Any]) -> Environment:
    """For the engine."""
    return Environment()
