"""`safelight person` and `safelight right`: registered, stated, merged and parted, shown as of any day."""

from __future__ import annotations

import re

from tests.intake.operations import Operation


def _rows(said: str) -> list[str]:
    return [" ".join(line.split()) for line in said.splitlines() if line.strip()]


def test_persons_are_stated_merged_and_read_as_of_a_day(fresh: Operation) -> None:
    root = str(fresh.root)

    def person(*words: str, expect: int = 0) -> tuple[list[str], str]:
        said, told = fresh.said("person", words[0], root, *words[1:], expect=expect)
        return _rows(said), told

    assert person(
        "add", "--name", "Åse Bjørnstad", "--category", "suspect", "--source", "report", "--grade", "A1",
        "--verified", "yes",
    )[0] == ["P-001 is registered."]  # fmt: skip
    person("add", "--name", "Å. B.", "--reason", "named by a player", "--nature", "assessment")
    person("state", "P-001", "address", "Storgata 2", "--municipality", "0502", "--from", "2006-01-01", "--to",
           "2013-07-31", "--source", "register")  # fmt: skip
    person("state", "P-001", "address", "Lyngheimvegen 114", "--municipality", "1201", "--from", "2013-08-01",
           "--source", "register")  # fmt: skip
    said, _told = person("state", "P-001", "identifier", "phone=+47 900 00 000", "--source", "answer")
    assert re.fullmatch(r"P-001: identifier is stated, entry \d+\.", said[0])
    assert person("merge", "P-001", "P-002", "--reason", "one hand")[0][0].startswith(
        "P-001 and P-002 are one person"
    )
    _said, told = person("different", "P-002", "P-001", "--reason", "no", expect=16)
    assert "P-002 and P-001 are joined: entry" in told
    listed = person("list")[0]
    assert listed[0].split() == [
        "number",
        "name",
        "category",
        "home",
        "district",
        "roles",
        "accounts",
        "joined",
    ]
    assert listed[1].startswith("P-001 Å. B. suspect Vest") and listed[1].endswith("P-002")
    shown = person("show", "P-002")[0]
    assert shown[:2] == ["P-001 Å. B. (with P-002)", "Home district: Vest (address)."]
    assert any("identifier phone +47 900 00 000 fact unknown XX answer" in line for line in shown)
    then = person("show", "P-001", "--as-of", "2010-06-01", "--seen-today")[0]
    assert "Home district: Vestoppland (address)." in then and any(
        "Storgata 2, 0502" in line for line in then
    )
    person("unmerge", "P-001", "P-002", "--reason", "two hands")
    person("different", "P-001", "P-002", "--reason", "two hands")
    seq = next(line for line in shown if " identifier " in line).split()[0]
    person("withdraw", seq, "--reason", "another number")
    past = person("show", "P-001", "--history")[0]
    assert any(line.endswith("another number") and "withdrawn by entry" in line for line in past)
    _said, told = person("merge", "P-001", "P-002", "--reason", "again", expect=16)
    assert "says that P-001 and P-002 are different." in told
    for words, code in (
        (("state", "P-001", "shoe", "44", "--reason", "r"), 16),
        (("state", "P-009", "name", "x", "--reason", "r"), 13),
        (("state", "P-001", "name", "x", "--reason", "r", "--grade", "9"), 16),
        (("show", "P-001", "--seen-today"), 16),
    ):
        person(*words, expect=code)


def test_a_right_is_granted_and_taken_back(fresh: Operation) -> None:
    root = str(fresh.root)
    fresh.said("right", "grant", root, "kari", "victims", "--reason", "victim identification")
    assert _rows(fresh.said("right", "list", root)[0]) == [
        "right held by", "victims kari", "privileged everybody", "handover everybody",
    ]  # fmt: skip
    fresh.said("right", "withdraw", root, "kari", "victims", "--reason", "left the unit")
    assert "victims nobody" in _rows(fresh.said("right", "list", root)[0])
    fresh.said("right", "grant", root, "kari", "everything", "--reason", "why not", expect=16)


def test_the_person_of_an_account_that_is_not_there(fresh: Operation) -> None:
    _said, told = fresh.said(
        "person", "from-account", str(fresh.root), "nobody", "--reason", "told", expect=13
    )
    assert "No account has the id or name 'nobody'." in told
