"""Jobs: positions of a batch that go to one child together, and what follows when that child is done or has
ended.

The rule: what has its end line is done. Of the rest, the position on the page is the suspect and runs once
more, alone in a fresh child; only if that child ends too, it failed. What came after it goes on in another
child. What came before it and has no result (its lines were damaged) runs alone too. A suspect that passes
alone has its result from there and no failure.
"""

from __future__ import annotations

import os
import queue
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, cast

import orjson

from safelight.engine.model import Batch, BatchResult, Cause, Failure, Limits, Task
from safelight.engine.page import Place, State
from safelight.engine.spool import Spool
from safelight.engine.worker import LOST, SPENT

_SERVER_DEATHS: Final = 3
_SILENT_DEATHS: Final = 2
_LINE: Final = orjson.OPT_APPEND_NEWLINE
FOREIGN: Final = (
    "Bytes that are not ours stand in the task's own rows: it wrote to, closed or cut the engine's spool."
)

Delivery = queue.SimpleQueue[BatchResult | BaseException]


@dataclass(frozen=True, slots=True)
class End:
    """How a job ended that is not simply done.

    `status` is the child's exit code or minus the signal; None when it ended together with its fork server.
    With `damaged` the child lives and says that it is done, but the spool does not hold what it handed over.
    """

    status: int | None
    verdict: tuple[str, str, float] | None
    place: Place
    seconds: float
    last_words: str
    was_ready: bool
    damaged: bool = False

    def failure(self, task: Task, limits: Limits) -> Failure:
        """The failure of the task that the child ended with."""
        if self.damaged:
            cause, detail, seconds = "defect", FOREIGN, self.seconds
        elif self.verdict is not None:
            cause, detail, seconds = self.verdict
        else:
            cause, detail, seconds = *_explained(self.status), self.seconds
        if self.last_words and not self.damaged:
            detail = f"{detail}\n{self.last_words}"
        return Failure(
            cause=cast(Cause, cause),
            detail=detail,
            seconds=max(seconds, 0.0),
            limit_seconds=limits.seconds(task.size),
            limit_megabytes=limits.memory_megabytes,
            note=self.place.note,
        )


def _explained(status: int | None) -> tuple[str, str]:
    if status is None:
        return "crash", "The child ended together with its fork server."
    if status == LOST:
        return "defect", "The child's own descriptors were closed or changed."
    if status == SPENT:
        return "memory limit", "Memory could not be had."
    if status >= 0:
        return "exit", f"The child ended by itself with exit code {status}."
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    hint = " (the kernel, perhaps for want of memory)" if status == -signal.SIGKILL else ""
    return "crash", f"The child was ended by {name}{hint}."


class Job(Protocol):
    """What a child can be given."""

    number: int
    alone: bool

    def task(self, position: int) -> Task | None:
        """The task at this position; None for a position that is not of this job."""

    def tasks(self) -> list[tuple[int, Task]]: ...


def written_down(job: Job) -> int:
    """A descriptor of the job's tasks as the child reads them: a file in memory, nobody has to wait.

    What is not JSON goes as the reason, and becomes the task's failure there.
    """
    fd = os.memfd_create("safelight-tasks", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(fd), "wb") as file:
        for position, task in job.tasks():
            try:
                line = orjson.dumps([position, task.key, task.size, task.payload, ""], None, _LINE)
            except TypeError as error:
                line = orjson.dumps([position, "", 0, {}, f"the task is not JSON: {error}"], None, _LINE)
            file.write(line)
    return fd


@dataclass(slots=True, eq=False)
class Work:
    """A batch on its way: its result so far and the number of jobs that are still out."""

    result: BatchResult
    delivery: Delivery
    jobs: int = 0
    cancelled: bool = False

    @property
    def batch(self) -> Batch:
        return self.result.batch


@dataclass(slots=True, eq=False)
class BatchJob:
    """Some positions of a batch, ascending."""

    number: int
    work: Work
    positions: list[int]
    alone: bool = False
    spool: Path | None = None
    server_deaths: int = 0
    silent_deaths: int = 0
    wanted: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self.wanted = set(self.positions)

    def task(self, position: int) -> Task | None:
        return self.work.batch.tasks[position] if position in self.wanted else None

    def tasks(self) -> list[tuple[int, Task]]:
        return [(position, self.work.batch.tasks[position]) for position in self.positions]

    def done(self, handed_over: int) -> bool:
        """The child is done. True if the spool holds just what it handed over; all is settled then."""
        assert self.spool is not None
        if self.spool.stat().st_size != handed_over:
            return False
        self._settle(self.positions)
        return True

    def _settle(self, positions: list[int]) -> None:
        result = self.work.result
        assert self.spool is not None
        result.spools.append(self.spool)
        result.settled.update(dict.fromkeys(positions, len(result.spools) - 1))

    def after(self, end: End) -> list[tuple[list[int], bool]]:
        """What is still to be run, as positions and whether alone, first things first."""
        assert self.spool is not None
        spool = Spool(self.spool)
        spool.close()
        done = [position for position in self.positions if position in spool.ends]
        left = [position for position in self.positions if position not in spool.ends]
        if done:
            self._settle(done)
        if not left:
            return []
        suspect = self._suspect(end, done, left)
        if suspect is None:
            return [(left, self.alone)]
        if self.alone:
            return self._convict(suspect, end)
        last = left[-1] if end.damaged else suspect
        alone = [([position], True) for position in left if position <= last]
        behind = [position for position in left if position > last]
        return [*alone, (behind, False)] if behind else alone

    def _suspect(self, end: End, done: list[int], left: list[int]) -> int | None:
        """Who is to blame; None if the child died of itself and the rest can just go on."""
        if end.damaged:
            return left[0]
        place = end.place
        at_work = place.job == self.number & 0xFFFFFFFF and place.state is State.AT_WORK
        if at_work and place.position in left:
            return place.position
        if not end.was_ready:
            return None
        if done:
            # It died between two positions, or the page is not to be believed: go on behind the last one that
            # is done, and run alone what lies before that.
            return max((position for position in left if position < done[-1]), default=None)
        self.silent_deaths += 1
        return left[0] if self.silent_deaths >= _SILENT_DEATHS else None

    def _convict(self, position: int, end: End) -> list[tuple[list[int], bool]]:
        """It was alone and did it again: its failure, unless the fork server died, which others can cause."""
        if end.status is None and end.verdict is None and not end.damaged:
            self.server_deaths += 1
            if self.server_deaths < _SERVER_DEATHS:
                return [([position], True)]
        task, limits = self.work.batch.tasks[position], self.work.result.limits
        if not end.damaged:
            self._settle([position])
        self.work.result.failures[position] = end.failure(task, limits)
        return []
