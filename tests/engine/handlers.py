"""Handlers of the tests: each verb is one way in which an inspector goes wrong.

FAILS says with which cause; a verb that is not in it passes.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from safelight.engine.model import Task

Note = Callable[[bytes], None]

FAILS = {
    "segfault": "crash",
    "abort": "crash",
    "kill_self": "crash",
    "exit_three": "exit",
    "exit_zero": "exit",
    "hang": "time limit",
    "hang_in_c": "time limit",
    "stop_self": "time limit",
    "eat_slowly": "memory limit",
    "eat_at_once": "memory limit",
    "eat_shared": "memory limit",
    "eat_in_grandchild": "memory limit",
    "ask_for_too_much": "memory limit",
    "endless_rows": "memory limit",
    "raise_error": "defect",
    "raise_system_exit": "exit",
    "raise_interrupt": "defect",
    "raise_unprintable": "defect",
    "raise_base": "defect",
    "row_of_bytes": "defect",
    "row_of_surrogates": "defect",
    "row_of_big_number": "defect",
    "row_not_a_row": "defect",
    "close_everything": "defect",
    "write_everywhere": "defect",
    "write_lines_everywhere": "defect",
    "cut_everything": "defect",
    "scribble_and_die": "crash",
    "grandchild_and_die": "crash",
}
PASSES = ("good", "huge_rows", "fork_comes_back", "grandchild", "print_much", "leak", "ends_its_group")
SLOW = {"hang", "hang_in_c", "stop_self"}

_libc = ctypes.CDLL(None)


def out_descriptors() -> list[int]:
    """The engine's own spool, as a library hits it that writes to a descriptor it no longer has."""
    found = []
    for name in list(Path("/proc/self/fd").iterdir()):
        fd = int(name.name)
        with contextlib.suppress(OSError):
            if fd > 2 and name.readlink().suffix == ".spool":
                found.append(fd)
    return found


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Base(BaseException):
    pass


def chunk(number: int, size: int) -> bytes:
    """What looks like lines of the engine's own, and is not."""
    return (b"\n:0 =[1,2,0.5,null]\n%d" % number * (size // 20 + 1))[:size]


class Verbs:
    """Does what the payload says, between two ordinary rows."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.kept: list[bytearray] = []

    def handle(self, task: Task, note: Note) -> Iterator[dict[str, Any] | bytes]:
        note(b"verb " + str(task.payload["verb"]).encode())
        yield {"key": task.key, "step": 1}
        yield from getattr(self, task.payload["verb"])(task, note) or ()
        yield {"key": task.key, "step": 2}

    def close(self) -> None:
        if marker := self.config.get("closed"):
            Path(marker).touch()

    # what passes

    def good(self, task: Task, note: Note) -> None:
        time.sleep(task.payload.get("seconds", 0))

    def huge_rows(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        for number in range(3):
            yield {"number": number, "text": "blåbærsyltetøy " * 100_000}

    def fork_comes_back(self, task: Task, note: Note) -> None:
        os.fork()

    def print_much(self, task: Task, note: Note) -> None:
        for _ in range(100):
            os.write(1, b"x" * 100_000)
            os.write(2, b"y" * 100_000)

    def leak(self, task: Task, note: Note) -> None:
        self.kept.append(bytearray(b"x" * (30 << 20)))

    def ends_its_group(self, task: Task, note: Note) -> None:
        subprocess.run(["sleep", "0"], check=True)

    def many_rows(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        for number in range(task.payload["rows"]):
            note(b"row %d" % number)
            yield {"number": number, "text": "x" * task.payload.get("width", 10)}
            if number == task.payload.get("dies_at"):
                self._dies_by(task)
            if pause := task.payload.get("pause"):
                time.sleep(pause)
        if count := task.payload.get("counter"):
            Path(count).write_text(str(task.payload["rows"]))

    def chunks(self, task: Task, note: Note) -> Iterator[dict[str, Any] | bytes]:
        """Bytes of these sizes, each of its number and with a line end first; then, if told so, its end."""
        for number, size in enumerate(task.payload["sizes"]):
            note(b"chunk %d" % number)
            yield chunk(number, size)
        if "dies_by" in task.payload:
            getattr(self, task.payload["dies_by"])(task, note)

    def _dies_by(self, task: Task) -> None:
        once = task.payload.get("once")
        if once is not None and Path(once).exists():
            return
        if once is not None:
            Path(once).touch()
        getattr(self, task.payload.get("dies_by", "segfault"))(task, lambda _note: None)

    def count_up(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        """Writes down how far it is, so that the test sees whether it is held back."""
        with open(task.payload["counter"], "w+b", buffering=0) as counter:
            for number in range(task.payload["rows"]):
                yield {"number": number, "text": "x" * 1000}
                os.pwrite(counter.fileno(), b"%20d" % (number + 1), 0)

    def slow_but_alive(self, task: Task, note: Note) -> None:
        for number in range(int(task.payload["seconds"] / 0.05)):
            note(b"place %d" % number)
            time.sleep(0.05)

    def different_each_time(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        yield {"time": 2 if Path(task.payload["once"]).exists() else 1}
        self._dies_by(task)

    def once(self, task: Task, note: Note) -> None:
        """Dies the first time only."""
        self._dies_by(task)

    def full_disk(self, task: Task, note: Note) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    def is_loaded(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        yield {"loaded": task.payload["module"] in sys.modules}

    def facts(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        import resource

        yield {
            "tz": time.tzname[0],
            "hour": time.localtime(0).tm_hour,
            "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
            "stdin": str(Path("/proc/self/fd/0").readlink()),
            "own session": os.getsid(0) == os.getpid(),
            "main": getattr(sys.modules["__main__"], "__file__", None),  # `-c`: none
            "files": sorted(str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.exists()),
        }

    # what dies

    def segfault(self, task: Task, note: Note) -> None:
        ctypes.string_at(0)

    def abort(self, task: Task, note: Note) -> None:
        os.abort()

    def kill_self(self, task: Task, note: Note) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def exit_three(self, task: Task, note: Note) -> None:
        os._exit(3)

    def exit_zero(self, task: Task, note: Note) -> None:
        os._exit(0)

    def scribble_and_die(self, task: Task, note: Note) -> None:
        page: Any = note.__self__  # type: ignore[attr-defined]
        for word in range(8):
            page._words[word] = 0xDEAD_BEEF_DEAD_BEEF
        ctypes.string_at(0)

    def kill_server(self, task: Task, note: Note) -> None:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)

    # what does not end

    def hang(self, task: Task, note: Note) -> None:
        time.sleep(600)

    def hang_in_c(self, task: Task, note: Note) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        ctypes.PyDLL(None).sleep(600)  # PyDLL: holds the interpreter's lock

    def stop_self(self, task: Task, note: Note) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    # what grows

    def eat_slowly(self, task: Task, note: Note) -> None:
        while True:
            self.kept.append(bytearray(b"x" * (4 << 20)))
            time.sleep(0.002)

    def eat_at_once(self, task: Task, note: Note) -> None:
        self.kept.append(bytearray(b"x" * (1 << 30)))
        time.sleep(600)

    def eat_shared(self, task: Task, note: Note) -> None:
        import mmap

        memory = mmap.mmap(-1, 1 << 29)
        for offset in range(0, 1 << 29, 4096):
            memory[offset] = 1
        time.sleep(600)

    def eat_in_grandchild(self, task: Task, note: Note) -> None:
        code = "import time; x = bytearray(b'x' * (1 << 29)); time.sleep(600)"
        subprocess.run([sys.executable, "-S", "-c", code], check=True)

    def ask_for_too_much(self, task: Task, note: Note) -> None:
        bytearray(1 << 40)

    def endless_rows(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        while True:
            yield {"text": "x" * (8 << 20)}

    # what raises

    def raise_error(self, task: Task, note: Note) -> NoReturn:
        raise ValueError("blåbær \udcff")

    def raise_system_exit(self, task: Task, note: Note) -> NoReturn:
        sys.exit(0)

    def raise_interrupt(self, task: Task, note: Note) -> NoReturn:
        raise KeyboardInterrupt

    def raise_unprintable(self, task: Task, note: Note) -> NoReturn:
        raise Unprintable

    def raise_base(self, task: Task, note: Note) -> NoReturn:
        raise Base

    def row_of_bytes(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        yield {"data": b"bytes"}

    def row_of_surrogates(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        yield {"name": "\udcff"}

    def row_of_big_number(self, task: Task, note: Note) -> Iterator[dict[str, Any]]:
        yield {"number": 1 << 70}

    def row_not_a_row(self, task: Task, note: Note) -> Iterator[Any]:
        yield ["a", "list"]

    # what meddles with descriptors

    def close_everything(self, task: Task, note: Note) -> None:
        os.closerange(0, 4096)

    def write_everywhere(self, task: Task, note: Note) -> None:
        for fd in out_descriptors():
            os.write(fd, b"\x00garbage without an end")

    def write_lines_everywhere(self, task: Task, note: Note) -> None:
        for fd in out_descriptors():
            os.write(fd, b'garbage\n:0 {"key": "forged"}\n:1 =[0,0,0.0,null]\n')

    def fill_spool(self, task: Task, note: Note) -> None:
        """From here on the spool lies on a disk without room."""
        for fd in out_descriptors():
            os.dup2(os.open("/dev/full", os.O_WRONLY), fd)

    def cut_everything(self, task: Task, note: Note) -> None:
        for fd in out_descriptors():
            os.ftruncate(fd, 0)

    # what leaves somebody behind

    def grandchild(self, task: Task, note: Note) -> None:
        """A process that left the session and its parent, ignores signals and closed everything."""
        hidden, hide = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
                    signal.signal(number, signal.SIG_IGN)
                with open(task.payload["pids"], "a") as file:
                    file.write(f"{os.getpid()}\n")
                os.write(hide, b".")
                os.closerange(0, 4096)
                time.sleep(600)
            os.read(hidden, 1)
            os._exit(0)
        os.wait()
        os.close(hidden)
        os.close(hide)

    def grandchild_and_die(self, task: Task, note: Note) -> None:
        self.grandchild(task, note)
        ctypes.string_at(0)


def make(config: dict[str, Any]) -> Verbs:
    """The factory; can go wrong itself."""
    if config.get("factory") == "raises":
        raise ValueError("no handler today")
    if config.get("factory") == "dies":
        os._exit(7)
    return Verbs(config)
