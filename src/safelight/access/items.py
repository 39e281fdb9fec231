"""Queries on items: pages, counts, facets, times. Each takes a DuckDB cursor whose views are one snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from duckdb import DuckDBPyConnection

from safelight.access.cursor import Cursor, decode
from safelight.access.filter import STATES, TYPES, ItemFilter
from safelight.access.model import Bar, Counted, Facet, FacetValue, Histogram, ItemRow, Order, Page
from safelight.access.where import TIME_US, TYPE, Condition, condition
from safelight.traces.moment import Moment

_TIMES = ("modified", "accessed", "changed", "created")
_PLAIN = (
    "item_id", "source_id", "exhibit", "container", "path", "name", "extension", "kind", "state",
    "overwritten", "size",
    "sha256", "sha1", "md5", "mime", "type", "extension_disagrees", "maybe_encrypted", "failed",
)  # fmt: skip


def moment_sql(column: str) -> str:
    """Five columns of one moment, numbers instead of timestamps: no time zone of the process moves them."""
    return (
        f"epoch_us({column}.utc), epoch_us({column}.wall), {column}.text, {column}.basis, {column}.assumed_by"
    )


def moment_of(values: tuple[Any, ...]) -> Moment | None:
    """A moment out of five columns; None where nothing was stated."""
    utc, wall, text, basis, assumed_by = values
    if utc is None and wall is None and not text:
        return None
    return Moment(utc, wall, text or "", basis or "unknown", assumed_by)


COLUMNS = ", ".join([*(f"i.{name}" for name in _PLAIN), *(moment_sql(f"i.{name}") for name in _TIMES)])


def row_of(values: tuple[Any, ...], exhibits: Mapping[str, str]) -> ItemRow:
    """A row of `COLUMNS`; `exhibits` maps keys to numbers."""
    plain = dict(zip(_PLAIN, values, strict=False))
    at = len(_PLAIN)
    times: dict[str, Any] = {
        name: moment_of(values[at + 5 * n : at + 5 * n + 5]) for n, name in enumerate(_TIMES)
    }
    plain["exhibit"] = exhibits.get(plain["exhibit"], plain["exhibit"])
    for flag in ("overwritten", "extension_disagrees", "maybe_encrypted"):
        plain[flag] = bool(plain[flag])
    for text in ("path", "name", "extension", "kind", "state"):
        plain[text] = plain[text] or ""
    return ItemRow(**plain, **times)


#: Sort value, descending? The id makes each order total, so that no row is shown twice or never.
_ORDERS: dict[Order, tuple[str, bool]] = {
    "path": ("coalesce(i.path, '')", False),
    "-path": ("coalesce(i.path, '')", True),
    "size": ("coalesce(i.size, -1)", False),
    "-size": ("coalesce(i.size, -1)", True),
    "modified": (f"coalesce({TIME_US.format('modified')}, -9223372036854775808)", False),
    "-modified": (f"coalesce({TIME_US.format('modified')}, -9223372036854775808)", True),
}


def page(
    db: DuckDBPyConnection,
    wanted: Condition,
    exhibits: Mapping[str, str],
    order: Order = "path",
    after: str | None = None,
    before: str | None = None,
    limit: int = 200,
) -> Page[ItemRow]:
    """One page: the `limit` rows after (or before) a cursor. Raises Refused on a cursor that is none."""
    value, descending = _ORDERS[order]
    back = before is not None
    token = before if back else after
    start = decode(token, order, 2) if token else None
    found = Condition(list(wanted.parts), list(wanted.values))
    forward = descending == back
    if start is not None:
        sign = ">" if forward else "<"
        sort, item = start.values
        found.add(f"{value} {sign}= ? AND ({value} {sign} ? OR i.item_id {sign} ?)", sort, sort, item)
    way = "ASC" if forward else "DESC"
    keys = db.execute(
        f"SELECT {value} AS sort, i.item_id FROM items i WHERE {found.sql} "
        f"ORDER BY sort {way}, i.item_id {way} LIMIT {limit + 1:d}",
        found.values,
    ).fetchall()
    more = len(keys) > limit
    keys = keys[:limit]
    if back:
        keys.reverse()
    rows = by_ids(
        db,
        [item for _sort, item in keys],
        exhibits,
        [sort for sort, _item in keys] if "path" in order else None,
    )
    has_before = more if back else start is not None
    has_after = True if back else more
    return Page(
        tuple(rows),
        Cursor(order, keys[0]).encode() if keys and has_before else None,
        Cursor(order, keys[-1]).encode() if keys and has_after else None,
    )


def by_ids(
    db: DuckDBPyConnection, ids: list[str], exhibits: Mapping[str, str], paths: list[str] | None = None
) -> list[ItemRow]:
    """Rows of some items, in the order of `ids`; their paths, where known, let the reader skip parts."""
    if not ids:
        return []
    found = Condition()
    if paths:
        found.add("i.path BETWEEN ? AND ?", min(paths), max(paths))
    found.add(f"i.item_id IN ({', '.join('?' * len(ids))})", *ids)
    rows = {
        values[0]: row_of(values, exhibits)
        for values in db.execute(f"SELECT {COLUMNS} FROM items i WHERE {found.sql}", found.values).fetchall()
    }
    return [rows[item] for item in ids if item in rows]


def with_findings(db: DuckDBPyConnection, rows: tuple[ItemRow, ...]) -> tuple[ItemRow, ...]:
    """The same rows with failures, hash sets and number of copies."""
    digests = sorted({row.sha256 for row in rows if row.sha256})
    ids = [row.item_id for row in rows]
    if not ids:
        return rows
    of_digests, of_ids = ", ".join("?" * len(digests)), ", ".join("?" * len(ids))
    sets: dict[str, list[str]] = {}
    copies: dict[str, int] = {}
    causes: dict[str, tuple[str, str]] = {}
    if digests:
        for sha256, name in db.execute(
            f"SELECT DISTINCT sha256, set_name FROM hits WHERE sha256 IN ({of_digests}) ORDER BY 2", digests
        ).fetchall():
            sets.setdefault(sha256, []).append(name)
        copies = dict(
            db.execute(
                f"SELECT sha256, count(*) FROM items WHERE sha256 IN ({of_digests}) GROUP BY 1", digests
            ).fetchall()
        )
    for item, sha256, cause, inspector in db.execute(
        f"SELECT item_id, sha256, cause, inspector FROM failures WHERE item_id IN ({of_ids})"
        + (f" OR sha256 IN ({of_digests})" if digests else "")
        + " ORDER BY stage DESC, inspector",
        [*ids, *digests],
    ).fetchall():
        for key in (item, sha256):
            if key:
                causes.setdefault(key, (cause, inspector))

    def enriched(row: ItemRow) -> ItemRow:
        cause = causes.get(row.item_id) or causes.get(row.sha256 or "")
        return replace(
            row,
            sets=tuple(sets.get(row.sha256 or "", ())),
            copies=copies.get(row.sha256) if row.sha256 else None,
            failed=row.failed or (cause[0] if cause else None),
            failed_by=cause[1] if cause else None,
        )

    return tuple(enriched(row) for row in rows)


def count(db: DuckDBPyConnection, wanted: Condition, contents: bool = True) -> Counted:
    """Exact counts. `contents` may be left out where it is not shown (it costs most of the time)."""
    distinct = "count(DISTINCT i.sha256)" if contents else "0"
    found = db.execute(
        f"SELECT count(*), {distinct}, coalesce(sum(i.size), 0) FROM items i WHERE {wanted.sql}",
        wanted.values,
    ).fetchone()
    items, different, size = found or (0, 0, 0)
    return Counted(int(items), int(different), int(size))


def facets(
    db: DuckDBPyConnection, wanted: ItemFilter, numbers: Mapping[str, str], labels: Mapping[str, str]
) -> tuple[Facet, ...]:
    """Exhibit, type, state, failures, known sets. `numbers` maps numbers to keys, `labels` to labels."""
    keys = {key: number for number, key in numbers.items()}

    def grouped(column: str, skip: str) -> dict[str, int]:
        found = condition(wanted, numbers, skip)
        return dict(
            db.execute(
                f"SELECT {column}, count(*) FROM items i WHERE {found.sql} GROUP BY 1", found.values
            ).fetchall()
        )

    exhibits = {keys.get(key, key): n for key, n in grouped("i.exhibit", "exhibit").items()}
    types = grouped(TYPE, "type")
    states = grouped("i.state", "state")
    failed = _failed_counts(db, condition(wanted, numbers, "failed"))
    known = _known_counts(db, condition(wanted, numbers, "known"))

    def values(key: str, found: Mapping[str, int], fixed: tuple[str, ...], names: Mapping[str, str]) -> Facet:
        chosen = getattr(wanted, key)
        every = dict.fromkeys([*fixed, *sorted(found, key=lambda v: (-found[v], v)), *chosen])
        return Facet(
            key,
            tuple(
                FacetValue(v, names.get(v, v), found.get(v, 0), v in chosen) for v in every if v is not None
            ),
        )

    set_names = dict(db.execute("SELECT DISTINCT set_id, set_name FROM hits").fetchall())
    by_type = sorted(
        (t for t in TYPES if t not in ("other", "none")), key=lambda t: (-types.get(t, 0), TYPES.index(t))
    )
    return (
        values("exhibit", exhibits, tuple(sorted(numbers)), labels),
        values("type", types, (*by_type, "other", "none"), {}),
        values("state", states, STATES, {}),
        values("failed", failed, ("any", "none"), {}),
        values("known", known, ("any", "none"), set_names),
    )


def _total(db: DuckDBPyConnection, found: Condition) -> int:
    row = db.execute(f"SELECT count(*) FROM items i WHERE {found.sql}", found.values).fetchone()
    return int(row[0]) if row else 0


def _failed_counts(db: DuckDBPyConnection, found: Condition) -> dict[str, int]:
    """Items by cause. An item that failed under two causes counts under both, and once under `any`."""
    rows = db.execute(
        "WITH hit AS ("
        f"SELECT i.item_id, i.failed AS cause FROM items i WHERE {found.sql} AND i.failed IS NOT NULL UNION "
        "SELECT i.item_id, b.cause FROM items i JOIN (SELECT DISTINCT item_id, cause FROM failures "
        f"WHERE item_id IS NOT NULL) b ON b.item_id = i.item_id WHERE {found.sql} UNION "
        "SELECT i.item_id, b.cause FROM items i JOIN (SELECT DISTINCT sha256, cause FROM failures "
        f"WHERE sha256 IS NOT NULL) b ON b.sha256 = i.sha256 WHERE {found.sql}) "
        "SELECT cause, count(*) FROM hit GROUP BY 1 UNION ALL SELECT 'any', count(DISTINCT item_id) FROM hit",
        found.values * 3,
    ).fetchall()
    counts = {str(cause): int(n) for cause, n in rows}
    counts["none"] = _total(db, found) - counts["any"]
    return counts


def _known_counts(db: DuckDBPyConnection, found: Condition) -> dict[str, int]:
    """Items by hash set, in any of them and in none."""
    rows = db.execute(
        "WITH sets AS (SELECT DISTINCT sha256, set_id FROM hits), "
        "hit AS (SELECT i.item_id, s.set_id FROM items i JOIN sets s ON s.sha256 = i.sha256 "
        f"WHERE {found.sql}) SELECT set_id, count(*) FROM hit GROUP BY 1 "
        "UNION ALL SELECT 'any', count(DISTINCT item_id) FROM hit",
        found.values,
    ).fetchall()
    counts = {str(name): int(n) for name, n in rows}
    counts["none"] = _total(db, found) - counts["any"]
    return counts


def histogram(
    db: DuckDBPyConnection, wanted: Condition, time: str = "modified", bars: int = 120
) -> Histogram:
    """Items over one time, in at most `bars` equal spans from the first to the last of them."""
    us = TIME_US.format(time)
    found = db.execute(
        "SELECT min(t), max(t), count(*) FILTER (t IS NULL) "
        f"FROM (SELECT {us} AS t FROM items i WHERE {wanted.sql})",
        wanted.values,
    ).fetchone()
    low, high, without = found or (None, None, 0)
    if low is None:
        return Histogram(time, (), int(without))
    width = max((high - low) // bars + 1, 1)
    counted = dict(
        db.execute(
            f"SELECT (t - ?) // ? AS bar, count(*) FROM (SELECT {us} AS t FROM items i WHERE {wanted.sql}) "
            "WHERE t IS NOT NULL GROUP BY 1",
            [low, width, *wanted.values],
        ).fetchall()
    )
    return Histogram(
        time,
        tuple(
            Bar(low + n * width, low + (n + 1) * width, counted.get(n, 0))
            for n in range((high - low) // width + 1)
        ),
        int(without),
    )


def stream(
    db: DuckDBPyConnection,
    wanted: Condition,
    exhibits: Mapping[str, str],
    limit: int | None = None,
    chunk: int = 2000,
) -> Iterator[ItemRow]:
    """Every matching row by path, a chunk in memory at a time."""
    tail = "" if limit is None else f" LIMIT {limit:d}"
    found = db.execute(
        f"SELECT {COLUMNS} FROM items i WHERE {wanted.sql} ORDER BY i.path, i.item_id{tail}", wanted.values
    )
    while values := found.fetchmany(chunk):
        yield from with_findings(db.cursor(), tuple(row_of(row, exhibits) for row in values))
