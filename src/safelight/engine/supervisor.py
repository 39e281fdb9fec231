"""The supervisor: batches go to children, outcomes come back, and hostile items cost only themselves.

with Supervisor("package.module:factory", config, limits=limits, workers=2, spool=folder.spool) as
supervisor:
    for result in supervisor.run(batches):
        for outcome in result.outcomes(): ...
        result.close()
"""

from __future__ import annotations

import os
import queue
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from safelight.engine.folder import SpoolFolder
from safelight.engine.jobs import Delivery, Work
from safelight.engine.launcher import Launcher, new_mark
from safelight.engine.loop import Glimpse, Loop
from safelight.engine.model import Batch, BatchResult, Failure, Limits, Task
from safelight.engine.stream import StreamJob, bytes_of, rows_of
from safelight.errors import EngineBroken

_AHEAD: Final = 2
"""Batches in flight beyond one for each worker."""


class Supervisor:
    """Owns a fork server and its children from `with` to the end of the block; leaving it ends every
    descendant.

    handler: `package.module:factory`, imported in the children; `factory(config)` makes the Handler there.
    workers: children at work; 0 means one per core. Each `stream` has a child of its own besides.
    spool: a folder on a disk with room for the rows of the batches in flight; nothing in it outlives a run.
    preload: modules that are imported once, in the fork server.
    """

    def __init__(
        self,
        handler: str,
        config: dict[str, Any],
        *,
        limits: Limits,
        workers: int,
        spool: Path,
        preload: Sequence[str] = (),
    ) -> None:
        mark = new_mark()
        launcher = Launcher(handler, config, limits.memory_megabytes, preload, mark)
        self._limits = limits
        self._workers = workers or len(os.sched_getaffinity(0))
        self._folder = SpoolFolder(spool, mark)
        self._loop = Loop(launcher, limits, self._workers, self._folder.path)
        self._closed = False
        self._loop.start()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every child and what it left behind, and remove the spool. Takes a few seconds at most."""
        if not self._closed:
            self._closed = True
            self._loop.close()
            self._folder.remove()

    def run(self, batches: Iterable[Batch]) -> Iterator[BatchResult]:
        """The result of each batch as it ends, in any order. `batches` is read only a few ahead of the
        children.

        Raises DiskFull when the spool's disk is full, EngineBroken when children die before their first item.
        """
        delivery: Delivery = queue.SimpleQueue()
        source = iter(batches)
        flying, more = 0, True
        try:
            while more or flying:
                result = None
                if not delivery.empty() or not more or flying >= self._workers + _AHEAD:
                    result = self._delivered(delivery)
                    flying -= 1
                    yield result
                    continue
                batch = next(source, None)
                if batch is None:
                    more = False
                elif not batch.tasks:
                    yield BatchResult(batch, self._limits)
                else:
                    if not self._loop.submit(Work(BatchResult(batch, self._limits), delivery)):
                        raise self._why_not()
                    flying += 1
        finally:
            if flying:
                self._loop.cancel(delivery)

    def stream(self, task: Task, *, confirm: bool = True) -> Iterator[dict[str, Any] | Failure]:
        """The rows of one long task while it goes, and as the last element its failure if it has one.

        The time limit counts from the last row or note. The child is held back when the consumer lags. A
        death is confirmed by running the task again from its beginning, without giving any row twice; for
        that the rows of a task must be the same each time. With `confirm=False` the first death is the last
        element.
        """
        return rows_of(self._open_stream, self._loop.close_stream, task, self._limits, confirm)

    def bytes_of(self, task: Task) -> Iterator[bytearray | dict[str, Any] | Failure]:
        """The bytes of one task while it goes, any rows between them, and as the last element its failure if it has one.

        As `stream` in all else, without the second run.
        """
        return bytes_of(self._open_stream, self._loop.close_stream, task, self._limits)

    def _open_stream(self, task: Task) -> StreamJob:
        job = StreamJob(self._loop.next_number(), task, self._limits)
        if not self._loop.open_stream(job):
            job.close()
            job.close_out()
            raise self._why_not()
        return job

    def progress(self) -> list[Glimpse]:
        """What each child at work is at."""
        return self._loop.glimpses()

    @staticmethod
    def _delivered(delivery: Delivery) -> BatchResult:
        """The next result; the engine's thread delivers its error to all before it ends."""
        result = delivery.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def _why_not(self) -> BaseException:
        return self._loop.failed or EngineBroken("The engine is closed.")
