"""One long task: rows while it goes, held back by the consumer, and nothing lost or given twice at a death."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from safelight.engine.model import Failure, Limits, Task
from safelight.engine.supervisor import Supervisor
from tests.engine import plan
from tests.engine.handlers import SLOW


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    with plan.supervisor(tmp_path_factory.mktemp("engine")) as supervisor:
        yield supervisor


def walk(**payload: Any) -> Task:
    size = 1000 if payload.get("dies_by") in SLOW else plan.LARGE
    return Task("walk", size, {"verb": "many_rows", **payload})


def rows(count: int, width: int = 10) -> list[dict[str, Any]]:
    """The first rows of a walk."""
    return [{"key": "walk", "step": 1}, *({"number": number, "text": "x" * width} for number in range(count))]


LAST = {"key": "walk", "step": 2}


@pytest.mark.parametrize(("count", "width"), [(0, 1), (1, 1), (20_000, 10), (40, 1_000_000)])
def test_all_rows_in_order(engine: Supervisor, count: int, width: int) -> None:
    assert list(engine.stream(walk(rows=count, width=width))) == [*rows(count, width), LAST]


def test_rows_come_while_it_goes(engine: Supervisor, tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    stream = engine.stream(walk(rows=3, pause=0.3, counter=str(ended)))
    assert [next(stream), next(stream)] == rows(1)
    assert not ended.exists()
    assert list(stream) == [*rows(3)[2:], LAST]


def test_child_is_held_back_and_not_blamed_for_it(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    task = Task("walk", 1000, {"verb": "count_up", "rows": 5000, "counter": str(counter)})
    with plan.supervisor(tmp_path, limits=Limits(0.3, 0, 200)) as engine:
        stream = engine.stream(task)
        for _ in range(2):
            next(stream)
        time.sleep(1.5)  # five times the limit
        made = int(counter.read_bytes())
        assert made < 300  # 64 KiB in the pipe, as much with the reader, a thousand bytes a row
        rest = list(stream)
    assert [row["number"] for row in rest[:-1] if isinstance(row, dict)] == list(range(1, 5000))


@pytest.mark.parametrize(
    "verb", ["segfault", "exit_zero", "hang", "eat_slowly", "close_everything", "stop_self"]
)
def test_death_midway_gives_all_rows_and_then_the_place(engine: Supervisor, verb: str) -> None:
    found = list(engine.stream(walk(rows=500, dies_at=200, dies_by=verb)))
    assert found[:-1] == rows(201)
    failure = found[-1]
    assert isinstance(failure, Failure)
    assert failure.note == b"row 200" if verb != "close_everything" else b"row 201"
    assert (
        failure.cause
        == {
            "segfault": "crash",
            "exit_zero": "exit",
            "hang": "time limit",
            "stop_self": "time limit",
            "eat_slowly": "memory limit",
            "close_everything": "defect",
        }[verb]
    )


def test_exception_is_the_last_element(engine: Supervisor) -> None:
    found = list(engine.stream(walk(rows=5, dies_at=2, dies_by="raise_error")))
    assert found[:-1] == rows(3)
    assert isinstance(found[-1], Failure)
    assert (found[-1].cause, found[-1].note) == ("defect", b"row 2")


def test_death_that_is_not_repeated_goes_unseen(engine: Supervisor, tmp_path: Path) -> None:
    task = walk(rows=500, dies_at=200, once=str(tmp_path / "died"))
    assert list(engine.stream(task)) == [*rows(500), LAST]
    assert (tmp_path / "died").exists()


def test_first_death_counts_without_confirmation(engine: Supervisor, tmp_path: Path) -> None:
    found = list(engine.stream(walk(rows=500, dies_at=200, once=str(tmp_path / "died")), confirm=False))
    assert found[:-1] == rows(201)
    assert isinstance(found[-1], Failure)
    assert found[-1].note == b"row 200"


def test_rows_that_differ_the_second_time_are_not_joined(engine: Supervisor, tmp_path: Path) -> None:
    task = Task("walk", 1, {"verb": "different_each_time", "once": str(tmp_path / "died")})
    found = list(engine.stream(task))
    assert found[:-1] == [{"key": "walk", "step": 1}, {"time": 1}]
    assert isinstance(found[-1], Failure)
    assert (found[-1].cause, found[-1].note) == ("crash", b"verb different_each_time")


def test_long_work_between_rows_is_allowed_while_it_names_places(tmp_path: Path) -> None:
    task = Task("walk", 1000, {"verb": "slow_but_alive", "seconds": 3.0})
    with plan.supervisor(tmp_path, limits=Limits(1.0, 0, 200)) as engine:
        assert list(engine.stream(task)) == [{"key": "walk", "step": 1}, LAST]


def test_consumer_may_leave(engine: Supervisor) -> None:
    stream = engine.stream(walk(rows=100_000))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert list(engine.stream(walk(rows=2))) == [*rows(2), LAST]


def test_feeds_a_run_while_it_goes(engine: Supervisor, tmp_path: Path) -> None:
    """The way of intake: what the walk finds becomes batches for the other children."""
    from safelight.engine.model import Batch

    def found() -> Iterator[Batch]:
        for row in engine.stream(walk(rows=200)):
            assert isinstance(row, dict)
            if "number" in row:
                yield Batch(str(row["number"]), plan.tasks(["good"], tmp_path, row["number"]))

    assert plan.differences(plan.run(engine, found()), plan.tasks(["good"] * 200, tmp_path)) == []


def test_a_stream_may_give_more_than_a_child_may_hold(tmp_path: Path) -> None:
    with plan.supervisor(tmp_path, limits=Limits(30, 0, 250)) as engine:
        given = list(engine.stream(walk(rows=300, width=1_000_000)))
    assert [row.get("number") for row in given[1:-1] if isinstance(row, dict)] == list(range(300))
    assert given[-1] == LAST
