"""One item through all parsers that accept and recognise it: trace tables as they fill, and how each parser ended."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from safelight.evidence.model import EvidenceError
from safelight.parsers.model import Block, ParseFailed, Parser, Remark, Subject, Trouble, Variant
from safelight.parsers.rows import Origin, Rows

Outcome = Literal["done", "failed"]

_READ_ERRORS = frozenset({errno.EIO, errno.ENOENT, errno.ESTALE, errno.EACCES, errno.ENXIO, errno.ENODEV})
#: Troubles of one item that are told one by one; a remark says how many more there were.
TROUBLES = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """Traces of one table. The columns are those of `traces.schema` without `first_known`."""

    table: str
    rows: pa.Table


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the item that a parser could not read."""

    parser: str
    version: int
    place: str
    cause: str
    detail: str


@dataclass(slots=True)
class Ended:
    """How one parser ended. `seconds` is processor time; cause `defect` is an exception that it did not foresee."""

    parser: str
    version: int
    variant: str = ""
    seen_on: str = ""
    mapping: str | None = None
    outcome: Outcome = "done"
    traces: int = 0
    remarks: list[str] = field(default_factory=list)
    cause: str = ""
    detail: str = ""
    seconds: float = 0.0


def run(
    subject: Subject,
    exhibit: str,
    parsers: Iterable[Parser],
    note: Callable[[bytes], None] = lambda name: None,
) -> Iterator[Found | Part | Ended]:
    """Run the parsers that accept and recognise the item, one after the other; an exception in one costs the others nothing,
    and what it gave before is kept.

    `note` is told the parser's name before each, so that whoever supervises knows the culprit of a crash or hang. Parsers
    that do not recognise the item leave nothing. Never raises on account of the item.
    """
    try:
        for parser in parsers:
            if parser.accepts(subject.mime, subject.group, subject.size):
                note(parser.name.encode())
                yield from _one(subject, exhibit, parser)
    finally:
        for close in reversed(subject.closing):
            close()
        subject.closing.clear()
        subject.shared.clear()


def _one(subject: Subject, exhibit: str, parser: Parser) -> Iterator[Found | Part | Ended]:
    began = time.process_time()
    ended = Ended(parser.name, parser.version, mapping=getattr(parser, "mapping_sha256", None))
    rows: Rows | None = None
    try:
        variant = parser.recognise(subject)
        if variant is None:
            return
        ended.variant, ended.seen_on = variant.name, variant.seen_on
        rows = Rows(_origin(subject, exhibit, parser, variant, ended.mapping))
        yield from _parse(subject, parser, variant, rows, ended)
    except ParseFailed as error:
        ended.outcome, ended.cause, ended.detail = "failed", error.cause, error.detail
    except EvidenceError as error:
        ended.outcome, ended.cause, ended.detail = "failed", error.cause, error.detail
    except Exception as error:
        ended.outcome = "failed"
        ended.cause = "unreadable" if _reading(error) else "defect"
        ended.detail = f"{type(error).__name__}: {error}"[:500]
    if rows is not None:
        for table, made in rows.rest():
            yield Found(table, made)
        ended.traces = rows.count
    ended.seconds = time.process_time() - began
    yield ended


def _parse(
    subject: Subject, parser: Parser, variant: Variant, rows: Rows, ended: Ended
) -> Iterator[Found | Part]:
    troubles = 0
    for emitted in parser.parse(subject, variant):
        if isinstance(emitted, Trouble):
            troubles += 1
            if troubles <= TROUBLES:
                yield Part(parser.name, parser.version, emitted.place, emitted.cause, emitted.detail)
        elif isinstance(emitted, Remark):
            ended.remarks.append(emitted.text)
        elif isinstance(emitted, Block):
            for table, made in rows.add_block(emitted):
                yield Found(table, made)
        else:
            for table, made in rows.add(emitted):
                yield Found(table, made)
    if troubles > TROUBLES:
        ended.remarks.append(f"{troubles} parts could not be read; the first {TROUBLES} are listed")


def _origin(subject: Subject, exhibit: str, parser: Parser, variant: Variant, mapping: str | None) -> Origin:
    return Origin(
        subject.item_id,
        subject.source_id,
        exhibit,
        parser.name,
        parser.version,
        variant.name,
        variant.seen_on,
        mapping,
    )


def _reading(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in _READ_ERRORS
