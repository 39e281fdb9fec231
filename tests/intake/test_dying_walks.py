"""A walk that dies costs the place that killed it: nothing beside it is lost, nothing is there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.intake.dying import HEAD, install
from tests.intake.operations import Operation


def _names(operation: Operation) -> list[str]:
    with operation.database() as database:
        found = database.execute(
            "select path from items where container is not null order by path"
        ).fetchall()
    return sorted(row[0].split(" › ")[-1] for row in found)


def _take_in(tmp_path: Path, lines: list[str], *, beside: int = 0) -> Operation:
    source = tmp_path / "source"
    source.mkdir()
    (source / "walk.bin").write_bytes(HEAD + "\n".join(lines).encode())
    for number in range(beside):
        (source / f"beside {number}.bin").write_bytes(HEAD + f"z{number}/1\nz{number}/2".encode())
    operation = Operation(tmp_path / "op", {"PYTHONPATH": str(install(tmp_path / "plugin"))}).make()
    operation.ingest(source)
    return operation


@pytest.mark.parametrize(
    ("lines", "found", "killers"),
    [
        (["a/1", "a/2", "a/!", "a/3", "b/1", "b/2", "c/1"], ["a/1", "a/2", "b/1", "b/2", "c/1"], ["a"]),
        (["a/1", "b/!", "b/1", "c/1", "c/2"], ["a/1", "c/1", "c/2"], ["b"]),
        (["a/!", "a/1", "b/1", "b/!", "b/2", "c/1"], ["b/1", "c/1"], ["a", "b"]),
        (
            ["a/1", "b/1", "b/!", "a/2", "a/3", "c/!", "c/1", "d/1"],
            ["a/1", "a/2", "a/3", "b/1", "d/1"],
            ["b", "c"],
        ),
        (["a/1", "a/2"], ["a/1", "a/2"], []),
    ],
)
def test_rows_beside_the_place_that_kills_are_all_there_once(
    tmp_path: Path, lines: list[str], found: list[str], killers: list[str]
) -> None:
    operation = _take_in(tmp_path, lines, beside=3)
    assert _names(operation) == sorted([*found, "z0/1", "z0/2", "z1/1", "z1/2", "z2/1", "z2/2"])
    with operation.database() as database:
        containers = database.execute(
            "select children, complete from containers join items using (item_id) where name = 'walk.bin'"
        ).fetchall()
        failures = database.execute(
            "select cause from failures where stage = 'walk' and inspector = 'walker'"
        ).fetchall()
    assert containers == [(len(found), not killers)]
    assert failures == [("crash",)] * len(killers)
