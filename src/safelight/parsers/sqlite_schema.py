"""What the tables of an SQLite database look like: columns with their affinity, read from the stored CREATE statements.

Source: "Datatypes In SQLite" (sqlite.org/datatype3.html, section 3.1) and "The Schema Table" (sqlite.org/schematab.html).
SQLite itself reads the statements, each alone in an empty database in memory; no SQL grammar is rebuilt here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Affinity = Literal["integer", "text", "blob", "real", "numeric"]

#: Steps of SQLite's virtual machine that one CREATE statement may take: a hostile one computes.
_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """One column as it lies in records."""

    name: str
    affinity: Affinity
    not_null: bool
    rowid: bool
    """An alias of the rowid: records hold a null in its place."""


@dataclass(frozen=True, slots=True)
class StoredTable:
    """One table with a rowid."""

    name: str
    root: int
    columns: tuple[StoredColumn, ...]

    def index(self, column: str) -> int | None:
        """Which value of a record is that column's; names are compared as SQLite does, without case."""
        wanted = column.lower()
        return next((n for n, one in enumerate(self.columns) if one.name.lower() == wanted), None)


def affinity_of(declared: str) -> Affinity:
    """The affinity that a declared type gives."""
    kind = declared.upper()
    if "INT" in kind:
        return "integer"
    if any(word in kind for word in ("CHAR", "CLOB", "TEXT")):
        return "text"
    if not kind or "BLOB" in kind:
        return "blob"
    return "real" if any(word in kind for word in ("REAL", "FLOA", "DOUB")) else "numeric"


def _columns(sql: str) -> tuple[StoredColumn, ...] | None:
    """None: SQLite does not take the statement, or the table has no rowid."""
    memory = sqlite3.connect(":memory:")
    try:
        memory.set_progress_handler(lambda: 1, _STEPS)
        memory.execute(sql)
        (made,) = memory.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL LIMIT 1"
        )
        quoted = '"' + str(made[0]).replace('"', '""') + '"'
        columns = memory.execute(f"PRAGMA table_xinfo({quoted})").fetchall()
        keys = [one for one in columns if one[5]]
        try:
            memory.execute(f"SELECT rowid FROM {quoted}")
        except sqlite3.Error:
            return None
        alone = keys[0][1] if len(keys) == 1 and str(keys[0][2]).upper() == "INTEGER" else None
        descending = alone is not None and bool(
            memory.execute(f"SELECT 1 FROM pragma_index_list({quoted}) WHERE origin = 'pk'").fetchall()
        )
        return tuple(
            StoredColumn(
                str(column[1]),
                affinity_of(str(column[2])),
                bool(column[3]),
                column[1] == alone and not descending,
            )
            for column in columns
            if column[6] != 2  # a virtual generated column is not stored
        )
    except (sqlite3.Error, ValueError):
        return None
    finally:
        memory.close()


def stored_tables(schema: Iterable[tuple[str, str, int, str]]) -> dict[str, StoredTable]:
    """Tables with a rowid by lower-case name; `schema` gives (type, name, root page, SQL) of each entry."""
    found: dict[str, StoredTable] = {}
    for kind, name, root, sql in schema:
        if kind != "table" or root <= 0 or name.lower().startswith("sqlite_"):
            continue
        if not sql[:12].upper().startswith("CREATE TABLE"):
            continue
        columns = _columns(sql)
        if columns:
            found.setdefault(name.lower(), StoredTable(name, root, columns))
    return found
