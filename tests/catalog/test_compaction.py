"""Compaction changes the parts and never the rows."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safelight.catalog import compaction
from safelight.catalog.catalog import Catalog
from safelight.catalog.compaction import Report
from tests.catalog.rows import MADE_BY, children, container, item, open_catalog, shown


def _fill(catalog: Catalog, batches: int, first: int = 0, each: int = 3) -> None:
    for batch in range(first, first + batches):
        numbers = range(batch * each, batch * each + each)
        # descending, and sources by turns, so that order is the compaction's work
        rows = [item(number, f"s1-{'ab'[number % 2]}") for number in reversed(numbers)]
        catalog.write(f"b1-{batch:04d}", {"items": rows}, made_by=MADE_BY)


def _parts(catalog: Catalog, table: str = "items") -> list[str]:
    return [part.name for part in catalog.snapshot().parts.get(table, ())]


def test_forced_it_leaves_the_same_rows_sorted_in_one_part(either: Catalog) -> None:
    _fill(either, 5)
    before = shown(either, "items")
    report = either.compact(force=True)
    assert (report.merged, report.written, report.rows) == (5, 1, 15)
    assert shown(either, "items") == before
    (name,) = _parts(either)
    stored = pq.read_table(
        either.parts / "items" / name, columns=["source_id", "path", "item_id"]
    ).to_pylist()
    keys = [(row["source_id"], row["path"], row["item_id"]) for row in stored]
    assert keys == sorted(keys)
    assert len(keys) == 15
    assert either.verify() == []
    assert either.compact(force=True) == Report(), "what is one sorted run is left alone"
    assert not either.write("b1-0003", {"items": [item(99)]}, made_by=MADE_BY), "the batch still finds itself"


def test_compacted_parts_are_cut_at_the_target(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "TARGET_BYTES", 20_000)
    monkeypatch.setattr(compaction, "GROUP_ROWS", 64)
    _fill(catalog, 4, each=200)
    before = shown(catalog, "items")
    report = catalog.compact(force=True)
    assert report.written == len(_parts(catalog)) > 3
    assert shown(catalog, "items") == before
    bounds = []
    for name in _parts(catalog):
        rows = pq.read_table(catalog.parts / "items" / name, columns=["source_id", "path"]).to_pylist()
        bounds.append(((rows[0]["source_id"], rows[0]["path"]), (rows[-1]["source_id"], rows[-1]["path"])))
    bounds.sort()
    assert all(left[1] <= right[0] for left, right in pairwise(bounds)), "no overlap"
    assert catalog.compact(force=True) == Report()


def test_heavy_tables_are_joined_without_sorting(catalog: Catalog) -> None:
    for number, digest in enumerate(("c" * 64, "a" * 64, "b" * 64)):
        row = {"sha256": digest, "text": f"1. e4 e5 {number} " * 1000, "kind": "text"}
        catalog.write(f"b1-{number}", {"texts": [row]}, made_by=MADE_BY)
    before = shown(catalog, "texts")
    catalog.compact(force=True)
    (name,) = _parts(catalog, "texts")
    stored = pq.read_table(catalog.parts / "texts" / name).column("sha256").to_pylist()
    assert stored == ["c" * 64, "a" * 64, "b" * 64]
    assert shown(catalog, "texts") == before


def test_during_an_intake_live_parts_stay_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "FAN", (8, 4))
    with open_catalog(tmp_path) as catalog:
        most = 0
        for batch in range(80):
            catalog.write(f"b1-{batch}", {"containers": [container(batch)]}, made_by=MADE_BY)
            catalog.maybe_compact()
            most = max(most, len(_parts(catalog, "containers")))
        assert most <= 8 + 4 + 2
        levels = sorted(part.level for part in catalog.snapshot().parts["containers"])
        assert levels == [1, 1, 2, 2], "80 batches: two of level 2 (32 each), two of level 1 (8 each)"
        assert children(catalog) == list(range(80))
        assert catalog.verify() == []


@pytest.mark.soak
def test_thousands_of_batches_stay_below_five_hundred_parts(catalog: Catalog) -> None:
    """As set in real use: each merge of 128 parts makes one, and sixteen of those one again."""
    most = 0
    for batch in range(2500):
        catalog.write(f"b1-{batch}", {"containers": [container(batch)]}, made_by=MADE_BY)
        catalog.maybe_compact()
        most = max(most, len(_parts(catalog, "containers")))
    assert most <= 128 + 16 + 1
    assert children(catalog) == list(range(2500))


def test_what_is_not_due_costs_nothing(catalog: Catalog) -> None:
    _fill(catalog, 3)
    head = catalog.head()
    assert catalog.maybe_compact() == Report()
    assert catalog.compact() == Report()
    assert catalog.head() == head


def test_compactor_and_writers_work_at_once(either: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "FAN", (4, 4))
    stop = threading.Event()
    errors: list[BaseException] = []

    def compacts() -> None:
        try:
            while not stop.is_set():
                either.maybe_compact()
                stop.wait(0.005)
        except BaseException as error:
            errors.append(error)

    def writes(writer: int) -> None:
        try:
            for batch in range(10):
                rows = [container(writer * 100 + batch)]
                either.write(f"b1-{writer}-{batch}", {"containers": rows}, made_by=MADE_BY)
        except BaseException as error:
            errors.append(error)

    compactor = threading.Thread(target=compacts)
    writers = [threading.Thread(target=writes, args=(writer,)) for writer in range(3)]
    for thread in (compactor, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    compactor.join()
    assert errors == []
    assert children(either) == [writer * 100 + batch for writer in range(3) for batch in range(10)]
    assert either.verify() == []


def test_only_one_compactor_works(catalog: Catalog) -> None:
    _fill(catalog, 3)
    with (
        open_catalog(catalog.parts.parent) as other,
        other.journal.exclusive("compaction", wait=False) as held,
    ):
        assert held
        assert catalog.compact() == Report()
    assert catalog.compact(force=True).merged == 3


def test_a_part_that_was_replaced_meanwhile_is_not_brought_back(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and committing, another process replaces one of the inputs: the merge gives up."""
    _fill(catalog, 3)
    first = catalog.snapshot().parts["items"][0].key
    whole = catalog.commit_parts

    def late(*args: object, **named: object) -> bool:
        monkeypatch.setattr(catalog, "commit_parts", whole)
        assert catalog.write("b1-late", {"items": [item(500)]}, made_by=MADE_BY, replaces=[first])
        return whole(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(catalog, "commit_parts", late)
    assert catalog.compact(force=True) == Report()
    assert [row[0] for row in shown(catalog, "items", "item_id")] == [
        *(f"i1-{number:05d}" for number in range(3, 9)), "i1-00500"
    ]  # fmt: skip
    assert catalog.verify() == []
    catalog.sweep(grace_seconds=3600, alone=True)
    assert sorted(path.name for path in (catalog.parts / "items").iterdir()) == [
        "b1-0000.parquet", "b1-0001.parquet", "b1-0002.parquet", "b1-late.parquet"
    ]  # fmt: skip


def test_a_reader_with_an_older_list_is_served_through_the_grace_period(catalog: Catalog) -> None:
    _fill(catalog, 4)
    old = catalog.snapshot()
    connection = catalog.connect(old)
    catalog.compact(force=True)
    catalog.sweep()
    assert connection.execute("SELECT count(*) FROM items").fetchone() == (12,)
    connection.close()
    assert len(shown(catalog, "items", snapshot=old)) == 12
    swept = catalog.sweep(grace_seconds=0)
    assert swept.replaced == 4
    assert sorted(path.name for path in (catalog.parts / "items").iterdir()) == _parts(catalog)
    assert len(shown(catalog, "items")) == 12
    assert catalog.sweep(grace_seconds=0).replaced == 0


def test_point_look_ups_have_bloom_filters(catalog: Catalog) -> None:
    _fill(catalog, 3)
    catalog.compact(force=True)
    (name,) = _parts(catalog)
    connection = duckdb.connect()
    with_filter = connection.execute(
        "SELECT path_in_schema FROM parquet_metadata(?) WHERE bloom_filter_offset IS NOT NULL ORDER BY 1",
        [str(catalog.parts / "items" / name)],
    ).fetchall()
    connection.close()
    assert [row[0] for row in with_filter] == ["container", "item_id", "md5", "sha1", "sha256"]


def test_all_value_types_survive(catalog: Catalog) -> None:
    sealed = bytes(range(256))
    catalog.write(
        "b1-a", {"derivatives": [{"sha256": "a" * 64, "width": 3, "sealed": sealed}]}, made_by=MADE_BY
    )
    catalog.write(
        "b1-b", {"pictures": pa.table({"sha256": ["b" * 64], "latitude": [60.39299]})}, made_by=MADE_BY
    )
    catalog.compact(force=True)
    assert shown(catalog, "derivatives", "sha256, width, sealed") == [("a" * 64, 3, sealed)]
    assert shown(catalog, "pictures", "sha256, latitude, height") == [("b" * 64, 60.39299, None)]
