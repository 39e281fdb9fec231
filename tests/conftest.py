"""What all tests share: the public real data, and a loud word where something that only tests need is missing."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

pytest_plugins = ["tests.postgres"]

IN_CI = os.environ.get("CI") == "true"


def missing(what: str) -> None:
    """Fail in CI, skip loudly elsewhere: `what` is needed by this test and is not there."""
    if IN_CI:
        pytest.fail(f"{what} is missing, and CI must have it")
    warnings.warn(pytest.PytestWarning(f"SKIPPED BECAUSE {what} IS MISSING"), stacklevel=2)
    pytest.skip(f"{what} is missing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The full counts take longer than any test of `make test` may: two hours, where a test says nothing else."""
    for item in items:
        if item.get_closest_marker("soak") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(7200))


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of public real data beside the checkout (or SAFELIGHT_REALDATA)."""
    named = os.environ.get("SAFELIGHT_REALDATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "realdata"
    if not folder.is_dir():
        missing(f"the real test data ({folder})")
    return folder
