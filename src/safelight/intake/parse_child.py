"""The parsers of one intake, inside a supervised child: one item in, Arrow tables of traces out.

Tables leave the child as Arrow IPC in base64 inside a JSON row: one such row holds thousands of traces, so JSON costs
nothing, and the spool keeps its one form of line.
"""

from __future__ import annotations

import base64
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from safelight.engine.model import Task
from safelight.evidence.model import EvidenceError
from safelight.evidence.reader import Reader
from safelight.evidence.spec import from_bytes
from safelight.intake.parse_mappings import mapped
from safelight.intake.rows import Row, failure_row
from safelight.parsers.model import HEAD_BYTES, Options, Parser, Subject
from safelight.parsers.registry import parsers
from safelight.parsers.run import Ended, Found, Part, run

#: A buffered stream's buffer: parsers read in small steps.
_BUFFER = 1 << 18


class Sources(Protocol):
    """What a child opens sources through (`intake.children`)."""

    def reader(self, source_id: str) -> Reader: ...

    def there(self, source_id: str) -> bool: ...


class Parsing:
    """Parses one item. Payload: item_id, source_id, exhibit, spec, path, name, size, mime, group, sha256, `beside` (specs of
    files in the same folder, by name), `only` (names of parsers), `told` (what the operator told them).
    """

    def __init__(self, sources: Sources, config: dict[str, Any]) -> None:
        self._sources = sources
        self._scratch = Path(config["scratch"]) if config.get("scratch") else None
        self._credentials = tuple(config["credentials"])
        every: list[Parser] = [*parsers(), *mapped(config.get("mappings") or ())]
        self._parsers = {parser.name: parser for parser in every}

    def handle(self, task: Task, note: Callable[[bytes], None]) -> Iterator[Row]:
        """`{"table": name, "arrow": base64}`, `{"failures": row}`, `{"parses": row}`; `{"left": why}` if it is away."""
        payload = task.payload
        try:
            reader = self._sources.reader(payload["source_id"])
            with reader.open(from_bytes(payload["spec"])) as stream:
                head = _head(stream)
        except (EvidenceError, OSError) as error:
            if not self._sources.there(payload["source_id"]):
                yield {"left": str(error)}
                return
            cause, detail = getattr(error, "cause", "unreadable"), getattr(error, "detail", str(error))
            yield {"failures": _failure(payload, "", 0, payload["path"], cause, detail)}
            return
        scratch = Path(tempfile.mkdtemp(dir=self._scratch))
        try:
            subject = self._subject(payload, reader, head, scratch)
            chosen = [self._parsers[name] for name in payload["only"]]
            for found in run(subject, payload["exhibit"], chosen, note):
                yield from _rows(payload, found)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _subject(self, payload: Row, reader: Reader, head: bytes, scratch: Path) -> Subject:
        beside: dict[str, str] = payload["beside"]

        def opened(spec: str) -> io.BufferedIOBase:
            return io.BufferedReader(reader.open(from_bytes(spec)), _BUFFER)

        return Subject(
            item_id=payload["item_id"],
            source_id=payload["source_id"],
            path=payload["path"],
            name=payload["name"],
            size=payload["size"],
            mime=payload["mime"],
            group=payload["group"],
            sha256=payload["sha256"],
            head=head,
            open=lambda: opened(payload["spec"]),
            beside=lambda name: opened(beside[name]) if name in beside else None,
            scratch=scratch,
            options=Options(date_order=payload["told"].get("date_order"), credentials=self._credentials),
        )


def _head(stream: io.RawIOBase) -> bytes:
    parts: list[bytes] = []
    wanted = HEAD_BYTES
    while wanted and (part := stream.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _rows(payload: Row, found: Found | Part | Ended) -> Iterator[Row]:
    match found:
        case Found():
            yield {"table": found.table, "arrow": packed(found.rows)}
        case Part():
            place = f"{payload['path']} › {found.place}" if found.place else payload["path"]
            yield {
                "failures": _failure(payload, found.parser, found.version, place, found.cause, found.detail)
            }
        case Ended():
            if found.outcome == "failed":
                yield {
                    "failures": _failure(
                        payload, found.parser, found.version, payload["path"], found.cause, found.detail
                    )
                }
            yield {"parses": ended_row(payload, found)}


def ended_row(payload: Row, ended: Ended) -> Row:
    """The `parses` row of a parser that ended."""
    return {
        "item_id": payload["item_id"],
        "source_id": payload["source_id"],
        "parser": ended.parser,
        "version": ended.version,
        "variant": ended.variant,
        "seen_on": ended.seen_on,
        "mapping": ended.mapping,
        "options": payload["told_text"],
        "outcome": ended.outcome,
        "traces": ended.traces,
        "remarks": "\n".join(ended.remarks),
        "seconds": round(ended.seconds, 4),
    }


def _failure(payload: Row, parser: str, version: int, place: str, cause: str, detail: str) -> Row:
    return failure_row(
        stage="parse",
        inspector=parser,
        cause=cause,
        detail=detail,
        source_id=payload["source_id"],
        item=payload["item_id"],
        sha256=payload["sha256"],
        place=place,
        version=version,
    )


def packed(table: pa.Table) -> str:
    """A table as Arrow IPC in base64."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return base64.b64encode(sink.getbuffer()).decode()


def unpacked(text: str) -> pa.Table:
    """The table of `packed`."""
    return pa.ipc.open_stream(base64.b64decode(text)).read_all()
