"""CSV, TSV and their kin: a record is a row, its sources are the names in the header, and `#1`, `#2` ... for columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from safelight.inspect.plaintext import encoding_of
from safelight.parsers.mapping.model import Mapping, Rule
from safelight.parsers.mapping.records import Record, Row, Unread
from safelight.parsers.model import ParseFailed, Subject

#: Characters of one cell.
_CELL = 16 << 20


def read(subject: Subject, mapping: Mapping) -> Iterator[tuple[tuple[Rule, ...], Record | Unread]]:
    """All rows behind the header."""
    given = mapping.input
    csv.field_size_limit(_CELL)
    with (
        subject.open() as stream,
        io.TextIOWrapper(
            cast("BinaryIO", stream),
            given.encoding or encoding_of_head(subject.head),
            errors="replace",
            newline="",
        ) as text,
    ):
        rows = csv.reader(text, delimiter=given.delimiter, quotechar=given.quote)
        names: list[str] = []
        while True:
            line = rows.line_num + 1
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield mapping.rules, Unread(f"line {line}", str(error))
                continue
            if row is None:
                return
            if given.header and line < given.header:
                continue
            if given.header and not names:
                names = [name.strip().lstrip("\ufeff") for name in row]
                continue
            if not any(row):
                continue
            values: dict[str, str | None] = {f"#{number}": cell for number, cell in enumerate(row, 1)}
            for name, cell in zip(names, row, strict=False):
                values.setdefault(name, cell)
            for number, name in enumerate(names[len(row) :], len(row) + 1):
                values.setdefault(name, None)
                values[f"#{number}"] = None
            if names and len(row) > len(names):
                yield (
                    mapping.rules,
                    Unread(
                        f"line {line}",
                        f"{len(row)} cells under {len(names)} names",
                        given.delimiter.join(row)[:500],
                    ),
                )
                continue
            yield mapping.rules, Row(f"line {line}", values, given.delimiter.join(row)[:500])


def header(subject: Subject, mapping: Mapping) -> set[str] | None:
    """The names in the header as far as the head of the file shows them; None if there is no header."""
    given = mapping.input
    if not given.header:
        return None
    text = subject.head.decode(given.encoding or encoding_of_head(subject.head), "replace")
    csv.field_size_limit(_CELL)
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text), delimiter=given.delimiter, quotechar=given.quote), 1
        ):
            if number >= given.header:
                return {name.strip().lstrip("\ufeff") for name in row}
    except csv.Error as error:
        raise ParseFailed("corrupt", f"the header cannot be read: {error}") from None
    return set()


def encoding_of_head(head: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else Western European."""
    found = encoding_of(head, complete=False) or "cp1252"
    return {"utf-8": "utf-8-sig", "ascii": "utf-8-sig"}.get(found, found)
