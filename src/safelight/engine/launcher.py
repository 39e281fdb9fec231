"""The supervisor's side of the fork server: start it, ask for children, hear of their ends."""

from __future__ import annotations

import contextlib
import os
import secrets
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from safelight.engine import kernel
from safelight.errors import EngineBroken

_START_SECONDS: Final = 120.0
_MAIN: Final = (
    "import sys; sys.path[:] = {path!r}; "
    + "from safelight.engine.forkserver import main; main({control}, {setup})"
)


def _harmless(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for children without Safelight's own variables: a passphrase may stand there, and what takes a
    decoder over could read it.
    """
    return {name: value for name, value in environment.items() if not name.startswith("SAFELIGHT_")}


class ServerGone(Exception):
    """The fork server has ended; every child ends with it."""


class Launcher:
    """One fork server at a time. Not thread-safe; the thread that starts it must live as long as it."""

    def __init__(
        self, handler: str, config: dict[str, Any], memory_megabytes: int, preload: Sequence[str], mark: str
    ) -> None:
        module = handler.partition(":")[0]
        if module == "__main__" or ":" not in handler:
            raise ValueError(f"{handler!r} is not package.module:factory, or would import __main__ again")
        self.mark = mark
        self._setup = {
            "handler": handler,
            "config": config,
            "memory_megabytes": memory_megabytes,
            "preload": [module, *preload],
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._heard: list[tuple[int, int]] = []
        self._log = -1

    def start(self) -> socket.socket:
        """Start a fork server; returns the socket that becomes readable when a child has ended."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        setup = os.memfd_create("safelight-setup", os.MFD_CLOEXEC)
        self._log = os.memfd_create("safelight-server-log", os.MFD_CLOEXEC)
        with os.fdopen(setup, "wb") as file, theirs:
            file.write(orjson.dumps({**self._setup, "supervisor": os.getpid()}))
            file.flush()
            environment = {
                **_harmless(os.environ),
                kernel.MARKER: self.mark,
                "TZ": "UTC",
                "OMP_NUM_THREADS": "1",  # children are the parallelism; and threads do not survive a fork
                "OPENBLAS_NUM_THREADS": "1",
            }
            code = _MAIN.format(path=sys.path, control=theirs.fileno(), setup=setup)
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                pass_fds=(theirs.fileno(), setup),
                start_new_session=True,
                env=environment,
            )
        self._control = ours
        self._heard.clear()
        return ours

    @property
    def pid(self) -> int:
        """The fork server's process id; 0 before it is started."""
        return self._process.pid if self._process is not None else 0

    def last_words(self) -> str:
        """The end of what the fork server said, for when its imports kill it."""
        size = os.fstat(self._log).st_size
        return os.pread(self._log, 2000, max(size - 2000, 0)).decode("utf-8", "replace")

    def spawn(self, page: int, link: int, log: int, give_up: Callable[[], bool]) -> tuple[int, int]:
        """A new child with these descriptors: its process id and pidfd.

        Raises ServerGone, also when `give_up` becomes true; EngineBroken when the server does not answer (its
        imports hang).
        """
        assert self._control is not None
        try:
            socket.send_fds(self._control, [b"child"], [page, link, log])
        except OSError as error:
            raise ServerGone from error
        deadline = time.monotonic() + _START_SECONDS
        with selectors.DefaultSelector() as events:
            events.register(self._control, selectors.EVENT_READ)
            while time.monotonic() < deadline and not give_up():
                if events.select(0.1):
                    message, fds = self._receive()
                    if "spawned" in message:
                        return message["spawned"], fds[0]
                    self._heard.append((message["ended"][0], message["ended"][1]))
        if give_up():
            raise ServerGone
        raise EngineBroken(f"The fork server did not answer for {_START_SECONDS:.0f} seconds.")

    def ended(self) -> list[tuple[int, int]]:
        """Children that have ended since the last call: process id and exit code (minus signal).

        Raises ServerGone.
        """
        assert self._control is not None
        with selectors.DefaultSelector() as events:
            events.register(self._control, selectors.EVENT_READ)
            while events.select(0):
                pid, status = self._receive()[0]["ended"]
                self._heard.append((pid, status))
        heard, self._heard = self._heard, []
        return heard

    def _receive(self) -> tuple[dict[str, Any], list[int]]:
        assert self._control is not None
        try:
            message, fds, _flags, _address = socket.recv_fds(self._control, 1024, 2)
        except OSError as error:
            raise ServerGone from error
        if not message:
            raise ServerGone
        return orjson.loads(message), fds

    def stop(self) -> None:
        """End the server, all children and all that they left behind, within about 4 seconds."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(3.0)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._process = None
            os.close(self._log)
            kernel.end_marked([self.mark], 1.0)


def new_mark() -> str:
    """A name for one supervisor's processes and folder."""
    return f"{os.getpid()}-{secrets.token_hex(8)}"
