"""Rows become one Parquet part: columns checked against the schema, zstd, written in slices of bounded
memory.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from safelight.catalog.durable import Disk, NewFile
from safelight.catalog.journal import NewPart, layout_id
from safelight.catalog.schema import TABLES
from safelight.catalog.snapshot import PartName
from safelight.traces.columns import MOMENT

#: A slice (one row group) ends at this many rows or this many bytes of text and blobs, whichever comes first.
SLICE_ROWS = 8192
SLICE_BYTES = 32 << 20
#: What point look-ups ask for; a Bloom filter in each row group lets a reader skip all groups but the right
#: one.
LOOKED_UP = (
    *("item_id", "sha256", "sha1", "md5", "container"),
    *("trace_id", "conversation_id", "account_id", "sender_id"),
)
TEMPORARY = ".tmp"


def as_slices(table: str, rows: Iterable[Mapping[str, Any]] | pa.Table) -> Iterator[pa.Table]:
    """Rows as Arrow tables with all of the table's columns. Raises ValueError on a column that the schema
    lacks.
    """
    schema = TABLES[table].arrow
    if isinstance(rows, pa.Table):
        yield from _conform(table, rows, schema)
        return
    names = frozenset(schema.names)
    moments = frozenset(field.name for field in schema if field.type == MOMENT)
    waiting: list[Mapping[str, Any]] = []
    size = 0
    for row in rows:
        _check_names(table, row, names, moments)
        waiting.append(row)
        size += sum([len(value) for value in row.values() if type(value) is str or type(value) is bytes])
        if len(waiting) >= SLICE_ROWS or size >= SLICE_BYTES:
            yield pa.Table.from_pylist(waiting, schema=schema)
            waiting, size = [], 0
    if waiting:
        yield pa.Table.from_pylist(waiting, schema=schema)


_MOMENT_FIELDS = frozenset(field.name for field in MOMENT)


def _check_names(table: str, row: Mapping[str, Any], names: frozenset[str], moments: frozenset[str]) -> None:
    if not row.keys() <= names:
        raise ValueError(f"{table} has no column {', '.join(sorted(set(row) - names))}")
    for name in moments & row.keys():
        value = row[name]
        if value is not None and not value.keys() <= _MOMENT_FIELDS:
            raise ValueError(f"{table}.{name} has no field {', '.join(sorted(set(value) - _MOMENT_FIELDS))}")


def _conform(table: str, given: pa.Table, schema: pa.Schema) -> Iterator[pa.Table]:
    strange = set(given.column_names) - set(schema.names)
    if strange:
        raise ValueError(f"{table} has no column {', '.join(sorted(strange))}")
    columns = [
        given.column(field.name).cast(field.type)
        if field.name in given.column_names
        else pa.nulls(given.num_rows, field.type)
        for field in schema
    ]
    whole = pa.Table.from_arrays(columns, schema=schema)
    for start in range(0, whole.num_rows, SLICE_ROWS):
        yield whole.slice(start, SLICE_ROWS)


def write_part(
    parts: Path,
    key: PartName,
    slices: Iterator[pa.Table],
    disk: Disk,
    *,
    level: int = 0,
    limit: int | None = None,
    group_rows: int = SLICE_ROWS,
) -> tuple[NewPart, Path] | None:
    """Write and sync one part under a temporary name; returns it with that name, or None if no slice is left.

    Takes slices (one row group each) until the file has `limit` bytes. Raises OSError.
    """
    first = next(slices, None)
    if first is None:
        return None
    folder = parts / key.table
    disk.make_folder(folder)
    temporary = folder / f".{key.name}.{secrets.token_hex(6)}{TEMPORARY}"
    rows = 0
    with NewFile(temporary, disk) as file:
        with parquet_writer(file, first.schema, key.table, group_rows, compacted=level > 0) as writer:
            slice_: pa.Table | None = first
            while slice_ is not None:
                rows += slice_.num_rows
                writer.write_table(slice_, row_group_size=max(1, slice_.num_rows))
                slice_ = next(slices, None) if limit is None or file.bytes < limit else None
        file.finish()
    names = tuple(first.schema.names)
    return NewPart(key, rows, file.bytes, file.sha256, layout_id(names), level), temporary


def read_groups(parts: Path, key: PartName) -> Iterator[pa.Table]:
    """The row groups of a part, one after the other."""
    with pq.ParquetFile(parts / key.table / key.name) as file:
        for number in range(file.metadata.num_row_groups):
            yield file.read_row_group(number)


def regroup(tables: Iterable[pa.Table], rows: int, size: int) -> Iterator[pa.Table]:
    """The same rows in the same order as slices of about `rows` rows or `size` bytes, whichever is less."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(each.num_rows for each in waiting) >= rows or sum(each.nbytes for each in waiting) >= size:
            yield pa.concat_tables(waiting).combine_chunks()
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def parquet_writer(
    file: NewFile, schema: pa.Schema, table: str, group_rows: int, *, compacted: bool
) -> pq.ParquetWriter:
    """A writer with the house's settings: zstd; statistics; Bloom filters where look-ups go, in compacted
    parts.

    Digests and ids get no dictionary: nearly every value differs.
    """
    looked_up = [name for name in LOOKED_UP if name in schema.names]
    plain = {*looked_up, "path", "spec", "name", "text", "sealed"}
    blooms = {name: {"ndv": max(1, group_rows), "fpp": 0.01} for name in looked_up} if compacted else None
    return pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        compression_level=3 if compacted else 1,
        use_dictionary=[name for name in _leaves(schema) if name.split(".")[0] not in plain],
        bloom_filter_options=blooms,
        store_schema=False,
    )


def _leaves(schema: pa.Schema) -> Sequence[str]:
    leaves: list[str] = []
    for field in schema:
        if pa.types.is_struct(field.type):
            leaves.extend(f"{field.name}.{child.name}" for child in field.type)
        else:
            leaves.append(field.name)
    return leaves
