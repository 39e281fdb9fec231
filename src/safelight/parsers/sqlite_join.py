"""Rows of a second table beside those of a first, both in the order of the key: a join that holds one row at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Beside:
    """Rows (rowid, key, values...) in the order of their key, asked for by keys that rise."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self._next: tuple[Any, ...] | None = next(rows, None)

    def of(self, key: int) -> list[tuple[Any, ...]]:
        """The rows of this key; those of keys that were passed over are gone."""
        found = []
        while self._next is not None and self._next[1] <= key:
            if self._next[1] == key:
                found.append(self._next)
            self._next = next(self._rows, None)
        return found

    def one(self, key: int) -> tuple[Any, ...] | None:
        """The first row of this key, or None."""
        found = self.of(key)
        return found[0] if found else None
