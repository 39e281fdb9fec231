"""The reader's side of the door: a conversation's order and windows, the list, and why a message is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from safelight.access import conversation, conversations, provenance
from safelight.access.conversation_order import order_of, position_of
from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.errors import NotFound
from safelight.ledger import clocks, marks, notes
from safelight.operation.folder import OperationFolder
from safelight.traces.ids import account_id, conversation_id
from safelight.traces.networks import titled
from tests.analyse.stage import BEGIN, SECOND, TALK, Stage, staged

HERE = conversation_id("club", None, "direct:bø|åse")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as made:
        yield made


@pytest.fixture
def reading(stage: Stage, tmp_path: Path) -> Iterator[Reading]:
    ids = [f"n{n}" for n in range(len(TALK))]
    stage.copy(TALK, natives=ids)
    stage.copy(TALK, conversation=titled("Sjakk med Bø"), step=60)
    stage.catalog.write("more", {
        "calls": [{
            "trace_id": "t1-call:1", "item_id": "i1", "exhibit": stage.exhibit, "parser": "club", "version": 1,
            "place": "call 1", "network": "club", "conversation_id": HERE, "caller_id": account_id("club", None, "bø"),
            "kind": "video", "duration": 61.0, "answered": True, "state": "live",
            "started": {"utc": BEGIN + 100 * SECOND, "wall": None, "text": "", "basis": "stated"},
        }],
        "accounts": [
            {"trace_id": f"t1-a:{n}", "item_id": "i1", "exhibit": stage.exhibit, "parser": "club", "account": "bø",
             "account_id": account_id("club", None, "bø"), "name": name, "name_kind": "nick",
             "since": {"utc": BEGIN + since * SECOND, "wall": None, "text": "", "basis": "stated"}}
            for n, (since, name) in enumerate([(-100, "springer"), (50, "tårnet")])
        ],
    }, made_by={"test": "1"})  # fmt: skip
    stage.find()
    with (
        Door(OperationFolder(tmp_path / "op"), who="test", purpose="test") as door,
        door.consult("test") as look,
    ):
        yield look.reading


def test_each_message_stands_once_with_its_copies_and_calls_between(reading: Reading) -> None:
    seen = conversation.window(reading, HERE, 0, 100)
    assert seen.total == len(TALK) + 1
    assert [(line.kind, line.what.get("text")) for line in seen.lines] == [
        *(("message", text) for _, _, text in TALK[:6]),
        ("call", None),
        *(("message", text) for _, _, text in TALK[6:]),
    ]
    first = seen.lines[0]
    assert [(copy.exhibit, copy.rule) for copy in first.copies] == [
        ("2016-0142-A1", "aligned"),
        ("2016-0142-A1", "aligned"),
    ]
    assert first.us == BEGIN and first.zoned
    # names as they were then
    assert [line.name for line in seen.lines if line.sender_id == account_id("club", None, "bø")] == [
        "springer", "springer", "springer", "tårnet", "tårnet",
    ]  # fmt: skip


def test_a_window_anywhere_and_a_position_for_every_copy(reading: Reading) -> None:
    whole = conversation.window(reading, HERE, 0, 100)
    part = conversation.window(reading, HERE, 3, 2)
    assert [line.trace_id for line in part.lines] == [line.trace_id for line in whole.lines[3:5]]
    order = order_of(reading, conversation_id("club", None, titled("Sjakk med Bø")))
    assert order.group == whole.group
    for line in whole.lines:
        assert [position_of(reading, order, copy.trace_id) for copy in line.copies] == [line.position] * len(
            line.copies
        )
    assert order.at(BEGIN + 69 * SECOND) == 5
    assert order.at(BEGIN + 10**12) == len(order) - 1


def test_the_list_shows_the_conversation_once(reading: Reading) -> None:
    rows, total = conversations.listed(reading)
    assert total == 1
    row = rows[0]
    assert (row.messages, row.distinct, row.copies, row.people, row.recovered) == (18, 9, 2, 2, 0)
    assert row.first_us == BEGIN
    assert conversations.listed(reading, words="åse BØ")[1] == 1
    assert conversations.listed(reading, words="fjell")[1] == 0


def test_what_people_say_of_one_copy_shows_at_the_line(stage: Stage, reading: Reading) -> None:
    copy = conversation.window(reading, HERE, 2, 1).lines[0].copies[1]
    marks.mark(stage.ledger, [copy.trace_id], "important", reason="meeting place", actor="kari")
    notes.write(stage.ledger, [copy.trace_id], "stasjonen på Dovre?", actor="kari")
    marks.translate(
        stage.ledger,
        [copy.trace_id],
        "then we meet at seven",
        language="en",
        translator="N. N.",
        actor="kari",
    )
    line = conversation.window(reading, HERE, 2, 1).lines[0]
    assert [(mark.kind, mark.text, mark.actor) for mark in line.marks] == [
        ("trace.marked", "important", "kari"),
        ("note.written", "stasjonen på Dovre?", "kari"),
        ("translation.written", "then we meet at seven", "kari"),
    ]


def test_why_leads_back_to_the_exhibit(stage: Stage, reading: Reading) -> None:
    clocks.correct(stage.ledger, "2016-0142-A1", -90, reason="photographed", actor="kari")
    line = conversation.window(reading, HERE, 0, 1).lines[0]
    found = provenance.why(reading, line.trace_id)
    assert (found.table, found.what["place"], found.what["parser"]) == ("messages", "line 0", "club")
    assert found.exhibit is not None and found.exhibit.legal_basis == "strpl. § 203"
    assert [(one.column, one.compared_us) for one in found.times] == [("sent", BEGIN)]
    assert [one.seconds for one in found.clocks] == [-90]
    with pytest.raises(NotFound):
        provenance.why(reading, "t1-nowhere:1")


def test_no_such_conversation(reading: Reading) -> None:
    with pytest.raises(NotFound):
        conversation.window(reading, "v1-none", 0, 10)
