"""Traps: what two people have in common by chance, by their household or by somebody's joke is no proposal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import log
from pathlib import Path
from typing import Any

import pytest

from safelight.identities.calibration import calibration
from safelight.identities.combine import combine
from safelight.identities.evidence import book, email, host, ip, native, owner, phone
from safelight.identities.kinds import Kind
from safelight.identities.model import Bench
from safelight.identities.registry import KINDS
from tests.identities.seized import seized

_DAY_US = 86_400_000_000
_YEAR = 365


def bench(
    accounts: int, rows: Iterable[dict[str, Any]], natives: dict[int, tuple[str, str]] | None = None
) -> Bench:
    """Accounts of which even ones are in IRC and odd ones in Skype, unless `natives` says otherwise. Times are days."""
    made = Bench()
    told = natives or {}
    made.add("tenures", [
        {"tenure": n, "id": f"a{n}", "account_id": f"a{n}", "network": told.get(n, ("skype" if n % 2 else "irc",))[0],
         "native": told[n][1] if n in told else f"?{n}"}
        for n in range(accounts)
    ])  # fmt: skip
    made.add("identifiers", [
        {"basis": "own", "trace": f"t1-x:{row['tenure']}"}
        | {key: value for key, value in row.items() if key not in ("first", "last")}
        | {f"{key}_us": row[key] * _DAY_US for key in ("first", "last") if key in row}
        for row in rows
    ])  # fmt: skip
    return made


def points(made: Bench, kind: Kind) -> dict[tuple[int, int], float]:
    made.add("pairs", kind.propose(made))
    return {(row["a"], row["b"]): round(row["points"], 3) for row in kind.measure(made).to_pylist()}


def proposals(made: Bench, kinds: Iterable[Kind]) -> int:
    """How many pairs are proposals if nothing else than these kinds is known."""
    for kind in kinds:
        made.db.register("_found", kind.propose(made))
        made.db.execute("insert into pairs select a, b, null from _found anti join pairs using (a, b)")
    for kind in kinds:
        made.db.register("_found", kind.measure(made))
        made.db.execute(
            "insert into evidence select a, b, ?, points, detail, traces from _found", [kind.name]
        )
    return int(combine(made, KINDS, calibration()).proposed(calibration()).sum())


@pytest.mark.parametrize("accounts", [20, 100, 500, 2_000, 20_000])
@pytest.mark.parametrize("second", [1, 2])
def test_a_line_of_a_household_proposes_nobody(accounts: int, second: int) -> None:
    rows = [
        {"tenure": n, "kind": kind, "value": value, "first": 0, "last": 9}
        for n in (0, second)
        for kind, value in (("ip", "84.208.1.9"), ("ip", "84.208.7.7"), ("host", f"u{n}@cm-84.provider.net"))
    ]
    with bench(accounts, rows) as made:
        assert not ip.KIND.hard and not host.KIND.hard
        assert proposals(made, (ip.KIND, host.KIND)) == 0


def test_a_thousand_accounts_behind_one_address_at_different_times() -> None:
    rows = [{"tenure": n, "kind": "ip", "value": "84.208.1.9", "first": n, "last": n} for n in range(1_000)]
    with bench(1_000, rows) as made:
        assert proposals(made, (ip.KIND,)) == 0 and ip.KIND.propose(made).num_rows == 0


def test_who_else_used_an_address_is_told_truly() -> None:
    spans = {0: (0, 5), 1: (5, 5), 2: (1, 1), 3: (90, 90)}
    rows = [
        {"tenure": n, "kind": "ip", "value": "84.208.1.9", "first": first, "last": last}
        for n, (first, last) in spans.items()
    ]
    with bench(5_000, rows) as made:
        made.add("pairs", [{"a": 0, "b": 1}])
        (row,) = ip.KIND.measure(made).to_pylist()
    assert ip.KIND.say(json.loads(row["detail"])) == (
        "Both accounts connected from the address 84.208.1.9 in the same days. "
        "1 other known account used it in those days."
    )


def test_one_id_in_two_instances_of_a_network_is_two_accounts() -> None:
    forums = {
        0: ("forum", "57"),
        1: ("forum", "57"),
        2: ("irc", "ola"),
        3: ("irc", "ola"),
        4: ("kik", "vaffel"),
    }
    stated = [
        {"tenure": 7, "kind": "native", "value": "forum:57", "basis": "profile"},
        {"tenure": 9, "kind": "native", "value": "kik:vaffel", "basis": "profile"},
    ]
    with bench(1_000, stated, forums) as made:
        made.add("names", [{"tenure": 4, "name": "Vaffel", "kind": "nick", "trace": "t1-n:4"}])
        made.add("pairs", native.KIND.propose(made))
        assert [(row["a"], row["b"], row["traces"]) for row in native.KIND.measure(made).to_pylist()] == [
            (4, 9, ["t1-n:4", "t1-x:9"])
        ]


@pytest.mark.parametrize("accounts", [20, 100, 500, 2_000, 20_000])
def test_people_who_share_a_computer(accounts: int) -> None:
    rows = [{"tenure": n, "kind": "device", "value": "source:pc", "basis": "file"} for n in (0, 1)]
    with bench(accounts, rows) as made:
        assert proposals(made, (owner.KIND,)) == 0
    with bench(accounts, [*rows, {**rows[0], "tenure": 2}]) as made:
        assert proposals(made, (owner.KIND,)) == 0


def test_a_number_that_was_given_to_the_next_customer() -> None:
    def held(begin: int, active: int | None = None) -> dict[tuple[int, int], float]:
        spans = ((0, 0, _YEAR), (1, begin, begin + _YEAR))
        rows = [
            {"tenure": n, "kind": "phone", "value": "+4799887766", "first": first, "last": last}
            for n, first, last in spans
        ]
        with bench(1_000, rows) as made:
            if active is not None:
                made.add("moments", [{"tenure": 0, "second": active * 86_400}])
            return points(made, phone.KIND)

    assert held(7 * _YEAR) == {(0, 1): 1.0}
    assert held(int(1.5 * _YEAR)) == {(0, 1): round(log(500) + 3, 3)}
    # The first was still in use when the second began.
    assert held(7 * _YEAR, active=7 * _YEAR) == {(0, 1): round(log(500) + 3, 3)}


@pytest.mark.parametrize("box", ["post", "kontakt", "styret", "salg", "office", "info", "admin", "support"])
def test_mailboxes_of_an_office_are_nobodys(box: str) -> None:
    with bench(
        1_000, [{"tenure": n, "kind": "email", "value": f"{box}@sjakklubben.no"} for n in (0, 1)]
    ) as made:
        assert email.KIND.propose(made).num_rows == 0


def test_a_number_of_a_family() -> None:
    rows = [{"tenure": n, "kind": "phone", "value": "+4722334455"} for n in (1, 3, 5)]
    with bench(1_000, rows) as made:
        assert proposals(made, (phone.KIND,)) == 0


def test_one_address_book_may_joke() -> None:
    def tied(*books: str) -> dict[tuple[int, int], float]:
        rows = [
            {"tenure": 0, "kind": kind, "value": value, "basis": "book", "trace": f"{entry}:{kind}"}
            for entry in books
            for kind, value in (("phone", "+4799887766"), ("email", "per.q@vaffel.no"))
        ]
        rows += [
            {"tenure": 1, "kind": "phone", "value": "+4799887766"},
            {"tenure": 1, "kind": "email", "value": "per.q@vaffel.no"},
        ]
        with bench(1_000, rows) as made:
            found = points(made, book.KIND)
            assert proposals(made, ()) == 0
            return found

    assert tied("t1-a") == {(0, 1): 1.9}
    assert tied("t1-a", "t1-b") == {(0, 1): round(log(500) + 2 + 0.5, 3)}


def test_a_payees_name_that_the_payer_typed(tmp_path: Path) -> None:
    with seized(tmp_path) as op:
        op.write(
            "transfers",
            "bank",
            sender="NO1",
            sender_name="Ola Vaffel",
            receiver="NO2",
            receiver_name="Per Lefse",
        )
        with op.bench() as made:
            assert op.table(made, "names", "name", "kind") == [
                ("bank NO1", "Ola Vaffel", "full name"),
                ("bank NO2", "Per Lefse", "book"),
            ]
