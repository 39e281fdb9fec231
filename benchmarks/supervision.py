"""What supervision costs: the same items through the engine and through a bare multiprocessing.Pool."""

from __future__ import annotations

import hashlib
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from safelight.engine.model import Batch, Limits, Task
from safelight.engine.supervisor import Supervisor

ITEMS, ROUNDS, WORKERS = 8000, 3, 1


def work(number: int) -> str:
    """About a millisecond of hashing, as one small item costs."""
    return hashlib.sha256(bytes([number % 251]) * 1_000_000).hexdigest()


class _Work:
    def handle(self, task: Task, note: Callable[[bytes], None]) -> Iterator[dict[str, Any]]:
        yield {"sha256": work(task.payload["number"])}

    def close(self) -> None:
        """Nothing is open."""


def factory(config: dict[str, Any]) -> _Work:
    """For the engine."""
    return _Work()


def measure() -> float:
    """Engine seconds over Pool seconds (1.04 is 4 % overhead), the best of each, alternating."""
    pool_best = engine_best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with multiprocessing.get_context("forkserver").Pool(WORKERS) as pool:
            list(pool.imap_unordered(work, range(ITEMS), chunksize=200))
            pool_best = min(pool_best, time.perf_counter() - began)
        with tempfile.TemporaryDirectory() as spool:
            began = time.perf_counter()
            limits = Limits(30, 0.5, 2048)
            with Supervisor(
                f"{__name__}:factory", {}, limits=limits, workers=WORKERS, spool=Path(spool)
            ) as supervisor:
                for result in supervisor.run(_batches()):
                    for _outcome in result.outcomes():
                        pass
                    result.close()
                engine_best = min(engine_best, time.perf_counter() - began)
    return engine_best / pool_best


def _batches() -> Iterator[Batch]:
    for start in range(0, ITEMS, 1000):
        tasks = [Task(str(number), 0, {"number": number}) for number in range(start, start + 1000)]
        yield Batch(f"b{start}", tasks)
