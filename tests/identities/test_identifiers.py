"""Hard identifiers: what two accounts hold weighs by how few hold it; what stands for nobody weighs nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import log

import pytest

from safelight.identities.evidence import (
    another_owner,
    avatar,
    book,
    book_names,
    device,
    email,
    fingerprint,
    host,
    ip,
    native,
    owner,
    payment,
    phone,
)
from safelight.identities.kinds import Kind
from safelight.identities.model import Bench

ACCOUNTS = 1_000
DAY_US = 86_400_000_000
Found = dict[tuple[int, int], tuple[float, str]]


def bench(
    identifiers: Iterable[tuple[int, str, str, str]] = (),
    names: Iterable[tuple[int, str, str, str]] = (),
    networks: dict[int, str] | None = None,
) -> Bench:
    """1,000 accounts, even ones in ICQ and odd ones in Skype unless said otherwise. (tenure, kind, value, basis), (tenure,
    name, kind, trace)."""
    made = Bench()
    made.add("tenures", [
        {"tenure": n, "id": f"a{n}", "account_id": f"a{n}", "network": (networks or {}).get(n, "skype" if n % 2 else "icq"),
         "native": str(100_000 + n)}
        for n in range(ACCOUNTS)
    ])  # fmt: skip
    made.add("identifiers", [
        {"tenure": n, "kind": kind, "value": value, "basis": basis, "trace": f"t1-x:{n}"}
        for n, kind, value, basis in identifiers
    ])  # fmt: skip
    made.add("names", [
        {"tenure": n, "name": name, "kind": kind, "trace": trace} for n, name, kind, trace in names
    ])  # fmt: skip
    return made


def weighed(kind: Kind, made: Bench, pairs: Iterable[tuple[int, int]] | None = None) -> Found:
    """Points and sentence by pair, of the pairs that the kind proposes or of those given."""
    if pairs is None:
        made.add("pairs", kind.propose(made))
    else:
        made.add("pairs", [{"a": a, "b": b} for a, b in pairs])
    rows = kind.measure(made).to_pylist()
    return {
        (row["a"], row["b"]): (round(row["points"], 3), kind.say(json.loads(row["detail"]))) for row in rows
    }


def points(found: Found) -> dict[tuple[int, int], float]:
    return {pair: told[0] for pair, told in found.items()}


@pytest.mark.parametrize(
    ("kind", "name", "value", "trust", "sentence"),
    [
        (phone.KIND, "phone", "+4790000001", 3.0,
         "The telephone number +4790000001 stands in the records of both accounts."),
        (email.KIND, "email", "o@vaffel.no", 3.5, "The mail address o@vaffel.no stands in the records of both accounts."),
        (payment.KIND, "payment", "bank:NO93", 3.0, "The payment account NO93 stands in the records of both accounts."),
        (payment.KIND, "wallet", "bc1qvaffel", 3.0, "The wallet bc1qvaffel stands in the records of both accounts."),
        (device.KIND, "device", "354987", 2.0, "Both accounts were used on the device 354987."),
        (fingerprint.KIND, "fingerprint", "ab12", 4.0,
         "The key or certificate with the fingerprint ab12 stands in the records of both accounts."),
        (avatar.KIND, "avatar", "c0ffee", -1.0, "Both accounts use the same profile picture (c0ffee)."),
    ],
)  # fmt: skip
def test_a_value_that_two_alone_have(kind: Kind, name: str, value: str, trust: float, sentence: str) -> None:
    with bench([(1, name, value, "own"), (2, name, value, "own"), (3, name, value + "9", "own")]) as made:
        assert weighed(kind, made) == {
            (1, 2): (round(log(ACCOUNTS / 2) + trust, 3), sentence + " No other known account has it.")
        }


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (phone.KIND, "phone", "+4700000000"), (phone.KIND, "phone", "0000000"), (email.KIND, "email", "me@example.com"),
        (email.KIND, "email", "root@localhost"), (email.KIND, "email", "ola@laptop.(none)"),
        (payment.KIND, "payment", "bank:00000000000"), (device.KIND, "device", "unknown"),
        (device.KIND, "device", "000000000000000"), (native.KIND, "native", "icq:0"), (native.KIND, "native", "skype:none"),
        (host.KIND, "host", "ola@localhost"), (host.KIND, "host", "~ola@gateway/web/freenode/x-abc"),
        (host.KIND, "host", "c0a80001@webchat.kiwiirc.com"), (fingerprint.KIND, "fingerprint", "0000"),
        (avatar.KIND, "avatar", "d41d8cd98f00b204e9800998ecf8427e"),
    ],
)  # fmt: skip
def test_placeholders_are_no_evidence(kind: Kind, name: str, value: str) -> None:
    with bench([(1, name, value, "own"), (3, name, value, "own")]) as made:
        assert weighed(kind, made) == {}


def test_what_many_hold_weighs_little_and_then_nothing() -> None:
    def by(holders: int) -> float:
        with bench([(2 * n, "phone", "+4790000001", "own") for n in range(holders)]) as made:
            return points(weighed(phone.KIND, made, [(0, 2)])).get((0, 2), 0.0)

    found = [by(holders) for holders in (2, 3, 4, 6, 9, 30, 200)]
    assert found == sorted(found, reverse=True)
    # Three of one network: a family's number, which is a reason to look and carries no claim.
    assert found[:3] == [round(log(500) + 3, 3), 1.3, 1.3]
    assert found[3:] == [0.0] * 4


def test_a_default_avatar_says_nothing() -> None:
    with bench([(n, "avatar", "abcd", "own") for n in range(300)]) as made:
        assert weighed(avatar.KIND, made, [(0, 1), (1, 2)]) == {}
        assert avatar.KIND.propose(made).num_rows == 0
    assert not avatar.KIND.hard


def test_what_a_holder_wrote_weighs_less_than_what_the_account_is_registered_with() -> None:
    with bench([(1, "email", "o@vaffel.no", "own"), (2, "email", "o@vaffel.no", "profile")]) as made:
        assert points(weighed(email.KIND, made)) == {(1, 2): round(log(500) + 2.5, 3)}


def test_an_id_of_another_network_in_a_profile() -> None:
    rows = [
        (1, "native", "icq:100002", "profile"),
        (5, "native", "kik:vaffel", "profile"),
        (7, "native", "kik:vaffel", "profile"),
    ]
    with bench(rows) as made:
        assert weighed(native.KIND, made) == {
            (1, 2): (8.715, "One account's profile names the other as its own: 100002 in the network icq. "
                            "No other known account has it."),
            (5, 7): (8.715, "The profiles of both accounts name vaffel in the network kik as their own. "
                            "No other known account has it."),
        }  # fmt: skip


def test_accounts_logged_in_on_one_seized_thing() -> None:
    rows = [(n, "device", "source:pc", "file") for n in (1, 2)] + [
        (n, "device", "source:family", "file") for n in (11, 13, 14)
    ]
    rows += [(n, "device", "source:cafe", "file") for n in range(101, 131)]
    with bench(rows) as made:
        found = weighed(owner.KIND, made)
        assert device.KIND.propose(made).num_rows == 0
    assert found[(1, 2)] == (
        round((log(1_000) - 3) / 1.5, 3),
        "Both accounts were logged in on the same seized item.",
    )
    # Two of one network: perhaps two people, so the one of another network cannot be told to either.
    assert set(found) == {(1, 2), (11, 13), (11, 14), (13, 14)}
    assert found[(11, 14)] == (
        round((log(1_000) - 3) / 1.5 - 2, 3),
        "Both accounts were logged in on the same seized item. Of one network 2 accounts were logged in there, so several "
        "people may have used it.",
    )


def ips(*rows: tuple[int, str, float, float]) -> Bench:
    made = bench()
    made.add("identifiers", [
        {"tenure": n, "kind": "ip", "value": value, "basis": "own", "first_us": int(first * DAY_US),
         "last_us": int(last * DAY_US)}
        for n, value, first, last in rows
    ])  # fmt: skip
    return made


def test_an_address_links_only_those_who_used_it_at_the_same_time() -> None:
    with ips(
        (1, "8.8.4.1", 0, 2), (2, "8.8.4.1", 1, 3), (3, "8.8.4.1", 30, 31), (4, "8.8.4.2", 0, 3)
    ) as made:
        assert weighed(ip.KIND, made) == {
            (1, 2): (round(log(1000 / 3) - 3, 3), "Both accounts connected from the address 8.8.4.1 in the same days. "
                                         "No other known account used it in those days.")
        }  # fmt: skip


def test_a_thousand_accounts_behind_one_address_say_nothing() -> None:
    with ips(*((n, "8.8.4.1", 0, 5) for n in range(ACCOUNTS))) as made:
        assert ip.KIND.propose(made).num_rows == 0
        assert weighed(ip.KIND, made, [(0, 1)]) == {}


@pytest.mark.parametrize(
    "value", ["192.168.1.4", "10.0.0.1", "127.0.0.1", "100.64.3.2", "fe80::1", "203.0.113.9", "0.0.0.0"]
)
def test_an_address_that_is_in_every_house_says_nothing(value: str) -> None:
    with ips((1, value, 0, 1), (2, value, 0, 1)) as made:
        assert ip.KIND.propose(made).num_rows == 0


def test_the_user_at_a_host_says_more_than_the_host() -> None:
    rows = [(1, "host", "~ola@h1.vaffel.no", "own"), (3, "host", "ola@h1.vaffel.no", "own"),
            (5, "host", "per@h2.vaffel.no", "own"), (7, "host", "kari@h2.vaffel.no", "own")]  # fmt: skip
    with bench(rows) as made:
        assert weighed(host.KIND, made) == {
            (1, 3): (4.0,
                     "Both accounts connected as the user ola@h1.vaffel.no. No other known account has it."),
            (5, 7): (round(log(500) - 3.5, 3),
                     "Both accounts connected from the host h2.vaffel.no. No other known account has it."),
        }  # fmt: skip


def test_address_books_of_others() -> None:
    names = [
        (3, "Torgrim Vaffelsen", "book", "t1-a:1"), (4, "Torgrim  vaffelsen", "book", "t1-a:2"),
        (8, "Kiosken", "book", "t1-a:3"), (9, "Kiosken", "book", "t1-a:4"),
        # One word, or a name that many have, in two people's books: two people.
        (20, "Lillegutt", "book", "t1-a:5"), (21, "Lillegutt", "book", "t1-b:1"),
        (22, "Kari Hansen", "book", "t1-a:6"), (23, "Kari Hansen", "book", "t1-b:2"),
        (30, "Mamma", "book", "t1-a:7"), (31, "Mamma", "book", "t1-a:8"),
    ]  # fmt: skip
    with bench([(0, "phone", "+4790000001", "book"), (1, "phone", "+4790000001", "own")], names) as made:
        assert weighed(book.KIND, made) == {
            (0, 1): (1.9, "An address book ties +4790000001 to one account; the other account goes by it "
                                             "or is tied to it as well. No other known account has it."),
        }  # fmt: skip
    with bench(names=names) as made:
        assert weighed(book_names.KIND, made) == {
            (3, 4): (round(log(500), 3), "One and the same address book calls both accounts “torgrim vaffelsen”. "
                                         "No other known account has it."),
            (8, 9): (round(log(500) - 2, 3), "One and the same address book calls both accounts “kiosken”. "
                                             "No other known account has it."),
        }  # fmt: skip


def test_what_an_account_goes_by_itself_is_no_matter_of_address_books() -> None:
    both = [(n, "phone", "+4790000001", basis) for n in (1, 2) for basis in ("own", "book")]
    with bench(both) as made:
        assert weighed(book.KIND, made) == {}
        assert points(weighed(phone.KIND, made)) == {(1, 2): round(log(500) + 3, 3)}
    with bench([(5, "native", "icq:100002", "book")]) as made:
        assert points(weighed(book.KIND, made)) == {(2, 5): 1.9}


def test_known_owners_of_different_names_speak_against() -> None:
    names = [
        (10, "Torgrim Vaffelsen", "full name", "t1-c:1"), (11, "Per Lefsedal", "full name", "t1-c:2"),
        (12, "T. Vaffelsen", "full name", "t1-c:3"), (20, "Grete Lomperud", "book", "t1-a:1"),
        (22, "Kari", "book", "t1-a:2"), (24, "Rolf Brunost", "display name", "t1-a:3"),
    ]  # fmt: skip
    shared = [(20, "phone", "+4790000001", "own"), (21, "phone", "+4790000001", "own")]
    with bench(shared, names, dict.fromkeys((10, 11, 12), "bank")) as made:
        found = weighed(
            another_owner.KIND, made, [(10, 11), (10, 12), (10, 20), (10, 21), (10, 22), (10, 24), (20, 24)]
        )
    two = "A payment service and an address book name different people: “Torgrim Vaffelsen” and “Grete Lomperud”."
    assert found == {
        (10, 11): (-5.0, "Payment services name different account holders: “Torgrim Vaffelsen” and “Per Lefsedal”."),
        (10, 20): (-2.5, two),
        (10, 21): (-2.5, two),
    }  # fmt: skip
