"""`safelight parse --mapping`: traces by a mapping, its text in the ledger, and a changed file that takes the place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from safelight.ledger import mappings
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder
from tests.intake.operations import Operation

CLUB = """name = "club"
version = 1
network = "chess"
[input]
reader = "delimited"
[[rule]]
name = "lines"
trace = "message"
[rule.fields]
conversation = { const = "club" }
sender = "who"
text = "says"
sent = { from = "at", format = "unix" }
"""
#: The same name and version, but another file: what was a text is now a subject of the conversation.
CHANGED = CLUB.replace('{ const = "club" }', '{ const = "board" }').replace(
    "[[rule]]", "# corrected\n[[rule]]"
)
TRACES = """select i.path, m.place, m.conversation, m.sender, m.text, m.mapping
            from messages m join items i using (item_id) order by all"""


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def operation(tmp_path: Path) -> Operation:
    """Two files that are the mapping's own, of which one has a time that cannot be read, and one that is not."""
    folder = tmp_path / "evidence"
    (folder / "old").mkdir(parents=True)
    (folder / "a.csv").write_text("who,says,at\nKari,Parti?,1452587400\nOla,Ja,snart\na,b,c,d\n", "utf-8")
    (folder / "old" / "b.csv").write_text("who,says,at\nKari,Sjakk,1452587500\n", "utf-8")
    (folder / "other.csv").write_text("name,number\nKari,1\n", "utf-8")
    (tmp_path / "club.toml").write_text(CLUB, "utf-8")
    (tmp_path / "changed.toml").write_text(CHANGED, "utf-8")
    operation = Operation(tmp_path / "op").make()
    operation.ingest(folder)
    return operation


def parse(operation: Operation, mapping: str, *words: str) -> str:
    file = operation.root.with_name(mapping)
    return operation.run("parse", str(operation.root), "--mapping", str(file), *words)


def test_what_a_mapping_made_and_what_is_kept_of_it(operation: Operation) -> None:
    assert operation.query(TRACES) == []
    said = parse(operation, "club.toml", "--path", "*a.csv", "--reason", "club's own export")
    assert operation.query(TRACES) == [
        ("a.csv", "line 2", "club", "Kari", "Parti?", sha256(CLUB)),
        ("a.csv", "line 3", "club", "Ola", "Ja", sha256(CLUB)),
    ]
    report = (
        "rule lines: 2 of 3 records became message traces, 1 of them with a value that cannot be read; "
        "1 did not match (line 4: 4 cells under 3 names)"
    )
    parses = "select parser, version, mapping, outcome, traces, remarks from parses where parser <> '' order by all"
    assert operation.query(parses) == [("mapping-club", 1, sha256(CLUB), "done", 3, report)]
    assert "a.csv: done, 3 traces\n    " + report[:40] in said
    failures = "select place, inspector, cause from failures where stage = 'parse'"
    assert operation.query(failures) == [("a.csv › line 3", "mapping-club", "corrupt")]
    with Ledger.open(OperationFolder(operation.root)) as ledger:
        (used,) = mappings.every(ledger)
        assert (used.name, used.version, used.sha256, used.text) == ("club", 1, sha256(CLUB), CLUB)
        assert used.reason == "club's own export"
        assert mappings.find(ledger, sha256(CLUB)) == used
        assert mappings.find(ledger, sha256(CHANGED)) is None
    # again: nothing is made twice; without the path, what was left out
    before = operation.query("select * from parses order by all")
    parse(operation, "club.toml", "--path", "*a.csv")
    assert operation.query("select * from parses order by all") == before
    parse(operation, "club.toml")
    assert [row[:2] for row in operation.query(TRACES)] == [
        ("a.csv", "line 2"), ("a.csv", "line 3"), ("old/b.csv", "line 2"),
    ]  # fmt: skip
    # the ordinary parsers neither run it nor take it away
    operation.run("parse", str(operation.root), "--retry")
    assert len(operation.query(TRACES)) == 3


def test_another_file_of_the_same_name_takes_the_place_and_the_older_one_may_come_back(
    operation: Operation,
) -> None:
    known = "select trace_id, first_known from messages order by all"
    failures = "select place from failures where stage = 'parse'"
    parse(operation, "club.toml")
    first = operation.query(known)
    parse(operation, "changed.toml", "--path", "*a.csv")
    shas = [(row[0], row[2], row[5]) for row in operation.query(TRACES)]
    assert shas == [
        ("a.csv", "board", sha256(CHANGED)),
        ("a.csv", "board", sha256(CHANGED)),
        ("old/b.csv", "club", sha256(CLUB)),
    ]
    assert operation.query(known) == first
    assert operation.query(failures) == [("a.csv › line 3",)]
    parse(operation, "club.toml")
    assert {row[5] for row in operation.query(TRACES)} == {sha256(CLUB)}
    assert operation.query(known) == first
    assert operation.query(failures) == [("a.csv › line 3",)]
    assert operation.query("select count(*), count(distinct mapping) from parses where parser <> ''") == [
        (2, 1)
    ]


def test_a_file_that_is_no_longer_its_own_keeps_nothing(operation: Operation) -> None:
    parse(operation, "club.toml")
    other = CLUB.replace('"says"', '"writes"').replace("version = 1", "version = 2")
    operation.root.with_name("other.toml").write_text(other, "utf-8")
    said = parse(operation, "other.toml")
    assert "No chosen item is the mapping's own" in said
    assert operation.query(TRACES) == []
    assert operation.query("select place from failures where stage = 'parse'") == []
    parse(operation, "club.toml")
    assert len(operation.query(TRACES)) == 3
    parse(operation, "club.toml", "--again")
    assert len(operation.query(TRACES)) == 3


def test_what_is_refused(operation: Operation) -> None:
    words = ("parse", str(operation.root), "--mapping", str(operation.root.with_name("club.toml")))
    twice = operation.run(*words, "--mapping", str(operation.root.with_name("changed.toml")), expect=16)
    assert "Two mappings are called club." in twice
    operation.root.with_name("club.toml").write_text(CLUB.replace("sender", "sendr"), "utf-8")
    assert "club.toml: rule[1].fields.sendr is no field" in operation.run(*words, expect=22)
    with Ledger.open(OperationFolder(operation.root)) as ledger:
        assert mappings.every(ledger) == []
