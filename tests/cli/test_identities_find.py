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


def test_of_a_few_that_come_later_it_says_that_they_alone_were_weighed(tmp_path: Path) -> None:
    folder = str(tmp_path / "op")
    with seized(tmp_path) as op:
        for n in range(1_000):
            op.write("logins", "forum", account=str(n + 48), ip=f"198.51.{n // 250}.{n % 250}", what="login")
        op.store()
        operation = Operation(tmp_path / "op")
        nothing = "0 pairs of accounts are kept: 0 proposals, 0 candidates; 0 proposed persons have several accounts.\n"
        assert operation.run("identities", "find", folder) == nothing
        for account in ("2001", "2002"):
            op.named("forum", account, "+4790000001", "phone")
        op.store()
        one = "1 pairs of accounts are kept: 1 proposals, 0 candidates; 1 proposed persons have several accounts.\n"
        few = (
            "Accounts that came or changed since all were weighed: 2. They alone were weighed anew; `--whole` weighs "
            "all.\n"
        )
        assert operation.run("identities", "find", folder) == few + one
        assert (
            operation.run("identities", "find", folder)
            == "Nothing changed since the last time.\n" + few + one
        )
        assert operation.run("identities", "find", folder, "--whole") == one
