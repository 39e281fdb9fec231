"""Which sets contents stand in: kept from the parts or asked of the table, the same comes out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safelight.access.door import Door
from safelight.access.filter import ItemFilter
from safelight.access.known import Known, asked
from safelight.catalog.catalog import Catalog
from safelight.operation.folder import OperationFolder
from tests.access.built import ACTOR, build

NAMES = ("Åpninger", "NSRL stand-in", "Unit set 4")


def digest(number: int) -> str:
    """Some begin alike, as far as the order by their beginnings looks."""
    whole = hashlib.sha256(b"%d" % number).hexdigest()
    return "00" * 8 + whole[16:] if number % 5 == 0 else whole


def hit(number: int, name: str | None) -> dict[str, str | None]:
    return {"sha256": digest(number), "set_id": name, "set_name": name, "algorithm": "sha256"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> OperationFolder:
    """Three parts with the contents 0 to 59, each in one to three sets."""
    folder = build(tmp_path_factory.mktemp("known"), more=-1).folder
    with Catalog.at(folder) as catalog:
        for part in range(3):
            hits = [
                hit(number, name)
                for number in range(60)
                for name in NAMES[: number % 4]
                if number % 3 == part
            ]
            catalog.write(f"b1-{part}", {"hits": hits}, made_by={"stage": "test"})
    return folder


def both(
    known: Known, catalog: Catalog, db: DuckDBPyConnection, numbers: list[int]
) -> dict[str, tuple[str, ...]]:
    digests = [digest(number) for number in numbers]
    found = known.sets_of(db, catalog.snapshot(), digests)
    assert found == asked(db, digests)
    return dict(found)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.lists(st.integers(0, 80), max_size=12), most=st.sampled_from([0, 1000]))
def test_kept_and_asked_are_the_same(folder: OperationFolder, numbers: list[int], most: int) -> None:
    with Catalog.at(folder) as catalog, catalog.connect(catalog.snapshot()) as db:
        found = both(Known(folder.parts, most), catalog, db, numbers)
    expected = {digest(n): tuple(sorted(NAMES[: n % 4])) for n in numbers if n % 4 and n < 60}
    assert found == expected


def test_new_parts_are_seen_and_compacted_ones_forgotten(tmp_path: Path) -> None:
    folder = build(tmp_path, more=-1).folder
    known = Known(folder.parts)
    with Catalog.at(folder) as catalog:
        for part, expected in enumerate((["a"], ["a", "b"], ["a", "b", "c"])):
            catalog.write(f"b1-{part}", {"hits": [hit(1, "abc"[part])]}, made_by={"stage": "test"})
            with catalog.connect(catalog.snapshot()) as db:
                assert both(known, catalog, db, [1, 2]) == {digest(1): tuple(expected)}
        catalog.compact(force=True)
        catalog.sweep(grace_seconds=0, alone=True)
        with catalog.connect(catalog.snapshot()) as db:
            assert both(known, catalog, db, [1, 2]) == {digest(1): ("a", "b", "c")}


def test_a_set_without_a_name(tmp_path: Path) -> None:
    folder = build(tmp_path, more=-1).folder
    with Catalog.at(folder) as catalog:
        catalog.write("b1-x", {"hits": [hit(1, None), hit(1, "named")]}, made_by={"stage": "test"})
        with catalog.connect(catalog.snapshot()) as db:
            assert both(Known(folder.parts), catalog, db, [1]) == {digest(1): ("", "named")}


def test_export_says_the_same_as_the_page(tmp_path: Path) -> None:
    built = build(tmp_path)
    with Door(built.folder, who=ACTOR, purpose="tests") as door:
        with door.consult("items") as look:
            shown = {row.item_id: (row.sets, row.copies, row.failed) for row in look.items().rows}
        exported = {
            row.item_id: (row.sets, row.copies, row.failed) for row in door.export(ItemFilter(), "asked")
        }
    assert exported == shown
    assert {sets for sets, _copies, _failed in shown.values()} == {(), ("NSRL stand-in",), ("Unit set 4",)}
