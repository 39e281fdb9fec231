"""Damaged file systems: bytes turned over anywhere. Native code may die of it, so each batch runs in a
process of its own; a death or hang is shown (the engine isolates it), and everything short of one must be a
finished walk."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from safelight.evidence.model import Entry, EvidenceError, OpenContext, Trouble
from safelight.evidence.tsk import FORMAT
from tests.evidence.filesystem_images import AT, image
from tests.evidence.memory_stream import MemoryStream

#: Bytes from where damage hurts most: boot sector, tables, folders.
REGION = {
    "ntfs": 120_000,
    "fat12": 40_000,
    "exfat": 70_000,
    "ext2": 90_000,
    "ext4": 60_000,
    "iso9660": 70_000,
}
_READ = 200_000
_PATIENCE = 20


def damaged(name: str, seed: int) -> bytes:
    """The image with 1 to 30 bytes changed."""
    chance = random.Random(f"{name} {seed}")
    data = bytearray(image(name))
    for _ in range(chance.randint(1, 30)):
        data[chance.randrange(REGION.get(name, len(data)))] = chance.choice((0, 255, chance.randrange(256)))
    return bytes(data)


def outcome(name: str, seed: int) -> dict[str, object]:
    """Walk and read everything; only EvidenceError may come out, and the walk must end."""
    stream = MemoryStream(damaged(name, seed))
    try:
        container = FORMAT.open_container(stream, OpenContext())
    except EvidenceError as error:
        return {"refused": error.cause}
    entries, troubles, unreadable = 0, 0, 0
    specs = set()
    for found in container.walk(AT):
        troubles += isinstance(found, Trouble)
        if isinstance(found, Entry):
            entries += 1
            specs.add(found.spec.to_bytes())
            try:
                opened = container.open(found.spec.last)
                while opened.tell() < _READ and opened.read(65536):
                    pass
            except EvidenceError:
                unreadable += 1
    assert len(specs) == entries
    return {"entries": entries, "troubles": troubles, "unreadable": unreadable}


def run(name: str, first: int, count: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.evidence.test_tsk_damage", name, str(first), str(count)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )


def check(name: str, count: int) -> None:
    first, deaths = 0, []
    while first < count:
        done = run(name, first, count - first)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert all("refused" in line or "entries" in line for line in lines), done.stdout
        first += len(lines)
        if done.returncode < 0:
            deaths.append((first, -done.returncode))
            first += 1
        else:
            assert done.returncode == 0, done.stderr
    if deaths:  # not hidden: The Sleuth Kit died, which is what walkers run in supervised children for
        print(f"{name}: the native reader died of (seed, signal) {deaths}", file=sys.stderr)  # noqa: T201
    assert len(deaths) < count / 2


@pytest.mark.parametrize("name", sorted(REGION))
def test_damage(name: str) -> None:
    check(name, 25)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", sorted(REGION))
def test_much_damage(name: str) -> None:
    check(name, 300)


if __name__ == "__main__":
    for seed in range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[3])):
        signal.alarm(_PATIENCE)  # a hang in native code ends like a death
        result = outcome(sys.argv[1], seed)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
