"""Whoever is killed, in whatever way: nobody is left behind, and what can go on goes on."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from safelight.engine.model import Batch, Task
from tests.engine import plan


def bearing(token: str) -> list[int]:
    """Living processes whose environment bears the token: everybody who descends from the victim."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            environment = Path(f"/proc/{process.pid}/environ").read_bytes()
            if token.encode() in environment and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def left(token: str) -> list[int]:
    """Who is left after half a minute; the answer comes at once when nobody is."""
    deadline = time.monotonic() + 30
    while (found := bearing(token)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


class Victim:
    """A program at work, with two children that hang and grandchildren that hide."""

    def __init__(self, folder: Path) -> None:
        self.token = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.victim", str(folder)],
            env={**os.environ, "TEST_TOKEN": self.token},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            cwd=Path(__file__).parents[2],
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"
        self.server = server_of(self.process.pid)

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()
        for pid in bearing(self.token):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def server_of(pid: int) -> psutil.Process:
    """The fork server below a process, as soon as there is one."""
    while True:
        for child in psutil.Process(pid).children():
            with contextlib.suppress(psutil.Error):
                if any("forkserver" in word for word in child.cmdline()):
                    return child
        time.sleep(0.001)


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    victim = Victim(tmp_path)
    yield victim
    victim.end()


def test_supervisor_killed_leaves_nobody(victim: Victim) -> None:
    assert len(bearing(victim.token)) >= 4  # itself, the fork server, two children
    victim.process.kill()
    victim.process.wait()
    assert left(victim.token) == []


def test_supervisor_killed_while_the_server_stands_still(victim: Victim) -> None:
    victim.server.suspend()
    victim.process.kill()
    victim.process.wait()
    victim.server.resume()
    assert left(victim.token) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_everything(victim: Victim, number: signal.Signals) -> None:
    os.killpg(victim.process.pid, number)  # as Ctrl-C in a terminal does
    victim.process.wait(timeout=30)
    assert left(victim.token) == []


def test_interrupt_leaves_an_empty_spool(victim: Victim, tmp_path: Path) -> None:
    os.killpg(victim.process.pid, signal.SIGINT)
    _out, error = victim.process.communicate(timeout=30)
    assert error.strip().endswith(b"KeyboardInterrupt")
    assert list((tmp_path / "spool").iterdir()) == []


def test_server_and_supervisor_killed_at_once_and_the_next_run_sweeps(victim: Victim, tmp_path: Path) -> None:
    victim.server.suspend()  # it cannot sweep any more
    victim.process.kill()
    victim.server.kill()
    victim.process.wait()
    with plan.supervisor(tmp_path) as engine:
        assert left(victim.token) == []
        planned = plan.tasks(["good"], tmp_path)
        assert plan.differences(plan.run(engine, [Batch("b", planned)]), planned) == []


def test_server_killed_while_at_work(tmp_path: Path) -> None:
    """Three times, under the feet of two children; nobody is blamed and everything comes back."""
    planned = [Task(f"{number:04d}", 1, {"verb": "good", "seconds": 0.01}) for number in range(300)]
    batches = [Batch(str(start), planned[start : start + 50]) for start in range(0, 300, 50)]
    with plan.supervisor(tmp_path) as engine:
        results = engine.run(batches)
        found = plan.read(next(results))
        for _ in range(3):
            server_of(os.getpid()).kill()
            found += plan.read(next(results))
        for result in results:
            found += plan.read(result)
    assert plan.differences(found, planned) == []


def test_task_that_kills_the_server_is_found_out(tmp_path: Path) -> None:
    verbs = ["good", "kill_server", "good"]
    with plan.supervisor(tmp_path) as engine:
        found = plan.run(engine, plan.batches(verbs, tmp_path, 3))
    assert [(key, cause) for key, _rows, cause in found] == [
        ("0000-good", None),
        ("0001-kill_server", "crash"),
        ("0002-good", None),
    ]


def test_grandchildren_end_while_the_engine_goes_on(tmp_path: Path) -> None:
    """Those that left their session, their parent and all descriptors, from a child that lives and one that died."""
    planned = plan.tasks(["grandchild", "grandchild_and_die", "good"], tmp_path)
    with plan.supervisor(tmp_path, workers=1) as engine:
        assert plan.differences(plan.run(engine, [Batch("b", planned)]), planned) == []
        numbers = [int(line) for file in tmp_path.glob("*.pids") for line in file.read_text().split()]
        assert len(numbers) == 3  # the one that died was tried twice
        deadline = time.monotonic() + 30
        while any(map(psutil.pid_exists, numbers)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not any(map(psutil.pid_exists, numbers))


def test_children_inherit_nothing_of_the_caller(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    with open(ledger, "wb") as file:
        os.set_inheritable(file.fileno(), True)
        with plan.supervisor(tmp_path) as engine:
            (result,) = engine.run([Batch("b", [Task("facts", 1, {"verb": "facts"})])])
            (outcome,) = result.outcomes()
    assert str(ledger) not in outcome.rows[1]["files"]


def test_works_from_a_thread_and_leaves_none(tmp_path: Path) -> None:
    planned = plan.tasks(["good", "segfault"], tmp_path)
    differences: list[str] = ["nothing yet"]

    def work() -> None:
        with plan.supervisor(tmp_path) as engine:
            differences[:] = plan.differences(plan.run(engine, [Batch("b", planned)]), planned)

    before = set(threading.enumerate())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert differences == []
    assert set(threading.enumerate()) == before


def test_no_descriptor_is_lost(tmp_path: Path) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def round_trip() -> None:
        with plan.supervisor(tmp_path) as engine:
            plan.run(engine, plan.batches(["good", "segfault", "cut_everything"] * 3, tmp_path, 4))
            list(engine.stream(Task("a", 1, {"verb": "segfault"})))
            stream = engine.stream(Task("b", 1, {"verb": "hang"}))
            next(stream)
            stream.close()  # type: ignore[attr-defined]

    round_trip()
    before = count()
    round_trip()
    assert count() == before
