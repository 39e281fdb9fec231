"""What a reader holds: the parts that were live at one moment of the journal, by table. It never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class PartName(NamedTuple):
    """One part: its table, and its file's name in `parts/<table>/`."""

    table: str
    name: str

    def __str__(self) -> str:
        return f"{self.table}/{self.name}"


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file as the journal has it.

    `layout` names the columns it was written with (`journal.layouts`). `level` is 0 for a batch as it came
    and grows with each compaction. `low` and `high` are the first and last journal sequence whose rows it may
    hold.
    """

    table: str
    name: str
    rows: int
    bytes: int
    sha256: str
    layout: str
    level: int
    low: int
    high: int

    @property
    def key(self) -> PartName:
        return PartName(self.table, self.name)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Live parts by table, the columns of each layout among them, and the journal's head when they were
    read.
    """

    sequence: int
    digest: str
    parts: Mapping[str, tuple[Part, ...]]
    layouts: Mapping[str, tuple[str, ...]]

    def rows(self, table: str) -> int:
        """Rows of a table, from the journal alone."""
        return sum(part.rows for part in self.parts.get(table, ()))
