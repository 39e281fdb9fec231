"""Ledgers to test on: one in a folder, and one of each adapter for what every adapter must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder

ACTOR = "kari.nordmann"

Opener = Callable[[], Ledger]


@pytest.fixture
def folder(tmp_path: Path) -> OperationFolder:
    made = OperationFolder(tmp_path / "operation")
    made.make()
    made.settings.write_text("")
    return made


@pytest.fixture
def ledger(folder: OperationFolder) -> Iterator[Ledger]:
    """A new ledger on SQLite, with its head log."""
    with Ledger.create(folder, name="Vårsol", actor=ACTOR, synthetic=True) as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest) -> OperationFolder | str:
    """Where a ledger can be made, once for each adapter."""
    name = "folder" if request.param == "sqlite" else "postgres_url"
    found: OperationFolder | str = request.getfixturevalue(name)
    return found


@pytest.fixture
def anywhere(place: OperationFolder | str) -> Iterator[Ledger]:
    """A new ledger, once for each adapter."""
    with Ledger.create(place, name="Vårsol", actor=ACTOR, synthetic=True) as made:
        yield made
