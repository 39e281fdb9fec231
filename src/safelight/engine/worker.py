"""The child's own side: take jobs from the link, say on the page what is at work, hand rows over.

Nothing that a handler does may end the loop in peace and take other tasks with it: BaseException is caught, a
fork that comes back through the handler ends at once, and lost descriptors end the child with a status of its
own.
"""

from __future__ import annotations

import errno
import faulthandler
import fcntl
import importlib
import os
import resource
import socket
import stat
import time
import traceback
from typing import Any, Final

import orjson

from safelight.engine import kernel
from safelight.engine.model import Handler, Task
from safelight.engine.page import Page
from safelight.engine.spool import LINE_BYTES, End, end_line, frame_line, prefix_of, row_line

LOST: Final = 97
"""Exit status: the engine's descriptors were closed or changed under the child."""
FULL: Final = 98
"""Exit status: the disk is full."""
SPENT: Final = 96
"""Exit status: memory could not be had; what the interpreter is worth after that, nobody knows."""
_FULL_ERRORS: Final = (errno.ENOSPC, errno.EDQUOT)
_ROOM: Final = 16 << 20


class _TooMuch(Exception):
    """The rows of one task are larger than the memory that a task may take."""


def main(setup: dict[str, Any], server: int, page_fd: int, link_fd: int, log_fd: int) -> int:
    """Run until the link closes. The exit status."""
    os.setsid()
    kernel.die_with_parent(server)
    os.dup2(log_fd, 1)
    os.dup2(log_fd, 2)
    os.close(log_fd)
    _limit(setup["memory_megabytes"])
    faulthandler.enable()
    page = Page(page_fd)
    os.close(page_fd)
    link = socket.socket(fileno=_high(link_fd))
    try:
        module, _colon, name = setup["handler"].partition(":")
        handler: Handler = getattr(importlib.import_module(module), name)(setup["config"])
    except BaseException as error:
        link.send(orjson.dumps({"no handler": describe(error)}))
        return 1
    link.send(orjson.dumps({"ready": True}))
    worker = _Worker(setup, handler, page, link)
    while worker.one_job():
        pass
    handler.close()
    return 0


def _limit(megabytes: int) -> None:
    """No core files; address space as the watchdog's looser backstop; first for the kernel's OOM killer."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with open("/proc/self/statm", "rb") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    most = mapped + (4 * megabytes << 20) + (4 << 30)
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or hard > most:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")


def _high(fd: int) -> int:
    """The same descriptor out of the way of those that a library closes twice and gets again."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, min(900, max(most - 100, 3)))
    os.close(fd)
    return high


def describe(error: BaseException) -> str:
    """Type, text and the innermost places of an exception, 4,000 characters at most."""
    try:
        text = str(error)[:3000]
    except BaseException:
        text = "(its text cannot be had)"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__][-5:]
    places = " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames[::-1]
    )
    return f"{type(error).__name__}: {text} ({places})"[:4000].encode("utf-8", "replace").decode()


class _Worker:
    def __init__(self, setup: dict[str, Any], handler: Handler, page: Page, link: socket.socket) -> None:
        self._handler = handler
        self._page = page
        self._link = link
        self._pid = os.getpid()
        self._most = setup["memory_megabytes"] << 20
        self._out = -1
        self._kept = True
        """Rows go into a file and are held until the batch ends; a stream's are taken as they come, however many."""

    def one_job(self) -> bool:
        """Take one job and do it; False when there is none any more."""
        try:
            message, fds, _flags, _address = socket.recv_fds(self._link, 4096, 4)
        except OSError:
            os._exit(LOST)
        if not message:
            return False
        job = orjson.loads(message)["job"]
        tasks_fd, out_fd = fds
        self._out = _high(out_fd)
        self._kept = stat.S_ISREG(os.fstat(self._out).st_mode)
        handed = 0
        with os.fdopen(_high(tasks_fd), "rb") as tasks:
            tasks.seek(0)
            for line in tasks:
                position, key, size, payload, wrong = orjson.loads(line)
                self._page.begin(job, position)
                handed += self._one_task(position, Task(key, size, payload), wrong)
                self._page.finish(job, position)
        try:
            os.close(self._out)
            self._link.send(orjson.dumps({"done": handed}))
        except OSError:
            os._exit(LOST)
        return True

    def _one_task(self, position: int, task: Task, wrong: str) -> int:
        """Hand over the rows and the end line of one task; the number of bytes."""
        page, pid = self._page, self._pid
        prefix = prefix_of(position)
        rows = size = 0
        raised: dict[str, Any] | None = None
        cpu, wall = time.process_time(), time.monotonic()
        try:
            if wrong:
                raise TypeError(wrong)
            for row in self._handler.handle(task, page.note):
                parts = self._parts(prefix, row)
                length = len(parts[-1])
                size += length
                if length > LINE_BYTES or (self._kept and size > self._most):
                    size -= length
                    raise _TooMuch(f"a row of {length} bytes, behind {size} bytes of rows")
                if os.getpid() != pid:
                    os._exit(0)
                self._hand_over(*parts)
                rows += 1
        except BaseException as error:
            raised = self._raised(error, time.monotonic() - wall)
        if os.getpid() != pid:
            os._exit(0)
        line = end_line(prefix, End(rows, size, time.process_time() - cpu, raised))
        self._hand_over(line)
        return size + len(line)

    def _parts(
        self, prefix: bytes, row: dict[str, Any] | bytes | memoryview
    ) -> tuple[bytes | memoryview, ...]:
        """A row as its line; bytes with the line that announces them. Raises TypeError."""
        if isinstance(row, bytes | memoryview) and not self._kept:
            return frame_line(prefix, len(row)), row
        line = row_line(prefix, row)
        if not line.startswith(b"{", len(prefix)):
            raise TypeError(f"a row is a dictionary, not {type(row).__name__}")
        return (line,)

    def _raised(self, error: BaseException, seconds: float) -> dict[str, Any]:
        if isinstance(error, OSError) and error.errno in _FULL_ERRORS and self._no_room():
            os._exit(FULL)
        if isinstance(error, MemoryError):
            os.write(2, describe(error).encode())
            os._exit(SPENT)
        cause = "exit" if isinstance(error, SystemExit) else "defect"
        if isinstance(error, _TooMuch):
            cause = "memory limit"
        note = self._page.read().note.hex()
        return {"cause": cause, "detail": describe(error), "seconds": seconds, "note": note}

    def _no_room(self) -> bool:
        """Whether the spool's own file system is full too: then the item is not at fault."""
        try:
            room = os.fstatvfs(self._out)
        except OSError:
            return False
        return room.f_blocks > 0 and room.f_bavail * room.f_frsize < _ROOM

    def _hand_over(self, *parts: bytes | memoryview) -> None:
        page = self._page
        page.write_begins()
        try:
            written, size = os.writev(self._out, parts), sum(map(len, parts))
            while written < size:
                written += os.write(self._out, b"".join(parts)[written:])
        except BrokenPipeError:
            os._exit(0)
        except OSError as error:
            os._exit(FULL if error.errno in _FULL_ERRORS else LOST)
        page.write_ended()
