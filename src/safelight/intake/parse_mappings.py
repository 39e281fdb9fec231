"""Mappings in the parse stage: what tells their runs apart, and how a changed mapping takes the place of the older one.

A parser's run is known by name and version. A mapping is a file that anybody may change, so its runs are known by the
SHA-256 as well: another file under the same name is run again over the same items, and what the older one had made of
them gives way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safelight.catalog.catalog import Catalog
from safelight.errors import Refused
from safelight.parsers.mapping.load import parsed
from safelight.parsers.mapping.parser import MappedParser
from safelight.parsers.model import Parser
from safelight.traces.ids import batch_id
from safelight.traces.schema import TRACE_TABLES

#: Counted by `parse_upgrade.parse_attempts`: what gave way may be made again, by batches with other ids.
_REPLACED, _CLEARED = "retry-parses-mapping", "clear-mapping-failures"
_NAMES = [table.name for table in TRACE_TABLES]


@dataclass(frozen=True, slots=True)
class MappedItem:
    """What a mapping made of one item; `remarks` has its report, a line a rule."""

    item_id: str
    path: str
    parser: str
    outcome: str
    traces: int | None
    remarks: str | None


def mapped(texts: Sequence[str]) -> list[MappedParser]:
    """The parsers of mapping files, by their texts. Raises BadInput, and Refused for two of one name."""
    made = [MappedParser(parsed(text.encode("utf-8", "surrogateescape"))) for text in texts]
    names = [one.name for one in made]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Refused(
            f"Two mappings are called {twice[0].removeprefix('mapping-')}.",
            "Give one of them another name, or use one after the other.",
        )
    return made


def mapping_of(parser: Parser) -> str | None:
    """The SHA-256 of the mapping file that a parser was made of."""
    found: str | None = getattr(parser, "mapping_sha256", None)
    return found


def word(parser: Parser) -> str:
    """What stands in `parses.tried`, and in a batch's members: `name-version`, for a mapping with `@` and its SHA-256."""
    sha256 = mapping_of(parser)
    return f"{parser.name}-{parser.version}" + (f"@{sha256}" if sha256 else "")


def clear_failures(
    catalog: Catalog,
    parsers: Sequence[MappedParser],
    source_ids: Sequence[str],
    condition: str,
    given: Mapping[str, Any],
) -> None:
    """Take out the failures that an older file of these names left at items which the present one has not seen yet: a
    failure does not say by which file, so they could not be told from new ones later. `condition` is SQL on `items`.
    """
    for parser in parsers:
        with catalog.connect() as database:
            found = database.execute(
                f"""select distinct f.item_id from failures f join items using (item_id)
                    where f.stage = 'parse' and f.inspector = $name and items.source_id in (select unnest($sources))
                      and {condition}
                      and not exists (select 1 from parses p where p.item_id = f.item_id
                                      and list_contains(string_split(p.tried, ' '), $word)) order by all""",
                {"name": parser.name, "sources": list(source_ids), "word": word(parser), **given},
            ).fetchall()
        items = [row[0] for row in found]
        if items:
            drop = pa.table(
                {
                    "item_id": pa.array(items, pa.string()),
                    "inspector": pa.array([parser.name] * len(items), pa.string()),
                    "stage": pa.array(["parse"] * len(items), pa.string()),
                }
            )
            members = [str(len(catalog.finished(_CLEARED))), parser.name, *items]
            catalog.supersede(
                batch_id(_CLEARED, members), {"failures": drop}, made_by={"stage": _CLEARED, "intake": "1"}
            )


def replace_older(catalog: Catalog, parsers: Sequence[Parser]) -> int:
    """Take out what other files under a mapping's name made of items that the present one has been run over; gives the
    number of such items.

    One transaction a mapping. A trace that both made keeps the time at which it was first known. That the older file was
    tried is forgotten too: should it be used again, it is run again.
    """
    return sum(_replace(catalog, parser) for parser in parsers if isinstance(parser, MappedParser))


_RUN_OVER = """
    create temp table stale as
    with seen as (
        select item_id from parses
        where list_contains(string_split(tried, ' '), $word) or (parser = $name and mapping = $sha)
    )
    select distinct item_id, parser, mapping, tried from parses semi join seen using (item_id)
    where (parser = $name and mapping is distinct from $sha)
       or (parser = '' and exists (select 1 from unnest(string_split(tried, ' ')) w(one)
                                   where regexp_matches(one, $words) and one <> $word))
"""


def _replace(catalog: Catalog, parser: MappedParser) -> int:
    words = rf"^{parser.name}-\d+@"
    with catalog.connect() as database:
        database.execute(
            _RUN_OVER,
            {"name": parser.name, "sha": parser.mapping_sha256, "word": word(parser), "words": words},
        )
        stale: pa.Table = database.sql("select * from stale order by all").to_arrow_table()
        if not len(stale):
            return 0
        kept: pa.Table = database.execute(
            """select * from (select * replace (array_to_string(list_filter(string_split(tried, ' '),
                   lambda one: one = $word or not regexp_matches(one, $words)), ' ') as tried)
               from parses p where parser = '' and exists (
                   select 1 from stale s where s.parser = '' and s.item_id = p.item_id and s.tried = p.tried))
               where tried <> ''""",
            {"word": word(parser), "words": words},
        ).to_arrow_table()
        drop: dict[str, pa.Table] = {"parses": stale}
        added: dict[str, pa.Table] = {"parses": kept}
        for name in _NAMES:
            gone: pa.Table = database.sql(f"select trace_id, mapping from {name} {_STALE}").to_arrow_table()
            if len(gone):
                again: pa.Table = database.execute(
                    f"""select n.* replace (least(n.first_known, o.known) as first_known) from {name} n join (
                            select trace_id, min(first_known) as known from {name} {_STALE} group by trace_id
                        ) o using (trace_id) where n.mapping = $sha""",
                    {"sha": parser.mapping_sha256},
                ).to_arrow_table()
                drop[name] = pa.concat_tables([gone, again.select(["trace_id", "mapping"])])
                added[name] = again
    members = [str(len(catalog.finished(_REPLACED))), word(parser), *stale.column("item_id").to_pylist()]
    made_by = {"stage": _REPLACED, "intake": "1"}
    catalog.supersede(batch_id(_REPLACED, members), drop, added, made_by=made_by)
    return len(pc.unique(stale.column("item_id")))


_STALE = "semi join (select item_id, parser, mapping from stale where parser <> '') using (item_id, parser, mapping)"


def mapped_items(
    catalog: Catalog, parsers: Sequence[MappedParser], condition: str, given: Mapping[str, Any]
) -> list[MappedItem]:
    """What these mappings made of items, by path. `condition` is SQL on `items`."""
    with catalog.connect() as database:
        found = database.execute(
            f"""select item_id, path, p.parser, outcome, traces, remarks
                from parses p join items using (item_id)
                where mapping in (select unnest($shas)) and p.parser <> '' and {condition}
                order by path, item_id, p.parser""",
            {"shas": [one.mapping_sha256 for one in parsers], **given},
        ).fetchall()
    return [MappedItem(*row) for row in found]
