"""The ledger beside bare syncs: `python -m benchmarks.ledger [--entries N] [--postgres URL --owner URL]`.

One commit must be on the disk when it returns, so the limit is what the disk syncs: a bare loop appends as many bytes to a
file and calls fsync, in the same folder and the same run. Both take turns, since a disk is not the same from one second to
the next, and the median of the rounds' ratios stands. Batches are 1,000 entries a transaction.

PostgreSQL is written by 25 at once, one decision a commit: threads that share a ledger, as those of the workbench do, and
processes with a connection each, as several machines would have. Its addresses are those that `safelight init --ledger`
takes, of an empty database; its server's disk should be the same.

The chain is hashed as `verify` does it, and then `verify` as a whole, with the state replayed. Both by processor time.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from safelight.ledger import kinds, records
from safelight.ledger.entry import Draft
from safelight.ledger.ledger import Ledger
from safelight.ledger.postgres import prepare
from safelight.ledger.verify import verify
from safelight.ledger.walk import Walk
from safelight.operation.folder import OperationFolder

_BATCH = 1_000
_WRITERS = 25
_BYTES = 1_200  # of an entry with its payload


def bare_syncs(folder: Path, seconds: float) -> float:
    """Appends of an entry's size, each followed by fsync; a second."""
    block, done = os.urandom(_BYTES), 0
    with (folder / "bare").open("wb", buffering=0) as file:
        began = time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds:
            file.write(block)
            os.fsync(file.fileno())
            done += 1
    return done / spent


def singles(ledger: Ledger, seconds: float, name: str = "w") -> float:
    """One decision a commit; a second."""
    done, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        ledger.append(
            kinds.NOTE_WRITTEN.name, {"text": f"{done}"}, verb="decision", actor="bench", subjects=[name]
        )
        done += 1
    return done / spent


def batched(ledger: Ledger, entries: int) -> str:
    """Statements about persons, 1,000 a commit; a second, by the clock and of processor."""
    with ledger.writing() as act:
        persons = [records.make(act, "person", actor="bench").id for _ in range(100)]
    began, used = time.perf_counter(), time.process_time()
    for start in range(0, entries, _BATCH):
        drafts = [
            Draft(
                kinds.STATEMENT_MADE.name,
                {
                    "field": "alias", "value": f"alias {start + k}", "nature": "fact", "verified": "unknown",
                    "source_grade": "X", "content_grade": "X", "source": "", "reason": "", "claimed_at": None,
                },
                "decision", "bench", (persons[k % 100],),
            )
            for k in range(_BATCH)
        ]  # fmt: skip
        ledger.append_many(drafts)
    spent, used = time.perf_counter() - began, time.process_time() - used
    return f"{entries / spent:>9,.0f} a second, {entries / used:,.0f} a second of this process's processor"


def threads(ledger: Ledger, seconds: float) -> float:
    """25 threads that share a ledger; a second, all together."""
    with ThreadPoolExecutor(_WRITERS) as pool:
        return sum(pool.map(lambda number: singles(ledger, seconds, f"w{number}"), range(_WRITERS)))


class Processes:
    """25 processes, each with a connection of its own, which write when they are told."""

    def __init__(self, url: str, seconds: float, rounds: int) -> None:
        context = multiprocessing.get_context("fork")
        self._start = context.Barrier(_WRITERS + 1)
        self._rates: Any = context.Queue()
        self._all = [
            context.Process(
                target=_writer, args=(url, seconds, rounds, f"w{number}", self._start, self._rates)
            )
            for number in range(_WRITERS)
        ]
        for one in self._all:
            one.start()

    def write(self) -> float:
        """One round; a second, all together."""
        self._start.wait()
        return sum(float(self._rates.get()) for _ in range(_WRITERS))

    def join(self) -> None:
        """Wait for their end."""
        for one in self._all:
            one.join()


def _writer(url: str, seconds: float, rounds: int, name: str, start: Barrier, rates: Any) -> None:
    with Ledger.open(url) as own:
        for _ in range(rounds):
            start.wait()
            rates.put(singles(own, seconds, name))


def beside(what: str, folder: Path, seconds: float, rounds: int, write: Callable[[], float]) -> None:
    """Print how many commits a second `write` makes, and what share of bare syncs that is: medians of all rounds."""
    found = [(bare_syncs(folder, seconds), write()) for _ in range(rounds)]
    bare, own = (statistics.median(column) for column in zip(*found, strict=True))
    ratios = sorted(written / syncs for syncs, written in found)
    print(
        f"{what:<34}{own:>9,.0f} a second, bare fsync {bare:,.0f}: {statistics.median(ratios):.2f}"
        f" (from {ratios[0]:.2f} to {ratios[-1]:.2f}; load {os.getloadavg()[0]:.1f})"
    )


def by_processor(work: Callable[[], object], entries: int) -> float:
    """Entries a second of processor time, the fastest of nine."""
    times = []
    for _ in range(9):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return entries / min(times)


def _verified(ledger: Ledger) -> None:
    assert verify(ledger).ok


def _walked(ledger: Ledger) -> None:
    with ledger.store.reading() as connection:
        Walk().run(connection)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--entries", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=0.5, help="of each of the two in a round")
    options.add_argument("--rounds", type=int, default=11)
    options.add_argument("--postgres", default="", help="address of an empty database")
    options.add_argument("--owner", default="", help="its owner's address")
    options.add_argument("--place", type=Path, default=None, help="a folder on the disk to measure")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(dir=given.place) as name:
        folder = OperationFolder(Path(name) / "op")
        folder.make()
        turn = (Path(name), given.seconds, given.rounds)
        if given.postgres:
            if given.owner:
                prepare(given.owner, given.postgres)
            Ledger.create(given.postgres, name="Ledger", actor="bench", synthetic=True).close()
            processes = Processes(
                given.postgres, given.seconds, given.rounds
            )  # forked before there are threads
            beside("PostgreSQL, 25 processes", *turn, processes.write)
            processes.join()
            with Ledger.open(given.postgres) as ledger:
                beside("PostgreSQL, 25 threads", *turn, lambda: threads(ledger, given.seconds))
                print(f"PostgreSQL, 1,000 a commit        {batched(ledger, given.entries)}")
                assert verify(ledger).ok
        with Ledger.create(folder, name="Ledger", actor="bench", synthetic=True) as ledger:
            beside("SQLite, one a commit", *turn, lambda: singles(ledger, given.seconds))
            beside("SQLite, 25 threads", *turn, lambda: threads(ledger, given.seconds))
            print(f"SQLite, 1,000 a commit            {batched(ledger, given.entries)}")
            total = ledger.head().seq
            print(
                f"the chain alone                   {by_processor(lambda: _walked(ledger), total):>9,.0f} a second"
            )
            print(
                f"verify, with the state            {by_processor(lambda: _verified(ledger), total):>9,.0f} a second"
            )


if __name__ == "__main__":
    main()
