"""Pages, look-ups and counts over a synthetic catalog, on one thread: `python benchmarks/catalog_pages.py --millions 5`.

The catalog is written in batches as an intake writes it, queried as it stands, compacted and queried again. Times are
medians of several runs in one process with the files in the page cache; what a page costs over HTTP comes on top.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc

from safelight.catalog.catalog import Catalog
from safelight.catalog.paging import ItemKey, page_of_items

_BATCH = 20_000
_SOURCES = ("s1-a", "s1-b", "s1-c")
_TYPES = pa.array(["picture", "document", "text", "other"])
_SHOWN = "item_id, path, size, sha256, type, modified.utc, state, container"


def main() -> None:
    """Run the benchmark and print one table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--millions", type=float, default=0.2, help="items in the catalog, in millions")
    options.add_argument("--folder", type=Path, help="where to make it (default: a temporary folder)")
    options.add_argument("--runs", type=int, default=7, help="runs of each query")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as made:
        folder = Path(made)
        with Catalog(folder / "parts", f"sqlite:///{folder / 'journal.sqlite'}") as catalog:
            _run(catalog, int(given.millions * 1_000_000), given.runs)


def _run(catalog: Catalog, items: int, runs: int) -> None:
    start = time.perf_counter()
    for number in range(0, items, _BATCH):
        catalog.write(f"b1-{number}", {"items": _items(number, _BATCH)}, made_by={"stage": "walk"})
    wrote = time.perf_counter() - start
    print(f"{items:,} items written in {wrote:.1f} s: {items / wrote:,.0f} rows/s")
    before = _times(catalog, runs)
    start = time.perf_counter()
    report = catalog.compact(force=True)
    took = time.perf_counter() - start
    print(
        f"{report.merged} parts compacted into {report.written} ({report.bytes / 1e6:,.0f} MB) in {took:.1f} s"
    )
    after = _times(catalog, runs)
    print("\n| query | batches as written, ms | compacted, ms |\n| --- | --- | --- |")
    for name in after:
        print(f"| {name} | {before[name]:.0f} | {after[name]:.0f} |")
    print(f"\nresident memory at the end: {psutil.Process().memory_info().rss / 1e6:,.0f} MB")


def _times(catalog: Catalog, runs: int) -> dict[str, float]:
    connect = _median(lambda: catalog.connect(threads=1).close(), runs)
    connection = catalog.connect(threads=1)
    middle = connection.execute(
        "SELECT source_id, path, item_id, sha256, md5 FROM items WHERE source_id = 's1-b' ORDER BY md5 LIMIT 1"
    ).fetchone()
    assert middle is not None
    after = ItemKey(*middle[:3])

    def page(**more: Any) -> Callable[[], object]:
        return lambda: page_of_items(connection, _SHOWN, sources=_SOURCES, **more)

    queries: dict[str, Callable[[], object]] = {
        "first page": page(),
        "page in the middle": page(after=after),
        "page of deleted pictures in the middle": page(
            after=after, where="type = 'picture' AND state = 'deleted'", parameters=[]
        ),
        "item by id": _query(connection, "SELECT * FROM items WHERE item_id = ?", middle[2]),
        "copies of a content": _query(connection, "SELECT * FROM items WHERE sha256 = ?", middle[3]),
        "item by MD5": _query(connection, "SELECT * FROM items WHERE md5 = ?", middle[4]),
        "id that is not there": _query(connection, "SELECT * FROM items WHERE item_id = ?", "i1-none"),
        "count": _query(connection, "SELECT count(*) FROM items"),
        "count and bytes by type": _query(
            connection, "SELECT type, count(*), sum(size) FROM items GROUP BY type"
        ),
        "count of deleted pictures over 1 MB": _query(
            connection,
            "SELECT count(*) FROM items WHERE type = 'picture' AND state = 'deleted' AND size > 1000000",
        ),
        "count by part of the path": _query(
            connection, "SELECT count(*) FROM items WHERE path LIKE ?", "%folder000012%"
        ),
        "count in a span of time": _query(
            connection, "SELECT count(*) FROM items WHERE modified.utc BETWEEN '2014-06-01' AND '2014-07-01'"
        ),
    }
    times = {"open the views": connect} | {name: _median(call, runs) for name, call in queries.items()}
    connection.close()
    return times


def _query(connection: duckdb.DuckDBPyConnection, sql: str, *values: str) -> Callable[[], object]:
    return lambda: connection.execute(sql, list(values)).fetchall()


def _median(call: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def _items(first: int, count: int) -> pa.Table:
    chance = np.random.default_rng(first)
    numbers = np.arange(first, first + count)
    paths = pa.array([f"disk/Users/u{n % 37}/folder{n // 500:06d}/file-{n:08d}.jpg" for n in numbers])
    wall = pa.array(1_400_000_000_000_000 + numbers * 1_000_000).cast(pa.timestamp("us"))
    moment = pa.StructArray.from_arrays(
        [wall.cast(pa.timestamp("us", "UTC")), wall, wall.cast(pa.string()), pa.array(["stated"] * count),
         pa.nulls(count, pa.string())],
        names=["utc", "wall", "text", "basis", "assumed_by"],
    )  # fmt: skip
    return pa.table(
        {
            "item_id": pc.binary_join_element_wise("i1-", _digests(chance, count, 20), ""),
            "source_id": pa.array([_SOURCES[n % 3] for n in numbers]),
            "exhibit": pa.array(["00000000-0000-4000-8000-000000000000"] * count),
            "spec": paths,
            "path": paths,
            "name": pa.array([f"file-{n:08d}.jpg" for n in numbers]),
            "extension": pa.array(["jpg"] * count),
            "kind": pa.array(["file"] * count),
            "state": pa.array(np.where(numbers % 10 == 0, "deleted", "allocated")),
            "size": pa.array(chance.integers(0, 1 << 22, count)),
            "modified": moment,
            "accessed": moment,
            "changed": moment,
            "created": moment,
            "sha256": _digests(chance, count, 32),
            "sha1": _digests(chance, count, 20),
            "md5": _digests(chance, count, 16),
            "type": _TYPES.take(pa.array(chance.integers(0, 4, count))),
            "mime": pa.array(["image/jpeg"] * count),
        }
    )


def _digests(chance: np.random.Generator, count: int, length: int) -> pa.Array:
    text = chance.bytes(count * length).hex()
    return pa.array([text[at : at + 2 * length] for at in range(0, len(text), 2 * length)])


if __name__ == "__main__":
    main()
