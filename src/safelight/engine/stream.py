"""One long task whose rows or bytes are wanted while it goes: through a pipe, which holds the child back by itself."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson

from safelight.engine.incoming import Frame, incoming
from safelight.engine.jobs import FOREIGN, End
from safelight.engine.model import Failure, Limits, Task, failure_from
from safelight.engine.spool import End as Written

_ATTEMPTS: Final = 4

Start = Callable[[Task], "StreamJob"]
Stop = Callable[["StreamJob"], None]


class StreamJob:
    """The job of one attempt. The engine's thread calls `child_*` and `broken`, the consumer's the rest."""

    def __init__(self, number: int, task: Task, limits: Limits) -> None:
        self.number = number
        self.alone = True
        self.failure: Failure | None = None
        self.error: BaseException | None = None
        self.finished = False
        """The consumer needs the child no more."""
        self._task = task
        self._limits = limits
        self._reader, self.out = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._reader, False)
        self._ended = os.eventfd(0, os.EFD_CLOEXEC)
        self._closed = False
        self._lock = threading.Lock()  # the descriptor must not be another file's when the engine rings it

    def task(self, position: int) -> Task | None:
        return self._task if position == 0 else None

    def tasks(self) -> list[tuple[int, Task]]:
        return [(0, self._task)]

    def close_out(self) -> None:
        """The engine's own copy of the child's end; kept until the child ended, so that another can have it."""
        if self.out >= 0:
            os.close(self.out)
            self.out = -1

    def child_ended(self, end: End) -> None:
        self.failure = end.failure(self._task, self._limits)
        self._wake()

    def broken(self, error: BaseException) -> None:
        """The engine cannot go on."""
        self.error = error
        self._wake()

    def child_done(self) -> None:
        """All that there is lies in the pipe."""
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            if not self._closed:
                os.eventfd_write(self._ended, 1)

    def said(self) -> Iterator[bytes | Frame | Written | None]:
        """What the child said; None, once, for what is no word of it: nothing behind that is to be believed."""
        return incoming(self._reader, self._ended)

    def why(self, foreign: bool) -> Failure:
        """Why there was no end line, once all was read. Raises what broke the engine."""
        if self.error is not None:
            raise self.error
        if self.failure is not None and not foreign:
            return self.failure
        limits = self._limits
        return Failure("defect", FOREIGN, 0.0, limits.seconds(self._task.size), limits.memory_megabytes, b"")

    def close(self) -> None:
        """The consumer wants no more; the engine closes its own end and then the child's."""
        with self._lock:
            self.finished = self._closed = True
            os.close(self._reader)
            os.close(self._ended)


def bytes_of(
    start: Start, stop: Stop, task: Task, limits: Limits
) -> Iterator[bytearray | dict[str, Any] | Failure]:
    """The bytes that a task gives, rows between them, and as the last element its failure if it has one.

    A death is not confirmed by a second run: whoever asked knows how far the bytes came and may ask for the rest.
    """
    job = start(task)
    try:
        given = 0
        foreign = False
        for one in job.said():
            match one:
                case Frame(data):
                    given += 1
                    yield data
                case bytes(row):
                    given += 1
                    yield orjson.loads(row)
                case Written() as end if end.rows == given:
                    if (raised := failure_from(end.failure, task, limits)) is not None:
                        yield raised
                    return
                case _:
                    foreign = True
                    break
        yield job.why(foreign)
    finally:
        job.close()
        stop(job)


def rows_of(
    start: Start, stop: Stop, task: Task, limits: Limits, confirm: bool
) -> Iterator[dict[str, Any] | Failure]:
    """The rows of a task, and as the last element its failure if it has one.

    A death is confirmed by a second run in a fresh child, whose first rows must be the very ones that were
    handed out already; they are skipped. It is recorded when the child ends at the same note again, or when
    the second run differs, so that its rows could not be joined to the first's.
    """
    handed = 0
    check = 0
    suspect: Failure | None = None
    for attempt in range(1, _ATTEMPTS + 1):
        job = start(task)
        try:
            seen = seen_check = 0
            foreign = False
            for one in job.said():
                match one:
                    case bytes(row):
                        seen += 1
                        seen_check = zlib.crc32(row, seen_check)
                        if seen > handed:
                            handed, check = seen, seen_check
                            yield orjson.loads(row)
                        elif seen == handed and seen_check != check:
                            assert suspect is not None
                            yield suspect
                            return
                    case Written() as end if end.rows == seen:
                        if seen < handed:
                            assert suspect is not None
                            yield suspect
                        elif (raised := failure_from(end.failure, task, limits)) is not None:
                            yield raised
                        return
                    case _:
                        foreign = True
                        break
            failure = job.why(foreign)
        finally:
            job.close()
            stop(job)
        same = suspect is not None and suspect.note == failure.note
        if not confirm or same or attempt == _ATTEMPTS:
            yield failure
            return
        suspect = failure
