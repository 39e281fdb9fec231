"""Supervised children that read evidence for people: started with the first task, ended with `close`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from safelight.engine.model import Batch, Failure, Limits, Task
from safelight.engine.supervisor import Supervisor
from safelight.errors import DiskFull, EngineBroken
from safelight.evidence.limits import limits_from
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import read_settings


class ReadingChild:
    """Runs one task at a time, and besides it any number of those whose bytes are streamed, each in a child of its own.
    Safe for several threads. `factory` is the engine's (`module:name`) and is told the limits
    of evidence. Limits are those of `operation.toml`, read when the child starts (half a second).
    """

    def __init__(self, folder: OperationFolder, factory: str) -> None:
        self._folder, self._factory = folder, factory
        self._lock = threading.Lock()
        self._children: Supervisor | None = None

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        children, self._children = self._children, None
        if children is not None:
            children.close()

    def run(self, task: Task) -> tuple[list[dict[str, Any]], Failure | None]:
        """The rows of a task, and why it was ended, if so. Raises DiskFull, EngineBroken."""
        with self._lock:
            try:
                results = list(self._started().run([Batch("piece", [task])]))
            except (DiskFull, EngineBroken):
                self._end()  # it cannot go on; the next task has a new one
                raise
            try:
                outcome = next(outcome for result in results for outcome in result.outcomes())
                return outcome.rows, outcome.failure
            finally:
                for result in results:
                    with suppress(OSError):
                        result.close()

    def bytes_of(self, task: Task) -> Iterator[bytearray | dict[str, Any] | Failure]:
        """The bytes of a task as they come, see `Supervisor.bytes_of`. Raises DiskFull, EngineBroken."""
        with self._lock:
            children = self._started()
        try:
            yield from children.bytes_of(task)
        except (DiskFull, EngineBroken):
            with self._lock:
                if self._children is children:
                    self._end()
            raise

    def _started(self) -> Supervisor:
        if self._children is None:
            settings = read_settings(self._folder.settings)
            engine = settings.engine
            self._children = Supervisor(
                self._factory,
                {"limits": asdict(limits_from(settings))},
                limits=Limits(
                    engine.time_base_seconds, engine.time_per_megabyte_seconds, engine.memory_megabytes
                ),
                workers=1,
                spool=self._folder.spool,
                preload=("safelight.evidence.formats",),
            )
        return self._children
