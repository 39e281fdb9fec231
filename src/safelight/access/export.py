"""Items as files that leave the house: flat records for CSV and JSON lines, and for the Parquet writer."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterable

import orjson

from safelight.access.model import ItemRow
from safelight.access.neutral import csv_cell
from safelight.traces.moment import Moment, iso_utc

Value = str | int | bool | None

FIELDS = (
    "item_id", "exhibit", "path", "name", "kind", "state", "overwritten", "size", "modified_utc", "modified_wall",
    "modified_compared", "accessed_utc",
    "accessed_wall", "changed_utc", "changed_wall", "created_utc", "created_wall", "sha256", "sha1",
    "md5", "type", "mime", "extension_disagrees", "maybe_encrypted", "deleted", "container", "failed", "sets", "copies",
)  # fmt: skip


def record(row: ItemRow) -> dict[str, Value]:
    """One item, flat, in the order of `FIELDS`. `_utc` times are ISO 8601 with `Z`, empty where the zone is
    unknown; `_wall` times are the clock as it stood; `modified_compared` is UTC
    after decisions about clocks. `deleted` is true for deleted and orphaned entries."""
    values: dict[str, Value] = {}
    for name in FIELDS:
        base, _under, form = name.rpartition("_")
        if form in ("utc", "wall"):
            values[name] = _time(getattr(row, base), form)
        elif name == "modified_compared":
            values[name] = None if row.modified_us is None else iso_utc(row.modified_us)
        elif name == "deleted":
            values[name] = row.state != "allocated"
        elif name == "sets":
            values[name] = "; ".join(row.sets)
        else:
            values[name] = getattr(row, name)
    return values


def _time(moment: Moment | None, form: str) -> str | None:
    us = None if moment is None else moment.utc_us if form == "utc" else moment.wall_us
    return None if us is None else iso_utc(us).removesuffix("Z" if form == "wall" else "")


def csv_lines(rows: Iterable[ItemRow]) -> Generator[str, None, None]:
    """CSV (RFC 4180) line by line, head first. Names are made harmless for spreadsheets and terminals."""
    yield _line(FIELDS)
    for row in rows:
        yield _line([_cell(value) for value in record(row).values()])


def json_lines(rows: Iterable[ItemRow]) -> Generator[str, None, None]:
    """One JSON object a line. JSON escapes control characters itself, so names stand as they are."""
    for row in rows:
        yield orjson.dumps(record(row)).decode() + "\n"


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return csv_cell(value) if isinstance(value, str) else str(value)


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(list(cells))
    return out.getvalue()
