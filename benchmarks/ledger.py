"""The ledger beside bare syncs: `python -m benchmarks.ledger [--entries N] [--postgres URL]`.

One commit must be on the disk when it returns, so the limit is what the disk syncs: a bare loop appends as many bytes to a
file and calls fsync, in the same folder and the same run. Batches are 1,000 entries a transaction. `verify` recomputes
every hash of the stored bytes and replays the state. PostgreSQL is written by 25 threads with a connection each; its
address is one that `safelight init --ledger` would take (its server's disk should be the same).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from safelight.ledger import kinds, records
from safelight.ledger.entry import Draft
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import verify
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


def batched(ledger: Ledger, entries: int) -> float:
    """Statements about persons, 1,000 a commit; a second."""
    with ledger.writing() as act:
        persons = [records.make(act, "person", actor="bench").id for _ in range(100)]
    began = time.perf_counter()
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
    return entries / (time.perf_counter() - began)


def many_writers(url: str, seconds: float) -> float:
    """25 writers at once, one decision a commit; a second, all together."""

    def write(number: int) -> float:
        with Ledger.open(url) as own:
            return singles(own, seconds, f"w{number}")

    with ThreadPoolExecutor(_WRITERS) as pool:
        return sum(pool.map(write, range(_WRITERS)))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--entries", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--postgres", default="", help="address of an empty database")
    options.add_argument("--place", type=Path, default=None, help="a folder on the disk to measure")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(dir=given.place) as name:
        folder = OperationFolder(Path(name) / "op")
        folder.make()
        with Ledger.create(folder, name="Ledger", actor="bench", synthetic=True) as ledger:
            before = bare_syncs(Path(name), given.seconds)
            one = singles(ledger, given.seconds)
            after = bare_syncs(Path(name), given.seconds)
            syncs = (before + after) / 2
            print(f"load {os.getloadavg()[0]:.1f}")
            print(
                f"bare fsync                {syncs:>10,.0f} a second ({before:,.0f} before, {after:,.0f} after)"
            )
            print(f"SQLite, one a commit      {one:>10,.0f} a second   {one / syncs:.2f} of bare")
            rate = batched(ledger, given.entries)
            print(f"SQLite, 1,000 a commit    {rate:>10,.0f} a second")
            total, began, cpu = ledger.head().seq, time.perf_counter(), time.process_time()
            assert verify(ledger).ok
            spent, used = time.perf_counter() - began, time.process_time() - cpu
            print(
                f"verify                    {total / used:>10,.0f} a second of processor, {total / spent:,.0f} by the clock"
            )
        if given.postgres:
            with Ledger.create(given.postgres, name="Ledger", actor="bench", synthetic=True) as ledger:
                together = many_writers(given.postgres, given.seconds)
                syncs = bare_syncs(Path(name), given.seconds)
                print(
                    f"PostgreSQL, 25 writers    {together:>10,.0f} a second   {together / syncs:.2f} of bare ({syncs:,.0f})"
                )
                print(f"PostgreSQL, 1,000 a commit{batched(ledger, given.entries):>10,.0f} a second")


if __name__ == "__main__":
    main()
