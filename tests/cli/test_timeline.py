"""`safelight timeline` and `safelight account`, driven as people drive them."""

from __future__ import annotations

import json

import pytest

from tests.access.acts import ASE, BO, DIRECT, KAISSA, PAYER, TOG, act
from tests.access.built import build
from tests.intake.operations import Operation


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    built = build(tmp_path_factory.mktemp("acts"))
    act(built)
    return Operation(built.folder.root)


def test_counts_in_a_table(acted: Operation) -> None:
    kinds = [word for kind in ("message", "call", "transfer", "login") for word in ("--kind", kind)]
    lines = acted.run("timeline", str(acted.root), "--by", "day", "--zone", "no", *kinds).splitlines()
    assert [line.split() for line in lines] == [
        [
            "from",
            "events",
            "events",
            "with",
            "copies",
            "message",
            "message",
            "with",
            "copies",
            "call",
            "transfer",
            "login",
        ],
        ["2014-03-30", "1", "1", "1", "1"],
        ["2016-11-07", "3", "4", "2", "3", "1"],
        ["2016-11-08", "5", "5", "3", "3", "1", "1"],
        ["2016-11-09", "1", "1", "1"],
        ["7", "messages,", "6", "distinct"],
        [
            "10",
            "events,",
            "11",
            "with",
            "copies",
            "(Europe/Oslo),",
            "2",
            "without",
            "a",
            "time",
            "that",
            "can",
            "be",
            "compared",
        ],
    ]


def test_a_span_counts_its_own_messages(acted: Operation) -> None:
    said = acted.run(
        "timeline", str(acted.root), "--kind", "message", "--from", "2016-11-07", "--to", "2016-11-07"
    )
    assert "\n4 messages, 3 distinct\n" in said
    said = acted.run(
        "timeline", str(acted.root), "--kind", "message", "--from", "2016-11-08", "--to", "2016-11-08"
    )
    assert "\n2 messages, 2 distinct\n" in said
    assert "messages" not in acted.run("timeline", str(acted.root), "--kind", "call")


def test_the_overview_counts_both(acted: Operation) -> None:
    assert "\n9 messages, 8 distinct\n" in acted.run("status", str(acted.root))


def test_counts_for_what_comes_next(acted: Operation) -> None:
    said = acted.run(
        "timeline", str(acted.root), "--kind", "message", "--from", "2016-11-08", "--to", "2016-11-08", "--by", "day",
        "--exhibit", "2016-0142-B3", "--format", "jsonl",
    )  # fmt: skip
    assert [json.loads(line) for line in said.splitlines()] == [
        {"from": "2016-11-08", "events": 2, "events_with_copies": 2, "message": 2, "message_with_copies": 2}
    ]
    said = acted.run("timeline", str(acted.root), "--by", "day", "--kind", "message", "--kind", "login", "--from",
                     "2016-11-07", "--to", "2016-11-08", "--format", "csv")  # fmt: skip
    assert said.split() == [
        "from,events,events_with_copies,message,message_with_copies,login",
        "2016-11-07,3,4,3,4,0",
        "2016-11-08,3,3,2,2,1",
    ]
    said = acted.run(
        "timeline", str(acted.root), "--account", ASE, "--kind", "call", "--by", "year", "--format", "csv"
    )
    assert said.split() == ["from,events,events_with_copies,call,call_with_copies", "2016-01-01,1,1,1,1"]


def test_a_filter_that_is_none_is_told(acted: Operation) -> None:
    assert "There is no kind “dream”." in acted.run("timeline", str(acted.root), "--kind", "dream", expect=16)


def test_one_account_as_text(acted: Operation) -> None:
    said = acted.run("account", str(acted.root), "tåkelur")
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[:8] == [
        "fact value",
        f"account {ASE}",
        "name togmann",
        "network club",
        "native id åse",
        "owner of an item yes",
        "messages 5",
        "distinct messages 4",
    ]
    assert "tåkelur nick 2013-01-01 00:00Z 1 2016-0142-A1 line a1" in lines
    heading = lines.index("Contacts, distinct messages and calls (with copies)")
    assert lines[heading + 1 : heading + 4] == [
        "contact written to by them answers calls account",
        f"manila_knight 3 (4) 1 (1) 0 1 (1) {BO}",
        f"kaissa 0 0 1 (1) 0 {KAISSA}",
    ]
    heading = lines.index("Conversations")
    assert lines[heading + 1 : heading + 4] == [
        "title kind own, distinct with copies first last conversation",
        f"direct:bø|åse direct 3 4 2014-03-30 01:30Z 2016-11-07 23:30Z {DIRECT}",
        f"Tog og vær channel 1 1 2016-11-08 10:01Z 2016-11-08 10:01Z {TOG}",
    ]
    assert "192.0.2.7 1 2016-11-08 17:00Z 2016-11-08 17:00Z 1" in lines


def test_no_such_account(acted: Operation) -> None:
    said = acted.run("account", str(acted.root), "nobody", expect=13)
    assert said == "No account has the id or name 'nobody'. Give a part of the id, or a whole name.\n"


def test_by_person_confirmed_accounts_count_together(acted: Operation) -> None:
    asked = (
        "timeline",
        str(acted.root),
        "--person",
        ASE,
        "--by",
        "year",
        "--kind",
        "call",
        "--kind",
        "transfer",
    )
    assert "1 events (UTC)" in acted.run(*asked)
    grades = ("--source-grade", "A", "--content-grade", "1")
    acted.run(
        "identities", "decide", str(acted.root), ASE, PAYER, "same", "--reason", "pays from it", *grades
    )
    said = acted.run(*asked).splitlines()
    assert [line.split() for line in said[:2]] == [
        ["from", "events", "call", "transfer"],
        ["2016-01-01", "2", "1", "1"],
    ]
    assert "No account has the id or name 'nobody'" in acted.run(
        "timeline", str(acted.root), "--person", "nobody", expect=13
    )
