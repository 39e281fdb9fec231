"""A child as the supervisor sees it: its page, its link, its end of life."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from safelight.engine import kernel
from safelight.engine.page import Page

LOG_BYTES: Final = 256 << 10
_FREEZE_SECONDS: Final = 1.0
_FRAME: Final = re.compile(r'File "(.*)", line (\d+) in (\S+)')
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]+")


@dataclass(slots=True, eq=False)
class Child:
    """One child. `fresh` until it was given its first job."""

    pid: int
    pidfd: int
    page: Page
    link: socket.socket
    log: int
    started: float = field(default_factory=time.monotonic)
    ready: bool = False
    fresh: bool = True
    trouble: str = ""
    """Why it could not make its handler."""
    verdict: tuple[str, str, float] | None = None
    """Why the supervisor killed it: cause, detail, seconds on the task."""
    leaving: float = 0.0
    """When it was asked to go."""

    def messages(self) -> list[dict[str, Any]]:
        """What it has sent. Empty also when its end of the link is closed."""
        found: list[dict[str, Any]] = []
        with contextlib.suppress(OSError):
            while data := self.link.recv(65536, socket.MSG_DONTWAIT):
                with contextlib.suppress(ValueError):
                    message = orjson.loads(data)
                    if isinstance(message, dict):
                        found.append(message)
        return found

    def give(self, job: int, tasks: int, out: int) -> None:
        """Send a job. A child that has just died does not hear it: its end tells."""
        self.fresh = False
        with contextlib.suppress(OSError):
            socket.send_fds(self.link, [orjson.dumps({"job": job})], [tasks, out])

    def freeze(self) -> None:
        """Stop it, so that what its page says stays true.

        One that waits for a disk cannot be stopped; then it cannot go on to another task either, and the page
        holds.
        """
        self._signal(signal.SIGSTOP)
        deadline = time.monotonic() + _FREEZE_SECONDS
        while not kernel.is_stopped(self.pid) and time.monotonic() < deadline:
            time.sleep(0.001)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def ask_to_leave(self) -> None:
        """Let it close its handler and go."""
        self.leaving = time.monotonic()
        self.link.close()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, number)

    def trim_log(self) -> None:
        """Keep what it prints from filling the memory."""
        if os.fstat(self.log).st_size > LOG_BYTES:
            os.ftruncate(self.log, 0)

    def last_words(self) -> str:
        """The end of what it printed, for the detail of a failure: the same words for the same death.

        Of the stack that faulthandler prints, the innermost frames up to the handler's own; addresses are
        blanked.
        """
        size = os.fstat(self.log).st_size
        text = os.pread(self.log, 8000, max(size - 8000, 0)).decode("utf-8", "replace").replace("\0", "")
        printed, _fatal, stack = text.partition("Fatal Python error: ")
        _others, _current, frames = stack.partition("Current thread ")
        places = []
        for path, line, name in _FRAME.findall(frames):
            if path.endswith("safelight/engine/worker.py"):
                break
            places.append(f"{path.rpartition('/')[2]}:{line} {name}")
        words = [_ADDRESS.sub("0x...", printed[-500:]).strip(), " < ".join(places[:8])]
        return "\n".join(word for word in words if word)

    def forget(self) -> None:
        """Give its descriptors back once it has ended."""
        self.link.close()
        self.page.close()
        os.close(self.pidfd)
        os.close(self.log)
