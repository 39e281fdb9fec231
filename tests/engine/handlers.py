"""Handlers of the tests: each verb is one way in which an inspector goes wrong."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from safelight.engine.model import Task

Note = Callable[[bytes], None]


class Verbs:
    """Does what the payload says, between two ordinary rows."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.kept: list[bytearray] = []

    def handle(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        note(b"verb " + str(task.payload["verb"]).encode())
        yield {"key": task.key, "step": 1}
        yield from getattr(self, task.payload["verb"])(task, note) or ()
        yield {"key": task.key, "step": 2}

    def close(self) -> None:
        if marker := self.config.get("closed"):
            Path(marker).touch()

    def good(self, task: Task, note: Note) -> None:
        time.sleep(task.payload.get("seconds", 0))

    def segfault(self, task: Task, note: Note) -> None:
        ctypes.string_at(0)


def make(config: dict[str, Any]) -> Verbs:
    return Verbs(config)
