"""Run a parser on bytes through the same door as an intake does: accepts, recognise, parse, Arrow rows."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from safelight.inspect.filetype import identify
from safelight.parsers.model import HEAD_BYTES, Options, Parser, Subject
from safelight.parsers.run import Ended, Found, Part, run
from safelight.traces.model import Trace
from safelight.traces.schema import TRACE_TABLES

Row = dict[str, Any]


@dataclass
class Parsed:
    """What a parser gave: rows by table (without the columns that all rows share), troubles, and how it ended (None: the
    item was not its own).
    """

    tables: dict[str, list[Row]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    ended: Ended | None = None

    def of(self, kind: type[Trace], *columns: str) -> list[Any]:
        """The rows of one trace type, or tuples of the columns asked for (one column: plain values)."""
        rows = self.tables.get(kind.table, [])
        if not columns:
            return rows
        if len(columns) == 1:
            return [row[columns[0]] for row in rows]
        return [tuple(row[name] for name in columns) for row in rows]


def parse(
    parser: Parser,
    given: Path | bytes,
    *,
    name: str | None = None,
    path: str | None = None,
    beside: Mapping[str, bytes] | None = None,
    options: Options | None = None,
) -> Parsed:
    """Run one parser. `given` is a file or its bytes; files beside a given file are found there."""
    data = given.read_bytes() if isinstance(given, Path) else given
    called = name or (given.name if isinstance(given, Path) else "item")
    neighbours = dict(beside or {})

    def find(other: str) -> io.BufferedIOBase | None:
        if other in neighbours:
            return io.BytesIO(neighbours[other])
        if isinstance(given, Path) and (given.parent / other).is_file():
            return (given.parent / other).open("rb")
        return None

    kind = identify(data[:4096], len(data), data[-4096:], io.BytesIO(data))
    parsed = Parsed()
    with tempfile.TemporaryDirectory() as scratch:
        subject = Subject(
            item_id="i1-test",
            source_id="s1-test",
            path=path or called,
            name=called,
            size=len(data),
            mime=kind.mime,
            group=kind.group,
            sha256=hashlib.sha256(data).hexdigest(),
            head=data[:HEAD_BYTES],
            open=lambda: io.BytesIO(data),
            beside=find,
            scratch=Path(scratch),
            options=options or Options(),
        )
        if not parser.accepts(subject.mime, subject.group, subject.size):
            return parsed
        for found in run(subject, "exhibit", [parser]):
            match found:
                case Found():
                    _check(found)
                    parsed.tables.setdefault(found.table, []).extend(found.rows.to_pylist())
                case Part():
                    parsed.parts.append(found)
                case Ended():
                    parsed.ended = found
    return parsed


def _check(found: Found) -> None:
    """Every row that a parser gives fits the catalog, and no two traces have one id."""
    schema = next(table.arrow for table in TRACE_TABLES if table.name == found.table)
    wanted = pa.schema([column for column in schema if column.name != "first_known"])
    assert set(found.rows.schema.names) == set(wanted.names)
    found.rows.select(wanted.names).cast(wanted)
