"""A power cut at any point leaves the old state or the new one, and the same calls go on from there."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safelight.catalog.catalog import Catalog
from safelight.catalog.durable import Disk, NewFile, full_disk_is_told
from safelight.errors import DiskFull
from tests.catalog.power import RecordingDisk, distinct, restore
from tests.catalog.rows import MADE_BY, children, container, open_catalog


def _write(number: int) -> Callable[[Catalog], object]:
    rows = [container(number * 10 + each) for each in range(3)]
    return lambda catalog: catalog.write(f"b1-{number}", {"containers": rows, "volumes": [{"start": number}]},
                                         made_by=MADE_BY)  # fmt: skip


def _replace(catalog: Catalog) -> None:
    keys = pa.table({"children": [11, 21]})
    catalog.supersede("b1-anew", {"containers": keys}, {"containers": [container(99)]}, made_by=MADE_BY)


_STEPS: tuple[Callable[[Catalog], object], ...] = (
    _write(1),
    _write(2),
    lambda catalog: catalog.compact(force=True),
    _write(3),
    lambda catalog: catalog.sweep(grace_seconds=0, alone=True),
    _replace,
    lambda catalog: catalog.compact(force=True),
    lambda catalog: catalog.sweep(grace_seconds=0, alone=True),
)


@pytest.mark.parametrize(
    "every", [25, pytest.param(1, marks=pytest.mark.soak)], ids=["some go on", "all go on"]
)
def test_every_power_cut_leaves_old_or_new_and_the_run_goes_on(tmp_path: Path, every: int) -> None:
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    disk = RecordingDisk(recorded / "journal.sqlite")
    rows_at: dict[int, list[int]] = {0: []}
    with Catalog(recorded / "parts", f"sqlite:///{recorded / 'journal.sqlite'}", disk=disk) as catalog:
        for step in _STEPS:
            step(catalog)
            disk.committed()
            # A forced compaction is an entry a table, so that several entries may share a state.
            for sequence in range(max(rows_at) + 1, catalog.head()[0] + 1):
                rows_at[sequence] = children(catalog)
        final = children(catalog)
    assert final == [10, 12, 20, 22, 30, 31, 32, 99]
    moments = distinct(disk.moments)
    assert len(moments) > 100
    for number, moment in enumerate(moments):
        folder = tmp_path / str(number)
        folder.mkdir()
        restore(moment, recorded, folder)
        with open_catalog(folder) as catalog:
            assert catalog.verify() == [], moment.what
            assert _stored(catalog) == rows_at[catalog.head()[0]], moment.what
            if number % every == 0:
                for step in _STEPS:
                    step(catalog)
                assert children(catalog) == final, moment.what
                assert catalog.verify() == [], moment.what
                live = {str(part.key) for parts in catalog.snapshot().parts.values() for part in parts}
                files = {str(p.relative_to(catalog.parts)) for p in catalog.parts.rglob("*") if p.is_file()}
                assert files == live, moment.what


def _stored(catalog: Catalog) -> list[int]:
    """As `children`, without the cost of a database for each of some hundred states."""
    live = catalog.snapshot().parts.get("containers", ())
    tables = [pq.read_table(catalog.parts / part.table / part.name, columns=["children"]) for part in live]
    return sorted(number for table in tables for number in table.column("children").to_pylist())


class _ForgetsToSync(RecordingDisk):
    def sync(self, descriptor: int) -> None:
        pass


class _ForgetsFolders(RecordingDisk):
    def sync_folder(self, folder: Path) -> None:
        pass


@pytest.mark.parametrize("kind", [_ForgetsToSync, _ForgetsFolders])
def test_the_replay_would_notice_a_missing_sync(tmp_path: Path, kind: type[RecordingDisk]) -> None:
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    disk = kind(recorded / "journal.sqlite")
    with Catalog(recorded / "parts", f"sqlite:///{recorded / 'journal.sqlite'}", disk=disk) as catalog:
        _write(1)(catalog)
        disk.committed()
    problems = []
    for number, moment in enumerate(distinct(disk.moments)):
        folder = tmp_path / str(number)
        folder.mkdir()
        restore(moment, recorded, folder)
        with open_catalog(folder) as catalog:
            problems += catalog.verify()
    assert problems


def test_a_new_file_is_whole_or_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.tmp"
    with NewFile(path, Disk()) as file:
        assert file.write(b"1. e4 ") == 6
        assert file.write(memoryview(b"e5")) == 2
        file.finish()
    assert path.read_bytes() == b"1. e4 e5"
    assert (file.bytes, file.sha256) == (
        8, "32fe66cf001eb80fd0e2f63793362d48f7e034517e2ce2c7a0c9cc592ad2bbd4"
    )  # fmt: skip
    with NewFile(tmp_path / "b.tmp", Disk()) as unfinished:
        unfinished.write(b"x")
    with pytest.raises(KeyError), NewFile(tmp_path / "c.tmp", Disk()) as failed:
        failed.write(b"x")
        failed.finish()
        raise KeyError
    assert [found.name for found in tmp_path.iterdir()] == ["a.tmp"]


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "x"), True),
        (OSError(errno.EDQUOT, "x"), True),
        (OSError(errno.EIO, "x"), False),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), True),
        (RuntimeError("could not extend file \"base/1\": No space left on device"), True),
        (ValueError("anything else"), False),
    ],
)  # fmt: skip
def test_what_a_full_disk_is(error: Exception, full: bool) -> None:
    with pytest.raises(DiskFull if full else type(error)), full_disk_is_told("here"):
        raise error
