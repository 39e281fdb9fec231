"""A report as data: sections with facts, texts and tables. PDF and HTML are two drawings of the same document.

Texts of evidence stand as they were found; whoever draws makes hidden characters visible. An anchor is a name that a
reference in the document leads to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal

#: Rows of a table, and messages, that a report holds at most: a hundred pages of one kind are not read.
MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table. `small`: a second line; `code`: a hash, path or id; `to`: an anchor."""

    text: str
    small: str = ""
    code: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, its share of the width, and whether it holds numbers."""

    title: str
    share: float = 1.0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `ended`: it no longer holds, and is drawn so that nobody takes it for what does."""

    cells: Sequence[Cell]
    anchor: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; without rows it is drawn as what `empty` says."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    title: str = ""
    empty: str = ""
    note: str = ""
    file: str = "case/safelight.json"
    """Where the package has all rows, if there are more than a report holds."""
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with what is stated, and where from."""

    rows: Sequence[tuple[str, str, str]]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    kind: Literal["text"] = "text"


Block = Table | Facts | Text


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter (level 1) or a part of one (level 2)."""

    title: str
    anchor: str
    blocks: Sequence[Block]
    level: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report. `mark`: the word on every page, where there is one (synthetic)."""

    language: str
    title: str
    subtitle: str
    head: str
    foot: str
    mark: str
    contents_title: str
    page: str
    """What stands under a page: {page} and {pages} are its number and how many there are."""
    facts: Facts
    notes: Sequence[str]
    sections: Sequence[Section] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """Plain values, for a template."""
        return asdict(self)


def whole(sections: Sequence[Section]) -> list[Section]:
    """The sections without references that lead nowhere, such as to a row that a table has no room for."""
    anchors = {one.anchor for one in sections}
    anchors |= {r.anchor for one in sections for table in _tables(one) for r in table.rows if r.anchor}
    return [
        replace(one, blocks=[_led(b, anchors) if isinstance(b, Table) else b for b in one.blocks])
        for one in sections
    ]


def _tables(section: Section) -> list[Table]:
    return [one for one in section.blocks if isinstance(one, Table)]


def _led(table: Table, anchors: set[str]) -> Table:
    rows = [
        replace(r, cells=[c if c.to in anchors else replace(c, to="") for c in r.cells]) for r in table.rows
    ]
    return replace(table, rows=rows)


def cell(text: object, small: str = "", *, code: bool = False, to: str = "") -> Cell:
    """A cell of whatever is known; nothing is a dash."""
    return Cell("–" if text is None or text == "" else str(text), small, code, to)


def row(cells: Iterable[Cell | str | None], *, anchor: str = "", ended: bool = False) -> Row:
    """A row of cells or plain texts."""
    return Row(tuple(one if isinstance(one, Cell) else cell(one) for one in cells), anchor, ended)
