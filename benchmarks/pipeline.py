"""Safelight itself: a real intake into a new operation, with the seconds of each pass and the memory at its highest."""

from __future__ import annotations

import resource
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from safelight.intake.progress import Progress
from safelight.intake.run import intake, register
from safelight.ledger import exhibits
from safelight.ledger.keys import KeyRing
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import EngineSettings, Settings, write_settings


@dataclass
class Intake:
    """What an intake took. Seconds by stage; bytes and items of pass one; resident megabytes of all its processes."""

    seconds: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    bytes: int = 0
    items: int = 0
    megabytes: float = 0.0
    inspectors: dict[str, tuple[int, float]] = field(default_factory=dict)


class _Enough(Exception):
    """Pass one has ended, and no more is wanted."""


def run(place: Path, source: Path, workers: int, *, only_hashing: bool = False) -> Intake:
    """Take `source` into a new operation at `place` and remove it again; with `only_hashing` no further than pass one."""
    shutil.rmtree(place, ignore_errors=True)
    folder = OperationFolder(place)
    folder.make()
    write_settings(folder.settings, Settings(engine=EngineSettings(workers=workers)))
    KeyRing.create(folder.keys, "benchmark only")
    with Ledger.create(folder, name="benchmark", actor="benchmark", synthetic=True) as ledger:
        exhibits.add(
            ledger, number="1", label="generated", seized="2016-01-12", legal_basis="none needed: generated",
            officer="benchmark", actor="benchmark",
        )  # fmt: skip
        chosen = register(ledger, "1", source, actor="benchmark")
    result = Intake()
    stage, since, used = "starting", time.perf_counter(), cpu_seconds()

    def listen(progress: Progress) -> None:
        nonlocal stage, since, used
        if progress.stage != stage:
            now, cpu = time.perf_counter(), cpu_seconds()
            result.seconds[stage] = result.seconds.get(stage, 0.0) + now - since
            result.cpu[stage] = result.cpu.get(stage, 0.0) + cpu - used
            stage, since, used = progress.stage, now, cpu
            if only_hashing and "hashing" in result.seconds:
                raise _Enough

    with _Memory() as memory, suppress(_Enough):
        figures = intake(folder, [chosen], actor="benchmark", listener=listen).figures
        result.bytes, result.items = figures.bytes, figures.items
    result.megabytes = memory.highest
    result.inspectors = _costs(folder)
    shutil.rmtree(place)
    return result


def cpu_seconds() -> float:
    """Processor time so far of this process, of its children that live (and theirs) and of those that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    total = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _costs(folder: OperationFolder) -> dict[str, tuple[int, float]]:
    from safelight.catalog.catalog import Catalog

    with Catalog.at(folder) as catalog, catalog.connect() as database:
        rows = database.execute(
            "select inspector, count(*), sum(seconds) from inspections group by inspector order by inspector"
        ).fetchall()
    return {name: (count, seconds) for name, count, seconds in rows}


class _Memory:
    """Samples the proportional memory of this process and all below it, once a second."""

    def __enter__(self) -> _Memory:
        self.highest = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(1.0):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
            self.highest = max(self.highest, total / 1e6)
