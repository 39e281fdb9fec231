"""Items by exhibit, source, type, state, failures and hash sets, counted in one pass. Every facet comes out of it, and every
count whose filter asks for nothing beyond these and what the pass was restricted to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from safelight.access.filter import ItemFilter
from safelight.access.where import CONTENT, TYPE, Condition

#: The filter's keys that a cube answers; the rest of a filter restricts the pass.
KEYS = ("exhibit", "source", "type", "state", "failed", "known")


@dataclass(frozen=True, slots=True)
class Cell:
    """Items that agree in all of them. `ids` and `names` are those of the sets that they stand in."""

    exhibit: str | None
    source: str | None
    type: str
    state: str | None
    causes: frozenset[str]
    ids: frozenset[str]
    names: frozenset[str]
    items: int
    bytes: int
    """Of files and streams, as everywhere."""


Cube = tuple[Cell, ...]


def rest(wanted: ItemFilter) -> ItemFilter:
    """What restricts the pass: the filter without the keys of a cube."""
    return ItemFilter.from_pairs(pair for pair in wanted.pairs() if pair[0] not in KEYS)


def cube(db: DuckDBPyConnection, restricted: Condition) -> Cube:
    """One pass over the items that match. Causes and sets are grouped as bits, one for each that there is."""
    causes = db.execute("SELECT DISTINCT cause FROM failures WHERE cause IS NOT NULL ORDER BY ALL").fetchall()
    sets = db.execute("SELECT DISTINCT set_id, set_name FROM hits ORDER BY ALL").fetchall()
    rows = db.execute(
        f"WITH f AS ({_bits('failures', 'item_id', ('cause',), causes)}), "
        f"c AS ({_bits('failures', 'sha256', ('cause',), causes)}), "
        f"h AS ({_bits('hits', 'sha256', ('set_id', 'set_name'), sets)}) "
        f"SELECT i.exhibit, i.source_id, {TYPE}, i.state, i.failed, f.bits, c.bits, h.bits, count(*), "
        f"coalesce(sum(i.size) FILTER ({CONTENT}), 0) "
        "FROM items i LEFT JOIN f ON f.key = i.item_id LEFT JOIN c ON c.key = i.sha256 "
        f"LEFT JOIN h ON h.key = i.sha256 WHERE {restricted.sql} GROUP BY ALL ORDER BY ALL",
        [*_flat(causes), *_flat(causes), *_flat(sets), *restricted.values],
    ).fetchall()
    found = []
    for exhibit, source, kind, state, own, of_item, of_content, in_sets, items, size in rows:
        failed = {row[0] for bits in (of_item, of_content) for row in _rows(bits, causes)}
        stands = _rows(in_sets, sets)
        found.append(
            Cell(
                exhibit, source, kind, state, frozenset(failed | ({own} if own else set())),
                frozenset(row[0] or "" for row in stands), frozenset(row[1] or "" for row in stands),
                int(items), int(size),
            )
        )  # fmt: skip
    return tuple(found)


def _bits(table: str, key: str, columns: Sequence[str], values: Sequence[tuple[str, ...]]) -> str:
    """SQL: a row a key, with a bit for each of `values` (given as parameters) that stands beside it."""
    if not values:
        return "SELECT NULL::VARCHAR AS key, NULL::BIT AS bits WHERE false"
    marks = ", ".join("(" + "?::VARCHAR, " * len(columns) + f"{n})" for n in range(len(values)))
    joined = " AND ".join(f"t.{name} IS NOT DISTINCT FROM v.{name}" for name in columns)
    return (
        f"SELECT t.{key} AS key, bit_or(set_bit(bitstring('0', {len(values)}), v.n, 1)) AS bits FROM {table} t "
        f"JOIN (VALUES {marks}) v({', '.join(columns)}, n) ON {joined} WHERE t.{key} IS NOT NULL GROUP BY 1"
    )


def _flat(values: Sequence[tuple[str, ...]]) -> list[str]:
    return [one for row in values for one in row]


def _rows(bits: str | None, values: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [values[n] for n, bit in enumerate(bits or "") if bit == "1"]


def matching(found: Cube, wanted: ItemFilter, numbers: Mapping[str, str], skip: str | None = None) -> Cube:
    """The cells that match the cube's part of the filter. `numbers` maps exhibits to keys; `skip` leaves one key out."""
    exhibits = {numbers.get(number, number) for number in wanted.exhibit}

    def fits(cell: Cell) -> bool:
        return (
            (skip == "exhibit" or not exhibits or cell.exhibit in exhibits)
            and (not wanted.source or cell.source in wanted.source)
            and (skip == "type" or not wanted.type or cell.type in wanted.type)
            and (skip == "state" or not wanted.state or cell.state in wanted.state)
            and (skip == "failed" or not wanted.failed or _one_of(wanted.failed, cell.causes))
            and (
                skip == "known" or not wanted.known or _one_of(wanted.known, cell.ids | cell.names, cell.ids)
            )
        )

    return tuple(cell for cell in found if fits(cell))


def _one_of(asked: tuple[str, ...], there: frozenset[str], any_of: frozenset[str] | None = None) -> bool:
    some = bool(there if any_of is None else any_of)
    return ("any" in asked and some) or ("none" in asked and not some) or not there.isdisjoint(asked)


def counts(found: Cube, key: str) -> dict[str, int]:
    """Items by value of one key. What failed under two causes counts under both, and once under `any`."""
    counted: dict[str, int] = {"any": 0, "none": 0} if key in ("failed", "known") else {}
    for cell in found:
        if key in ("failed", "known"):
            there = cell.causes if key == "failed" else cell.ids
            values = [*there, "any"] if there else ["none"]
        else:
            values = [value] if (value := getattr(cell, key)) is not None else []
        for value in values:
            counted[value] = counted.get(value, 0) + cell.items
    return counted
