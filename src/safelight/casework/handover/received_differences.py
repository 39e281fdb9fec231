"""Traces of a package that read otherwise here: each column with both readings, beside the rows and counting nowhere.

Ours stand. Two operations read the same bytes otherwise where one has a newer parser, another order of dates, or a copy that
was changed: which of them is right a person finds out, so both are kept and shown at the handover that brought theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from duckdb import DuckDBPyConnection

from safelight.access.reading import Reading
from safelight.catalog.schema_findings import RECEIVED_DIFFERENCES
from safelight.traces.columns import MOMENT

#: Differences that a page or a command shows of one package; the count is of all.
SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One column of one trace: what the sender's row says and what ours said when theirs came."""

    trace_id: str
    table: str
    column: str
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class Differences:
    """Those of one package. `traces` and `columns`: how many in all; `shown`: the first of them."""

    traces: int
    columns: int
    shown: tuple[Difference, ...]


def found(
    db: DuckDBPyConnection,
    table: str,
    given: str,
    schema: pa.Schema,
    columns: Sequence[str],
    package: str,
    key: str = "trace_id",
) -> pa.Table:
    """What differs between the rows of the relation `given` and the catalog's table, as rows of `received_differences`.

    `key`: the column that names a row.
    """
    unlike = " or ".join(f'g."{name}" is distinct from h."{name}"' for name in columns)
    db.execute(
        f"""create or replace temp table differing as
        select distinct {key} from {given} g join {table} h using ({key}) where {unlike}"""
    )
    each = " union all ".join(
        f"""select {key} as trace_id, '{table}' as trace_table, $package as package, '{name}' as field,
            {_text(f'g."{name}"', schema.field(name).type)} as theirs,
            {_text(f'h."{name}"', schema.field(name).type)} as ours
        from g join h using ({key}) where g."{name}" is distinct from h."{name}" """
        for name in columns
    )
    rows = db.sql(
        f"""with g as materialized (select * from {given} semi join differing using ({key})),
            h as materialized (select * from {table} semi join differing using ({key}))
        select distinct * from ({each}) order by trace_id, field, theirs""",
        params={"package": package},
    )
    return rows.to_arrow_table().cast(RECEIVED_DIFFERENCES.arrow)


def first(rows: pa.Table) -> list[Difference]:
    """As many of the rows as are shown."""
    columns = ("trace_id", "trace_table", "field", "theirs", "ours")
    return [Difference(*(row[name] for name in columns)) for row in rows.slice(0, SHOWN).to_pylist()]


def of_package(reading: Reading, manifest: str) -> Differences:
    """What differed when the package with this list of lists came."""
    where = {"package": manifest}
    counted = reading.db.execute(
        "select count(distinct trace_id), count(*) from received_differences where package = $package", where
    ).fetchone()
    traces, columns = counted or (0, 0)
    rows = reading.db.execute(
        f"""select trace_id, trace_table, field, theirs, ours from received_differences where package = $package
        order by trace_table, trace_id, field limit {SHOWN}""",
        where,
    ).fetchall()
    reading.show(row[0] for row in rows)
    return Differences(traces, columns, tuple(Difference(*row) for row in rows))


def _text(value: str, kind: pa.DataType) -> str:
    """SQL that writes a value as people read it; empty where there is none."""
    if kind != MOMENT:
        return f"coalesce(cast({value} as varchar), '')"
    written = (
        f"coalesce(strftime({value}.utc, '%Y-%m-%d %H:%M:%S') || ' UTC', "
        f"strftime({value}.wall, '%Y-%m-%d %H:%M:%S'), {value}.text, '')"
    )
    return f"{written} || coalesce(' (' || {value}.basis || ')', '')"
