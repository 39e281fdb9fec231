"""`safelight identities find`."""

from __future__ import annotations

from pathlib import Path

from tests.identities.seized import seized
from tests.intake.operations import Operation


def test_it_says_what_stands_there_and_that_nothing_changed(tmp_path: Path) -> None:
    with seized(tmp_path) as op:
        op.named("whatsapp", "+4790000001", "Ola")
        op.named("skype", "ola.n", "+4790000001", "phone")
        op.store()
    line = (
        "1 pairs of accounts are kept: 1 proposals, 0 candidates; 1 proposed persons have several accounts.\n"
    )
    operation = Operation(tmp_path / "op")
    assert operation.run("identities", "find", str(tmp_path / "op")) == line
    assert (
        operation.run("identities", "find", str(tmp_path / "op"))
        == "Nothing changed since the last time.\n" + line
    )
