"""`safelight accounts triage`, driven as people drive it."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.errors import BadInput, NotFound, Refused
from safelight.ledger import roles
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import open_folder
from tests.access.built import build
from tests.identities.deeds import do
from tests.identities.test_triage import LIST
from tests.intake.operations import Operation


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    built = build(tmp_path_factory.mktemp("deeds"))
    do(built)
    return Operation(built.folder.root)


def test_who_matters_and_why(acted: Operation, tmp_path: Path) -> None:
    (tmp_path / "lessons.toml").write_text(LIST, "utf-8")
    root = str(acted.root)
    said = acted.run(
        "accounts", "triage", root, "--list", str(tmp_path / "lessons.toml"), "--role", "contact"
    )
    lines = said.splitlines()
    assert lines[0].split() == [
        "account",
        "network",
        "name",
        "roles",
        "and",
        "why",
        "messages",
        "distinct",
        "contacts",
    ]
    assert "lærar" in said and "Terms of “Chess lessons”" in said
    assert lines[-1].startswith("1 of 1 accounts; activity 6, automatic 1, beside 2, buyer 1, ")
    again = acted.run("accounts", "triage", root, "--network", "bank").splitlines()
    assert again[-2].startswith("4 of 4 accounts; ") and again[-1] == "Nothing changed since the last run."
    with Ledger.open(open_folder(acted.root)) as ledger:
        use = roles.contact_list(ledger)
    assert use is not None and (use.name, use.text) == ("lessons.toml", LIST)
    assert (
        "contact" not in acted.run("accounts", "triage", root, "--no-list", "--limit", "1").splitlines()[-1]
    )


def test_what_is_refused(acted: Operation, tmp_path: Path) -> None:
    root = str(acted.root)
    (tmp_path / "bad.toml").write_text('name = "x"', "utf-8")
    for words, told, code in (
        (("--role", "guilty"), "There is no role 'guilty'.", Refused.exit_code),
        (("--list", str(tmp_path / "bad.toml")), "it holds no term", BadInput.exit_code),
        (("--list", str(tmp_path / "none.toml")), "There is no file", NotFound.exit_code),
        (("--list", str(tmp_path / "bad.toml"), "--no-list"), "exclude each other", Refused.exit_code),
    ):
        _out, said = acted.said("accounts", "triage", root, *words, expect=code)
        assert told in said
