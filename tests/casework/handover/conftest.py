"""One case and its packages for all tests that only read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.casework.handover.cases import Case, chess_case


@pytest.fixture(scope="session")
def given(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Path]:
    """A case, and a folder with its package as a folder (`HO-001`) and as a tar (`HO-002.tar`). Tests only read them."""
    root = tmp_path_factory.mktemp("given")
    case = chess_case(root)
    case.made(root / "HO-001", folder=True)
    case.made(root / "HO-002.tar")
    return case, root


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A case of one's own."""
    return chess_case(tmp_path)
