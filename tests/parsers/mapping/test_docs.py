"""docs/mapping.md: every example of it is run, and every key of it is known."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from safelight.parsers.mapping.load import load
from safelight.parsers.mapping.model import KINDS, READERS
from tests.parsers.mapping.trying import lines, tried

PAGE = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text("utf-8")
_FILE = re.compile(
    r"File `([^`]+)`:\n\n```\w+\n(.*?)```\n(.*?)```toml\n(.*?)```\n\nTraces:\n\n```text\n(.*?)```", re.S
)
EXAMPLES = _FILE.findall(PAGE)


@pytest.mark.parametrize(
    ("name", "data", "between", "mapping", "expected"), EXAMPLES, ids=[one[0] for one in EXAMPLES]
)
def test_example(tmp_path: Path, name: str, data: str, between: str, mapping: str, expected: str) -> None:
    trial = tried(tmp_path, mapping, name, data.encode())
    assert "\n".join(lines(trial)) + "\n" == expected
    assert trial.recognised
    assert trial.ended is None
    called = re.search(r"Mapping `([^`]+)`", between)
    assert called is not None
    written = tmp_path / called[1]
    written.write_text(mapping, "utf-8")
    assert load(written).sha256 == trial.mapping.sha256


def test_every_example_was_found() -> None:
    assert len(EXAMPLES) == PAGE.count("Traces:") == 5


def test_the_reference_names_what_there_is() -> None:
    for reader in READERS:
        assert f"`{reader}`" in PAGE
    for word in KINDS:
        assert f"`{word}`" in PAGE
    from safelight.parsers.mapping.model import Input

    for one in fields(Input):
        assert f"`input.{one.name}`" in PAGE
