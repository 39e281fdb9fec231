"""What the door hands out. Sizes are bytes, times `Moment`s or microseconds UTC (`_us`).

Every figure that stands for rows carries the `ItemFilter` (or the page) that opens exactly these rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from safelight.access.filter import ItemFilter
from safelight.ledger.received import Received
from safelight.traces.moment import Moment

Order = Literal["path", "-path", "size", "-size", "modified", "-modified"]
ORDERS: tuple[Order, ...] = ("path", "-path", "size", "-size", "modified", "-modified")

Row = TypeVar("Row")

#: Was the hash that was stated at seizure found again?
HashCheck = Literal["matched", "differed", "not checked", "none stated"]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of the items table."""

    item_id: str
    source_id: str
    exhibit: str
    """Number of the exhibit as people know it; its key where the ledger does not know it."""
    container: str | None
    path: str
    name: str
    extension: str
    kind: str
    state: str
    overwritten: bool
    size: int | None
    modified: Moment | None
    accessed: Moment | None
    changed: Moment | None
    created: Moment | None
    sha256: str | None
    sha1: str | None
    md5: str | None
    mime: str | None
    type: str | None
    extension_disagrees: bool
    maybe_encrypted: bool
    failed: str | None
    """First cause under which the item or its content failed, anywhere."""
    failed_by: str | None = None
    """Which part failed."""
    sets: tuple[str, ...] = ()
    """Names of the hash sets in which the content stands."""
    copies: int | None = None
    """Items with the same content in the operation, this one included; None if nothing was hashed."""
    received: bool = False
    """Another operation gave it: its exhibit bears the number of the handover, and its bytes are not here."""
    modified_us: int | None = None
    """When it was modified, for comparison: µs UTC after decisions about clocks; None where no zone is known."""

    @property
    def moved(self) -> bool:
        """Whether a decision about a clock gives another time than the one that was found."""
        found = self.modified
        return self.modified_us is not None and found is not None and self.modified_us != found.utc_us


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows and the cursors to what lies before and after; None where there is nothing."""

    rows: tuple[Row, ...]
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many items match, in how many contents, with how many bytes together."""

    items: int
    contents: int
    bytes: int
    places: int = 0
    """Places that failed and are no items (a locked volume, a whole source), where failures are asked for: no row can
    stand for them, and `failures` lists them under the same filter."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and the items with it. `value` goes into the filter, `label` on the page. `distinct` counts
    copies of one message once; None where that was not counted."""

    value: str
    label: str
    items: int
    chosen: bool
    distinct: int | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet; `key` is the filter's key. Counts honour every other part of the filter."""

    key: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One span of a histogram: [start, end) in microseconds, UTC where known and wall clock otherwise. `distinct` as of a
    facet's value."""

    start_us: int
    end_us: int
    items: int
    distinct: int | None = None


@dataclass(frozen=True, slots=True)
class Histogram:
    """Items over one of their times. `without` items have no such time and stand in no bar."""

    time: str
    bars: tuple[Bar, ...]
    without: int


@dataclass(frozen=True, slots=True)
class FailureRow:
    """One recorded failure."""

    source_id: str | None
    item_id: str | None
    sha256: str | None
    place: str
    stage: str
    inspector: str
    version: int | None
    cause: str
    detail: str
    seconds: float | None
    limit_seconds: float | None
    limit_megabytes: int | None


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one cause by one part; `example` is the detail of one of them."""

    cause: str
    inspector: str
    failures: int
    example: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits in one category of one set. The category is the set's own claim."""

    set_id: str
    set_name: str
    scheme: str
    code: str
    label: str
    contents: int
    items: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One item whose content stands in a hash set."""

    item: ItemRow
    set_id: str
    set_name: str
    algorithm: str
    scheme: str
    code: str
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """How one inspector ended on the content."""

    inspector: str
    version: int
    outcome: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Parse:
    """How one parser ended on the item: which of its variants the file is, what that was tried on (`real files`,
    `documentation`, empty: not stated), how many traces it gave, and what a reader must know, a line each."""

    parser: str
    version: int
    variant: str
    seen_on: str
    mapping: str
    outcome: str
    traces: int
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact about a content: name, value as it should be read, unit, and which inspector says so."""

    name: str
    value: str
    unit: str
    inspector: str
    version: int


@dataclass(frozen=True, slots=True)
class TextOfContent:
    """The beginning of a text that was taken out of a content. `kind` is text or strings (rescued)."""

    inspector: str
    version: int
    kind: str
    text: str
    length: int
    cut: bool


@dataclass(frozen=True, slots=True)
class DerivativeFact:
    """A sealed small picture that exists for a content."""

    recipe: str
    width: int
    height: int
    mime: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way from the exhibit to the bytes, in words, and the item behind it if any."""

    label: str
    detail: str = ""
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class CustodyEntry:
    """One entry of an exhibit's custody log."""

    act: str
    at_us: int | None
    by: str
    place: str
    note: str
    seq: int


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """A registered source with what was found in it."""

    source_id: str
    exhibit: str
    label: str
    location: str
    kind: str
    items: int
    bytes: int
    failed: int
    """Items that failed, and failures that no item stands for."""
    complete: bool
    """The walk of the source itself reached its end, and no part of it was left out."""
    hash_check: HashCheck = "none stated"
    hash_detail: str = ""
    failed_places: int = 0
    """Failures that no item stands for: a volume that could not be opened, or the source itself."""


@dataclass(frozen=True, slots=True)
class ExhibitCard:
    """An exhibit with its custody, its sources and its figures."""

    key: str
    number: str
    label: str
    seized: str
    legal_basis: str
    officer: str
    acquired_hash: str
    """As stated at seizure, `md5:...`; empty if none was."""
    size: int | None
    """As stated at acquisition."""
    hash_check: HashCheck
    hash_detail: str
    custody: tuple[CustodyEntry, ...]
    sources: tuple[SourceFigures, ...]
    items: int
    contents: int
    bytes: int
    failed: int
    failed_places: int = 0
    """Of them, those that no item stands for (as in `SourceFigures`)."""


@dataclass(frozen=True, slots=True)
class InspectorCost:
    """What one inspector did: contents, processor seconds and failures."""

    inspector: str
    version: int
    contents: int
    failed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """Everything that the house knows about one item."""

    row: ItemRow
    spec: str
    depth: int
    link_target: str | None
    type_basis: str | None
    provenance: tuple[Step, ...]
    exhibit: ExhibitCard | None
    inspections: tuple[Inspection, ...]
    facts: tuple[Fact, ...]
    texts: tuple[TextOfContent, ...]
    hits: tuple[Hit, ...]
    failures: tuple[FailureRow, ...]
    derivatives: tuple[DerivativeFact, ...]
    children: int | None
    """Children that the walk of this container listed; None if it is no container."""
    not_checked: tuple[str, ...]
    """What was not checked about it, in sentences."""
    parses: tuple[Parse, ...] = ()
    """Parsers that took it for their own."""
    received: Received | None = None
    """Who gave it, of an item that came in a package: its bytes lie there."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands around every page: counts come from the journal alone, so they cost nothing."""

    name: str
    synthetic: bool
    head: str
    """The ledger's head, short enough to write on paper."""
    exhibits: int
    items: int
    failures: int
    hits: int
    snapshot: int
    """Sequence of the catalog's journal that this page shows."""


@dataclass(frozen=True, slots=True)
class HashSetInfo:
    """A registered hash set, as its reader found it."""

    set_id: str
    name: str
    kind: str
    origin: str
    rows: int
    """Entries that were read."""
    bad: int
    """Entries that could not be used."""
    sha256: str
    """Of the file that it was read from."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with the filter that opens its rows."""

    name: str
    value: int
    filter: ItemFilter


@dataclass(frozen=True, slots=True)
class Overview:
    """The operation in figures."""

    total: Counted
    messages: int
    """Every copy of a message."""
    distinct_messages: int
    """Each message once."""
    by_type: tuple[Figure, ...]
    deleted: Figure
    failed: Figure
    hit: Figure
    failures: tuple[FailureGroup, ...]
    hits: tuple[HitGroup, ...]
    exhibits: tuple[ExhibitCard, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is (`spool/progress.json`). None where it is not known."""

    run: str
    stage: str
    source: str
    items: int
    bytes: int
    total_items: int | None
    total_bytes: int | None
    rate_bytes: float | None
    remaining_seconds: float | None
    updated_us: int
    running: bool
    stale: bool
    """Nobody has written for a while: the run was stopped or killed; the same command goes on."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """A piece of an item, read out of its source just now."""

    item_id: str
    offset: int
    data: bytes = field(repr=False)
    size: int | None = None
    trouble: str = ""
    """Why nothing could be read, as one sentence; empty if it could."""
