"""A mapping tried on a file before it is used: the first traces beside their records, and what became of all records."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

from safelight.inspect.filetype import identify
from safelight.parsers.mapping.apply import Application, RuleReport
from safelight.parsers.mapping.model import Mapping
from safelight.parsers.mapping.parser import MappedParser
from safelight.parsers.model import HEAD_BYTES, ParseFailed, Subject
from safelight.traces.model import Trace


@dataclass(frozen=True, slots=True)
class Tried:
    """One record that matched: where it stands, its raw text, its traces, and what of it could not be read."""

    place: str
    text: str
    traces: tuple[Trace, ...]
    doubts: tuple[str, ...]


@dataclass(slots=True)
class Trial:
    """What a mapping makes of a file."""

    mapping: Mapping
    first: list[Tried] = field(default_factory=list)
    rules: list[RuleReport] = field(default_factory=list)
    recognised: bool = False
    """Whether the parse stage would take the file for this mapping's own."""
    traces: int = 0
    ended: str | None = None
    """Why the file could not be read to its end."""


def try_mapping(mapping: Mapping, subject: Subject, show: int = 20) -> Trial:
    """Apply a mapping to a whole file; the first `show` records are kept. Never raises on account of the file."""
    trial = Trial(mapping)
    application = Application(mapping, subject)
    trial.rules = application.reports
    trial.recognised = MappedParser(mapping).recognise(subject) is not None
    try:
        for applied in application.run():
            trial.traces += len(applied.traces)
            if len(trial.first) < show:
                trial.first.append(
                    Tried(applied.record.place, applied.record.raw(), applied.traces, applied.doubts)
                )
    except ParseFailed as error:
        trial.ended = f"{error.cause}: {error.detail}"
    return trial


def subject_of(path: Path, scratch: Path) -> Subject:
    """A plain file as an item, for a trial outside of any operation. Raises OSError."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        kind = identify(head, size, stream=stream)

    def beside(name: str) -> io.BufferedIOBase | None:
        other = path.parent / name
        return other.open("rb") if other.is_file() else None

    return Subject(
        item_id="i1-trial",
        source_id="s1-trial",
        path=str(path),
        name=path.name,
        size=size,
        mime=kind.mime,
        group=kind.group,
        sha256="",
        head=head,
        open=lambda: path.open("rb"),
        beside=beside,
        scratch=scratch,
    )
