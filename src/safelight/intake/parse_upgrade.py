"""Traces of older parser versions, and of parsers that were renamed, give way to the newer ones, and what failed is parsed
again on request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import pyarrow as pa
from duckdb import DuckDBPyConnection

from safelight.catalog.catalog import Catalog
from safelight.intake.parse_mappings import mapping_of
from safelight.parsers.model import Parser, former_names
from safelight.traces.ids import batch_id
from safelight.traces.schema import TRACE_TABLES

_RETIRED, _RETRIED, _CLEARED = "retire-parses1", "retry-parses", "clear-parses"
_NAMES = [table.name for table in TRACE_TABLES]


def parse_attempts(catalog: Catalog) -> int:
    """How often parses were tried again: part of the ids of the batches made since."""
    return len(catalog.finished(_RETRIED))


def retire(catalog: Catalog, parsers: Sequence[Parser]) -> int:
    """Take out the traces that older versions of a parser, or parsers by a former name of it, read from items which its
    present version has read; gives the number of such items.

    One transaction: whoever reads sees the older traces or the newer ones. A trace that both found keeps the time at which
    it was first known.
    """
    present = {parser.name: parser.version for parser in parsers if mapping_of(parser) is None}
    renamed = [
        (former, parser.name)
        for parser in parsers
        if mapping_of(parser) is None
        for former in former_names(parser)
        if former not in present
    ]
    with catalog.connect() as database:
        ended, newest, fallen = _ends(database, present)
        past = [row for row in ended if (row[0], row[1]) in newest and present[row[1]] != row[2]]
        by_former = [
            row
            for row in ended
            if any(row[1] == former and (row[0], name) in newest for former, name in renamed)
        ]
        past += by_former
        if fallen:
            _take_out(catalog, fallen)
        if not past:
            return 0
        old = _keys(past)
        database.register("old", old)
        drop: dict[str, pa.Table] = {"parses": old}
        if by_former:
            drop["failures"] = _failures((item, name) for item, name, _ in by_former)
        added: dict[str, pa.Table] = {}
        for name in _NAMES:
            gone: pa.Table = database.sql(
                f"select trace_id, version from {name} semi join old using (item_id, parser, version)"
            ).to_arrow_table()
            again: pa.Table = database.sql(f"""
                select n.* replace (least(n.first_known, o.first_known) as first_known)
                from {name} n join {name} o using (trace_id)
                where n.version <> o.version
                  and exists (select 1 from old k
                              where k.item_id = o.item_id and k.parser = o.parser and k.version = o.version)
            """).to_arrow_table()
            if len(gone):
                drop[name] = pa.concat_tables([gone, again.select(["trace_id", "version"])])
                added[name] = again
        database.unregister("old")
    members = [str(len(catalog.finished(_RETIRED))), *(" ".join(map(str, row)) for row in past)]
    catalog.supersede(batch_id(_RETIRED, members), drop, added, made_by={"stage": _RETIRED, "intake": "1"})
    return len(past)


_Key = tuple[str, str, int]


def _ends(
    database: DuckDBPyConnection, present: Mapping[str, int]
) -> tuple[list[_Key], set[tuple[str, str]], list[_Key]]:
    """How parsers ended: all (item, parser, version); items and parsers whose present version takes the place of older
    ones; and present versions that failed where an older one had ended well: there the older one's traces stay, and what
    the newer one gave before it failed goes.
    """
    rows = database.execute(
        "select item_id, parser, version, bool_or(outcome = 'done') from parses where parser <> '' "
        "group by all order by all"
    ).fetchall()
    well = {(item, parser) for item, parser, version, done in rows if done and present.get(parser) != version}
    newest, fallen = set[tuple[str, str]](), list[_Key]()
    for item, parser, version, done in rows:
        if present.get(parser) == version:
            if done or (item, parser) not in well:
                newest.add((item, parser))
            else:
                fallen.append((item, parser, version))
    return [(item, parser, version) for item, parser, version, _done in rows], newest, fallen


def _take_out(catalog: Catalog, rows: Sequence[_Key]) -> None:
    """Take out the traces of these items, parsers and versions, if there are any."""
    keys = _keys(rows)
    with catalog.connect() as database:
        database.register("gone", keys)
        there = any(
            database.execute(
                f"select 1 from {name} semi join gone using (item_id, parser, version) limit 1"
            ).fetchall()
            for name in _NAMES
        )
    if there:
        members = [str(len(catalog.finished(_CLEARED))), *(" ".join(map(str, row)) for row in rows)]
        drop: dict[str, pa.Table] = dict.fromkeys(_NAMES, keys)
        catalog.supersede(batch_id(_CLEARED, members), drop, made_by={"stage": _CLEARED, "intake": "1"})


def clearings(catalog: Catalog) -> int:
    """How often traces without an end were taken out: part of the ids of the batches made since."""
    return len(catalog.finished(_CLEARED))


def clear_unfinished(catalog: Catalog, item_id: str, parsers: Collection[str]) -> None:
    """Take out what these parsers gave of a large item in a run that was cut off, if they never ended on it: whatever runs
    now begins anew.
    """
    with catalog.connect() as database:
        rows: set[_Key] = set()
        for name in _NAMES:
            rows |= set(
                database.execute(
                    f"""select distinct item_id, parser, version from {name}
                        where item_id = $item and parser in (select unnest($names))""",
                    {"item": item_id, "names": list(parsers)},
                ).fetchall()
            )
        rows -= set(
            database.execute(
                "select item_id, parser, version from parses where item_id = $item", {"item": item_id}
            ).fetchall()
        )
    if rows:
        _take_out(catalog, sorted(rows))


def release_parses(
    catalog: Catalog,
    source_ids: Collection[str],
    causes: Collection[str],
    parsers: Iterable[Parser],
    condition: str = "true",
    limits: Mapping[str, str] | None = None,
) -> int:
    """Take out what these parsers gave and how they ended where they failed for one of `causes`; the next pass runs them
    again. `source_ids` must be at hand, `condition` is SQL on items with the parameters `limits`: what the next pass will
    not read keeps what it has. Gives the number of parses.
    """
    given = {
        **(limits or {}),
        "sources": sorted(source_ids),
        "causes": sorted(causes),
        "names": ["", *sorted(parser.name for parser in parsers)],
    }
    with catalog.connect() as database:
        found = database.execute(
            f"""select distinct item_id, inspector from failures where stage = 'parse' and item_id is not null
               and source_id in (select unnest($sources)) and cause in (select unnest($causes))
               and inspector in (select unnest($names)) and item_id in (select item_id from items where {condition})
               order by all""",
            given,
        ).fetchall()
    return forget(catalog, found)


def forget(catalog: Catalog, parses: Sequence[tuple[str, str]]) -> int:
    """Take out the traces, ends and failures of these items and parsers, in one transaction."""
    if not parses:
        return 0
    items = pa.array([item for item, _ in parses], pa.string())
    names = pa.array([name for _, name in parses], pa.string())
    own = pa.table({"item_id": items, "parser": names})
    tried = pa.table({"item_id": items, "parser": pa.array([""] * len(parses), pa.string())})
    drop: dict[str, pa.Table] = dict.fromkeys(_NAMES, own)
    drop["parses"] = pa.concat_tables([own, tried])
    drop["failures"] = pa.table(
        {"item_id": items, "inspector": names, "stage": pa.array(["parse"] * len(parses), pa.string())}
    )
    members = [str(parse_attempts(catalog)), *(f"{item} {name}" for item, name in parses)]
    catalog.supersede(batch_id(_RETRIED, members), drop, made_by={"stage": _RETRIED, "intake": "1"})
    return len(parses)


def _failures(parses: Iterable[tuple[str, str]]) -> pa.Table:
    items, names = zip(*sorted(set(parses)), strict=True)
    return pa.table(
        {
            "item_id": pa.array(items, pa.string()),
            "inspector": pa.array(names, pa.string()),
            "stage": pa.array(["parse"] * len(items), pa.string()),
        }
    )


def _keys(rows: Sequence[tuple[str, str, int]]) -> pa.Table:
    items, names, versions = zip(*rows, strict=True)
    return pa.table(
        {
            "item_id": pa.array(items, pa.string()),
            "parser": pa.array(names, pa.string()),
            "version": pa.array(versions, pa.int32()),
        }
    )
