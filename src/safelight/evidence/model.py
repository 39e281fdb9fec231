"""What walking a source yields, and the contract of a format that opens one layer of a path specification.

Adding a container format is one file with one `Format`, and one line with a reason in `formats.py`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from safelight.evidence.spec import Layer, PathSpec
from safelight.traces.moment import Moment

State = Literal["allocated", "deleted", "orphan"]
Kind = Literal["file", "folder", "link", "stream", "special"]
Cause = Literal["unreadable", "unsupported", "encrypted", "corrupt", "limit", "changed", "vanished"]

#: Times that an entry may carry, in the names of the catalog's columns.
TimeName = Literal["modified", "accessed", "changed", "created"]


class EvidenceError(Exception):
    """A layer or stream that cannot be opened or read; recorded as a failure of that item and nothing else."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause: Cause = cause
        self.detail = detail


@dataclass(slots=True)
class Entry:
    """One item as a walk found it; its bytes were not read yet.

    `size` is in bytes (0 for folders; None if unknown until unpacked). `kind` is `stream` for an alternate data
    stream. `overwritten` marks deleted data whose blocks may have been used again.
    """

    spec: PathSpec
    kind: Kind
    size: int | None
    state: State = "allocated"
    overwritten: bool = False
    times: Mapping[TimeName, Moment] = field(default_factory=dict)
    link_target: bytes | None = None
    first_block: int = 0
    """Byte position of the first block in the container where known: batches are read in disk order by it."""


@dataclass(slots=True)
class Volume:
    """One partition or volume that a walk came through (rows of the catalog's `volumes`). Units: bytes."""

    spec: PathSpec
    scheme: str
    number: int
    start: int
    size: int
    type_text: str
    label: str = ""
    file_system: str = ""


@dataclass(slots=True)
class Trouble:
    """A part of the source that could not be walked: recorded, and the walk goes on beside it."""

    spec: PathSpec
    cause: Cause
    detail: str


@dataclass(slots=True)
class Tally:
    """Last word of a walk of one container: how many children it listed (troubles and volumes not counted)."""

    spec: PathSpec
    children: int


Found = Entry | Volume | Trouble | Tally


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits against bombs (bytes; see `operation.settings.ArchiveSettings`)."""

    max_depth: int = 16
    max_members: int = 1_000_000
    max_member_bytes: int = 65_536 << 20
    max_total_bytes: int = 1_048_576 << 20
    max_ratio: int = 2000
    ratio_from_bytes: int = 64 << 20


@dataclass(slots=True)
class OpenContext:
    """What a format may need besides the stream itself.

    `sibling(name)` opens a file beside the stream (segments, parents) or returns None.
    `credentials`: passwords and keys to try, in order. `note(bytes)` names the place under work on the engine's
    shared page. `skip`: notes of places that killed a walker before; the walk goes past them.
    `name`: the stream's own file name.
    """

    name: bytes = b""
    sibling: Callable[[bytes], io.RawIOBase | None] = lambda name: None
    credentials: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    note: Callable[[bytes], None] = lambda place: None
    skip: frozenset[bytes] = frozenset()


class FileSystem(Protocol):
    """What a container may say of itself beside `Container`'s methods, for the catalog's `volumes`."""

    file_system: str
    """ntfs, fat32, ext4, apfs ..."""
    label: str
    """Volume label, "" if there is none or it is not read."""


class Container(Protocol):
    """An opened layer: it lists what lies in it and opens it again by the last layer of a specification."""

    def walk(self, at: PathSpec) -> Iterator[Found]:
        """Everything in the container, in an order that is the same every time. `at` names the container; entries
        extend it. Raises nothing but EvidenceError, and that only if nothing (more) can be listed."""

    def open(self, layer: Layer) -> io.RawIOBase:
        """The bytes of one entry, read-only and seekable. Raises EvidenceError."""

    def close(self) -> None: ...


class Format(Protocol):
    """Recognises and opens one kind of container."""

    @property
    def kind(self) -> str:
        """Name in path specifications: zip, tar, ewf, part, tsk ..."""

    @property
    def transparent(self) -> bool:
        """True for layers that hold one or more volumes rather than items (images, partition tables): a walk of
        the layer goes straight on into what lies below, and the layer itself is no item."""

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        """By content. Must be cheap on what is not its own; leaves the position anywhere."""

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        """Raises EvidenceError("encrypted" | "unsupported" | "corrupt", ...)."""
