"""What a kind of evidence works out pair by pair outside the database: the strongest row of each pair, as kinds give it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from safelight.identities.kinds import MEASURED, PAIRS
from safelight.identities.model import Bench


@dataclass(frozen=True, slots=True)
class Said:
    """One piece about two tenures, in either order. `detail`, `traces`: see `kinds.Kind`."""

    one: int
    other: int
    points: float
    detail: Mapping[str, Any]
    traces: Set[str | None]


def proposed(said: Iterable[Said]) -> pa.Table:
    """The pairs, as `Kind.propose` gives them."""
    return _rows(said).select(PAIRS.names)


def measured(bench: Bench, said: Iterable[Said]) -> pa.Table:
    """The pieces about pairs of the bench, as `Kind.measure` gives them."""
    bench.db.register("_said", _rows(said))
    found = bench.db.sql(
        "select _said.* from _said semi join pairs using (a, b) order by a, b"
    ).to_arrow_table()
    bench.db.unregister("_said")
    return found


def _rows(said: Iterable[Said]) -> pa.Table:
    best: dict[tuple[int, int], Said] = {}
    for piece in said:
        key = (min(piece.one, piece.other), max(piece.one, piece.other))
        if key not in best or piece.points > best[key].points:
            best[key] = piece
    rows = [
        {"a": key[0], "b": key[1], "points": piece.points, "detail": orjson.dumps(piece.detail).decode(),
         "traces": sorted(one for one in piece.traces if one is not None)}
        for key, piece in sorted(best.items())
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=MEASURED)
