"""One small operation for all command tests: a home computer with known content, taken in once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.scenario.seizure import write_computer, write_hash_set
from tests.intake.operations import Operation


@pytest.fixture(scope="session")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    """An operation with one exhibit, one source and one hash set. Tests only read it."""
    place = tmp_path_factory.mktemp("taken-in")
    write_computer(place / "computer", pictures=6)
    write_hash_set(place / "listed.json")
    operation = Operation(place / "op").make()
    operation.run("known", "add", str(operation.root), str(place / "listed.json"), "--name", "Test patterns")
    operation.ingest(place / "computer")
    return operation


@pytest.fixture
def fresh(tmp_path: Path) -> Operation:
    """An operation with one exhibit and nothing taken in."""
    return Operation(tmp_path / "op").make()
