"""Rows that tests write, and the reading of what a catalog shows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from safelight.catalog.catalog import Catalog
from safelight.catalog.snapshot import Snapshot
from safelight.traces.moment import stated_utc, wall_only

MADE_BY = {"stage": "walk", "version": "1"}


def open_catalog(folder: Path) -> Catalog:
    """The catalog in a folder, its journal in SQLite."""
    return Catalog(folder / "parts", f"sqlite:///{folder / 'journal.sqlite'}")


def digests(number: int) -> dict[str, str]:
    """The three digests of a test pattern."""
    return {name: hashlib.new(name, b"pattern %d" % number).hexdigest() for name in ("sha256", "sha1", "md5")}


def container(number: int, source: str = "s1-a") -> dict[str, Any]:
    return {
        "source_id": source,
        "item_id": f"i1-{number:05d}",
        "kind": "zip",
        "children": number,
        "complete": True,
    }


def item(number: int, source: str = "s1-a") -> dict[str, Any]:
    return {
        "item_id": f"i1-{number:05d}",
        "source_id": source,
        "path": f"disk/sjakk/åpning {number % 7}/parti {number:05d}.pgn",
        "size": number * 10,
        "type": "text" if number % 3 else "picture",
        "modified": stated_utc(1_452_590_000_000_000 + number, "130970636000000000").as_row(),
        "created": wall_only(1_452_590_000_000_000, "2016-01-12 10:13:20").as_row(),
        **digests(number),
    }


def shown(catalog: Catalog, table: str, columns: str = "*", snapshot: Snapshot | None = None) -> list[Any]:
    """All rows of a table, sorted."""
    connection = catalog.connect(snapshot, threads=1, tables=[table])
    try:
        return connection.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
    finally:
        connection.close()


def children(catalog: Catalog, snapshot: Snapshot | None = None) -> list[int]:
    """What tells rows of `containers` apart."""
    return [row[0] for row in shown(catalog, "containers", "children", snapshot)]
