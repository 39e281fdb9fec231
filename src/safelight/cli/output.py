"""How rows leave a command: a table for people, CSV, JSON lines or Parquet for what comes next."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from safelight.access.neutral import csv_cell, readable, visible
from safelight.errors import Refused

#: Columns whose `%XX` stand for bytes; for people they are shown as what they are.
PATHS = frozenset({"path", "place"})


class Format(StrEnum):
    """Formats of a listing."""

    table = "table"
    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"


_ENDLESS = 100_000

#: Columns that are broken last where the terminal is narrow: short, and hard to read in two lines.
WHOLE = frozenset(
    {"act", "cause", "entry", "failed", "number", "seized", "size", "state", "type", "items", "when"}
)

#: How it is said whether the hash stated at seizure was found again (`access.model.HashCheck`).
HASH_WORDS = {
    "matched": "matched",
    "differed": "DIFFERED",
    "not checked": "NOT CHECKED",
    "none stated": "NOT CHECKED (none stated)",
}


class _Console(Console):
    """Rich ends the program with exit code 1 when the reader went away; here that is no error (see `deferred`)."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console() -> Console:
    """The terminal; plain when piped, and then so wide that a row stays a line (unless COLUMNS says otherwise)."""
    if sys.stdout.isatty():
        return _Console(highlight=False)
    return _Console(soft_wrap=True, highlight=False, width=None if os.environ.get("COLUMNS") else _ENDLESS)


def show(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[str] = ()
) -> None:
    """A table for people; every cell's control characters are made visible."""
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            column, justify="right" if column in right else "left", overflow="fold", no_wrap=column in WHOLE
        )
    for row in rows:
        table.add_row(*(_cell(value, column in PATHS) for column, value in zip(columns, row, strict=True)))
    console().print(table, markup=False)


def _cell(value: Any, path: bool) -> str:
    """The table is printed without markup, so brackets stand for themselves."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    return readable(str(value)) if path else visible(str(value))


def write_rows(
    rows: Iterable[dict[str, Any]], columns: Sequence[str], form: Format, output: Path | None
) -> int:
    """Write rows as CSV, JSON lines or Parquet to a file or to standard output; gives the number of rows."""
    if form is Format.parquet:
        if output is None:
            raise Refused("Parquet needs a file.", "Add --output FILE.parquet.")
        return _write_parquet(rows, columns, output)
    stream = output.open("w", encoding="utf-8", newline="") if output else sys.stdout
    count = 0
    try:
        writer = csv.writer(stream)
        if form is Format.csv:
            writer.writerow(columns)
        for row in rows:
            count += 1
            if form is Format.csv:
                writer.writerow(
                    [
                        csv_cell(
                            readable(_text(row.get(column))) if column in PATHS else _text(row.get(column))
                        )
                        for column in columns
                    ]
                )
            else:
                stream.write(orjson.dumps({column: row.get(column) for column in columns}).decode() + "\n")
    finally:
        if output:
            stream.close()
    return count


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _write_parquet(rows: Iterable[dict[str, Any]], columns: Sequence[str], output: Path) -> int:
    count = 0
    writer: pq.ParquetWriter | None = None
    batch: list[dict[str, Any]] = []
    schema = pa.schema([(column, _arrow_type(column)) for column in columns])
    with output.open("wb") as stream:
        writer = pq.ParquetWriter(stream, schema)
        for row in rows:
            batch.append({column: row.get(column) for column in columns})
            count += 1
            if len(batch) == 10_000:
                writer.write_table(pa.Table.from_pylist(batch, schema))
                batch = []
        if batch:
            writer.write_table(pa.Table.from_pylist(batch, schema))
        writer.close()
    return count


def _arrow_type(column: str) -> pa.DataType:
    if column in ("size",):
        return pa.int64()
    if column in ("deleted", "overwritten", "extension_disagrees", "maybe_encrypted"):
        return pa.bool_()
    return pa.string()


def short_id(item_id: str | None) -> str | None:
    """The beginning of an id, long enough to name the item to every command."""
    return item_id[:14] if item_id else item_id


def human_bytes(size: int | float | None) -> str:
    """`1.5 GB` (powers of 1000); empty for None."""
    if size is None:
        return ""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError
