"""Malformed, truncated, encrypted and hostile files: each ends as facts or as a recorded failure, and nothing more."""

from __future__ import annotations

from pathlib import Path

from tests.inspect.malformed import sweep


def test_every_malformed_file_ends_as_written(realdata: Path) -> None:
    found, errors = sweep(realdata)
    assert (
        found.splitlines()
        == (Path(__file__).parent / "malformed_expected.tsv").read_text("utf-8").splitlines()
    )
    assert errors == ""
