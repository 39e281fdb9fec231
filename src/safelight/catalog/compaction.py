"""Compaction: many small parts become few large ones, sorted, swapped in the journal in one transaction.

Parts climb levels: 128 parts as batches left them are merged into one of level 1, 16 of those into one of
level 2, so that each row is rewritten about twice while an intake runs and the live parts of a table stay a
few hundred. Forced, a table is rewritten whole, sorted from end to end. Parts are cut at a target size that
grows with the table.

Memory is bounded: DuckDB sorts with a limit and spills; heavy tables (texts, derivatives) are joined row
group by row group without sorting, since one vector of them could be gigabytes. Point look-ups do not need
the order there: each row group of a compacted part has Bloom filters.

One compactor at a time; writers go on meanwhile. Replaced files live through the grace period
(`housekeeping.sweep`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from safelight.catalog.durable import full_disk_is_told
from safelight.catalog.journal import NewPart, PartsChanged
from safelight.catalog.parts import as_slices, read_groups, regroup, write_part
from safelight.catalog.schema import TABLES
from safelight.catalog.snapshot import Part, PartName, Snapshot
from safelight.traces.columns import Table

if TYPE_CHECKING:
    from safelight.catalog.catalog import Catalog

#: How many parts of a level make one of the next.
FAN = (128, 16)
#: The level of what a forced compaction makes.
WHOLE = 9
#: A compacted part is cut here, or at a hundredth of its table if that is more.
TARGET_BYTES = 512 << 20
#: Bytes of one row group before compression, about; and rows, at most.
GROUP_BYTES = 32 << 20
GROUP_ROWS = 32_768
_MEMORY = "512MB"


@dataclass(frozen=True, slots=True)
class Report:
    """What a compaction did: parts read, parts written, rows in them, bytes of the new parts."""

    merged: int = 0
    written: int = 0
    rows: int = 0
    bytes: int = 0

    def __add__(self, other: Report) -> Report:
        return Report(
            self.merged + other.merged,
            self.written + other.written,
            self.rows + other.rows,
            self.bytes + other.bytes,
        )


def is_due(snapshot: Snapshot) -> bool:
    """Whether a level of a table is full."""
    return any(True for live in snapshot.parts.values() for _ in _due(live))


def compact(catalog: Catalog, *, force: bool) -> Report:
    """Merge what is due, or with `force` everything that is not one sorted run yet. Raises DiskFull.

    Returns an empty report if another compactor is at work (with `force` it waits for it).
    """
    report = Report()
    with (
        full_disk_is_told(str(catalog.parts)),
        catalog.journal.exclusive("compaction", wait=force) as held,
    ):
        if held:
            snapshot = catalog.snapshot()
            for name, live in snapshot.parts.items():
                for chosen, level in _whole(live) if force else _due(live):
                    read = replace(snapshot, parts={name: chosen})
                    report += _merge(catalog, TABLES[name], read, level, target_bytes(live))
    return report


def target_bytes(live: Sequence[Part]) -> int:
    """Where the parts of a table are cut."""
    return max(TARGET_BYTES, sum(part.bytes for part in live) // 100)


def _due(live: Sequence[Part]) -> Iterator[tuple[tuple[Part, ...], int]]:
    large = target_bytes(live) // 2
    small = [part for part in live if part.bytes < large]
    for level, fan in enumerate(FAN):
        found = tuple(part for part in small if part.level == level)
        if len(found) >= fan:
            yield found, level + 1


def _whole(live: Sequence[Part]) -> Iterator[tuple[tuple[Part, ...], int]]:
    """Everything, unless it is the one run that a forced compaction left (a run's parts share the stem of
    their name).
    """
    runs = {part.name.rsplit("-", 1)[0] for part in live}
    if live and not (len(runs) == 1 and all(part.level == WHOLE for part in live)):
        yield tuple(live), WHOLE


def _merge(catalog: Catalog, table: Table, read: Snapshot, level: int, target: int) -> Report:
    chosen = read.parts[table.name]
    seed = "\n".join([table.name, *sorted(part.name for part in chosen)])
    batch = "c1-" + hashlib.sha256(seed.encode()).hexdigest()[:24]
    low, high = min(part.low for part in chosen), max(part.high for part in chosen)
    rows = _group_rows(catalog.parts, chosen)
    written: list[tuple[NewPart, Path]] = []
    with ExitStack() as undo:
        tables = _joined(catalog, chosen) if table.heavy else _sorted(catalog, table, read, rows, undo)
        slices = regroup(tables, rows, GROUP_BYTES)
        while True:
            key = PartName(table.name, f"{batch}-{len(written)}.parquet")
            part = write_part(
                catalog.parts, key, slices, catalog.disk, level=level, limit=target, group_rows=rows
            )
            if part is None:
                break
            undo.callback(catalog.disk.remove, part[1])
            written.append((replace(part[0], low=low, high=high), part[1]))
        made_by = {"stage": "compaction", "table": table.name}
        try:
            catalog.commit_parts(
                batch, written, kind="compaction", made_by=made_by, replaces=[part.key for part in chosen]
            )
        except PartsChanged:
            return Report()
    return Report(
        len(chosen),
        len(written),
        sum(part.rows for part, _ in written),
        sum(part.bytes for part, _ in written),
    )


def _group_rows(parts: Path, chosen: Sequence[Part]) -> int:
    """Rows of a row group, so that it stays near GROUP_BYTES before compression."""
    rows = size = 0
    for part in chosen:
        with pq.ParquetFile(parts / part.table / part.name) as file:
            rows += file.metadata.num_rows
            size += sum(
                file.metadata.row_group(n).total_byte_size for n in range(file.metadata.num_row_groups)
            )
    return max(64, min(GROUP_ROWS, GROUP_BYTES * rows // max(1, size)))


def _joined(catalog: Catalog, chosen: Sequence[Part]) -> Iterator[pa.Table]:
    schema = TABLES[chosen[0].table].arrow
    for part in sorted(chosen, key=lambda part: part.low):
        for slice_ in read_groups(catalog.parts, part.key):
            yield from as_slices(
                part.table, slice_.select([n for n in slice_.column_names if n in schema.names])
            )


def _sorted(catalog: Catalog, table: Table, read: Snapshot, rows: int, undo: ExitStack) -> Iterator[pa.Table]:
    # One thread: beside an intake the other cores are not ours, and two threads that merge what a sort of ten million
    # messages has spilled pin more than any modest limit.
    connection = catalog.connect(read, memory_limit=_MEMORY, threads=1, tables=[table.name])
    undo.callback(connection.close)
    ordered = connection.sql(f"FROM {table.name} ORDER BY {', '.join(table.sort)}")
    for batch in ordered.to_arrow_reader(rows):
        yield pa.Table.from_batches([batch]).cast(table.arrow)
