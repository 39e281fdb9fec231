"""The catalog: batches of rows go in once, snapshots come out. See DESIGN "The catalog: parts and a
journal".
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa
import sqlalchemy as sql

from safelight.catalog.compaction import Report, compact, is_due
from safelight.catalog.durable import Disk, full_disk_is_told
from safelight.catalog.housekeeping import GRACE_SECONDS, Problem, Swept, sweep, verify
from safelight.catalog.journal import Entry, Journal, NewPart
from safelight.catalog.parts import as_slices, write_part
from safelight.catalog.rewrite import check_keys, supersede
from safelight.catalog.schema import TABLES
from safelight.catalog.snapshot import PartName, Snapshot
from safelight.catalog.views import open_views
from safelight.operation.folder import OperationFolder

#: Batch ids name files, so they are plain; what compaction and rewriting make begins with `c1-` and `r1-`.
_BATCH = re.compile(r"(?![cr]1-)[A-Za-z0-9][A-Za-z0-9._-]{0,150}")


class Catalog:
    """All machine facts of one operation. Safe for several threads and processes; open it anew in a forked
    child.
    """

    def __init__(self, parts: Path, journal_url: str, *, disk: Disk | None = None) -> None:
        """`parts` is the folder of Parquet parts; `journal_url` is `sqlite:///...` or
        `postgresql+psycopg://...`.
        """
        self.parts = parts.absolute()
        self.disk = disk or Disk()
        self.disk.make_folder(self.parts)
        with full_disk_is_told(str(self.parts)):
            self.journal = Journal(journal_url)

    @classmethod
    def at(cls, folder: OperationFolder) -> Catalog:
        """The catalog of an operation on this machine (journal in SQLite)."""
        url = sql.URL.create("sqlite", database=str(folder.journal))  # a path may hold `?`, `#` and `%`
        return cls(folder.parts, url.render_as_string())

    def close(self) -> None:
        """Let go of the journal. DuckDB connections handed out stay open."""
        self.journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(
        self,
        batch_id: str,
        tables: Mapping[str, Iterable[Mapping[str, Any]] | pa.Table],
        *,
        made_by: Mapping[str, str],
        replaces: Sequence[PartName] = (),
    ) -> bool:
        """Write one batch, at most one part a table, visible all at once; True if it was written now.

        Rows are dicts by column name (missing ones are null) or Arrow tables; a moment is `Moment.as_row()`.
        `made_by["stage"]` is what `finished` finds it by. A batch that is there already returns False and
        writes nothing; one without rows is recorded too. `replaces` names live parts that stop being live in
        the same transaction. Raises ValueError (column, table or batch id that is not allowed), DiskFull,
        PartsChanged.
        """
        _check(batch_id, tables)
        if self.journal.has(batch_id):
            return False
        with full_disk_is_told(str(self.parts)), ExitStack() as undo:
            written = self.write_parts(batch_id, tables, undo)
            return self.commit_parts(batch_id, written, kind="batch", made_by=made_by, replaces=replaces)

    def supersede(
        self,
        batch_id: str,
        drop: Mapping[str, pa.Table],
        tables: Mapping[str, Iterable[Mapping[str, Any]] | pa.Table] | None = None,
        *,
        made_by: Mapping[str, str],
    ) -> bool:
        """Take out rows and put others in their place, in one transaction; False if the batch is there
        already.

        `drop` has, by table, the rows to drop: all that equal one row of the Arrow table in all of its
        columns (for example `{"hits": pa.table({"set_id": ["k1-..."]})}`). Rows that others commit meanwhile
        stay. Waits for a compaction under way. Raises ValueError, DiskFull.
        """
        given = tables or {}
        _check(batch_id, [*drop, *given])
        for table, keys in drop.items():
            check_keys(table, keys)
        return supersede(self, batch_id, drop, given, made_by=made_by)

    def write_parts(
        self,
        batch_id: str,
        tables: Mapping[str, Iterable[Mapping[str, Any]] | pa.Table],
        undo: ExitStack,
    ) -> list[tuple[NewPart, Path]]:
        """Parts of a batch under temporary names, which `undo` removes unless they got their own."""
        written: list[tuple[NewPart, Path]] = []
        for table in sorted(tables):
            key = PartName(table, f"{batch_id}.parquet")
            part = write_part(self.parts, key, as_slices(table, tables[table]), self.disk)
            if part is not None:
                written.append(part)
                undo.callback(self.disk.remove, part[1])
        return written

    def commit_parts(
        self,
        batch_id: str,
        written: Sequence[tuple[NewPart, Path]],
        *,
        kind: str,
        made_by: Mapping[str, str],
        replaces: Sequence[PartName] = (),
    ) -> bool:
        """Give synced files their names and enter them in the journal, in one transaction. Raises
        PartsChanged.
        """
        layouts = {part.layout: TABLES[part.key.table].arrow.names for part, _ in written}
        with self.journal.commit(
            batch_id,
            [part for part, _ in written],
            kind=kind,
            made_by=made_by,
            layouts=layouts,
            replaces=replaces,
        ) as new:
            if new:
                for part, temporary in written:
                    self.disk.rename(temporary, self.parts / part.key.table / part.key.name)
                for table in sorted({part.key.table for part, _ in written}):
                    self.disk.sync_folder(self.parts / table)
        return new

    def has(self, batch_id: str) -> bool:
        """Whether the batch was ever committed; compaction and replacement do not change that."""
        return self.journal.has(batch_id)

    def finished(self, stage_prefix: str = "") -> list[Entry]:
        """Batches whose `made_by["stage"]` begins so, in the order in which they were committed."""
        return [entry for entry in self.journal.entries(stage_prefix) if entry.kind == "batch"]

    def snapshot(self) -> Snapshot:
        """The live parts now."""
        return self.journal.snapshot()

    def head(self) -> tuple[int, str]:
        """Sequence and digest of the journal's newest entry: what a ledger entry about a run holds."""
        return self.journal.head()

    @property
    def spill(self) -> Path:
        """Where DuckDB spills: inside the operation, so that evidence never lands in a shared /tmp."""
        return self.parts.parent / "spill"

    def connect(
        self,
        snapshot: Snapshot | None = None,
        *,
        memory_limit: str = "1GB",
        threads: int | None = None,
        tables: Sequence[str] = tuple(TABLES),
    ) -> duckdb.DuckDBPyConnection:
        """DuckDB with one view a table over the snapshot (now, if none is given); close it when done.

        Works as long as the snapshot is younger than the grace period of compaction. Nothing but its parts can be
        read, no extension loads, and the settings are locked. Every call makes a database of its own (about 0.08 s;
        less with fewer `tables`); `connection.cursor()` gives further connections to the same one at once.
        """
        self.disk.make_folder(self.spill)
        spill = self.spill / secrets.token_hex(8)  # DuckDB makes and removes it; two must never share one
        return open_views(snapshot or self.snapshot(), self.parts, spill, memory_limit, threads, tables)

    def compact(self, *, force: bool = False) -> Report:
        """Merge small parts into large sorted ones: what is due, or with `force` all of each table. Raises
        DiskFull.
        """
        return compact(self, force=force)

    def maybe_compact(self) -> Report:
        """Compact if a table has too many small parts (one look at the journal), for a background thread during
        intake.

        Called after every few batches it keeps the live parts of a table below 500.
        """
        return compact(self, force=False) if is_due(self.snapshot()) else Report()

    def sweep(self, *, grace_seconds: float = GRACE_SECONDS, alone: bool = False) -> Swept:
        """Remove files of writers that died, and replaced parts older than the grace period.

        With `alone` (the caller knows that nobody else is at work) fresh temporary files go too.
        """
        return sweep(self, grace_seconds=grace_seconds, alone=alone)

    def verify(self, progress: Callable[[int, int], None] | None = None) -> list[Problem]:
        """Recompute the journal's chain and each live part's SHA-256 and rows. `progress(done, total)` in
        bytes.
        """
        return verify(self, progress)


def _check(batch_id: str, tables: Iterable[str]) -> None:
    if not _BATCH.fullmatch(batch_id):
        raise ValueError(f"batch id {batch_id!r} is not allowed")
    unknown = set(tables) - set(TABLES)
    if unknown:
        raise ValueError(f"the catalog has no table {', '.join(sorted(unknown))}")
