"""Plans of good and bad tasks, and what must come of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from safelight.engine.model import Batch, BatchResult, Limits, Task
from safelight.engine.supervisor import Supervisor
from tests.engine.handlers import FAILS, SLOW

LIMITS = Limits(time_base_seconds=1.5, time_per_megabyte_seconds=0.5, memory_megabytes=200)
LARGE = 120_000_000
HANDLER = "tests.engine.handlers:make"
DAMAGES = {
    "write_everywhere",
    "write_lines_everywhere",
    "cut_everything",
}  # none of their rows can be trusted
Result = tuple[str, list[dict[str, Any]], str | None]


def supervisor(spool: Path, *, workers: int = 2, limits: Limits = LIMITS, **config: Any) -> Supervisor:
    return Supervisor(HANDLER, config, limits=limits, workers=workers, spool=spool / "spool")


def tasks(verbs: Sequence[str], folder: Path, first: int = 0) -> list[Task]:
    """One task a verb; `pids` is where grandchildren write their numbers.

    What should hang has a limit of 1.5 seconds; everything else is so large that no busy machine makes it late.
    """
    return [
        Task(
            f"{number:04d}-{verb}",
            1000 if verb in SLOW else LARGE,
            {"verb": verb, "pids": str(folder / f"{number}.pids")},
        )
        for number, verb in enumerate(verbs, first)
    ]


def batches(verbs: Sequence[str], folder: Path, size: int) -> Iterator[Batch]:
    for start in range(0, len(verbs), size):
        yield Batch(f"batch-{start}", tasks(verbs[start : start + size], folder, start))


def expected(task: Task) -> Result:
    """Key, rows and cause of failure."""
    verb = task.payload["verb"]
    rows: list[dict[str, Any]] = [{"key": task.key, "step": 1}]
    if verb in DAMAGES:
        return task.key, [], "defect"
    if verb == "huge_rows":
        rows += [{"number": number, "text": "blåbærsyltetøy " * 100_000} for number in range(3)]
    if verb == "endless_rows":
        rows += [{"text": "x" * (8 << 20)}] * 24
    if verb not in FAILS:
        rows.append({"key": task.key, "step": 2})
    return task.key, rows, FAILS.get(verb)


def read(result: BatchResult) -> list[Result]:
    """What came of a batch; its files are gone afterwards."""
    found: list[Result] = [
        (outcome.task.key, outcome.rows, outcome.failure.cause if outcome.failure else None)
        for outcome in result.outcomes()
    ]
    result.close()
    return found


def run(engine: Supervisor, work: Iterable[Batch]) -> list[Result]:
    """Everything, in the order of the keys."""
    return sorted((one for result in engine.run(work) for one in read(result)), key=lambda one: one[0])


def differences(found: list[Result], planned: list[Task]) -> list[str]:
    """What is not as planned, each in one line: keys missing, twice, with other rows or another cause."""
    wrong = []
    want = {task.key: expected(task) for task in planned}
    for key, rows, cause in found:
        wanted = want.pop(key, None)
        if wanted is None:
            wrong.append(f"{key}: not planned or twice")
        elif cause != wanted[2]:
            wrong.append(f"{key}: {cause}, not {wanted[2]}")
        elif rows != wanted[1]:
            wrong.append(f"{key}: {len(rows)} rows {str(rows)[:200]}, not {str(wanted[1])[:200]}")
    return wrong + [f"{key}: missing" for key in want]
