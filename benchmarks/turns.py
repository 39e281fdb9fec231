"""Contestants that take turns, and what each took at its best; `tar` and `sha256sum`, which packages are held against."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

#: Of `tar` + `sha256sum` over the same bytes in the same run.
LIMIT = 1.3


class Spent(NamedTuple):
    """Seconds by the clock and of the processor."""

    clock: float
    processor: float


def take(contestants: Mapping[str, Callable[[], object]], best: dict[str, Spent]) -> None:
    """One turn each; `best` has the least of each so far."""
    for name, contestant in contestants.items():
        began, used = time.perf_counter(), _processor()
        contestant()
        spent = Spent(time.perf_counter() - began, _processor() - used)
        before = best.get(name, spent)
        best[name] = Spent(min(before.clock, spent.clock), min(before.processor, spent.processor))


def tar_and_hash(best: Mapping[str, Spent]) -> Spent:
    """Both together."""
    tar, hashing = best["tar"], best["sha256sum"]
    return Spent(tar.clock + hashing.clock, tar.processor + hashing.processor)


def command(*words: str) -> None:
    """Run another program."""
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def make_files(place: Path, count: int, megabytes: int) -> list[Path]:
    """Files that no compression makes smaller."""
    place.mkdir(parents=True)
    block = os.urandom(1 << 20)
    made = []
    for number in range(count):
        path = place / f"item-{number:04d}.bin"
        with path.open("wb") as file:
            for at in range(megabytes):
                file.write(at.to_bytes(8, "big") + block[8:])
        made.append(path)
    return made


def _processor() -> float:
    """Processor seconds of this process and of all children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
