"""Rows give way to others in one transaction."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from safelight.catalog.catalog import Catalog
from tests.catalog.rows import MADE_BY, children, container, shown


def _hit(number: int, set_id: str) -> dict[str, Any]:
    return {"sha256": f"{number:064x}", "set_id": set_id, "code": None if number % 2 else "1"}


@pytest.fixture
def filled(either: Catalog) -> Catalog:
    either.write("b1-a", {"hits": [_hit(1, "k1-a"), _hit(2, "k1-b")]}, made_by=MADE_BY)
    either.write("b1-b", {"hits": [_hit(3, "k1-a")]}, made_by=MADE_BY)
    either.write("b1-c", {"hits": [_hit(4, "k1-b")], "containers": [container(1)]}, made_by=MADE_BY)
    return either


@pytest.mark.parametrize("compacted", [False, True])
def test_rows_are_dropped_wherever_they_are(filled: Catalog, compacted: bool) -> None:
    if compacted:
        filled.compact(force=True)
    before = filled.snapshot()
    assert filled.supersede("b1-gone", {"hits": pa.table({"set_id": ["k1-a"]})}, made_by=MADE_BY)
    assert shown(filled, "hits", "set_id, code") == [("k1-b", "1"), ("k1-b", "1")]
    assert len(shown(filled, "hits", snapshot=before)) == 4
    assert children(filled) == [1]
    assert filled.verify() == []
    head = filled.head()
    assert not filled.supersede("b1-gone", {"hits": pa.table({"set_id": ["k1-b"]})}, made_by=MADE_BY)
    assert filled.head() == head
    if not compacted:
        untouched = {part.name for part in filled.snapshot().parts["hits"]}
        assert "b1-c.parquet" in untouched, "a part without such rows is left alone"


def test_all_columns_of_the_key_count_and_null_equals_null(filled: Catalog) -> None:
    keys = pa.table({"set_id": ["k1-a", "k1-b"], "code": pa.array([None, "1"], pa.string())})
    filled.supersede("b1-gone", {"hits": keys}, made_by=MADE_BY)
    assert shown(filled, "hits") == []
    filled.write("b1-d", {"hits": [_hit(5, "k1-a"), _hit(6, "k1-a")]}, made_by=MADE_BY)
    keys = pa.table({"set_id": ["k1-a"], "code": pa.array([None], pa.string())})
    filled.supersede("b1-gone-2", {"hits": keys}, made_by=MADE_BY)
    assert shown(filled, "hits", "sha256") == [(f"{6:064x}",)]


def test_others_take_their_place_at_once(filled: Catalog) -> None:
    keys = pa.table({"sha256": [f"{1:064x}", f"{4:064x}"]})
    fresh = [{**_hit(1, "k1-new"), "code": "9"}]
    filled.supersede(
        "b1-anew", {"hits": keys}, {"hits": fresh, "containers": [container(2)]}, made_by=MADE_BY
    )
    assert shown(filled, "hits", "set_id, code") == [("k1-a", None), ("k1-b", "1"), ("k1-new", "9")]
    assert children(filled) == [1, 2]
    assert filled.verify() == []


def test_numbers_are_keys_too(filled: Catalog) -> None:
    filled.write("b1-n", {"containers": [container(10), container(100)]}, made_by=MADE_BY)
    filled.supersede("b1-gone", {"containers": pa.table({"children": [10, 1]})}, made_by=MADE_BY)
    assert children(filled) == [100]


def test_a_column_that_is_not_there_is_refused(filled: Catalog) -> None:
    with pytest.raises(ValueError, match="no column to find rows by: set"):
        filled.supersede("b1-gone", {"hits": pa.table({"set": ["k1-a"]})}, made_by=MADE_BY)
    assert len(shown(filled, "hits")) == 4
