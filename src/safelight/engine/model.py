"""The words of the engine: tasks in batches, outcomes, failures, and the handler that does the work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from safelight.engine.spool import Spool

Cause = Literal["crash", "exit", "time limit", "memory limit", "defect"]


@dataclass(frozen=True, slots=True)
class Task:
    """One unit of work. `size` in bytes sets the time limit; `payload` is JSON.

    A key or payload that JSON cannot hold (bytes, lone surrogates of a file name) makes the task a defect.
    """

    key: str
    size: int
    payload: dict[str, Any]


@dataclass(slots=True)
class Batch:
    """Tasks that are sent to a child together and come back together."""

    id: str
    tasks: list[Task]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take."""

    time_base_seconds: float
    time_per_megabyte_seconds: float
    memory_megabytes: int

    def seconds(self, size: int) -> float:
        """The time limit of a task of `size` bytes."""
        return self.time_base_seconds + self.time_per_megabyte_seconds * max(size, 0) / 1_000_000


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task has no whole result."""

    cause: Cause
    detail: str
    seconds: float
    """Wall-clock seconds that the task had taken."""
    limit_seconds: float
    limit_megabytes: int
    note: bytes
    """The last place that the handler named; which inspector, which directory."""


@dataclass(slots=True)
class Outcome:
    """What became of one task: all its rows, or the rows before its failure."""

    task: Task
    rows: list[dict[str, Any]]
    failure: Failure | None
    seconds: float
    """CPU seconds of the child; wall-clock seconds where the child died."""


@dataclass(slots=True)
class BatchResult:
    """The outcomes of a batch, read from its spool files as they are asked for."""

    batch: Batch
    limits: Limits
    spools: list[Path] = field(default_factory=list)
    settled: dict[int, int] = field(default_factory=dict)
    """Position of a task in the batch -> which of `spools` has its result. Missing where rows were damaged."""
    failures: dict[int, Failure] = field(default_factory=dict)
    """Tasks whose child died; what the handler raised is in the spool itself."""

    def outcomes(self) -> Iterator[Outcome]:
        """One outcome a task, in the order of the batch; memory holds the rows of one task at a time."""
        spool: Spool | None = None
        number = -1
        try:
            for position, task in enumerate(self.batch.tasks):
                died = self.failures.get(position)
                wanted = self.settled.get(position, -1)
                if wanted != number and wanted >= 0:
                    if spool is not None:
                        spool.close()
                    spool, number = Spool(self.spools[wanted]), wanted
                rows = list(spool.rows(position)) if spool is not None and wanted >= 0 else []
                if died is not None:
                    yield Outcome(task, rows, died, died.seconds)
                elif spool is not None:
                    end = spool.ends[position]
                    yield Outcome(task, rows, failure_from(end.failure, task, self.limits), end.seconds)
        finally:
            if spool is not None:
                spool.close()

    def close(self) -> None:
        """Remove the spool files."""
        for path in self.spools:
            path.unlink(missing_ok=True)


def failure_from(raised: dict[str, Any] | None, task: Task, limits: Limits) -> Failure | None:
    """The failure that a child wrote down about a task that raised."""
    if raised is None:
        return None
    return Failure(
        cause=raised["cause"],
        detail=raised["detail"],
        seconds=raised["seconds"],
        limit_seconds=limits.seconds(task.size),
        limit_megabytes=limits.memory_megabytes,
        note=bytes.fromhex(raised["note"]),
    )


class Handler(Protocol):
    """The work itself, made by a factory in the child and used for many tasks.

    Rows are JSON: text without lone surrogates, integers of 64 bits, no bytes. In a stream of bytes a row may be bytes
    themselves, 64 MiB at most, or a view of some that the handler takes back when it is asked for the next row. An
    exception is a failure of the task with the cause "defect"; the rows before it are kept.
    """

    def handle(
        self, task: Task, note: Callable[[bytes], None]
    ) -> Iterator[dict[str, Any] | bytes | memoryview]:
        """The rows of one task. `note` names the place that work is at (4 KiB are kept)."""

    def close(self) -> None:
        """Called before the child ends in peace; a child that is killed never gets here."""
