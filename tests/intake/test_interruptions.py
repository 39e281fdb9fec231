"""Ctrl-C and a full disk: the run stops with its own exit code, and the same command ends as if nothing had been."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.catalog.schema import TABLES
from tests.conftest import missing
from tests.intake.operations import Operation

EXHIBIT = "2016-0142-A1"


def write_source(folder: Path) -> Path:
    """600 texts, some of them twice, and an archive's worth of bytes that do not shrink."""
    order = random.Random(42)
    for number in range(600):
        path = folder / f"{number // 100}" / f"brev {number:03d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"brev nummer {number // 2}\n".encode() + order.randbytes(6000).hex().encode())
    return folder


def compare(one: Operation, other: Operation) -> None:
    for table in TABLES:
        assert one.rows(table) == other.rows(table), table


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_source(tmp_path_factory.mktemp("source") / "source")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    """Made and never used but as what others are copied from: the same operation, so the same ids."""
    made = Operation(tmp_path_factory.mktemp("fresh") / "operation").make()
    made.settings(workers=1, batch_items=40)
    return made


@pytest.fixture(scope="module")
def calm(source: Path, fresh: Operation, tmp_path_factory: pytest.TempPathFactory) -> Operation:
    calm = Operation(tmp_path_factory.mktemp("calm") / "operation")
    shutil.copytree(fresh.root, calm.root)
    calm.ingest(source)
    return calm


def children_of(operation: Operation) -> list[str]:
    """Processes that still have to do with an operation."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(operation.root) in words:
                found.append(words.decode(errors="replace"))
    return found


def _begun(operation: Operation, run: subprocess.Popen[bytes]) -> None:
    """Wait until the run says that it works."""
    progress = operation.root / "spool" / "progress.json"
    while run.poll() is None and not progress.exists():
        time.sleep(0.02)


def test_ctrl_c_stops_and_the_same_command_goes_on(
    source: Path, fresh: Operation, calm: Operation, tmp_path: Path
) -> None:
    stopped = Operation(tmp_path / "operation")
    shutil.copytree(fresh.root, stopped.root)
    moments = random.Random(20161120)
    codes = []
    for after in (0, *(moments.uniform(0, 2.5) for _ in range(4))):
        (stopped.root / "spool" / "progress.json").unlink(missing_ok=True)
        run = subprocess.Popen(
            stopped.command("ingest", str(stopped.root), "--exhibit", EXHIBIT, str(source)),
            env=stopped.env(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            _begun(stopped, run)
            run.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=60)  # 5 s by the promise, on a machine that is not busy
        codes.append(run.returncode)
        assert run.returncode in (0, 21), said.decode()
        if run.returncode == 21:
            assert said.decode().splitlines()[-1] == "Stopped. The same command goes on where it stopped."
        assert children_of(stopped) == []
    assert set(codes) <= {0, 21}
    assert codes[0] == 21
    stopped.ingest(source)
    compare(stopped, calm)
    assert "The chain holds" in stopped.run("verify", str(stopped.root))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB, to be made larger by `remount`."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "safelight-test", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        missing("the right to mount a small file system (root)")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def remount(place: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(place)], check=True)


def test_a_full_disk_stops_the_run_and_room_lets_it_go_on(
    source: Path, fresh: Operation, calm: Operation, small_disk: Path
) -> None:
    full = Operation(small_disk / "operation")
    shutil.copytree(fresh.root, full.root)
    sentences = []
    for megabytes in (0, 1, 2, 3):
        used = shutil.disk_usage(small_disk).used
        remount(small_disk, f"{(used >> 10) + 120 + (megabytes << 9)}k")
        words = ("ingest", str(full.root), "--exhibit", EXHIBIT, str(source))
        done = subprocess.run(full.command(*words), env=full.env(), capture_output=True, check=False)
        assert done.returncode in (0, 20), done.stderr.decode()
        if done.returncode == 20:
            sentences.append(done.stderr.decode().splitlines()[-1])
        assert children_of(full) == []
    assert sentences
    for sentence in sentences:
        assert "disk" in sentence and "full" in sentence and sentence.endswith("."), sentence
    remount(small_disk, "200m")
    full.ingest(source)
    compare(full, calm)
    assert "The chain holds" in full.run("verify", str(full.root))
