"""Catalogs to test, on both kinds of journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.catalog.catalog import Catalog
from tests.catalog.rows import open_catalog
from tests.postgres import postgres_socket, postgres_url

__all__ = ["postgres_socket", "postgres_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def journal_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty journal: each test that asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def either(tmp_path: Path, journal_url: str) -> Iterator[Catalog]:
    """An empty catalog, on either journal."""
    with Catalog(tmp_path / "parts", journal_url) as catalog:
        yield catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalog with its journal in SQLite."""
    with open_catalog(tmp_path) as catalog:
        yield catalog
