"""After any end of a child: nothing lost, nothing twice, and only a lone suspect is convicted."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from safelight.engine.jobs import BatchJob, Delivery, End, Work
from safelight.engine.model import Batch, BatchResult, Limits, Task
from safelight.engine.page import Place, State
from safelight.engine.spool import End as Written
from safelight.engine.spool import end_line, prefix_of

_LIMITS = Limits(1.0, 1.0, 100)
_statuses = st.sampled_from([None, 0, 1, 97, 96, -9, -11, -64])


@given(
    positions=st.sets(st.integers(0, 11), min_size=1),
    done=st.sets(st.integers(0, 11)),
    place=st.builds(
        Place,
        job=st.sampled_from([0, 7, 0xDEADBEEF]),
        position=st.integers(0, 12),
        state=st.sampled_from(State),
        started=st.just(0.0),
        active=st.just(0.0),
        writing=st.booleans(),
        note=st.binary(max_size=3),
    ),
    status=_statuses,
    ready=st.booleans(),
    damaged=st.booleans(),
)
def test_every_position_is_accounted_for(
    positions: set[int], done: set[int], place: Place, status: int | None, ready: bool, damaged: bool
) -> None:
    alone = len(positions) == 1
    order = sorted(positions)
    work = Work(BatchResult(Batch("b", [Task(str(one), 1, {}) for one in range(12)]), _LIMITS), Delivery())
    with tempfile.TemporaryDirectory() as folder:
        job = BatchJob(7, work, order, alone, Path(folder) / "1.spool")
        assert job.spool is not None
        ends = [end_line(prefix_of(one), Written(0, 0, 0.0, None)) for one in order if one in done]
        job.spool.write_bytes(b"".join(ends))
        follows = job.after(End(status, None, place, 1.0, "", ready, damaged))
    again = [position for some, _alone in follows for position in some]
    finished = {one for one in positions if one in done}
    failed = set(work.result.failures)
    assert sorted([*again, *finished, *failed]) == order
    assert set(work.result.settled) <= finished | failed
    assert finished <= set(work.result.settled)
    assert alone or not failed
    assert all(some == sorted(some) for some, _alone in follows)
    left = [one for one in order if one not in done]
    at_work = place.job == 7 and place.state is State.AT_WORK and place.position in left
    if not alone and at_work and not damaged:
        assert ([place.position], True) in follows


@given(status=_statuses)
def test_silent_deaths_come_to_an_end(status: int | None) -> None:
    """A page that says nothing, a child that dies each time: one after the other runs alone, and is convicted."""
    work = Work(BatchResult(Batch("b", [Task(str(one), 1, {}) for one in range(3)]), _LIMITS), Delivery())
    waiting = [([0, 1, 2], False, 0, 0)]
    place = Place(0, 0, State.STARTING, 0.0, 0.0, False, b"")
    for _ in range(40):
        if not waiting:
            break
        positions, alone, servers, silent = waiting.pop(0)
        with tempfile.TemporaryDirectory() as folder:
            job = BatchJob(7, work, positions, alone, Path(folder) / "1.spool", servers, silent)
            assert job.spool is not None
            job.spool.touch()
            follows = job.after(End(status, None, place, 1.0, "", was_ready=True))
        same = [
            (some, lone, job.server_deaths, job.silent_deaths) for some, lone in follows if some == positions
        ]
        waiting = [*same, *((some, lone, 0, 0) for some, lone in follows if some != positions), *waiting]
    assert set(work.result.failures) == {0, 1, 2}
