"""The list of accounts, and one account: names, acts, addresses, payments, contacts; values in full."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from safelight.access import account_contacts, account_events, accounts
from safelight.access.account import Address, Device, Paid, account
from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.errors import NotFound
from tests.access.acts import ASE, BO, DIRECT, KAISSA, PAYEE, PAYER, TOG, act, us
from tests.access.built import Built, build


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Built:
    built = build(tmp_path_factory.mktemp("acts"))
    act(built)
    return built


@pytest.fixture
def reading(acted: Built) -> Iterator[Reading]:
    with Door(acted.folder, who="kari", purpose="test") as door, door.consult("test") as look:
        yield look.reading


def test_each_account_once_with_its_figures(reading: Reading) -> None:
    rows, total = accounts.listed(reading)
    assert total == 5
    assert [
        (
            row.account_id,
            row.name,
            row.names,
            row.owner,
            row.messages,
            row.conversations,
            row.first_us,
            row.last_us,
        )
        for row in rows
    ] == [
        (
            ASE,
            "togmann",
            ("togmann", "tåkelur", "Åse tog"),
            True,
            4,
            2,
            us("2014-03-30T01:30"),
            us("2016-11-09T09:00"),
        ),
        (
            BO,
            "manila_knight",
            ("manila_knight",),
            False,
            3,
            2,
            us("2016-11-07T08:05"),
            us("2016-11-09T17:00"),
        ),
        (KAISSA, "kaissa", (), False, 1, 1, us("2016-11-08T10:00"), us("2016-11-08T10:00")),
        (PAYER, "NO1", (), False, 0, 0, us("2016-11-08T12:00"), us("2016-11-08T12:00")),
        (PAYEE, "NO2", (), False, 0, 0, None, None),
    ]
    for row in rows:
        assert accounts.one(reading, row.account_id) == row


def test_filter_order_and_pages(reading: Reading) -> None:
    assert [row.account_id for row in accounts.listed(reading, words="åse TOG")[0]] == [ASE]
    assert [row.network for row in accounts.listed(reading, networks=("bank",))[0]] == ["bank", "bank"]
    assert accounts.networks(reading, words="NO") == [("bank", 2), ("club", 0)]
    assert [row.name for row in accounts.listed(reading, order="last", first=0, count=2)[0]] == [
        "manila_knight",
        "togmann",
    ]
    assert [row.name for row in accounts.listed(reading, order="name", first=3)[0]] == ["NO2", "togmann"]
    assert [row.account_id for row in accounts.matching(reading, "TÅKELUR")] == [ASE]
    assert [row.account_id for row in accounts.matching(reading, BO[:12])] == [BO]
    with pytest.raises(NotFound):
        accounts.one(reading, "a1-nobody")


def test_everything_of_one_account(reading: Reading) -> None:
    found = account(reading, ASE)
    assert [
        (
            one.name,
            one.kind,
            one.since_us,
            one.seen_us,
            one.seen,
            one.own,
            one.source.place,
            one.source.exhibit,
        )
        for one in found.names
    ] == [
        ("Åse tog", "address book", None, None, 1, False, "line a4", "2016-0142-A1"),
        ("tåkelur", "nick", us("2013-01-01"), us("2013-01-01"), 1, True, "line a1", "2016-0142-A1"),
        ("togmann", "nick", us("2015-06-01"), us("2016-06-01"), 2, True, "line a2", "2016-0142-A1"),
    ]
    assert found.counts == {"call": 1, "transfer": 0, "media": 1, "login": 1, "membership": 2, "location": 1}
    assert found.acts.total == (4 + 1 + 1 + 1 + 2 + 1, 5 + 1 + 1 + 1 + 2 + 1)  # one message was found twice
    login = us("2016-11-08T17:00")
    assert found.addresses == (Address("192.0.2.7", None, 1, login, login, others=1),)
    assert [(one.kind, one.native, one.model) for one in found.devices] == [("phone", "imei:1", "Nordlys N5")]
    assert isinstance(found.devices[0], Device) and found.devices[0].source.place == "line d1"
    assert [(one.name, one.owner_id, one.owner) for one in found.entries] == [("Åse tog", BO, "bø")]
    assert [one.facts for one in found.profiles] == [(("city", "Nordvik"),)]
    assert found.paid == ()


def test_payments_both_ways(reading: Reading) -> None:
    assert account(reading, PAYER).paid == (Paid("NOK", 1, Decimal(450), 0, Decimal(0)),)
    assert account(reading, PAYEE).paid == (Paid("NOK", 0, Decimal(0), 1, Decimal(450)),)
    (row,) = account_events.of_kind(reading, PAYEE, "transfer").rows
    assert (row.who, row.what["receiver_name"], row.what["amount"], row.what["reference"]) == (
        "Åse B.",
        "Sjakklubben",
        Decimal(450),
        "kontingent",
    )


def test_who_writes_to_whom(reading: Reading) -> None:
    found = account_contacts.company(reading, ASE)
    assert [(one.account_id, one.name, one.figures, one.conversation) for one in found.contacts] == [
        (BO, "manila_knight", ((3, 4), (1, 1), (0, 0), (1, 1)), DIRECT),
        (KAISSA, "kaissa", ((0, 0), (0, 0), (1, 1), (0, 0)), TOG),
    ]
    assert [
        (
            one.conversation,
            one.title,
            one.kind,
            one.messages,
            one.copies,
            one.first_us,
            one.last_us,
            one.member,
        )
        for one in found.talks
    ] == [
        (DIRECT, "direct:bø|åse", "direct", 3, 4, us("2014-03-30T01:30"), us("2016-11-07T23:30"), False),
        (TOG, "Tog og vær", "channel", 1, 1, us("2016-11-08T10:01"), us("2016-11-08T10:01"), True),
    ]
    (only,) = account_contacts.company(reading, KAISSA).contacts
    assert (only.account_id, only.answers) == (ASE, 1)


def test_lists_hold_every_row_those_without_a_zone_last(reading: Reading) -> None:
    first = account_events.of_kind(reading, BO, "message", count=2)
    assert [(one.id, one.us, one.stated) for one in first.rows] == [
        ("t1-m2", us("2016-11-07T08:05"), "2016-11-07 08:05:00"),
        ("t1-m6", None, "2016-11-08 12:00:00"),
    ]
    rest = account_events.of_kind(reading, BO, "message", after=first.after, count=2)
    assert [one.id for one in rest.rows] == ["t1-m7"] and rest.after is None
    (call,) = account_events.of_kind(reading, BO, "call").rows
    assert (call.who, call.what["to"]) == ("togmann", [(BO, "manila_knight")])
    assert [one.what["sort"] for one in account_events.of_kind(reading, KAISSA, "membership").rows] == [
        "member"
    ]


def test_opening_an_account_is_written_down(acted: Built) -> None:
    with acted.ledger() as ledger:
        before = ledger.head().seq
    with Door(acted.folder, who="kari", purpose="test") as door, door.consult("account", ASE) as look:
        account(look.reading, ASE)
    with acted.ledger() as ledger:
        (entry,) = ledger.entries(before)
        assert list(entry.subjects) == [ASE]
