"""Folders that are deep, wide or both, through the whole intake."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.intake.operations import Operation

LEVELS = 300


def _deep(folder: Path) -> str:
    """300 folders in one another, a letter at the bottom; its path, longer than PATH_MAX. Gives the path below."""
    name = "mappe med et navn 19"
    folder.mkdir()
    descriptor = os.open(folder, os.O_RDONLY)
    for _ in range(LEVELS):
        os.mkdir(name, dir_fd=descriptor)
        below = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    letter = os.open("brev.txt", os.O_WRONLY | os.O_CREAT, dir_fd=descriptor)
    os.write(letter, b"dypt nede\n")
    os.close(letter)
    os.close(descriptor)
    path = "/".join([name] * LEVELS) + "/brev.txt"
    assert len(path) > 4096
    return path


def _wide(folder: Path, entries: int) -> None:
    folder.mkdir(parents=True)
    for number in range(entries):
        (folder / f"{number:07d}.txt").write_bytes(b"%d\n" % (number // 2))


def _check(operation: Operation, entries: int) -> None:
    """Every name is there once, with the digest of its own bytes."""
    expected = hashlib.sha256()
    for number in range(entries):
        md5 = hashlib.md5(b"%d\n" % (number // 2)).hexdigest()
        expected.update(f"{number:07d}.txt {md5}\n".encode())
    found = hashlib.sha256()
    with operation.database() as database:
        rows = database.execute("select name, md5 from items where starts_with(path, 'wide/') order by path")
        while page := rows.fetchmany(10000):
            for name, md5 in page:
                found.update(f"{name} {md5}\n".encode())
        children = database.execute("select children from containers").fetchall()
        total = database.execute("select count(*) from items").fetchall()
        contents = database.execute(
            "select count(*), count(distinct sha256) from inspections where inspector = 'text'"
        ).fetchone()
    assert found.hexdigest() == expected.hexdigest()
    assert children == total
    assert contents is not None and contents[0] == contents[1] >= entries // 2


def test_three_hundred_levels_and_twenty_thousand_entries(tmp_path: Path) -> None:
    source = tmp_path / "source"
    _wide(source / "wide", 20_000)
    path = _deep(source / "deep")
    operation = Operation(tmp_path / "operation").make()
    operation.ingest(source)
    _check(operation, 20_000)
    with operation.database() as database:
        found = database.execute(
            "select path, sha256, depth from items where starts_with(path, 'deep/') and kind = 'file'"
        ).fetchall()
        folders = database.execute("select count(*) from items where kind = 'folder'").fetchone()
        failures = database.execute("select * from failures").fetchall()
    assert found == [(f"deep/{path}", hashlib.sha256(b"dypt nede\n").hexdigest(), 0)]
    assert folders == (LEVELS + 2,)
    assert failures == []
    listed = operation.run(
        "items", str(operation.root), "path:*brev.txt", "--format", "jsonl", "--reason", "test"
    )
    assert path in listed


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_million_entries_in_one_folder(tmp_path: Path) -> None:
    source = tmp_path / "source"
    _wide(source / "wide", 1_000_000)
    operation = Operation(tmp_path / "operation").make()
    operation.ingest(source)
    _check(operation, 1_000_000)
