"""A part of a long list: some rows from a place on, and how many there are in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Row = TypeVar("Row")

#: Rows of a page.
ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """Rows `first` to `first + len(rows)` of `total`; `count`: how many were asked for."""

    rows: tuple[Row, ...]
    first: int
    count: int
    total: int

    @property
    def before(self) -> int | None:
        """Where the part before this one begins; None: this is the first."""
        return max(self.first - self.count, 0) if self.first else None

    @property
    def after(self) -> int | None:
        """Where the part after this one begins; None: this is the last."""
        end = self.first + len(self.rows)
        return end if self.rows and end < self.total else None


def asked(text: str) -> int:
    """Where a part begins, out of an address; what is no number begins at the beginning."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def within_list(first: int, count: int, total: int) -> int:
    """Where a part begins; one that lies behind the end is the last."""
    return min(first, max(total - 1, 0) // count * count)
