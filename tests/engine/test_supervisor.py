"""Each way of going wrong costs the task that took it; everything else comes back whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.engine.model import Batch, Failure, Limits, Outcome, Task
from safelight.engine.supervisor import Supervisor
from safelight.errors import DiskFull, EngineBroken
from tests.engine import plan
from tests.engine.handlers import FAILS, PASSES, SLOW


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    """One for all tests that leave it as it was: going on after the worst is what it is for."""
    with plan.supervisor(tmp_path_factory.mktemp("engine")) as supervisor:
        yield supervisor


def outcomes(engine: Supervisor, *tasks: Task) -> list[Outcome]:
    (result,) = engine.run([Batch("one", list(tasks))])
    found = list(result.outcomes())
    result.close()
    return found


@pytest.mark.parametrize("verb", [*FAILS, *PASSES])
def test_costs_the_one_task(engine: Supervisor, tmp_path: Path, verb: str) -> None:
    planned = plan.tasks(["good", "good", verb, "good", "good"], tmp_path)
    assert plan.differences(plan.run(engine, [Batch("b", planned)]), planned) == []


@pytest.mark.parametrize("verb", ["segfault", "write_everywhere", "cut_everything", "close_everything"])
def test_at_the_ends_of_a_batch_and_twice_in_a_row(engine: Supervisor, tmp_path: Path, verb: str) -> None:
    planned = plan.tasks([verb, verb, "good", verb], tmp_path)
    assert plan.differences(plan.run(engine, [Batch("b", planned)]), planned) == []


def test_failure_says_what_why_where_and_how_much(engine: Supervisor) -> None:
    crashed, hung, grown, raised = (
        outcome.failure
        for outcome in outcomes(
            engine,
            *(Task(verb, 1_000_000, {"verb": verb}) for verb in ("segfault", "hang")),
            *(Task(verb, plan.LARGE, {"verb": verb}) for verb in ("eat_slowly", "raise_error")),
        )
    )
    assert isinstance(crashed, Failure)
    assert isinstance(hung, Failure)
    assert isinstance(grown, Failure)
    assert isinstance(raised, Failure)
    assert crashed.detail.startswith("The child was ended by SIGSEGV.\n")
    assert " segfault < handlers.py:" in crashed.detail
    assert crashed.note == b"verb segfault"
    assert (crashed.limit_seconds, crashed.limit_megabytes) == (2.0, 200)
    assert (hung.cause, hung.note, hung.limit_seconds) == ("time limit", b"verb hang", 2.0)
    assert hung.seconds > 2.0
    assert (grown.cause, grown.note) == ("memory limit", b"verb eat_slowly")
    assert grown.detail.endswith(" MB held; 200 MB are allowed.")
    assert raised.detail.startswith("ValueError: blåbær ? (handlers.py:")
    assert raised.note == b"verb raise_error"


def test_time_limit_grows_with_the_task(engine: Supervisor) -> None:
    (found,) = outcomes(engine, Task("large", plan.LARGE, {"verb": "good", "seconds": 2.0}))
    assert found.failure is None


def test_suspect_that_passes_alone_has_not_failed(engine: Supervisor, tmp_path: Path) -> None:
    payload = {"verb": "once", "once": str(tmp_path / "died"), "dies_by": "segfault"}
    first, second = outcomes(engine, Task("a", 1, payload), Task("b", 1, {"verb": "good"}))
    assert (tmp_path / "died").exists()
    assert (first.rows, first.failure) == ([{"key": "a", "step": 1}, {"key": "a", "step": 2}], None)
    assert (second.rows, second.failure) == ([{"key": "b", "step": 1}, {"key": "b", "step": 2}], None)


def test_leaks_of_many_are_nobodys_fault(engine: Supervisor, tmp_path: Path) -> None:
    planned = plan.tasks(["leak"] * 12, tmp_path)
    assert plan.differences(plan.run(engine, [Batch("b", planned)]), planned) == []


def test_full_disk_of_a_handler_is_its_own_when_ours_has_room(engine: Supervisor) -> None:
    (found,) = outcomes(engine, Task("a", 1, {"verb": "full_disk"}))
    assert found.failure is not None
    assert found.failure.cause == "defect"


def test_child_stands_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Oslo")
    with plan.supervisor(tmp_path) as engine:
        (found,) = outcomes(engine, Task("facts", 1, {"verb": "facts"}))
    facts = found.rows[1]
    files = facts.pop("files")
    assert facts == {
        "tz": "UTC",
        "hour": 0,
        "core": 0,
        "stdin": "/dev/null",
        "own session": True,
        "main": None,
    }
    strange = [name for name in files if not name.startswith(("/memfd:safelight", "socket:", "/dev/null"))]
    assert [Path(name).suffix for name in strange] == [".spool"]


def test_batches_are_read_only_a_few_ahead(engine: Supervisor, tmp_path: Path) -> None:
    pulled = 0

    def source() -> Iterator[Batch]:
        nonlocal pulled
        for batch in plan.batches(["good"] * 100, tmp_path, 1):
            pulled += 1
            yield batch

    ahead = [pulled - done for done, result in enumerate(engine.run(source())) if plan.read(result)]
    assert pulled == 100
    assert max(ahead) <= 5


def test_empty_batch_comes_back(engine: Supervisor) -> None:
    (result,) = engine.run([Batch("empty", [])])
    assert list(result.outcomes()) == []


def test_leaving_a_run_early_frees_the_children(engine: Supervisor, tmp_path: Path) -> None:
    work = engine.run(plan.batches(["good", "hang", "hang", "hang", "hang"], tmp_path, 1))
    next(work)
    work.close()  # type: ignore[attr-defined]
    planned = plan.tasks(["good"] * 4, tmp_path)
    assert plan.differences(plan.run(engine, [Batch("b", planned)]), planned) == []


def test_progress_names_what_is_at_work(engine: Supervisor) -> None:
    seen: set[tuple[str, int, int, str, bytes]] = set()
    while engine.progress():  # what the test before left is still being ended
        time.sleep(0.01)

    def source() -> Iterator[Batch]:
        yield Batch("slow", [Task("t", 1, {"verb": "good", "seconds": 1.0})])
        while not (now := engine.progress()):
            time.sleep(0.01)
        seen.update((one.batch, one.position, one.of, one.key, one.note) for one in now)

    work = engine.run(source())
    for result in work:
        plan.read(result)
    assert seen <= {("slow", 0, 1, "t", b""), ("slow", 0, 1, "t", b"verb good")}
    assert len(seen) == 1


def test_handler_closes_in_peace_and_nothing_is_left(tmp_path: Path) -> None:
    with plan.supervisor(tmp_path, closed=str(tmp_path / "closed"), workers=1) as engine:
        plan.run(
            engine, plan.batches(["leak"] * 4, tmp_path, 1)
        )  # grown beyond half the limit: asked to leave
        deadline = time.monotonic() + 30
        while not (tmp_path / "closed").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert (tmp_path / "closed").exists()
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize(
    ("factory", "why"), [("raises", "ValueError: no handler today"), ("dies", "exit code 7")]
)
def test_factory_that_dies_ends_the_run(tmp_path: Path, factory: str, why: str) -> None:
    with plan.supervisor(tmp_path, factory=factory) as engine:
        with pytest.raises(EngineBroken, match=why):
            plan.run(engine, plan.batches(["good"] * 3, tmp_path, 1))
        with pytest.raises(EngineBroken, match=why):  # and goes on to say so
            plan.run(engine, plan.batches(["good"] * 3, tmp_path, 1))
        with pytest.raises(EngineBroken, match=why):
            list(engine.stream(Task("a", 1, {"verb": "good"})))


def test_closed_engine_takes_nothing(tmp_path: Path) -> None:
    with plan.supervisor(tmp_path) as engine:
        work = engine.run(plan.batches(["good"] * 30, tmp_path, 1))
        stream = engine.stream(Task("a", 1, {"verb": "many_rows", "rows": 100_000}))
        next(work)
        next(stream)
    for iterator in (work, stream):
        with pytest.raises(EngineBroken, match="closed"):
            list(iterator)
    with pytest.raises(EngineBroken, match="closed"):
        list(engine.stream(Task("a", 1, {"verb": "good"})))


def test_task_that_is_not_json_is_a_defect(engine: Supervisor) -> None:
    good = {"verb": "good"}
    found = outcomes(
        engine,
        Task("a", 1, good),
        Task("b", 1, {"path": "\udcff"}),
        Task("\udcff", 1, good),
        Task("d", 1, {"path": b""}),
        Task("e", 1, good),
    )
    assert [one.failure.cause if one.failure else None for one in found] == [
        None,
        "defect",
        "defect",
        "defect",
        None,
    ]


def test_heavy_modules_are_imported_once(tmp_path: Path) -> None:
    handler, module = plan.HANDLER, "colorsys"
    for preload, loaded in ((), False), ((module, "no.such.module"), True):
        with Supervisor(
            handler, {}, limits=plan.LIMITS, workers=1, spool=tmp_path, preload=preload
        ) as supervisor:
            (found,) = outcomes(supervisor, Task("a", 1, {"verb": "is_loaded", "module": module}))
        assert found.rows[1] == {"loaded": loaded}


def test_module_that_kills_the_fork_server_ends_the_run(tmp_path: Path) -> None:
    with (
        Supervisor(
            plan.HANDLER,
            {},
            limits=plan.LIMITS,
            workers=1,
            spool=tmp_path,
            preload=["tests.engine.dies_on_import"],
        ) as supervisor,
        pytest.raises(EngineBroken, match="last words of the import"),
    ):
        plan.run(supervisor, plan.batches(["good"], tmp_path, 1))


def test_main_is_never_imported_again(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="__main__"):
        Supervisor("__main__:make", {}, limits=plan.LIMITS, workers=1, spool=tmp_path)


def test_full_spool_stops_cleanly(tmp_path: Path) -> None:
    with plan.supervisor(tmp_path) as engine, pytest.raises(DiskFull):
        plan.run(engine, plan.batches(["good", "fill_spool", "good"], tmp_path, 3))


def test_spools_of_the_dead_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    stale = tmp_path / "spool" / "engine-1-0000000000000000"
    stale.mkdir(parents=True)
    (stale / "1.spool").write_bytes(b'0 {"torn')
    with plan.supervisor(tmp_path) as first, plan.supervisor(tmp_path) as second:
        assert not stale.exists()
        for engine in (first, second):
            planned = plan.tasks(["good"] * 3, tmp_path)
            assert plan.differences(plan.run(engine, [Batch("b", planned)]), planned) == []


def random_plan(seed: int, length: int) -> list[str]:
    chance = random.Random(seed)
    bad = [
        verb for verb in (*FAILS, *PASSES) if verb not in SLOW and verb not in ("endless_rows", "huge_rows")
    ]
    return [chance.choice(bad) if chance.random() < 0.2 else "good" for _ in range(length)]


def busy() -> subprocess.Popen[bytes]:
    """A process that takes what it can of the processor: the wrong one must not be blamed for being slow."""
    code = "import os\nfor _ in range(2): os.fork()\nwhile os.getppid() != 1: sum(range(10000))"
    return subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=True)


def check_random_plan(tmp_path: Path, seed: int, length: int, limits: Limits) -> None:
    verbs = random_plan(seed, length)
    planned = plan.tasks(verbs, tmp_path)
    with plan.supervisor(tmp_path, limits=limits, workers=1 + seed % 3) as engine:
        found = plan.run(engine, plan.batches(verbs, tmp_path, random.Random(seed).choice([1, 7, 40])))
    assert plan.differences(found, planned) == [], f"seed {seed}"


@pytest.mark.parametrize("seed", range(3))
def test_failed_set_is_the_planted_set(tmp_path: Path, seed: int) -> None:
    check_random_plan(tmp_path, seed, 60, plan.LIMITS)


def under_load(tmp_path: Path, seeds: range, length: int) -> None:
    load = busy()
    try:
        for seed in seeds:
            folder = tmp_path / str(seed)
            folder.mkdir()
            check_random_plan(folder, seed, length, Limits(30.0, 0.5, 200))
    finally:
        os.killpg(load.pid, 9)
        load.wait()


def test_failed_set_is_the_planted_set_under_load(tmp_path: Path) -> None:
    under_load(tmp_path, range(100, 102), 40)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_failed_set_is_the_planted_set_under_load_many_times(tmp_path: Path) -> None:
    under_load(tmp_path, range(1000, 1040), 200)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_many_slow_and_bad_ones(tmp_path: Path) -> None:
    chance = random.Random(7)
    verbs = [chance.choice([*FAILS, *PASSES]) if chance.random() < 0.1 else "good" for _ in range(1000)]
    with plan.supervisor(tmp_path) as engine:
        found = plan.run(engine, plan.batches(verbs, tmp_path, 50))
    assert plan.differences(found, plan.tasks(verbs, tmp_path)) == []
