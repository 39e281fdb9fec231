"""Batches go in once, snapshots come out, and a query reads nothing else."""

from __future__ import annotations

import errno
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safelight.catalog.catalog import Catalog
from safelight.catalog.durable import Disk
from safelight.catalog.journal import NewPart, PartsChanged, layout_id
from safelight.catalog.schema import TABLES
from safelight.catalog.snapshot import PartName
from safelight.errors import DiskFull
from safelight.operation.folder import OperationFolder
from tests.catalog.rows import MADE_BY, children, container, digests, item, open_catalog, shown


def test_what_is_written_is_read(either: Catalog) -> None:
    assert either.write("b1-a", {"items": [item(1)], "failures": []}, made_by=MADE_BY)
    connection = either.connect()
    found = connection.execute("SELECT * FROM items").fetchone()
    names = [column[0] for column in connection.description]
    connection.close()
    assert found is not None
    assert names == [column.name for column in TABLES["items"].columns]
    assert {name: value for name, value in zip(names, found, strict=True) if value is not None} == {
        "item_id": "i1-00001",
        "source_id": "s1-a",
        "path": "disk/sjakk/åpning 1/parti 00001.pgn",
        "size": 10,
        "type": "text",
        "modified": {
            "utc": datetime(2016, 1, 12, 9, 13, 20, 1, UTC),
            "wall": datetime(2016, 1, 12, 9, 13, 20, 1),  # noqa: DTZ001 - a wall clock
            "text": "130970636000000000",
            "basis": "stated",
            "assumed_by": None,
        },
        "created": {
            "utc": None,
            "wall": datetime(2016, 1, 12, 9, 13, 20),  # noqa: DTZ001 - a wall clock
            "text": "2016-01-12 10:13:20",
            "basis": "unknown",
            "assumed_by": None,
        },
        **digests(1),
    }
    assert shown(either, "failures") == []


def test_a_batch_is_written_once(either: Catalog) -> None:
    assert either.write("b1-a", {"containers": [container(1)]}, made_by=MADE_BY)
    head = either.head()
    assert not either.write("b1-a", {"containers": [container(2)]}, made_by=MADE_BY)
    assert either.head() == head
    assert children(either) == [1]
    assert either.has("b1-a")
    assert not either.has("b1-b")


def test_a_batch_without_rows_is_recorded(either: Catalog) -> None:
    assert either.write("b1-none", {"items": []}, made_by={"stage": "walk/empty"})
    assert not either.write("b1-none", {"items": []}, made_by={"stage": "walk/empty"})
    assert [(entry.batch, entry.made_by) for entry in either.finished("walk/")] == [
        ("b1-none", {"stage": "walk/empty"})
    ]
    assert either.snapshot().parts == {}


def test_arrow_tables_are_taken_too(catalog: Catalog) -> None:
    given = pa.table({"children": pa.array([5, 6], pa.int32()), "source_id": ["s1-a", "s1-b"]})
    catalog.write("b1-a", {"containers": given}, made_by=MADE_BY)
    assert shown(catalog, "containers") == [("s1-a", None, None, 5, None), ("s1-b", None, None, 6, None)]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"itmes": []}, "no table itmes"),
        ({"items": [{"pth": "a"}]}, "items has no column pth"),
        ({"items": [{"modified": {"utx": 1}}]}, "items.modified has no field utx"),
        ({"items": pa.table({"pth": ["a"]})}, "items has no column pth"),
    ],
)
def test_what_the_schema_lacks_is_refused(catalog: Catalog, tables: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        catalog.write("b1-a", tables, made_by=MADE_BY)
    assert not catalog.has("b1-a")
    assert [path for path in catalog.parts.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["", "../b", "a/b", ".hidden", "c1-x", "r1-x", "b" * 200, "b\n"])
def test_batch_ids_that_could_not_name_a_file_are_refused(catalog: Catalog, name: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        catalog.write(name, {}, made_by=MADE_BY)


def test_replaced_parts_give_way_in_the_same_transaction(either: Catalog) -> None:
    either.write("b1-a", {"containers": [container(1)]}, made_by=MADE_BY)
    old = either.snapshot().parts["containers"][0].key
    before = either.snapshot()
    assert either.write("b1-b", {"containers": [container(2)]}, made_by=MADE_BY, replaces=[old])
    assert children(either) == [2]
    assert children(either, before) == [1]
    with pytest.raises(PartsChanged):
        either.write("b1-c", {"containers": [container(3)]}, made_by=MADE_BY, replaces=[old])
    assert children(either) == [2]


def test_views_of_an_empty_catalog_have_every_column_with_its_type(catalog: Catalog) -> None:
    catalog.write("b1-a", {name: [{}] for name in TABLES}, made_by=MADE_BY)
    with open_catalog(catalog.parts.parent / "other") as empty:
        for name in TABLES:
            assert _described(empty, name) == _described(catalog, name)


def _described(catalog: Catalog, table: str) -> list[tuple[str, str]]:
    connection = catalog.connect()
    rows = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    connection.close()
    return rows


def test_parts_from_before_a_column_existed_read_as_null_there(catalog: Catalog) -> None:
    """A part as an earlier version would have written it, entered in the journal by hand."""
    _enter_old_part(catalog)
    assert shown(catalog, "containers") == [("s1-old", None, None, 7, None)]
    catalog.write("b1-new", {"containers": [container(8)]}, made_by=MADE_BY)
    both = [("s1-a", "i1-00008", "zip", 8, True), ("s1-old", None, None, 7, None)]
    assert shown(catalog, "containers") == both
    catalog.compact(force=True)
    assert shown(catalog, "containers") == both


def _enter_old_part(catalog: Catalog) -> None:
    columns = ("children", "source_id")
    path = catalog.parts / "containers" / "b1-old.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table({"children": pa.array([7], pa.int64()), "source_id": ["s1-old"]}), path)
    part = NewPart(PartName("containers", path.name), 1, path.stat().st_size, "00" * 32, layout_id(columns))
    with catalog.journal.commit(
        "b1-old", [part], kind="batch", made_by={}, layouts={layout_id(columns): columns}
    ):
        pass


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_parquet('{parts}/containers/*.parquet')",
        "SELECT * FROM read_parquet('{parts}/containers/orphan.parquet')",
        "SELECT * FROM glob('/etc/*')",
        "COPY containers TO '{parts}/out.csv'",
        "ATTACH '{parts}/x.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET temp_directory = '/'",
        "SELECT * FROM secret_of_the_program",
    ],
)
def test_a_query_reaches_nothing_but_the_parts(catalog: Catalog, query: str) -> None:
    secret_of_the_program = pa.table({"a": [1]})
    catalog.write("b1-a", {"containers": [container(1)]}, made_by=MADE_BY)
    orphan = catalog.parts / "containers" / "orphan.parquet"
    orphan.write_bytes((catalog.parts / "containers" / "b1-a.parquet").read_bytes())
    connection = catalog.connect()
    with pytest.raises(duckdb.Error):
        connection.execute(query.format(parts=catalog.parts)).fetchall()
    assert connection.execute("SELECT children FROM containers").fetchall() == [(1,)]
    connection.close()
    assert secret_of_the_program.num_rows == 1


def test_a_long_query_prints_nothing(catalog: Catalog) -> None:
    """A progress bar would stand in what a command says, as in its JSON."""
    with catalog.connect() as connection:
        assert connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]


def test_large_sorts_spill_inside_the_operation(catalog: Catalog) -> None:
    catalog.write("b1-a", {"containers": [container(number) for number in range(5000)]}, made_by=MADE_BY)
    connection = catalog.connect(memory_limit="60MB", threads=1)
    cursor = connection.execute(
        "SELECT a.item_id, b.item_id, repeat(a.item_id, 5) AS long FROM containers a, containers b "
        "WHERE b.children < 400 ORDER BY long, b.item_id DESC"
    )
    spilled = [path for path in catalog.spill.rglob("*") if path.is_file()]
    assert cursor.fetchone() == ("i1-00000", "i1-00399", "i1-00000" * 5)
    assert spilled
    connection.close()
    assert [path for path in catalog.spill.rglob("*") if path.is_file()] == []


def test_an_operation_has_its_catalog(tmp_path: Path) -> None:
    folder = OperationFolder(tmp_path / "Operasjon Blåbær's 50% #1?a=b&c")
    folder.make()
    with Catalog.at(folder) as catalog:
        catalog.write("b1-a", {"containers": [container(1)]}, made_by=MADE_BY)
        assert children(catalog) == [1]
    assert folder.journal.is_file()
    assert (folder.parts / "containers" / "b1-a.parquet").stat().st_mode & 0o777 == 0o600
    assert (folder.parts / "containers").stat().st_mode & 0o777 == 0o700


class FullDisk(Disk):
    """A disk that has no room left from the `room`-th operation of one kind on."""

    def __init__(self, kind: str, room: int) -> None:
        self.kind, self.room = kind, room

    def _take(self, kind: str) -> None:
        if kind == self.kind:
            self.room -= 1
            if self.room < 0:
                raise OSError(errno.ENOSPC, "No space left on device")

    def create(self, path: Path) -> int:
        self._take("create")
        return super().create(path)

    def write(self, descriptor: int, data: bytes | memoryview) -> None:
        self._take("write")
        super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self._take("sync")
        super().sync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        self._take("rename")
        super().rename(source, target)

    def sync_folder(self, folder: Path) -> None:
        self._take("sync_folder")
        super().sync_folder(folder)


@pytest.mark.parametrize("kind", ["create", "write", "sync", "rename", "sync_folder"])
@pytest.mark.parametrize("room", [0, 1])
@pytest.mark.parametrize("step", ["write", "compact", "supersede"])
def test_a_full_disk_ends_in_one_sentence_and_the_same_call_goes_on(
    tmp_path: Path, kind: str, room: int, step: str
) -> None:
    def call(catalog: Catalog) -> None:
        if step == "write":
            catalog.write("b1-c", {"containers": [container(3)], "items": [item(3)]}, made_by=MADE_BY)
        elif step == "compact":
            catalog.compact(force=True)
        else:
            gone = {
                "containers": pa.table({"source_id": ["s1-b"]}),
                "items": pa.table({"source_id": ["s1-b"]}),
            }
            catalog.supersede("b1-d", gone, {"containers": [container(4)]}, made_by=MADE_BY)

    with open_catalog(tmp_path) as good:
        for name, number in (("a", 1), ("b", 2)):
            rows = {
                "containers": [container(number), container(number + 10, "s1-b")],
                "items": [item(number)],
            }
            rows["items"].append(item(number + 10, "s1-b"))
            good.write(f"b1-{name}", rows, made_by=MADE_BY)
        before, head = (children(good), shown(good, "items", "item_id")), good.head()
        with Catalog(tmp_path / "parts", f"sqlite:///{tmp_path / 'journal.sqlite'}") as full:
            full.disk = FullDisk(kind, room)
            with pytest.raises(DiskFull):
                call(full)
        if step != "compact":
            assert good.head() == head
        assert (children(good), shown(good, "items", "item_id")) == before
        assert good.verify() == []
        call(good)
        good.sweep(grace_seconds=0, alone=True)
        assert children(good) == {
            "write": [1, 2, 3, 11, 12], "compact": [1, 2, 11, 12], "supersede": [1, 2, 4]
        }[step]  # fmt: skip
        assert good.verify() == []
        assert _files(good) == {str(part.key) for live in good.snapshot().parts.values() for part in live}


def _files(catalog: Catalog) -> set[str]:
    return {str(path.relative_to(catalog.parts)) for path in catalog.parts.rglob("*") if path.is_file()}


def test_a_full_disk_under_the_journal_is_told_as_such(tmp_path: Path) -> None:
    """SQLite itself is out of room: its own limit on pages stands in for the disk's."""
    with open_catalog(tmp_path) as catalog:
        engine = catalog.journal._engine

        def limit(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")

        import sqlalchemy

        sqlalchemy.event.listen(engine, "connect", limit)
        big = {"stage": "walk", "note": "x" * 200_000}
        with pytest.raises(DiskFull):
            catalog.write("b1-a", {"containers": [container(1)]}, made_by=big)
        sqlalchemy.event.remove(engine, "connect", limit)
        assert children(catalog) == []
        assert catalog.write("b1-a", {"containers": [container(1)]}, made_by=big)
        assert children(catalog) == [1]
