"""Queries on items: pages, counts, facets, times. Each takes a DuckDB cursor whose views are one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from duckdb import DuckDBPyConnection

from safelight.access.cube import Cube, counts, matching
from safelight.access.cursor import Cursor, Value, decode
from safelight.access.filter import STATES, TYPES, ItemFilter
from safelight.access.known import asked
from safelight.access.model import Bar, Counted, Facet, FacetValue, Histogram, ItemRow, Order, Page
from safelight.access.where import CONTENT, TIME_US, Condition
from safelight.traces.moment import Moment

#: Names of the hash sets of some contents.
SetsOf = Callable[[Sequence[str]], Mapping[str, tuple[str, ...]]]

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


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands in the order of the parts: what finds it without reading them all."""

    source_id: str
    path: str


COLUMNS = ", ".join(
    [
        *(f"i.{name}" for name in _PLAIN),
        *(moment_sql(f"i.{name}") for name in _TIMES),
        "at_us(i.modified, i.exhibit, 'files')",
    ]
)


def row_of(values: tuple[Any, ...], exhibits: Mapping[str, str]) -> ItemRow:
    """A row of `COLUMNS`; `exhibits` maps keys to numbers."""
    plain = dict(zip(_PLAIN, values, strict=False))
    at = len(_PLAIN)
    times: dict[str, Any] = {
        name: moment_of(values[at + 5 * n : at + 5 * n + 5]) for n, name in enumerate(_TIMES)
    }
    plain["modified_us"] = values[at + 5 * len(_TIMES)]
    plain["exhibit"] = exhibits.get(plain["exhibit"], plain["exhibit"])
    for flag in ("overwritten", "extension_disagrees", "maybe_encrypted"):
        plain[flag] = bool(plain[flag])
    for text in ("path", "name", "extension", "kind", "state"):
        plain[text] = plain[text] or ""
    return ItemRow(**plain, **times)


#: Sorts before every time.
_NO_TIME = -9223372036854775808
#: Sort values of the orders that are not by path; the id makes each order total.
_SORTS = {
    "size": "coalesce(i.size, -1)",
    "modified": f"coalesce({TIME_US.format('modified')}, {_NO_TIME})",
}
#: Sources that are asked one by one; the rest of them is one query that reads them all.
_ONE_BY_ONE = 8


def page(
    db: DuckDBPyConnection,
    wanted: Condition,
    exhibits: Mapping[str, str],
    sources: Sequence[str],
    order: Order = "path",
    after: str | None = None,
    before: str | None = None,
    limit: int = 200,
) -> Page[ItemRow]:
    """One page: the `limit` rows after (or before) a cursor. `sources` is the order of the sources in the list.

    Raises Refused on a cursor that is none.
    """
    back, token = before is not None, before if before is not None else after
    by_path = order in ("path", "-path")
    start = decode(token, order, 3 if by_path else 2).values if token else None
    forward = order.startswith("-") == back
    if by_path:
        rows = _by_path(db, wanted, exhibits, sources, start, forward, limit + 1)
        cursors: list[tuple[Value, ...]] = [(row.source_id, row.path, row.item_id) for row in rows]
    else:
        keys = _by_sort(db, wanted, _SORTS[order.removeprefix("-")], start, forward, limit + 1)
        rows = by_ids(db, [str(item) for _sort, item in keys], exhibits, bound=_bound(order, keys))
        cursors = list(keys)
    more = len(rows) > limit
    rows, cursors = rows[:limit], cursors[:limit]
    if back:
        rows, cursors = rows[::-1], cursors[::-1]
    has_before, has_after = (more, True) if back else (start is not None, more)
    return Page(
        tuple(rows),
        Cursor(order, cursors[0]).encode() if rows and has_before else None,
        Cursor(order, cursors[-1]).encode() if rows and has_after else None,
    )


def _bound(order: Order, keys: Sequence[tuple[Value, Value]]) -> Condition:
    """Between the least and the greatest value of the page: the reader skips what lies outside, several times faster."""
    found = Condition()
    values = [sort for sort, _item in keys if isinstance(sort, int)]
    if order in ("size", "-size") and values and min(values) >= 0:
        found.add("i.size BETWEEN ? AND ?", min(values), max(values))
    if order in ("modified", "-modified") and values and min(values) > _NO_TIME:
        found.add(
            "(i.modified.utc BETWEEN make_timestamptz(? - slack_us()) AND make_timestamptz(? + slack_us()) "
            "OR i.modified.utc IS NULL)",
            min(values),
            max(values),
        )
    return found


def _by_path(
    db: DuckDBPyConnection,
    wanted: Condition,
    exhibits: Mapping[str, str],
    sources: Sequence[str],
    start: tuple[Value, ...] | None,
    forward: bool,
    limit: int,
) -> list[ItemRow]:
    """Rows by source and path. Parts are sorted so, and only a fixed source lets the reader skip what lies before
    the page: a page costs the same at a thousand rows and at five million."""
    ordered = list(sources) if forward else list(sources)[::-1]
    if start is not None:
        if start[0] not in ordered:
            return []
        ordered = ordered[ordered.index(str(start[0])) :]
    way, sign = ("ASC", ">") if forward else ("DESC", "<")
    rows: list[ItemRow] = []
    for n in range(min(len(ordered), _ONE_BY_ONE + 1)):
        these = ordered[n : n + 1] if n < _ONE_BY_ONE else ordered[n:]
        found = Condition()
        found.add(f"i.source_id IN ({', '.join('?' * len(these))})", *these)
        if start is not None and n == 0:
            found.add(
                f"i.path {sign}= ? AND (i.path {sign} ? OR i.item_id {sign} ?)", start[1], start[1], start[2]
            )
        found.add(wanted.sql, *wanted.values)
        rank = (
            f"list_position(?::VARCHAR[], i.source_id), i.path {way}" if len(these) > 1 else f"i.path {way}"
        )
        keys = db.execute(
            f"SELECT i.source_id, i.path, i.item_id FROM items i WHERE {found.sql} "
            f"ORDER BY {rank}, i.item_id {way} LIMIT {limit - len(rows):d}",
            [*found.values, *([these] if len(these) > 1 else [])],
        ).fetchall()
        rows += by_ids(db, [key[2] for key in keys], exhibits, bound=_span(keys))
        if len(rows) >= limit:
            break
    return rows


def _span(keys: Sequence[tuple[str, str, str]]) -> Condition:
    """Where the rows of a page lie. Few columns find them and many are read of them alone, a quarter cheaper."""
    found = Condition()
    if keys:
        sources = sorted({key[0] for key in keys})
        found.add(f"i.source_id IN ({', '.join('?' * len(sources))})", *sources)
        found.add("i.path BETWEEN ? AND ?", min(key[1] for key in keys), max(key[1] for key in keys))
    return found


def _by_sort(
    db: DuckDBPyConnection,
    wanted: Condition,
    sort: str,
    start: tuple[Value, ...] | None,
    forward: bool,
    limit: int,
) -> list[tuple[Value, Value]]:
    """Sort value and id of the rows of a page that is not by path."""
    way, sign = ("ASC", ">") if forward else ("DESC", "<")
    found = Condition(list(wanted.parts), list(wanted.values))
    if start is not None:
        found.add(
            f"{sort} {sign}= ? AND ({sort} {sign} ? OR i.item_id {sign} ?)", start[0], start[0], start[1]
        )
    return db.execute(
        f"SELECT {sort} AS sort, i.item_id FROM items i WHERE {found.sql} "
        f"ORDER BY sort {way}, i.item_id {way} LIMIT {limit:d}",
        found.values,
    ).fetchall()


def by_ids(
    db: DuckDBPyConnection,
    ids: Sequence[str],
    exhibits: Mapping[str, str],
    place: Place | None = None,
    bound: Condition | None = None,
) -> list[ItemRow]:
    """Rows of some items, in the order of `ids`. What is known of all of them (a place, a bound) saves reading."""
    if not ids:
        return []
    found = Condition()
    if bound is not None:
        found.add(bound.sql, *bound.values)
    if place is not None:
        found.add("i.source_id = ? AND i.path = ?", place.source_id, place.path)
    found.add(f"i.item_id IN ({', '.join('?' * len(ids))})", *ids)
    rows = {
        values[0]: row_of(values, exhibits)
        for values in db.execute(f"SELECT {COLUMNS} FROM items i WHERE {found.sql}", found.values).fetchall()
    }
    return [rows[item] for item in ids if item in rows]


def with_findings(
    db: DuckDBPyConnection, rows: tuple[ItemRow, ...], copies: bool = True, sets_of: SetsOf | None = None
) -> tuple[ItemRow, ...]:
    """The same rows with failures, hash sets and (which reads all digests) the number of copies. Sets are asked of the
    table if `sets_of` does not know them quicker."""
    digests = sorted({row.sha256 for row in rows if row.sha256})
    ids = [row.item_id for row in rows]
    if not ids:
        return rows
    of_digests, of_ids = ", ".join("?" * len(digests)), ", ".join("?" * len(ids))
    sets = sets_of(digests) if sets_of is not None else asked(db, digests)
    counts: dict[str, int] = {}
    causes: dict[str, tuple[str, str]] = {}
    if digests and copies:
        counts = dict(
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
            sets=sets.get(row.sha256 or "", ()),
            copies=counts.get(row.sha256) if row.sha256 else None,
            failed=row.failed or (cause[0] if cause else None),
            failed_by=cause[1] if cause else None,
        )

    return tuple(enriched(row) for row in rows)


def count(db: DuckDBPyConnection, wanted: Condition, contents: bool = True) -> Counted:
    """Exact counts; bytes are those of files and streams. `contents` may be left out where it is not shown: they cost
    most of the time."""
    distinct = "count(DISTINCT i.sha256)" if contents else "0"
    found = db.execute(
        f"SELECT count(*), {distinct}, coalesce(sum(i.size) FILTER ({CONTENT}), 0) FROM items i WHERE {wanted.sql}",
        wanted.values,
    ).fetchone()
    items, different, size = found or (0, 0, 0)
    return Counted(int(items), int(different), int(size))


def facets(
    db: DuckDBPyConnection,
    wanted: ItemFilter,
    numbers: Mapping[str, str],
    labels: Mapping[str, str],
    found: Cube,
) -> tuple[Facet, ...]:
    """Exhibit, type, state, failures, known sets. `numbers` maps numbers to keys, `labels` to labels; `found` is
    the cube of the rest of the filter."""
    keys = {key: number for number, key in numbers.items()}

    def grouped(key: str) -> dict[str, int]:
        return counts(matching(found, wanted, numbers, key), key)

    def values(key: str, found: Mapping[str, int], fixed: tuple[str, ...], names: Mapping[str, str]) -> Facet:
        chosen = getattr(wanted, key)
        every = dict.fromkeys([*fixed, *sorted(found, key=lambda v: (-found[v], v)), *chosen])
        return Facet(key, tuple(FacetValue(v, names.get(v, v), found.get(v, 0), v in chosen) for v in every))

    exhibits = {keys.get(key, key): n for key, n in grouped("exhibit").items()}
    types = grouped("type")
    set_names = dict(db.execute("SELECT DISTINCT set_id, set_name FROM hits").fetchall())
    by_type = sorted(
        (t for t in TYPES if t not in ("other", "none")), key=lambda t: (-types.get(t, 0), TYPES.index(t))
    )
    return (
        values("exhibit", exhibits, tuple(sorted(numbers)), labels),
        values("type", types, (*by_type, "other", "none"), {}),
        values("state", grouped("state"), STATES, {}),
        values("failed", grouped("failed"), ("any", "none"), {}),
        values("known", grouped("known"), ("any", "none"), set_names),
    )


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
    sets_of: SetsOf | None = None,
    chunk: int = 2000,
) -> Iterator[ItemRow]:
    """Every matching row by path, a chunk in memory at a time."""
    tail = "" if limit is None else f" LIMIT {limit:d}"
    found = db.execute(
        f"SELECT {COLUMNS} FROM items i WHERE {wanted.sql} ORDER BY i.path, i.item_id{tail}", wanted.values
    )
    while values := found.fetchmany(chunk):
        rows = tuple(row_of(row, exhibits) for row in values)
        yield from with_findings(db.cursor(), rows, sets_of=sets_of)
