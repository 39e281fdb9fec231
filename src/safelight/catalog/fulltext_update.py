"""The index follows the catalog: what came is added, what was dropped or made anew by a newer version leaves.

What is indexed stands in the index itself: each text carries the name of its unit (`fulltext_rows`), and the units of the
newest commit with their numbers of texts are compared with those of the catalog's live rows. A unit that is missing,
incomplete or gone is taken out and read again. So there is no state beside the index that could disagree with it: kill -9
leaves the last commit, the next run compares and goes on; compaction changes parts and no units, so nothing is indexed
again. The comparison costs about a second for ten million messages and is skipped while the parts are the same.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import orjson
import pyarrow as pa
import tantivy

from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext import HEAP, writing
from safelight.catalog.fulltext_documents import Documents
from safelight.catalog.fulltext_rows import ORIGINS, TABLES, TRANSLATIONS, Origin
from safelight.catalog.fulltext_schema import VERSION, tag
from safelight.catalog.snapshot import Snapshot

Progress = Callable[[int, int], None]

#: Texts that one commit adds, about: what kill -9 can cost.
COMMIT_ROWS = 500_000
_AT_ONCE = 100_000


@dataclass(slots=True)
class Updated:
    """What an update did: texts added, units taken out, texts in the index now."""

    added: int = 0
    removed_units: int = 0
    total: int = 0


def update(
    catalog: Catalog,
    folder: Path,
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
    commit_rows: int = COMMIT_ROWS,
    translations: pa.Table | None = None,
) -> Updated:
    """Bring the index in `folder` (`OperationFolder.index`) up to the catalog, or with `rebuild` make it anew.

    `translations` are all there are now (`fulltext_rows.TRANSLATED`); None leaves what the index has of them.
    `progress(done, total)` counts texts. Waits while another process does the same. Raises DiskFull.
    """
    with catalog.journal.exclusive("fulltext", wait=True):
        snapshot = catalog.snapshot()
        done = Updated()
        with writing(folder, anew=rebuild) as (index, place):
            state = place / "parts.json"
            before = _read(state)
            now = {origin.letter: _parts(snapshot, origin) for origin in ORIGINS}
            if translations is None:
                now[TRANSLATIONS.letter] = before.get(TRANSLATIONS.letter, "")
            else:
                now[TRANSLATIONS.letter] += " ".join(map(str, sorted(set(translations["seq"].to_pylist()))))
            origins = [one for one in ORIGINS if before.get(one.letter, "") != now[one.letter]]
            if origins:
                with catalog.connect(snapshot, tables=TABLES) as db:
                    if translations is not None:
                        db.register("given", translations)
                        db.execute("CREATE TABLE translations AS SELECT * FROM given")
                    _follow(index, db, origins, done, progress or (lambda _done, _total: None), commit_rows)
                index.reload()
                state.write_bytes(orjson.dumps(now))
            done.total = index.searcher().num_docs
    return done


def _follow(
    index: tantivy.Index,
    db: duckdb.DuckDBPyConnection,
    origins: list[Origin],
    done: Updated,
    progress: Progress,
    commit_rows: int,
) -> None:
    total = sum(origin.total(db) for origin in origins)
    writer = index.writer(HEAP, num_threads=1)
    job = _Job(writer, db, done, progress, total, commit_rows)
    try:
        for origin in origins:
            units: list[str] = []
            size = 0
            for unit, count, there in _compare(index.searcher(), db, origin):
                if there == count:
                    job.passed += count
                    continue
                if there:
                    writer.delete_documents_by_term("tags", tag("unit", unit))
                    done.removed_units += 1
                if count and units and size + count > min(origin.at_once, commit_rows):
                    job.add(origin, units)
                    units, size = [], 0
                if count:
                    units.append(unit)
                    size += count
            job.add(origin, units)
        writer.commit()
        progress(total, total)
    except BaseException:
        with suppress(Exception):
            writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()


@dataclass(slots=True)
class _Job:
    """What is read, where it goes, and how far it is."""

    writer: tantivy.IndexWriter
    db: duckdb.DuckDBPyConnection
    done: Updated
    progress: Progress
    total: int
    commit_rows: int
    passed: int = 0
    waiting: int = 0

    def add(self, origin: Origin, units: list[str]) -> None:
        """Read some units; commit when enough waits, together with what was taken out of the same units."""
        documents, add = Documents(), self.writer.add_document
        for batch in origin.read(self.db.cursor(), units) if units else ():
            for document in documents.of(batch):
                add(document)
            self.done.added += batch.num_rows
            self.passed += batch.num_rows
            self.waiting += batch.num_rows
            self.progress(self.passed, self.total)
        if self.waiting >= self.commit_rows:
            self.writer.commit()
            self.waiting = 0


def _compare(
    searcher: tantivy.Searcher, db: duckdb.DuckDBPyConnection, origin: Origin
) -> Iterator[tuple[str, int, int]]:
    """Each unit with its texts in the catalog and in the index. Both sides come in the order of bytes."""
    there = iter(_indexed(searcher, tag("unit", f"{origin.letter}|")))
    indexed = next(there, None)
    for unit, count in origin.counts(db.cursor()):
        name = tag("unit", unit)
        while indexed is not None and indexed[0].encode() < name.encode():
            yield _unit(indexed[0]), 0, indexed[1]
            indexed = next(there, None)
        if indexed is not None and indexed[0] == name:
            yield unit, count, indexed[1]
            indexed = next(there, None)
        else:
            yield unit, count, 0
    while indexed is not None:
        yield _unit(indexed[0]), 0, indexed[1]
        indexed = next(there, None)


def _unit(name: str) -> str:
    return name.removeprefix(tag("unit", ""))


def _indexed(searcher: tantivy.Searcher, prefix: str) -> Iterator[tuple[str, int]]:
    """Tags of units of the newest commit that begin so, in the order of bytes, with the texts that are not deleted."""
    found = searcher.terms_with_prefix("tags", prefix, filter_query=tantivy.Query.all_query(), limit=_AT_ONCE)
    if len(found) < _AT_ONCE:
        yield from sorted(found, key=lambda one: one[0].encode())
        return
    # Ids, names of parsers, versions and options are of these.
    for char in sorted({tag("unit", char)[-1] for char in string.printable}):
        yield from _indexed(searcher, prefix + char)


def _parts(snapshot: Snapshot, origin: Origin) -> str:
    """A digest of the parts that an origin is read from."""
    names = [
        f"{VERSION}",
        *(str(part.key) for table in origin.tables for part in snapshot.parts.get(table, ())),
    ]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def _read(state: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = orjson.loads(state.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return found
