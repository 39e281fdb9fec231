"""`safelight catalog parts`: what another tool may read."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from tests.intake.operations import Operation


def test_the_printed_parts_hold_what_the_catalog_shows(taken_in: Operation) -> None:
    lines = [line.split("\t") for line in taken_in.run("catalog", "parts", str(taken_in.root)).splitlines()]
    live = [Path(path) for table, path in lines if table == "items"]
    ids = [row["item_id"] for path in live for row in pq.read_table(path, columns=["item_id"]).to_pylist()]
    assert sorted(ids) == sorted(row["id"] for row in taken_in.items())
    assert all(path.is_relative_to(taken_in.root / "catalog" / "parts") for path in live)
