"""The package's parts that Safelight itself reads back, or that any table program opens: records, traces, items, law, audit.

JSON is written with sorted keys and one value a line, so that two packages can be compared as text.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from safelight.access.neutral import csv_cell
from safelight.casework.handover.contents import Contents
from safelight.ledger import excerpt
from safelight.ledger.ledger import Ledger
from safelight.traces.moment import iso_utc

#: Where `handover import` finds what it takes over, and the version of that file.
RECORDS_FILE: Final = "data/case/safelight.json"
RECORDS_FORMAT: Final = 1


def write_records(contents: Contents, folder: Path) -> None:
    """`safelight.json`: records, statements with their whole history, decisions about accounts; what an import reads."""
    said = {
        "format": RECORDS_FORMAT,
        "operation": contents.operation,
        "operation_id": contents.operation_id,
        "synthetic": contents.synthetic,
        "tool": contents.tool,
        "terms": asdict(contents.terms),
        "case": contents.case.id,
        "records": [asdict(one) | {"name": one.name} for one in contents.records],
        "statements": [asdict(one) for one in contents.statements],
        "withdrawn": {str(seq): reason for seq, reason in contents.withdrawn.items()},
        "superseded_by": {str(seq): by for seq, by in contents.superseded_by.items()},
        "accounts": [asdict(one) for one in contents.accounts],
        "identities": [asdict(one) for one in contents.identities],
        "splits": [asdict(one) for one in contents.splits],
        "clocks": [asdict(one) for one in contents.clocks],
        "exhibits": [{"key": one.key, "number": one.number, "label": one.label} for one in contents.exhibits],
    }
    _json(folder / "safelight.json", said)


def write_traces(contents: Contents, folder: Path) -> None:
    """Each table as Parquet, with all columns and types, and as CSV for people."""
    for name, table in contents.traces.items():
        if table.num_rows:
            pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
            _csv(folder / f"{name}.csv", table.column_names, _rows_of(table))


def write_items(contents: Contents, folder: Path) -> None:
    """`items.csv` and `items.json`: what is known of each item, for people and programs; `items.parquet`: the same in the
    catalog's columns, which an import reads. The bytes themselves are written beside them."""
    rows = [asdict(one) for one in contents.items]
    if rows:
        _csv(folder / "items.csv", list(rows[0]), ([row[name] for name in rows[0]] for row in rows))
        _json(folder / "items.json", rows)
    if contents.item_rows is not None:
        pq.write_table(contents.item_rows, folder / "items.parquet", compression="zstd")


def write_law(contents: Contents, folder: Path) -> None:
    """Legal basis, conditions of use, exhibits with their custody, and what was left out and why."""
    _json(folder / "terms.json", asdict(contents.terms) | {"made": iso_utc(contents.terms.made_at)})
    _json(folder / "exhibits.json", [asdict(one) for one in contents.exhibits])
    _json(folder / "custody.json", [asdict(one) for one in contents.custody])
    _json(folder / "left-out.json", [asdict(one) for one in contents.left_out])


def write_audit(ledger: Ledger, contents: Contents, folder: Path) -> str:
    """The excerpt of the ledger with its proof; returns the head that it stands below."""
    made = excerpt.make(ledger, contents.seqs)
    (folder / "excerpt.json").write_bytes(made)
    return str(orjson.loads(made)["head"])


def _json(path: Path, value: Any) -> None:
    option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    path.write_bytes(orjson.dumps(value, option=option, default=str))


def _rows_of(table: pa.Table) -> Iterable[list[Any]]:
    for batch in table.to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            yield list(row.values())


def _csv(path: Path, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """RFC 4180 in UTF-8 with a mark; no cell is a formula."""
    with path.open("w", encoding="utf-8-sig", errors="surrogatepass", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(names)
        out.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return _cell(value.get("utc") or value.get("wall") or value.get("text"))
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, list | tuple):
        return csv_cell("; ".join(str(one) for one in value))
    return csv_cell(str(value))
