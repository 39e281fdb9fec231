"""Seal every derivative to the ring's newest key, batch by batch; goes on where it stopped."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from safelight.catalog.catalog import Catalog
from safelight.ledger.keys import KeyRing, UnlockedKeys, resealed
from safelight.traces.ids import batch_id

_BATCH = 1000


def reseal(catalog: Catalog, ring: KeyRing, keys: UnlockedKeys) -> int:
    """Gives the number of derivatives that were sealed again. `keys` opens the old generations."""
    total = 0
    while rows := _older(catalog, ring.key_id):
        sealed = resealed(keys, ring, ((row["key_id"], row["sealed"]) for row in rows))
        renewed = [
            row | {"key_id": key_id, "sealed": data} for row, (key_id, data) in zip(rows, sealed, strict=True)
        ]
        drop = pa.table({name: [row[name] for row in rows] for name in ("sha256", "recipe", "key_id")})
        members = [f"{row['sha256']} {row['recipe']} {ring.key_id}" for row in rows]
        catalog.supersede(
            batch_id("reseal1", members),
            {"derivatives": drop},
            {"derivatives": renewed},
            made_by={"reseal": "1"},
        )
        total += len(rows)
    return total


def _older(catalog: Catalog, newest: str) -> list[dict[str, Any]]:
    with catalog.connect() as database:
        found = database.execute(
            "select * from derivatives where key_id <> ? order by sha256, recipe limit ?", [newest, _BATCH]
        )
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
