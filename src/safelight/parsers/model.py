"""The contract of a parser: how it recognises an item, what it emits, and how it says that something failed.

Adding a parser is one file with one class and one line in `registry.py` (third parties: the entry point group
`safelight.parsers`). It runs once for each item (a database has its own `-wal` beside it, a log its own path) in a
supervised child and may crash, hang or eat memory: that costs only the item that caused it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from safelight.inspect.model import Group
from safelight.traces.model import Trace

Cause = Literal["unreadable", "unsupported", "encrypted", "corrupt", "limit", "ambiguous"]
SeenOn = Literal["real files", "documentation"]
DateOrder = Literal["dmy", "mdy", "ymd"]

#: Bytes of an item that a parser may look at to recognise it.
HEAD_BYTES = 64 << 10


class ParseFailed(Exception):
    """The item is the parser's own and could not be read (further); what it gave before is kept."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause: Cause = cause
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of a format that a parser knows: schema version of an app, style of a log, export in a language."""

    name: str
    seen_on: SeenOn
    """`real files`: tried on files that the app itself wrote; `documentation`: written from a documented schema."""
    doc: str
    """One line for `docs/parsers.md`: how it is told apart, and the source of what is known about it."""


@dataclass(frozen=True, slots=True)
class Options:
    """What an operator told all parsers of a run; written down with the traces."""

    date_order: DateOrder | None = None
    """How to read dates that can be read two ways."""
    credentials: tuple[str, ...] = ()

    def as_row(self) -> dict[str, Any]:
        """What of it is written down (never a credential)."""
        return {"date_order": self.date_order} if self.date_order else {}


@dataclass(slots=True)
class Subject:
    """One item as a parser sees it."""

    item_id: str
    source_id: str
    path: str
    """Path for people from the source down, `/` and ` › ` between its parts, `%XX` for odd bytes."""
    name: str
    size: int
    mime: str
    group: Group
    sha256: str
    head: bytes
    """The first HEAD_BYTES of it."""
    open: Callable[[], io.BufferedIOBase]
    """A new read-only, seekable, buffered stream each time."""
    beside: Callable[[str], io.BufferedIOBase | None]
    """The file of that name in the same folder, or None."""
    scratch: Path
    """A private folder for copies (a database that SQLite must open by name); emptied after each item."""
    options: Options = field(default_factory=Options)
    shared: dict[str, Any] = field(default_factory=dict)
    """What parsers of one item share (an opened database): closed through `closing`."""
    closing: list[Callable[[], None]] = field(default_factory=list)


@dataclass(slots=True)
class Trouble:
    """A part of an item that could not be read; the parser goes on behind it."""

    place: str
    cause: Cause
    detail: str


@dataclass(slots=True)
class Remark:
    """One line that a reader of these traces must know: an unknown newer schema, a skipped table."""

    text: str


@dataclass(slots=True)
class Block:
    """Many traces of one type, column by column: what a quick parser emits instead of objects.

    `columns` has a list or an Arrow array for each field of the class that it fills, all of one length; times as Arrow
    struct arrays of `traces.columns.MOMENT` or lists of Moment; an Arrow scalar of the field's type where all traces have
    the same value (never for all columns). Columns that are left out hold the field's default.
    """

    kind: type[Trace]
    columns: dict[str, Any]


Emitted = Trace | Block | Trouble | Remark


class Parser(Protocol):
    """One format, with all the variants of it that are known.

    A parser that was renamed after all says so in a class attribute `formerly: tuple[str, ...]`; what it made under those
    names gives way to what it makes now.
    """

    name: str
    """The format's name in ids and docs: lower case, never changed."""
    version: int
    title: str
    variants: tuple[Variant, ...]
    emits: tuple[type[Trace], ...]

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """By type alone, without reading bytes."""

    def recognise(self, subject: Subject) -> Variant | None:
        """By content: the variant, or None if the item is not its own. Quick: reads `head`, or a database's schema. May
        raise ParseFailed for an item that is surely its own (an encrypted database of a known name).
        """

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Traces as they come (memory does not grow with the item). Raises ParseFailed; anything else is recorded as its
        defect.
        """


def former_names(parser: Parser) -> tuple[str, ...]:
    """The names that a parser had before, by its attribute `formerly`; none if it has no such attribute."""
    found: tuple[str, ...] = getattr(parser, "formerly", ())
    return found
