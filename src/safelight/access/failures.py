"""Queries on failures: what could not be read, walked or inspected, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duckdb import DuckDBPyConnection

from safelight.access.cursor import Cursor, decode
from safelight.access.filter import ItemFilter
from safelight.access.model import FailureGroup, FailureRow, Page
from safelight.access.where import OF_CONTENTS, OF_ITEMS, OF_PLACES, Condition, Failing, condition

COLUMNS = (
    "source_id, item_id, sha256, place, stage, inspector, version, cause, detail, seconds, "
    "limit_seconds, limit_megabytes"
)


def failure_of(values: tuple[Any, ...]) -> FailureRow:
    """A row of `COLUMNS`."""
    row = list(values)
    for at in (3, 4, 5, 7, 8):
        row[at] = row[at] or ""
    return FailureRow(*row)


def _condition(
    wanted: ItemFilter, exhibits: Mapping[str, str], sources: Mapping[str, str], inspector: str
) -> Condition:
    """Failures under the filter's causes, of items that match the rest of it. `sources` maps ids to exhibits."""
    found = Condition()
    causes = [cause for cause in wanted.failed if cause != "none"]
    if causes and "any" not in causes:
        found.add(f"f.cause IN ({', '.join('?' * len(causes))})", *causes)
    if inspector:
        found.add("f.inspector = ?", inspector)
    rest = wanted.without("failed")
    if rest:
        items, places = condition(rest, exhibits), _places(rest, exhibits, sources)
        found.add(
            f"(f.item_id IN (SELECT i.item_id FROM items i WHERE {items.sql}) "
            f"OR f.sha256 IN (SELECT i.sha256 FROM items i WHERE {items.sql})"
            + (f" OR ({OF_PLACES} AND f.source_id IN ({', '.join('?' * len(places))}))" if places else "")
            + ")",
            *(items.values * 2),
            *places,
        )
    return found


def _places(rest: ItemFilter, exhibits: Mapping[str, str], sources: Mapping[str, str]) -> list[str]:
    """Where only exhibit and source are asked for: the sources whose places without an item (a whole volume, or the
    source itself, which then has no item at all) belong there too."""
    if any(key not in ("exhibit", "source") for key, _value in rest.pairs()):
        return []
    keys = {exhibits.get(number, number) for number in rest.exhibit}
    return [
        source
        for source, exhibit in sources.items()
        if (not rest.source or source in rest.source) and (not keys or exhibit in keys)
    ]


def places(
    db: DuckDBPyConnection, wanted: ItemFilter, exhibits: Mapping[str, str], sources: Mapping[str, str]
) -> int:
    """Failures of places that are no items, under a filter that asks for failures; 0 for one that asks for anything else
    that only items have."""
    if not set(wanted.failed) - {"none"} or any(
        key not in ("failed", "exhibit", "source") for key, _v in wanted.pairs()
    ):
        return 0
    found = _condition(wanted, exhibits, sources, "")
    found.add(OF_PLACES)
    row = db.execute(f"SELECT count(*) FROM failures f WHERE {found.sql}", found.values).fetchone()
    return int(row[0]) if row else 0


#: Total order of failures; the columns are free of nulls so that rows compare.
_KEY = ("cause", "inspector", "coalesce(f.place, '')", "coalesce(f.item_id, '')", "coalesce(f.sha256, '')",
        "coalesce(f.detail, '')")  # fmt: skip
_SORT = ", ".join(key if key.startswith("coalesce") else f"coalesce(f.{key}, '')" for key in _KEY)


def page(
    db: DuckDBPyConnection,
    wanted: ItemFilter,
    exhibits: Mapping[str, str],
    sources: Mapping[str, str],
    inspector: str = "",
    after: str | None = None,
    limit: int = 200,
) -> Page[FailureRow]:
    """Failures by cause, part and place."""
    found = _condition(wanted, exhibits, sources, inspector)
    if after:
        values = decode(after, "failures", len(_KEY)).values
        found.add(f"({_SORT}) > ({', '.join('?' * len(_KEY))})", *values)
    rows = db.execute(
        f"SELECT {_SORT}, {COLUMNS} FROM failures f WHERE {found.sql} ORDER BY {_SORT} LIMIT {limit + 1:d}",
        found.values,
    ).fetchall()
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(
        tuple(failure_of(row[len(_KEY) :]) for row in rows),
        None,
        Cursor("failures", rows[-1][: len(_KEY)]).encode() if rows and more else None,
    )


def groups(
    db: DuckDBPyConnection, wanted: ItemFilter, exhibits: Mapping[str, str], sources: Mapping[str, str]
) -> tuple[FailureGroup, ...]:
    """Failures by cause and part, most first."""
    found = _condition(wanted, exhibits, sources, "")
    rows = db.execute(
        "SELECT f.cause, coalesce(f.inspector, ''), count(*) AS n, min(f.detail) FROM failures f "
        f"WHERE {found.sql} GROUP BY 1, 2 ORDER BY n DESC, 1, 2",
        found.values,
    ).fetchall()
    return tuple(FailureGroup(cause, inspector, int(n), detail or "") for cause, inspector, n, detail in rows)


def failing(db: DuckDBPyConnection) -> Failing:
    """Which kinds of failures there are."""
    found = db.execute(f"SELECT bool_or({OF_ITEMS}), bool_or({OF_CONTENTS}) FROM failures f").fetchone()
    return Failing(*map(bool, found or ()))


def of_item(db: DuckDBPyConnection, item_id: str, sha256: str | None) -> tuple[FailureRow, ...]:
    """Failures of an item and of its content."""
    rows = db.execute(
        f"SELECT {COLUMNS} FROM failures WHERE item_id = ? OR sha256 = ? ORDER BY stage, inspector, detail",
        [item_id, sha256],
    ).fetchall()
    return tuple(failure_of(row) for row in rows)
