"""Databases made by the tests: the apps' own CREATE statements, benign rows, and what is left of deleted ones."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Step = str | tuple[str, Sequence[Any]] | tuple[str, dict[str, Any]]


def insert(table: str, **values: Any) -> tuple[str, list[Any]]:
    """A step that inserts one row."""
    names = ", ".join(f'"{name}"' for name in values)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(values))})', list(values.values())


def made(*steps: Step, wal: bool = False) -> bytes:
    """The bytes of a database after these steps, in rollback mode or with everything written back from the log."""
    return made_with_log(*steps, wal=wal)[0]


def made_with_log(*steps: Step, wal: bool = True) -> tuple[bytes, bytes]:
    """The bytes of a database and of its log, as they lie on a telephone that is running."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}")
        for step in steps:
            if isinstance(step, str):
                connection.execute(step)
            else:
                connection.execute(*step)
        log = Path(f"{path}-wal")
        found = path.read_bytes(), log.read_bytes() if log.exists() else b""
        connection.close()
        return found
