"""What a hash set says of its digests: category (scheme, code, label) and detail, numbered, in one SQLite
file.

A category is never a bare number: code lists drift between countries and versions, so its scheme stays with
it. Kept out of memory: a set of millions of entries has millions of details, of which a search reads the few
that hit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_REMEMBERED = 100_000


class Label(NamedTuple):
    """A category in its scheme, and a JSON object of what else the set says ("" for nothing)."""

    scheme: str
    code: str
    label: str
    detail: str = ""


class LabelWriter:
    """Numbers labels from 0 and stores them. Equal labels mostly share a number (the latest ones are
    remembered).
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("BEGIN")
        self._connection.execute(
            "CREATE TABLE labels "
            "(number INTEGER PRIMARY KEY, scheme TEXT, code TEXT, label TEXT, detail TEXT) STRICT"
        )
        self._numbers: dict[Label, int] = {}
        self._next = 0

    def number(self, label: Label) -> int:
        """The number of a label."""
        number = self._numbers.get(label)
        if number is None:
            number = self._next
            self._next += 1
            self._connection.execute("INSERT INTO labels VALUES (?, ?, ?, ?, ?)", (number, *label))
            if len(self._numbers) >= _REMEMBERED:
                self._numbers.clear()
            self._numbers[label] = number
        return number

    def finish(self) -> None:
        """Commit and close."""
        self._connection.execute("COMMIT")
        self._connection.close()

    def close(self) -> None:
        """Close without keeping anything."""
        self._connection.close()


def read_labels(path: Path, numbers: Iterable[int]) -> dict[int, Label]:
    """The labels with these numbers. `path` is opened read-only."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        found: dict[int, Label] = {}
        for number in set(numbers):
            row = connection.execute(
                "SELECT scheme, code, label, detail FROM labels WHERE number = ?", (number,)
            ).fetchone()
            found[number] = Label(*row)
        return found
    finally:
        connection.close()
