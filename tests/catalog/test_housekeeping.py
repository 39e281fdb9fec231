"""Sweeping takes only what nobody needs; verifying finds what was changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from safelight.catalog.catalog import Catalog
from safelight.catalog.housekeeping import Problem, Swept
from tests.catalog.rows import MADE_BY, children, container


@pytest.fixture
def filled(either: Catalog) -> Catalog:
    for name, number in (("a", 1), ("b", 2)):
        either.write(f"b1-{name}", {"containers": [container(number)]}, made_by=MADE_BY)
    return either


def test_orphans_go_and_parts_stay(filled: Catalog) -> None:
    folder = filled.parts / "containers"
    (folder / "b1-lost.parquet").write_bytes(b"renamed, never committed")
    (folder / ".b1-x.parquet.abc.tmp").write_bytes(b"a writer at work")
    old = folder / ".b1-y.parquet.abc.tmp"
    old.write_bytes(b"a writer that died long ago")
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    assert filled.sweep() == Swept(orphans=2, replaced=0)
    assert sorted(path.name for path in folder.iterdir()) == [
        ".b1-x.parquet.abc.tmp", "b1-a.parquet", "b1-b.parquet"
    ]  # fmt: skip
    assert filled.sweep(alone=True) == Swept(orphans=1, replaced=0)
    assert children(filled) == [1, 2]


def test_a_removed_file_that_a_power_cut_brought_back_goes_again(filled: Catalog) -> None:
    kept = {path.name: path.read_bytes() for path in (filled.parts / "containers").iterdir()}
    filled.compact(force=True)
    assert filled.sweep(grace_seconds=0) == Swept(orphans=0, replaced=2)
    for name, data in kept.items():
        (filled.parts / "containers" / name).write_bytes(data)
    assert filled.sweep(grace_seconds=0) == Swept(orphans=2, replaced=0)
    assert children(filled) == [1, 2]


def test_spill_of_dead_readers_goes(filled: Catalog) -> None:
    (filled.spill / "dead").mkdir(parents=True)
    (filled.spill / "dead" / "duckdb_temp_storage-0.tmp").write_bytes(b"x")
    long_ago = time.time() - 7200
    os.utime(filled.spill / "dead", (long_ago, long_ago))
    filled.sweep()
    assert [path.name for path in filled.spill.iterdir()] == ["dead"], "somebody wrote there lately"
    filled.sweep(alone=True)
    assert list(filled.spill.iterdir()) == []


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (_flip, "its bytes are not those that were committed"),
        (Path.unlink, "the file is not there"),
    ],
)
def test_a_changed_part_is_named(filled: Catalog, harm: object, what: str) -> None:
    assert filled.verify() == []
    assert callable(harm)
    harm(filled.parts / "containers" / "b1-b.parquet")
    assert filled.verify() == [Problem("containers/b1-b.parquet", what)]


def test_progress_counts_bytes(filled: Catalog) -> None:
    told: list[tuple[int, int]] = []
    filled.verify(lambda done, total: told.append((done, total)))
    sizes = [part.bytes for part in filled.snapshot().parts["containers"]]
    assert told == [(sizes[0], sum(sizes)), (sum(sizes), sum(sizes))]
