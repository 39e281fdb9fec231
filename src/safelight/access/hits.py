"""Items whose content stands in a hash set. The category is the set's own claim, no verdict."""

from __future__ import annotations

from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from safelight.access import items
from safelight.access.cursor import Cursor, decode
from safelight.access.model import Hit, HitGroup, ItemRow, Page
from safelight.access.where import Condition

_HIT = ("set_id", "set_name", "algorithm", "scheme", "code", "label", "detail")
_KEY = "coalesce(h.set_id, ''), coalesce(h.scheme, ''), coalesce(h.code, ''), coalesce(i.path, ''), i.item_id"


def groups(db: DuckDBPyConnection) -> tuple[HitGroup, ...]:
    """By set and category: contents and items."""
    rows = db.execute(
        "WITH copies AS (SELECT sha256, count(*) AS n FROM items "
        "WHERE sha256 IN (SELECT sha256 FROM hits) GROUP BY 1) "
        "SELECT h.set_id, any_value(h.set_name), coalesce(h.scheme, ''), coalesce(h.code, ''), "
        "coalesce(any_value(h.label), ''), count(DISTINCT h.sha256), coalesce(sum(c.n), 0) "
        "FROM (SELECT DISTINCT sha256, set_id, set_name, scheme, code, label FROM hits) h "
        "LEFT JOIN copies c USING (sha256) GROUP BY 1, 3, 4 ORDER BY 2, 1, 3, 4"
    ).fetchall()
    return tuple(HitGroup(row[0], row[1], row[2], row[3], row[4], int(row[5]), int(row[6])) for row in rows)


def page(
    db: DuckDBPyConnection,
    exhibits: Mapping[str, str],
    set_name: str = "",
    category: str = "",
    after: str | None = None,
    limit: int = 200,
) -> Page[Hit]:
    """Items by set, category and path. `set_name` is a name or id; `category` is `scheme/code`."""
    found = Condition()
    if set_name:
        found.add("(h.set_id = ? OR h.set_name = ?)", set_name, set_name)
    if category:
        scheme, _slash, code = category.rpartition("/")
        found.add("coalesce(h.scheme, '') = ?", scheme)
        if code:
            found.add("coalesce(h.code, '') = ?", code)
    if after:
        found.add(f"({_KEY}) > (?, ?, ?, ?, ?)", *decode(after, "hits", 5).values)
    rows = db.execute(
        f"SELECT {_KEY}, {', '.join(f'h.{name}' for name in _HIT)} "
        "FROM (SELECT sha256, set_id, scheme, code, min(set_name) AS set_name, min(algorithm) AS algorithm, "
        "min(label) AS label, min(detail) AS detail FROM hits GROUP BY ALL) h "
        "JOIN items i ON i.sha256 = h.sha256 "
        f"WHERE {found.sql} ORDER BY {_KEY} LIMIT {limit + 1:d}",
        found.values,
    ).fetchall()
    more = len(rows) > limit
    rows = rows[:limit]
    known = {
        row.item_id: row for row in items.by_ids(db, list(dict.fromkeys(row[4] for row in rows)), exhibits)
    }
    return Page(
        tuple(_hit(known[row[4]], row[5:]) for row in rows if row[4] in known),
        None,
        Cursor("hits", rows[-1][:5]).encode() if rows and more else None,
    )


def of_item(db: DuckDBPyConnection, row: ItemRow) -> tuple[Hit, ...]:
    """The sets in which an item's content stands."""
    if not row.sha256:
        return ()
    found = db.execute(
        f"SELECT DISTINCT {', '.join(_HIT)} FROM hits WHERE sha256 = ? ORDER BY set_name, scheme, code",
        [row.sha256],
    ).fetchall()
    return tuple(_hit(row, values) for values in found)


def _hit(row: ItemRow, values: tuple[str | None, ...]) -> Hit:
    return Hit(row, *(value or "" for value in values))
