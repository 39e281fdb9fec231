"""Pages follow one another without a gap or a repeat."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.catalog.catalog import Catalog
from safelight.catalog.paging import ItemKey, page_of_items
from tests.catalog.rows import MADE_BY, item

_SOURCES = ("s1-a", "s1-b", "s1-c")


def test_pages_are_the_whole_in_order(catalog: Catalog) -> None:
    rows = [item(number, _SOURCES[number % 3]) for number in range(200)]
    rows += [{**item(300, "s1-b"), "path": rows[1]["path"]}, {**item(299, "s1-b"), "path": rows[1]["path"]}]
    catalog.write("b1-a", {"items": rows}, made_by=MADE_BY)
    catalog.compact(force=True)
    connection = catalog.connect(threads=1)
    expected = sorted((row["source_id"], row["path"], row["item_id"]) for row in rows)

    @settings(max_examples=25, deadline=None)
    @given(limit=st.integers(1, 250), texts=st.booleans())
    def pages(limit: int, texts: bool) -> None:
        wanted = [key for key, kind in _kinds(rows, expected) if kind == "text" or not texts]
        found: list[tuple[str, ...]] = []
        after = None
        while page := page_of_items(
            connection, "source_id, path, item_id", sources=_SOURCES[::-1], after=after, limit=limit,
            where="type = ?" if texts else "true", parameters=["text"] if texts else [],
        ):  # fmt: skip
            assert len(page) <= limit
            found += page
            after = ItemKey(*page[-1])
        assert found == wanted
        assert all(left < right for left, right in pairwise(found))

    pages()
    assert page_of_items(connection, "item_id", sources=["s1-z"]) == []
    assert len(page_of_items(connection, "item_id", sources=["s1-a"])) == 67
    connection.close()


def _kinds(
    rows: list[dict[str, object]], expected: list[tuple[str, str, str]]
) -> list[tuple[tuple[str, str, str], object]]:
    kinds = {(row["source_id"], row["path"], row["item_id"]): row["type"] for row in rows}
    return [(key, kinds[key]) for key in expected]
