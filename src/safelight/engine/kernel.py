"""What the engine asks of Linux directly: prctl through ctypes (the standard library has none), and /proc.

psutil reads the same files, but opens several of them for each answer and has no notion of a subreaper's
orphans.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

MARKER: Final = "SAFELIGHT_ENGINE"
"""The environment variable that marks a fork server and all that descend from it."""

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_SET_NO_NEW_PRIVS: Final = 38
_COUNTED: Final = (b"RssAnon:", b"RssShmem:", b"VmSwap:")
_libc: Final = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def die_with_parent(parent: int) -> None:
    """Be killed when the thread that started this process ends; end now if that has happened already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def outlive_parent() -> None:
    """Undo `die_with_parent`."""
    _prctl(_PR_SET_PDEATHSIG, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, whatever session it moved to."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def give_up_privileges() -> None:
    """No set-user-id program may be started: it would lose the parent-death signal."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _stat(path: str) -> list[str]:
    """State, parent and so on of a process or thread (proc(5), behind the command)."""
    with open(path, "rb") as file:
        return file.read().rpartition(b")")[2].decode("ascii").split()


def is_stopped(pid: int) -> bool:
    """Every thread of the process is stopped, dead or gone: it does not run another instruction by itself."""
    try:
        return all(
            _stat(f"/proc/{pid}/task/{thread}/stat")[0] in "tTZX"
            for thread in os.listdir(f"/proc/{pid}/task")  # noqa: PTH208
        )
    except (OSError, IndexError):
        return not Path(f"/proc/{pid}").exists()


def children_of(pid: int) -> list[int]:
    """The direct children of a process, zombies included; empty if it is gone."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found.extend(map(int, file.read().split()))
    return found


def memory_of(pid: int) -> int:
    """Bytes that a process and its descendants hold and the kernel cannot simply drop: anonymous, shared,
    swapped.

    Pages of mapped files are not counted: an inspector may map a source of any size. What is shared with the
    fork server (preloaded modules) is counted for each. 0 if the process is gone.
    """
    total = 0
    waiting, seen = [pid], {pid}
    while waiting and len(seen) < 1000:
        current = waiting.pop()
        with contextlib.suppress(OSError), open(f"/proc/{current}/status", "rb") as file:
            for line in file:
                if line.startswith(_COUNTED):
                    total += int(line.split()[1]) * 1024
        new = [child for child in children_of(current) if child not in seen]
        seen.update(new)
        waiting.extend(new)
    return total


def end_marked(marks: Iterable[str], seconds: float = 3.0) -> None:
    """Kill every process whose first environment bears one of the marks, until there is none or time is up.

    The second net, for when the fork server that adopts orphans was killed itself. It misses a process that
    was started with an emptied environment, and those of other users.
    """
    wanted = [f"{MARKER}={mark}".encode() for mark in marks]
    deadline = time.monotonic() + seconds
    while wanted and (found := _marked(wanted)) and time.monotonic() < deadline:
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _marked(wanted: list[bytes]) -> list[int]:
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit() and int(name) != os.getpid():
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                variables = file.read().split(b"\0")
                if any(mark in variables for mark in wanted):
                    found.append(int(name))
    return found
