"""The process that children are forked from: one thread, heavy modules imported, nothing of the caller's in
it.

The standard library's fork server cannot be used: it re-imports the caller's `__main__`, speaks pickle, hands
its "alive" descriptor to every child, and is no subreaper. This one adopts whatever a child leaves behind,
also what left the child's session, and ends it when that child ends; when the supervisor dies, by kill -9
too, its socket closes and the server ends all children and orphans before itself. If the server is killed,
children die with it (PR_SET_PDEATHSIG) and the supervisor sweeps orphans by their environment
(`kernel.end_marked`).

It is started as `python -c "... main(control, setup)"` and speaks small JSON datagrams over a socket pair:
in: any datagram with three descriptors (page, link, log) asks for a child; out: {"spawned": pid} with a
pidfd, later {"ended": [pid, exit code or minus signal]}, sent after its group and orphans are gone.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import time
from typing import Any, Final

import orjson

from safelight.engine import kernel

SWEEP_SECONDS: Final = 0.2
_GARBAGE: Final = 10_000
"""Objects that children make between two looks for garbage: what they handle makes few cycles."""


def main(control_fd: int, setup_fd: int) -> None:
    """Serve until the supervisor is gone."""
    with os.fdopen(setup_fd, "rb") as file:
        file.seek(0)
        setup = orjson.loads(file.read())
    kernel.die_with_parent(setup["supervisor"])
    kernel.adopt_orphans()
    kernel.give_up_privileges()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ["safelight.engine.worker", *setup["preload"]]:
        with contextlib.suppress(ImportError):  # a child that needs it will say so itself
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    kernel.outlive_parent()  # from here on the closing socket tells, and leaves time to sweep
    server = _Server(socket.socket(fileno=control_fd), setup)
    try:
        server.serve()
    finally:
        server.end_all()


class _Server:
    def __init__(self, control: socket.socket, setup: dict[str, Any]) -> None:
        self._control = control
        self._setup = setup
        self._pidfds: dict[int, int] = {}
        self._events = selectors.DefaultSelector()
        self._events.register(control, selectors.EVENT_READ)

    def serve(self) -> None:
        swept = time.monotonic()
        while os.getppid() == self._setup["supervisor"]:
            for key, _mask in self._events.select(SWEEP_SECONDS):
                if key.data is not None:
                    self._reap(key.data)
                elif not self._receive():
                    return
            if time.monotonic() - swept > SWEEP_SECONDS:
                self._sweep(0.0)
                swept = time.monotonic()

    def _receive(self) -> bool:
        message, fds, _flags, _address = socket.recv_fds(self._control, 64, 8)
        if not message:
            return False
        page, link, log = fds
        pid = os.fork()
        if pid == 0:
            self._become_child(page, link, log)
        for fd in fds:
            os.close(fd)
        pidfd = os.pidfd_open(pid)
        self._pidfds[pid] = pidfd
        self._events.register(pidfd, selectors.EVENT_READ, pid)
        socket.send_fds(self._control, [orjson.dumps({"spawned": pid})], [pidfd])
        return True

    def _become_child(self, page: int, link: int, log: int) -> None:
        status = 70
        try:
            server = os.getppid()
            self._events.close()
            self._control.close()
            for fd in self._pidfds.values():
                os.close(fd)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            from safelight.engine import worker

            status = worker.main(self._setup, server, page, link, log)
        finally:
            os._exit(status)

    def _reap(self, pid: int) -> None:
        """The child is a zombie that owns its number yet: end its group, take its status, end orphans."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        _pid, status = os.waitpid(pid, 0)
        pidfd = self._pidfds.pop(pid)
        self._events.unregister(pidfd)
        os.close(pidfd)
        self._sweep(0.5)
        self._control.send(orjson.dumps({"ended": [pid, os.waitstatus_to_exitcode(status)]}))

    def _sweep(self, seconds: float) -> None:
        """End orphans, again and again until there are none or time is up: ending one may make others.

        Whatever became ours by adoption has lost its parent, so no handler waits for it. A helper that a
        handler keeps is the handler's own child and is ended with it.
        """
        deadline = time.monotonic() + seconds
        while True:
            left = 0
            for pid in kernel.children_of(os.getpid()):
                if pid in self._pidfds:
                    continue
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                left += not self._reap_orphan(pid)
            if not left or time.monotonic() >= deadline:
                return
            time.sleep(0.002)

    @staticmethod
    def _reap_orphan(pid: int) -> bool:
        try:
            return os.waitpid(pid, os.WNOHANG)[0] == pid
        except ChildProcessError:
            return True

    def end_all(self) -> None:
        """Kill the children, their groups and their orphans."""
        for pid in self._pidfds:
            for end in (os.kill, os.killpg):
                with contextlib.suppress(ProcessLookupError):
                    end(pid, signal.SIGKILL)
        self._pidfds.clear()
        self._sweep(3.0)
