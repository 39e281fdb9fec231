"""The contract of an inspector: what it accepts, what it emits, and how it says that something failed.

Adding an inspector is one file with one class and one line in `registry.py` (third parties: the entry point
group `safelight.inspectors`). It runs once for each content in a supervised child and may crash, hang or eat
memory: that costs only the content that caused it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from safelight.operation.settings import InspectionSettings

Group = Literal[
    "picture",
    "video",
    "audio",
    "document",
    "mail",
    "archive",
    "image",
    "database",
    "program",
    "text",
    "other",
    "empty",
]
Cause = Literal["unreadable", "unsupported", "encrypted", "corrupt", "limit"]


class InspectionFailed(Exception):
    """The content is the inspector's own and could not be read; recorded with cause and detail."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause: Cause = cause
        self.detail = detail


class NotMine(Exception):
    """The type let the inspector believe that the content is its own, and it is not. No failure."""


@dataclass(slots=True)
class Fact:
    """One row for one table of the catalog. The engine adds sha256, inspector and version."""

    table: str
    row: dict[str, Any]


@dataclass(slots=True)
class Derivative:
    """A small picture made from the content. It is sealed (encrypted) in the child before it is written
    anywhere."""

    recipe: str
    """What it is: `thumb-320`, `still-1` ... and the name of its preprocessing."""
    data: bytes = field(repr=False)
    mime: str = "image/jpeg"
    width: int = 0
    height: int = 0


@dataclass(slots=True)
class Content:
    """One content as an inspector sees it. `open()` gives a new read-only, seekable, buffered stream each
    time."""

    sha256: str
    size: int
    mime: str
    group: Group
    name: str
    open: Callable[[], io.BufferedIOBase]
    settings: InspectionSettings = field(default_factory=InspectionSettings)
    basis: str = "signature"
    """What the type rests on (see `filetype.Basis`)."""


class Inspector(Protocol):
    """One kind of inspection."""

    name: str
    version: int
    tables: tuple[str, ...]
    """Tables of the catalog that it writes."""

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """By type alone, without reading bytes."""

    def inspect(self, content: Content) -> Iterable[Fact | Derivative]:
        """Facts and derivatives. Raises InspectionFailed or NotMine; anything else is recorded as its
        defect."""
