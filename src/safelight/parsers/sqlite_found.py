"""Deleted rows as they are found: each once, without those that are live with the same values.

They wait on disk, in a database of their own: one that was emptied yesterday has more deleted rows than fit in memory.
"""

from __future__ import annotations

import hashlib
import marshal
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safelight.parsers.sqlite_pages import Value
from safelight.parsers.sqlite_schema import StoredTable

Lookup = Callable[[StoredTable, int, Sequence[str]], tuple[Value, ...] | None]
Live = Callable[[StoredTable, Sequence[str]], Iterator[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Recovered:
    """One row that SQLite does not show. `rowid` is None where it was overwritten; not `whole`: values are lost."""

    table: str
    place: str
    rowid: int | None
    values: tuple[Value, ...]
    whole: bool


@dataclass(slots=True)
class Wish:
    """A table of which rows are wanted: `where` its values lie in a record, `key` the alias of the rowid. Rows that are
    alike in the first `compared` columns are one row.
    """

    name: str
    table: StoredTable
    columns: tuple[str, ...]
    where: tuple[int | None, ...]
    key: int | None
    compared: int


def _digest(values: Sequence[Value]) -> int:
    packed = marshal.dumps(tuple(values), 0)
    return int.from_bytes(hashlib.blake2b(packed, digest_size=8).digest(), "big", signed=True)


class FoundRows:
    """What was found. `folder` is private."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "recovered"
        self._path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
            "CREATE TABLE found (wish TEXT, rowid_ INTEGER, digest INTEGER, place TEXT, content BLOB, cut BLOB);"
            "CREATE UNIQUE INDEX once ON found (wish, rowid_, digest);"
            "CREATE UNIQUE INDEX nameless ON found (wish, digest) WHERE rowid_ IS NULL;"
        )

    def close(self) -> None:
        """Forget them."""
        self._connection.close()
        self._path.unlink(missing_ok=True)

    def add(
        self, wish: Wish, rowid: int | None, stored: Sequence[Value], cut: Collection[int], place: str
    ) -> None:
        """Keep a row under its wished values; one with the same rowid and values is kept once."""
        values = _chosen(wish, rowid, stored)
        self._connection.execute(
            "INSERT OR IGNORE INTO found VALUES (?, ?, ?, ?, ?, ?)",
            (
                wish.table.name,
                rowid,
                _digest(_nameless(wish, values)),
                place,
                marshal.dumps(values, 0),
                marshal.dumps(tuple(n for n, at in enumerate(wish.where[: wish.compared]) if at in cut), 0),
            ),
        )

    def rows(self, wish: Wish, lookup: Lookup, live: Live) -> Iterator[Recovered]:
        """The rows of one table that are not live with the same values."""
        gone = self._equals(wish, live)
        still: set[int] | None = None
        select = "SELECT rowid_, digest, place, content, cut FROM found WHERE wish = ? AND rowid_ IS {} NULL ORDER BY rowid"
        named = self._connection.cursor().execute(select.format("NOT"), (wish.table.name,))
        for rowid, digest, place, content, lost in named:
            values, cut = marshal.loads(content), marshal.loads(lost)
            try:
                now = lookup(wish.table, rowid, wish.columns)
            except LookupError:
                # SQLite refuses the file: the live rows are those that can be read page by page.
                still = self._live_rows(wish, live) if still is None else still
                now = values if _digest((rowid, *values[: wish.compared])) in still else None
            if now is not None and _alike(wish, now, values, cut):
                continue
            if cut and self._has_whole(wish, rowid, digest, values, cut):
                continue
            yield Recovered(wish.name, f"{wish.table.name}:{place}", rowid, values, not cut)
        nameless = self._connection.cursor().execute(select.format(""), (wish.table.name,))
        for _, digest, place, content, lost in nameless:
            values, cut = marshal.loads(content), marshal.loads(lost)
            left = _digest(_nameless(wish, values, cut)) if cut else digest
            if (cut, left) in gone or (not cut and self._named(wish, digest)):
                continue
            yield Recovered(wish.name, f"{wish.table.name}:{place}", None, values, not cut)

    def _live_rows(self, wish: Wish, live: Live) -> set[int]:
        """Digests of all live rows with their rowids."""
        return {_digest(row[: 1 + wish.compared]) for row in live(wish.table, wish.columns)}

    def _equals(self, wish: Wish, live: Live) -> set[tuple[tuple[int, ...], int]]:
        """Of the rows without a rowid: which columns were cut, and a digest of the others, where a live row (or, of a cut
        one, a whole one that was found) has the same.
        """
        found = self._connection.execute(
            "SELECT digest, content, cut FROM found WHERE wish = ? AND rowid_ IS NULL", (wish.table.name,)
        )
        wanted: dict[tuple[int, ...], set[int]] = {}
        for digest, content, lost in found:
            cut = marshal.loads(lost)
            left = _digest(_nameless(wish, marshal.loads(content), cut)) if cut else digest
            wanted.setdefault(cut, set()).add(left)
        if not wanted:
            return set()
        same = set()
        for row in live(wish.table, wish.columns):
            same |= {
                (cut, left)
                for cut in wanted
                if (left := _digest(_nameless(wish, row[1:], cut))) in wanted[cut]
            }
        wanted.pop((), None)
        if wanted:
            whole = self._connection.execute(
                "SELECT content FROM found WHERE wish = ? AND cut = ?",
                (wish.table.name, marshal.dumps((), 0)),
            )
            for (content,) in whole:
                values = marshal.loads(content)
                same |= {
                    (cut, left)
                    for cut in wanted
                    if (left := _digest(_nameless(wish, values, cut))) in wanted[cut]
                }
        return same

    def _named(self, wish: Wish, digest: int) -> bool:
        row = self._connection.execute(
            "SELECT 1 FROM found WHERE wish = ? AND digest = ? AND rowid_ IS NOT NULL",
            (wish.table.name, digest),
        )
        return row.fetchone() is not None

    def _has_whole(
        self, wish: Wish, rowid: int, digest: int, values: Sequence[Value], cut: Sequence[int]
    ) -> bool:
        others = self._connection.execute(
            "SELECT content FROM found WHERE wish = ? AND rowid_ = ? AND digest != ? AND cut = ?",
            (wish.table.name, rowid, digest, marshal.dumps((), 0)),
        )
        return any(_alike(wish, marshal.loads(content), values, cut) for (content,) in others)


def _chosen(wish: Wish, rowid: int | None, values: Sequence[Value]) -> tuple[Value, ...]:
    return tuple(
        rowid
        if at == wish.key and at is not None
        else values[at]
        if at is not None and at < len(values)
        else None
        for at in wish.where
    )


def _alike(wish: Wish, one: Sequence[Value], other: Sequence[Value], cut: Sequence[int]) -> bool:
    return all(one[n] == other[n] for n in range(wish.compared) if n not in cut)


def _nameless(wish: Wish, values: Sequence[Value], cut: Sequence[int] = ()) -> tuple[Value, ...]:
    """The values that are compared, without the rowid's alias, which a freed row has lost, and without cut ones."""
    each = enumerate(zip(values[: wish.compared], wish.where, strict=False))
    return tuple(value for n, (value, at) in each if (at is None or at != wish.key) and n not in cut)
