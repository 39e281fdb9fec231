"""A call and a payment that were found twice: shown and counted once, wherever; each copy leads to the other."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from safelight.access import account_contacts, account_events, timeline, timeline_lanes, timeline_rows
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
from safelight.ledger.identities import Tenure
from tests.access.acts import ASE, BO, DIRECT, PAYEE, PAYER, act, at, us
from tests.access.built import Built, build


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The acts, and a second copy of the call and of the payment: as the other end has them, in the other exhibit."""
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
    tables = {"calls": [call], "transfers": [paid]} | {
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


def test_a_decision_about_one_copy_names_all(reading: Reading) -> None:
    assert copies_of(reading, "t1-c1x") == ["t1-c1", "t1-c1x"]
    assert [(copy.trace_id, copy.place, copy.rule) for copy in why(reading, "t1-p1").copies] == [
        ("t1-p1", "line p1", "native id"),
        ("t1-p1x", "line 9", "native id"),
    ]
