"""A snapshot as DuckDB views: one a table, with every column of the schema, over exactly the live parts.

The connection reads nothing but those files: no extension is installed or loaded, no other path opens, and
the configuration is locked, so that a query cannot loosen it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from safelight.catalog.schema import TABLES
from safelight.catalog.snapshot import Part, Snapshot
from safelight.traces.columns import AMOUNT, MOMENT, TEXTS, Table

_TYPES = {
    pa.string(): "VARCHAR",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.binary(): "BLOB",
    pa.timestamp("us", "UTC"): "TIMESTAMPTZ",
    AMOUNT: "DECIMAL(20, 4)",
    TEXTS: "VARCHAR[]",
    MOMENT: "STRUCT(utc TIMESTAMPTZ, wall TIMESTAMP, text VARCHAR, basis VARCHAR, assumed_by VARCHAR)",
}


def duckdb_type(type_: pa.DataType) -> str:
    """The DuckDB name of a column's Arrow type."""
    return _TYPES[type_]


def open_views(
    snapshot: Snapshot,
    parts: Path,
    temporary: Path,
    memory_limit: str,
    threads: int | None,
    tables: Sequence[str],
) -> duckdb.DuckDBPyConnection:
    """A locked in-memory DuckDB with the views of `tables`; it spills into `temporary`. See `Catalog.connect`."""
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
                "allow_community_extensions": "false"}
    )  # fmt: skip
    try:
        _confine(connection, snapshot, parts, temporary, memory_limit, threads)
        for name in tables:
            connection.execute(f"CREATE VIEW {name} AS {_select(TABLES[name], snapshot, parts)}")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def _confine(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    parts: Path,
    temporary: Path,
    memory_limit: str,
    threads: int | None,
) -> None:
    files = [quoted(parts / part.table / part.name) for live in snapshot.parts.values() for part in live]
    settings = {
        "TimeZone": "'UTC'",
        "enable_progress_bar": "false",  # it would print into what a command says
        "memory_limit": f"'{memory_limit}'",
        "temp_directory": quoted(temporary),
        "allowed_paths": f"[{', '.join(files)}]",
        "allow_persistent_secrets": "false",
        "python_enable_replacements": "false",  # a query must not read variables of the program
        "preserve_insertion_order": "true",
    }
    if threads is not None:
        settings["threads"] = str(threads)
    for name, value in settings.items():
        connection.execute(f"SET {name} = {value}")
    connection.execute("SET enable_external_access = false")


def _select(table: Table, snapshot: Snapshot, parts: Path) -> str:
    live = snapshot.parts.get(table.name, ())
    if not live:
        columns = ", ".join(f'CAST(NULL AS {duckdb_type(c.type)}) AS "{c.name}"' for c in table.columns)
        return f"SELECT {columns} WHERE false"
    return f"SELECT {_columns(table, snapshot, live)} FROM {read_parts(live, parts)}"


def _columns(table: Table, snapshot: Snapshot, live: tuple[Part, ...]) -> str:
    there = {name for part in live for name in snapshot.layouts[part.layout]}
    # In quotes: DuckDB reserves some names of columns (`at`).
    return ", ".join(
        f'"{column.name}"'
        if column.name in there
        else f'CAST(NULL AS {duckdb_type(column.type)}) AS "{column.name}"'
        for column in table.columns
    )


def read_parts(live: tuple[Part, ...], parts: Path) -> str:
    """`read_parquet(...)` over these parts. Columns are united by name only where parts differ: that opens
    every file.
    """
    files = ", ".join(quoted(parts / part.table / part.name) for part in live)
    union = "true" if len({part.layout for part in live}) > 1 else "false"
    return f"read_parquet([{files}], union_by_name = {union}, hive_partitioning = false)"


def quoted(path: Path) -> str:
    """A path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"
