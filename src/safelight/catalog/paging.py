"""Pages of items in the order of compacted parts, by keyset: the cost of a page does not grow with its
number.

DuckDB skips row groups by their least and greatest path only where the source is fixed: a comparison of the
whole key (source, path, item) scans everything (0.5 to 0.9 s at 5 million items, against 0.03 s). So a page
asks source by source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb


class ItemKey(NamedTuple):
    """Where a page ended: the last row's place in the order."""

    source_id: str
    path: str
    item_id: str


def page_of_items(
    connection: duckdb.DuckDBPyConnection,
    columns: str,
    *,
    sources: Sequence[str],
    after: ItemKey | None = None,
    where: str = "true",
    parameters: Sequence[Any] = (),
    limit: int = 100,
    relation: str = "items",
) -> list[tuple[Any, ...]]:
    """The next `limit` rows after a key, by (source_id, path, item_id).

    `columns` and `where` (with `?` for `parameters`) are SQL of the caller's own making, never a person's
    text. `sources` are the source ids to look into, in any order; `relation` is a view with the columns of
    `items`.
    """
    rows: list[tuple[Any, ...]] = []
    for source in sorted(set(sources)):
        if after is not None and source < after.source_id:
            continue
        bound, values = "true", []
        if after is not None and source == after.source_id:
            bound, values = "path >= ? AND (path > ? OR item_id > ?)", [after.path, after.path, after.item_id]
        rows += connection.execute(
            f"SELECT {columns} FROM {relation} WHERE source_id = ? AND {bound} AND ({where}) "
            f"ORDER BY path, item_id LIMIT {int(limit) - len(rows)}",
            [source, *values, *parameters],
        ).fetchall()
        if len(rows) >= limit:
            break
    return rows
