"""Rows that no longer hold give way: hits of a removed hash set, derivatives sealed to a key that was
rotated.

Parts are never changed. Those that hold such rows are written anew without them, and old parts, new parts and
the rows that take their place change in one journal transaction. Row group by row group, so memory does not
grow with the part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from safelight.catalog.durable import full_disk_is_told
from safelight.catalog.journal import NewPart
from safelight.catalog.parts import as_slices, read_groups, write_part
from safelight.catalog.schema import TABLES
from safelight.catalog.snapshot import Part, PartName
from safelight.traces.columns import MOMENT

if TYPE_CHECKING:
    from safelight.catalog.catalog import Catalog


def supersede(
    catalog: Catalog,
    batch_id: str,
    drop: Mapping[str, pa.Table],
    tables: Mapping[str, Iterable[Mapping[str, Any]] | pa.Table],
    *,
    made_by: Mapping[str, str],
) -> bool:
    """See `Catalog.supersede`."""
    with (
        full_disk_is_told(str(catalog.parts)),
        catalog.journal.exclusive("compaction", wait=True),
        ExitStack() as undo,
    ):
        if catalog.has(batch_id):
            return False
        live = catalog.snapshot().parts
        hit = [
            part for name, keys in drop.items() for part in live.get(name, ()) if _holds(catalog, part, keys)
        ]
        written: list[tuple[NewPart, Path]] = []
        for part in hit:
            for made in _without(catalog, batch_id, part, drop[part.table]):
                undo.callback(catalog.disk.remove, made[1])
                written.append(made)
        fresh = catalog.write_parts(batch_id, tables, undo)
        return catalog.commit_parts(
            batch_id, [*written, *fresh], kind="batch", made_by=made_by, replaces=[part.key for part in hit]
        )


def check_keys(table: str, keys: pa.Table) -> None:
    """Raises ValueError unless each key is a plain column of the table."""
    columns = {column.name for column in TABLES[table].columns if column.type not in (MOMENT, pa.binary())}
    strange = set(keys.column_names) - columns
    if strange or not keys.column_names:
        raise ValueError(f"{table} has no column to find rows by: {', '.join(sorted(strange))}")


def _holds(catalog: Catalog, part: Part, keys: pa.Table) -> bool:
    there = _there(catalog, part, keys)
    with pq.ParquetFile(catalog.parts / part.table / part.name) as file:
        for number in range(file.metadata.num_row_groups):
            if pc.any(_doomed(file.read_row_group(number, columns=there), keys)).as_py():
                return True
    return False


def _there(catalog: Catalog, part: Part, keys: pa.Table) -> list[str]:
    with pq.ParquetFile(catalog.parts / part.table / part.name) as file:
        return [name for name in keys.column_names if name in file.schema_arrow.names]


def _doomed(rows: pa.Table, keys: pa.Table) -> pa.Array:
    """Which rows equal one of the keys in all of its columns; null equals null, a column not there is
    null.
    """
    return pc.is_in(_joined(rows, keys), value_set=_joined(keys, keys))


def _joined(rows: pa.Table, keys: pa.Table) -> pa.Array:
    """One text a row out of the key columns, each with its length in front, so that no two rows share a
    text.
    """
    pieces: list[pa.Array] = []
    for name in keys.column_names:
        if name in rows.column_names:
            column = rows.column(name).combine_chunks().cast(pa.string())
        else:
            column = pa.nulls(rows.num_rows, pa.string())
        size = pc.fill_null(pc.binary_length(column).cast(pa.string()), "-")
        pieces += [size, pc.fill_null(column, "")]
    return pc.binary_join_element_wise(*pieces, ":")


def _without(catalog: Catalog, batch_id: str, part: Part, keys: pa.Table) -> Iterator[tuple[NewPart, Path]]:
    def kept() -> Iterator[pa.Table]:
        for rows in read_groups(catalog.parts, part.key):
            rest = rows.filter(pc.invert(_doomed(rows, keys)))
            if rest.num_rows:
                yield from as_slices(part.table, rest)

    stem = hashlib.sha256(f"{batch_id}\n{part.key}".encode()).hexdigest()[:24]
    key = PartName(part.table, f"r1-{stem}.parquet")
    made = write_part(catalog.parts, key, kept(), catalog.disk, level=part.level)
    if made is not None:
        yield replace(made[0], low=part.low, high=part.high), made[1]
