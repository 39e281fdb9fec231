"""A call and a payment that were found twice: shown and counted once, wherever; each copy leads to the other. Of a message
the second copy does not say who wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from safelight.access import (
    account_contacts,
    account_events,
    accounts,
    timeline,
    timeline_lanes,
    timeline_rows,
)
from safelight.access.account import Paid, account
from safelight.access.conversation import window
from safelight.access.conversation_order import order_of, position_of
from safelight.access.door import Door
from safelight.access.provenance import copies_of, why
from safelight.access.reading import Reading
from safelight.access.timeline import whole
from safelight.access.timeline_bars import FIRST, LAST
from safelight.access.zones import ZONES
from safelight.catalog.catalog import Catalog
from safelight.identities import network
from safelight.identities.network import KINDS
from safelight.ledger.identities import Tenure
from safelight.traces.ids import account_id
from tests.access.acts import ASE, BO, DIRECT, KAISSA, PAYEE, PAYER, TOG, _Rows, act, at, us
from tests.access.built import Built, build


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The acts, and a second copy of the call, of the payment and of Bø's message: as the other end has them, in the other
    exhibit, where the message's own account is not known."""
    built = build(tmp_path_factory.mktemp("copies"))
    act(built)
    there = {
        "item_id": built.item("rutetabell.txt", 1), "source_id": built.sources[1].id, "exhibit": built.exhibits[1].key,
        "parser": "phone", "version": 2, "state": "live",
    }  # fmt: skip
    call = there | {
        "trace_id": "t1-c1x", "place": "calls:7", "network": "club", "conversation": "direct:?|bø",
        "conversation_id": "v-phone", "participants": ["bø"], "participants_id": [BO], "direction": "outgoing",
        "kind": "video", "started": at("2016-11-07T20:00:02"), "duration": 600.0,
    }  # fmt: skip
    paid = there | {
        "trace_id": "t1-p1x", "place": "line 9", "network": "bank", "sender": "NO1", "sender_id": PAYER, "receiver": "NO2",
        "receiver_id": PAYEE, "amount": Decimal("450.00"), "currency": "NOK", "time": at("2016-11-09T00:00"),
    }  # fmt: skip
    wrote = there | {
        "trace_id": "t1-m2x", "place": "line 8", "network": "club", "conversation": "direct:?|åse",
        "conversation_id": "v-note", "kind": "text", "text": "ja, klokka sju", "sent": at("2016-11-07T08:05:01"),
    }  # fmt: skip
    same = [
        {"trace_id": trace, "distinct_id": "t1-m2", "rule": "text", "run": "r"}
        for trace in ("t1-m2", "t1-m2x")
    ]
    tables = {"calls": [call], "transfers": [paid], "messages": [wrote], "same_messages": same} | {
        f"same_{kind}": [
            {"trace_id": trace, "distinct_id": f"t1-{letter}1", "rule": rule, "run": "r"}
            for trace in (f"t1-{letter}1", f"t1-{letter}1x")
        ]
        for kind, letter, rule in (("calls", "c", "start"), ("transfers", "p", "native id"))
    }
    catalog = Catalog.at(built.folder)
    catalog.write("copies", tables, made_by={"test": "1"})
    catalog.close()
    return built


@pytest.fixture
def reading(acted: Built) -> Iterator[Reading]:
    with Door(acted.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        yield look.reading


def test_the_timeline_has_each_once_with_its_copies(reading: Reading) -> None:
    for kind, id_ in (("call", "t1-c1"), ("transfer", "t1-p1")):
        assert whole(reading, {"kind": (kind,)}).total == (1, 2)
        rows = timeline_rows.events(reading, {"kind": (kind,)}, FIRST, LAST).rows
        assert [(row.id, row.copies) for row in rows] == [(id_, 2)]


def test_a_copy_with_another_time_counts_in_its_own_bar_and_stands_in_none(reading: Reading) -> None:
    wanted = {"kind": ("transfer",)}
    found = timeline.picture(reading, wanted, us("2016-11-08"), us("2016-11-10"), ZONES["utc"])
    assert [(at, bar, every) for at, bar, every in zip(found.edges, found.bars, found.found, strict=False) if every] == [
        (us("2016-11-08T12:00"), {"transfer": 1}, {"transfer": 1}),
        (us("2016-11-09"), {}, {"transfer": 1}),
    ]  # fmt: skip
    assert (found.total, whole(reading, wanted).extent()) == (
        (1, 2),
        (us("2016-11-08T12:00"), us("2016-11-08T13:00")),
    )
    # A window that ends before the copy does not count it, though everything distinct lies in it.
    before = timeline.picture(reading, wanted, us("2016-11-08"), us("2016-11-09"), ZONES["utc"])
    assert (before.total, before.facets["exhibit"]) == (
        (1, 1),
        [("2016-0142-B3", 1, 1), ("2016-0142-A1", 0, 0)],
    )


def always(account_id: str) -> Tenure:
    return Tenure("0", account_id, None, None, False, 0)


def test_persons_and_lanes_tell_both(reading: Reading) -> None:
    span = us("2016-11-07"), us("2016-11-10")
    people = [[always(PAYER)], [always(ASE), always(PAYER)], [always(BO)]]
    assert timeline.by_person(reading, {"kind": ("transfer", "call", "message")}, *span, people) == [
        (1, 2), (5, 7), (1, 1),
    ]  # fmt: skip
    calls = {"kind": ("call", "transfer")}
    expected: tuple[tuple[timeline_lanes.By, dict[str, tuple[int, int]]], ...] = (
        ("exhibit", {"2016-0142-A1": (1, 1), "2016-0142-B3": (2, 3)}),
        ("network", {"bank": (1, 2), "club": (1, 2)}),
        ("account", {PAYER: (1, 2), ASE: (1, 1)}),
    )
    for by, told in expected:
        lanes = timeline_lanes.lanes(reading, by, calls, *span)
        assert {one.value: one.tally for one in lanes} == told


def test_either_conversation_shows_the_call_and_all_of_its_copies(reading: Reading) -> None:
    for conversation, shown in ((DIRECT, "t1-c1"), ("v-phone", "t1-c1x")):
        order = order_of(reading, conversation)
        position = position_of(reading, order, "t1-c1")
        assert position is not None
        assert position == position_of(reading, order, "t1-c1x")
        (line,) = window(reading, conversation, position, 1).lines
        assert (line.trace_id, line.kind) == (shown, "call")
        assert [(copy.trace_id, copy.exhibit, copy.rule) for copy in line.copies] == [
            ("t1-c1", "2016-0142-A1", "start"),
            ("t1-c1x", "2016-0142-B3", "start"),
        ]


def test_an_account_s_page_counts_each_once(reading: Reading) -> None:
    assert account_events.count_of(reading, BO, "call") == 1
    (call,) = account_events.of_kind(reading, BO, "call").rows
    assert (call.id, call.copies) == ("t1-c1", 2)
    assert account(reading, PAYER).paid == (Paid("NOK", 1, Decimal("450.0000"), 0, Decimal("0.0000")),)
    assert account_events.count_of(reading, PAYEE, "transfer") == 1
    assert [
        (one.account_id, one.calls, one.call_copies)
        for one in account_contacts.company(reading, BO).contacts
        if one.calls
    ] == [(ASE, 1, 2)]


def test_copies_count_beside_the_distinct_ones_also_where_they_name_no_sender(reading: Reading) -> None:
    row = accounts.one(reading, BO)
    assert (row.messages, row.found) == (3, 4)
    assert row in accounts.every(reading)
    found = account_contacts.company(reading, BO)
    assert [(one.conversation, one.messages, one.copies) for one in found.talks] == [
        (TOG, 2, 2),
        (DIRECT, 1, 2),
    ]
    assert [(one.account_id, one.figures) for one in found.contacts] == [
        (ASE, ((1, 2), (3, 4), (0, 0), (1, 2))),
    ]
    ties = network.read(reading.db, reading.snapshot)
    assert sorted(
        (ties.accounts[a], ties.accounts[b], KINDS[kind], n, copies)
        for a, b, kind, n, copies in zip(*(
            column.tolist() for column in (ties.a, ties.b, ties.kind, ties.n, ties.copies)
        ), strict=True)
    ) == sorted([
        (ASE, BO, "message", 1, 1), (ASE, BO, "message", 2, 3), (BO, ASE, "message", 1, 2), (ASE, BO, "call", 1, 2),
        (ASE, KAISSA, "answer", 1, 1), (*sorted([ASE, KAISSA]), "together", 1, 1), (PAYER, PAYEE, "payment", 1, 2),
    ])  # fmt: skip


def test_copies_of_what_stands_as_another_s_are_told_of_both(tmp_path: Path) -> None:
    """Åse's number in a list names her by another account: there she wrote nothing distinct, and one that was found."""
    built = build(tmp_path)
    act(built)
    b3 = _Rows(built, 1)
    other = account_id("club", None, "+47")
    copy = b3.message("m3x", "+47", "fint", at("2016-11-07T23:30"))
    same = [
        {"trace_id": one, "distinct_id": "t1-m3", "rule": "text", "run": "r"} for one in ("t1-m3", "t1-m3x")
    ]
    with Catalog.at(built.folder) as catalog:
        catalog.write("other", {"messages": [copy], "same_messages": same}, made_by={"test": "1"})
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        told = {id_: accounts.one(look.reading, id_) for id_ in (ASE, other)}
        assert {id_: (row.messages, row.found) for id_, row in told.items()} == {ASE: (4, 6), other: (0, 1)}
        assert all(row in accounts.every(look.reading) for row in told.values())
        found = account_contacts.company(look.reading, other).talks
        assert [(one.conversation, one.messages, one.copies) for one in found] == [(DIRECT, 0, 1)]


def test_a_decision_about_one_copy_names_all(reading: Reading) -> None:
    assert copies_of(reading, "t1-c1x") == ["t1-c1", "t1-c1x"]
    assert [(copy.trace_id, copy.place, copy.rule) for copy in why(reading, "t1-p1").copies] == [
        ("t1-p1", "line p1", "native id"),
        ("t1-p1x", "line 9", "native id"),
    ]
