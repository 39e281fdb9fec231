"""A mapping: which reader, which rules, and for each field of a trace where its value comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from safelight.traces.model import TRACES, Trace

Reader = Literal["delimited", "excel", "json", "sqlite", "html", "lines"]
READERS: Final[tuple[Reader, ...]] = ("delimited", "excel", "json", "sqlite", "html", "lines")

#: The word for a trace type in a mapping.
KINDS: Final[dict[str, type[Trace]]] = {
    {"memberships": "membership", "media_shares": "media_share"}.get(
        cls.table, cls.table.removesuffix("s")
    ): cls
    for cls in TRACES
}


@dataclass(frozen=True, slots=True)
class TimeForm:
    """How a time is written. `format`: iso, unix, unix_ms, unix_us, cocoa, webkit, or one of `strptime`. `zone` (a name of
    the tz database or an offset) is what whoever wrote the mapping states of times without one; None: nobody knows.
    """

    format: str = "iso"
    zone: str | None = None
    stated: bool = False
    """The file itself says that its times are in that zone (in a heading): no assumption of the mapping's."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """Where one field's value comes from: a constant, or values of the record joined, looked up, split and converted."""

    sources: tuple[str, ...] = ()
    constant: Any = None
    join: str = " "
    table: tuple[tuple[str, str], ...] = ()
    """Values of the file and what they mean (`map`)."""
    default: str | None = None
    split: str | None = None
    time: TimeForm = TimeForm()
    decimal: str = "."
    thousands: str = ""
    direct: bool = False
    """The two sources are the ends of a direct conversation."""
    sign: bool = False
    """A direction by the sign of an amount: negative is outgoing."""
    scale: int = 1
    """A number is divided by this: 100 for amounts in hundredths, 1000 for milliseconds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of trace out of one kind of record."""

    name: str
    kind: type[Trace]
    fields: tuple[tuple[str, FieldSpec], ...]
    number: int
    """Its place among all rules, from 0."""
    twin: int
    """How many rules before it make the same kind: the ordinal of its traces."""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Only records whose value of this source is one of these."""
    source: str = ""
    """What the reader needs of a rule: sheet, JSON path, query, selector or pattern."""
    each: str = ""
    """JSON: the list inside of each object whose elements are the records."""
    place: str = ""
    """SQLite: the column that tells the rows apart."""


@dataclass(frozen=True, slots=True)
class Input:
    """How the file is read."""

    reader: Reader
    encoding: str | None = None
    delimiter: str = ","
    quote: str = '"'
    header: int = 1
    """The line or row that holds the names; 0: there is none, columns are `#1`, `#2` ..."""
    carry: tuple[str, ...] = ()
    """Lines: patterns whose groups stay known for the lines behind them."""
    continued: str | None = None
    """Lines: the group that lines without a match are appended to."""
    path: str | None = None
    """A pattern over the item's path; its groups are the sources `path.<group>`."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file as it was loaded. `sha256` is that of the file's bytes."""

    name: str
    version: int
    network: str
    instance: str | None
    description: str
    input: Input
    rules: tuple[Rule, ...]
    sha256: str

    def __str__(self) -> str:
        return f"{self.name} version {self.version}"
