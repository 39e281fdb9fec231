"""The documentation says what the schema says, and its queries run in plain DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from safelight.catalog.catalog import Catalog
from safelight.catalog.describe import QUERIES, describe
from safelight.catalog.schema import TABLES
from safelight.operation.folder import OperationFolder
from tests.catalog.rows import MADE_BY, item

_PAGE = Path(__file__).parents[2] / "docs" / "catalog.md"


def test_the_page_is_up_to_date() -> None:
    assert _PAGE.read_text("utf-8").endswith("-->\n\n" + describe()), "run `make docs`"


def test_every_column_is_described() -> None:
    page = describe()
    for table in TABLES.values():
        assert f"### {table.name}\n" in page
        names = [column.name for column in table.columns]
        assert len(names) == len(set(names))
        assert set(table.sort) <= set(names)
        for column in table.columns:
            assert column.doc
            assert column.source
            assert f"| `{column.name}` |" in page
    for query in QUERIES:
        assert query.sql in page


@pytest.fixture
def operation(tmp_path: Path) -> Path:
    folder = OperationFolder(tmp_path)
    folder.make()
    rows: list[dict[str, Any]] = [
        {**item(n), "kind": "file", "state": "allocated", "exhibit": "e"} for n in (1, 2, 3)
    ]
    copy = {**rows[2], "item_id": "i1-copy", "path": "disk/kopi.png", "state": "deleted", "overwritten": True}
    with Catalog.at(folder) as catalog:
        catalog.write(
            "b1-a",
            {
                "items": [*rows, copy],
                "pictures": [{"sha256": rows[2]["sha256"], "width": 8, "height": 6, "model": "Å1"}],
                "hits": [
                    {
                        "sha256": rows[2]["sha256"],
                        "set_name": "Tog",
                        "scheme": "T",
                        "code": "1",
                        "label": "damp",
                    }
                ],
                "failures": [
                    {"stage": "read", "cause": "unreadable", "inspector": "hasher", "place": "disk/x"}
                ],
            },
            made_by=MADE_BY,
        )
    return tmp_path


def test_the_five_queries_run_in_plain_duckdb(operation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(operation)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    answers = [connection.execute(query.sql).fetchall() for query in QUERIES]
    connection.close()
    utc = item(3)["modified"]["utc"]
    assert [(a, b, c, int(d)) for a, b, c, d in answers[0]] == [("picture", 2, 1, 60), ("text", 2, 2, 30)]
    assert [(*row[:3], round(row[3].timestamp() * 1_000_000)) for row in answers[1]] == [
        ("e", "disk/kopi.png", "deleted", utc),
        ("e", "disk/sjakk/åpning 3/parti 00003.pgn", "allocated", utc),
    ]
    assert answers[2:] == [
        [("disk/kopi.png", True, 8, 6, "Å1")],
        [("Tog", "T", "1", "damp", 2, 1)],
        [("read", "unreadable", "hasher", 1, "disk/x")],
    ]
