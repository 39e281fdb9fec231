"""Excel and OpenDocument tables by python-calamine: a record is a row of a sheet, its sources are the names in the header,
and `#1`, `#2` ... for columns. Formulas are not computed: the values that were stored with them are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine

from safelight.parsers.mapping.model import Mapping, Rule
from safelight.parsers.mapping.records import Record, Row, Unread
from safelight.parsers.model import ParseFailed, Subject

#: The library holds a whole book in memory.
_LARGEST = 256 << 20


def open_book(subject: Subject) -> Any:
    """The book. Raises ParseFailed."""
    if subject.size > _LARGEST:
        raise ParseFailed("limit", f"a book of more than {_LARGEST} bytes")
    try:
        with subject.open() as stream:
            return python_calamine.load_workbook(stream)
    except python_calamine.PasswordError as error:
        raise ParseFailed("encrypted", str(error)) from None
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise ParseFailed("corrupt", f"no book that can be read: {error}"[:200]) from None


def read(subject: Subject, mapping: Mapping) -> Iterator[tuple[tuple[Rule, ...], Record | Unread]]:
    """The rows of each sheet that a rule names; a rule without a sheet is for all."""
    book = open_book(subject)
    for sheet in book.sheet_names:
        rules = tuple(rule for rule in mapping.rules if rule.source in ("", sheet))
        if not rules:
            continue
        try:
            found = book.get_sheet_by_name(sheet)
            rows = found.to_python(skip_empty_area=False)
        except (python_calamine.CalamineError, ValueError) as error:
            yield rules, Unread(f"{sheet}", f"the sheet cannot be read: {error}"[:200])
            continue
        yield from _rows(sheet, rules, rows, mapping.input.header)


def _rows(
    sheet: str, rules: tuple[Rule, ...], rows: list[list[Any]], header: int
) -> Iterator[tuple[tuple[Rule, ...], Record | Unread]]:
    names = [str(name).strip() for name in rows[header - 1]] if 0 < header <= len(rows) else []
    for number, row in enumerate(rows[header:], header + 1):
        cells = [_plain(cell) for cell in row]
        if all(cell is None for cell in cells):
            continue
        values: dict[str, Any] = {f"#{column}": cell for column, cell in enumerate(cells, 1)}
        for name, cell in zip(names, cells, strict=False):
            values.setdefault(name, cell)
        yield (
            rules,
            Row(
                f"{sheet}!{number}",
                values,
                "; ".join("" if cell is None else str(cell) for cell in cells)[:500],
            ),
        )


def header_of(subject: Subject, mapping: Mapping) -> set[str]:
    """The names in the headers of the sheets that rules name."""
    names: set[str] = set()
    book = open_book(subject)
    for sheet in book.sheet_names:
        if any(rule.source in ("", sheet) for rule in mapping.rules) and mapping.input.header:
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=mapping.input.header)
            names |= {str(name).strip() for name in (rows[-1] if rows else [])}
    return names


def _plain(cell: Any) -> Any:
    """A cell as text, number, bool or datetime; None for an empty one."""
    if cell == "" or cell is None:
        return None
    if isinstance(cell, datetime | bool | int):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a cell has no zone
    if isinstance(cell, time | timedelta):
        return str(cell)
    return str(cell)
