"""Server time of pages and counts over a synthetic catalog of millions of items, beside plain DuckDB SQL over the same
Parquet files: `python -m benchmarks.catalog_pages --millions 5`.

Asked through the door, as the workbench asks. `first` is the time of the first who asks on a snapshot; figures of a
snapshot are computed once, so everyone after that waits `again`. Opening the door, and reading the hits of new parts
once, is in the last row alone. What HTTP and the template cost comes on top.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks import synthetic
from safelight.access.consultation import Consultation
from safelight.access.door import Door
from safelight.access.filter import ItemFilter
from safelight.catalog.catalog import Catalog
from safelight.operation.folder import OperationFolder

_RUNS = 5
_FAILED = (
    "failed IS NOT NULL OR item_id IN (SELECT item_id FROM failures WHERE item_id IS NOT NULL) "
    "OR sha256 IN (SELECT sha256 FROM failures WHERE sha256 IS NOT NULL)"
)
_COUNT = "SELECT count(*), sum(size) FROM items WHERE "
_PAGE = "SELECT * FROM items WHERE {} ORDER BY source_id, path, item_id LIMIT 200"

#: What is asked, by how much at most in milliseconds (None: no target), and how plain SQL asks it.
_READS: tuple[tuple[str, float | None, Callable[[Consultation], object], str], ...] = (
    ("items page", 100, lambda look: look.items(), _PAGE.format("true")),
    ("items page, pictures", 100, lambda look: look.items(_words("type:picture")),
     _PAGE.format("type = 'picture'")),
    ("count, pictures", 500, lambda look: look.count(_words("type:picture"), contents=False),
     _COUNT + "type = 'picture'"),
    ("count, deleted documents", 500,
     lambda look: look.count(_words("type:document state:deleted"), contents=False),
     _COUNT + "type = 'document' AND state = 'deleted'"),
    ("count, part of a name", 500, lambda look: look.count(_words("name:4711"), contents=False),
     _COUNT + "contains(lower(name), '4711')"),
    ("count, a span of times", 500, lambda look: look.count(_words("modified:2010..2012"), contents=False),
     _COUNT + "modified.utc BETWEEN '2010-01-01' AND '2013-01-01'"),
    ("count, failed", 500, lambda look: look.count(_words("failed:any"), contents=False), _COUNT + _FAILED),
    ("different contents", None, lambda look: look.count(), "SELECT count(DISTINCT sha256) FROM items"),
    ("all facets", None, lambda look: look.facets(), ""),
    ("overview", None, lambda look: look.overview(), ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One read: milliseconds of wall clock (`first`, `again`) and of processor (`cpu`, of the first); `plain` is
    plain SQL."""

    name: str
    first: float
    again: float
    cpu: float
    target: float | None
    plain: float | None


def measure(place: Path, millions: float, runs: int = _RUNS) -> list[Row]:
    """Make the catalog in `place` if it is not there, and time every read; the fastest of `runs` counts."""
    folder = synthetic.make(place, int(millions * 1_000_000))
    with closing(_plain(folder)) as db:
        return [_row(folder, db, *read, runs) for read in (*_READS, _one_item(folder), _opening(folder))]


def _row(
    folder: OperationFolder,
    db: duckdb.DuckDBPyConnection,
    name: str,
    target: float | None,
    ask: Callable[[Consultation], object],
    sql: str,
    runs: int,
) -> Row:
    first: list[tuple[float, float]] = []
    again: list[tuple[float, float]] = []
    plain: list[tuple[float, float]] = []
    for _n in range(runs):
        with _opened(folder) as look:
            first.append(_timed(lambda: ask(look)))
            again.append(_timed(lambda: ask(look)))
        if sql:
            plain.append(_timed(lambda: db.execute(sql).fetchall()))
    return Row(
        name, min(first)[0], min(again)[0], min(cpu for _wall, cpu in first), target,
        min(plain)[0] if plain else None,
    )  # fmt: skip


def _one_item(
    folder: OperationFolder,
) -> tuple[str, float | None, Callable[[Consultation], object], str]:
    with _opened(folder) as look:
        row = look.items(_words("type:picture state:allocated"), limit=20).rows[-1]

    def ask(look: Consultation) -> object:
        return look.item(row.item_id), look.copies(str(row.sha256))

    return "one item and its copies", None, ask, f"SELECT * FROM items WHERE item_id = '{row.item_id}'"


def _opening(folder: OperationFolder) -> tuple[str, float | None, Callable[[Consultation], object], str]:
    """What the first page waits for beside its rows: both stores are opened, and the hits of all parts are read."""

    def ask(_look: Consultation) -> object:
        with Door(folder, who="benchmark", purpose="benchmark") as door, door.consult("benchmark") as look:
            return look.items()

    return "items page of a door just opened", None, ask, ""


@contextmanager
def _opened(folder: OperationFolder) -> Iterator[Consultation]:
    """A door of its own, so that nothing is known yet, with its connection warm."""
    with Door(folder, who="benchmark", purpose="benchmark") as door, door.consult("benchmark") as look:
        look.items(limit=1)
        yield look


def _plain(folder: OperationFolder) -> duckdb.DuckDBPyConnection:
    """DuckDB with its defaults over the same files."""
    db = duckdb.connect()
    with Catalog.at(folder) as catalog:
        for table, live in catalog.snapshot().parts.items():
            files = [str(catalog.parts / table / part.name) for part in live]
            db.execute(f"CREATE VIEW {table} AS FROM read_parquet({files!r})")
    return db


def _words(words: str) -> ItemFilter:
    return ItemFilter.from_words(words)


def _timed(call: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of wall clock and of processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def table(rows: list[Row], millions: float) -> list[str]:
    """The rows as a section in Markdown."""
    lines = [
        f"## Pages at {millions:g} million items",
        "",
        "Server time through the door over a compacted synthetic catalog; the ratio is plain DuckDB SQL over the same "
        "Parquet files, in time, to the first who asks. Figures of a snapshot are computed once; the last row has what "
        "opening the door costs.",
        "",
        "| read | first ms | processor ms | again ms | target ms | reached | plain SQL ms | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        goal = "—" if row.target is None else f"≤ {row.target:.0f}"
        reached = "—" if row.target is None else ("yes" if row.first <= row.target else "NO")
        plain = "—" if row.plain is None else f"{row.plain:.0f}"
        ratio = "—" if row.plain is None else f"{row.plain / row.first:.2f}"
        lines.append(
            f"| {row.name} | {row.first:.0f} | {row.cpu:.0f} | {row.again:.1f} | {goal} | {reached} | {plain} | {ratio} |"
        )
    return lines


def main() -> None:
    """Measure and print the section."""
    options = argparse.ArgumentParser(description="Pages and counts over a synthetic catalog")
    options.add_argument("--millions", type=float, default=0.2)
    options.add_argument(
        "--place", type=Path, default=Path(tempfile.gettempdir()) / "safelight-bench" / "pages"
    )
    options.add_argument("--runs", type=int, default=_RUNS)
    given = options.parse_args()
    print("\n".join(table(measure(given.place, given.millions, given.runs), given.millions)))


if __name__ == "__main__":
    main()
