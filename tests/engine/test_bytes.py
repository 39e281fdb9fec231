"""Bytes of one long task: as they are and in order, and what came before an end stands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from safelight.engine.model import Batch, Failure, Limits, Task
from safelight.engine.spool import LINE_BYTES
from safelight.engine.supervisor import Supervisor
from tests.engine import plan
from tests.engine.handlers import chunk

SIZES = [1, 0, 65_535, 65_536, 65_537, 3_000_001, 2, 1 << 20]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    with plan.supervisor(tmp_path_factory.mktemp("engine")) as supervisor:
        yield supervisor


def asked(*sizes: int, **payload: Any) -> Task:
    return Task("bytes", plan.LARGE, {"verb": "chunks", "sizes": sizes, **payload})


FIRST, LAST = {"key": "bytes", "step": 1}, {"key": "bytes", "step": 2}


def given(*sizes: int) -> list[Any]:
    return [FIRST, *(bytearray(chunk(number, size)) for number, size in enumerate(sizes))]


def test_all_bytes_come_as_they_are_and_rows_in_between(engine: Supervisor) -> None:
    assert list(engine.bytes_of(asked(*SIZES))) == [*given(*SIZES), LAST]


def test_two_are_read_at_once(engine: Supervisor) -> None:
    one, other = engine.bytes_of(asked(*SIZES)), engine.bytes_of(asked(*SIZES[::-1]))
    found = list(zip(one, other, strict=True))
    assert [first for first, _second in found] == [*given(*SIZES), LAST]
    assert [second for _first, second in found] == [*given(*SIZES[::-1]), LAST]


@pytest.mark.parametrize(
    ("verb", "cause"),
    [("segfault", "crash"), ("exit_zero", "exit"), ("eat_slowly", "memory limit"), ("raise_error", "defect")],
)  # fmt: skip
def test_what_came_before_an_end_stands_and_the_failure_is_last(
    engine: Supervisor, verb: str, cause: str
) -> None:
    *before, failure = engine.bytes_of(asked(*SIZES, dies_by=verb))
    assert before == given(*SIZES)
    assert isinstance(failure, Failure)
    assert (failure.cause, failure.note) == (cause, b"chunk 7")


def test_more_than_one_line_may_hold_is_refused(engine: Supervisor) -> None:
    *before, failure = engine.bytes_of(asked(LINE_BYTES, LINE_BYTES + 1))
    assert before == given(LINE_BYTES)
    assert isinstance(failure, Failure)
    assert (failure.cause, failure.detail.partition(" (")[0]) == (
        "memory limit", f"_TooMuch: a row of {LINE_BYTES + 1} bytes, behind {LINE_BYTES + 28} bytes of rows",
    )  # fmt: skip


def test_bytes_are_no_rows(engine: Supervisor) -> None:
    found = list(engine.stream(asked(7)))
    assert found[0] == FIRST
    assert [one.cause for one in found[1:] if isinstance(one, Failure)] == ["defect"]
    (result,) = engine.run([Batch("b", [asked(7)])])
    (outcome,) = result.outcomes()
    result.close()
    assert outcome.rows == [FIRST]
    assert outcome.failure is not None
    assert (outcome.failure.cause, outcome.failure.detail.partition(" (")[0]) == (
        "defect", "TypeError: Type is not JSON serializable: bytes",
    )  # fmt: skip


def test_a_reader_that_lags_is_not_the_tasks_doing(tmp_path: Path) -> None:
    with plan.supervisor(tmp_path, limits=Limits(0.5, 0, 200)) as engine:
        found = engine.bytes_of(Task("bytes", 0, asked(*[1 << 20] * 8).payload))
        first = [next(found), next(found)]
        time.sleep(1.5)  # three times the limit
        assert [*first, *found] == [*given(*[1 << 20] * 8), LAST]


def test_who_reads_may_leave(engine: Supervisor) -> None:
    found = engine.bytes_of(asked(*[1 << 20] * 100))
    assert [next(found), next(found)] == given(1 << 20)
    found.close()  # type: ignore[attr-defined]
    assert list(engine.bytes_of(asked(5))) == [*given(5), LAST]
