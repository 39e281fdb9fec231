"""One user of a seized thing: what is said, and how a household shows itself."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from safelight.identities.calibration import calibration
from safelight.identities.candidates import propose
from safelight.identities.combine import MOST_BY_THINGS, Combined, combine
from safelight.identities.evidence import one_user
from safelight.identities.findings import measure
from safelight.identities.model import Bench
from safelight.identities.registry import KINDS

FOUR = ("skype", "icq", "xmpp", "discord")
KARI = ["Kari Vestbergheim", "rook_kari", "", ""]


def bench(
    networks: Sequence[str], names: Sequence[str], *, hosts: Sequence[int] = (), accounts: int = 1_000
) -> Bench:
    """Accounts of these networks on one thing among others; `hosts`: who connected from one host."""
    made = Bench()
    everybody = [*networks, *["icq"] * (accounts - len(networks))]
    made.add("tenures", [
        {"tenure": n, "id": f"a{n:05}", "account_id": f"a{n:05}", "network": network, "native": f"u{n}"}
        for n, network in enumerate(everybody)
    ])  # fmt: skip
    made.add("names", [
        {"tenure": n, "name": name, "kind": "display name", "uses": 1, "trace": f"t1-n{n}"}
        for n, name in enumerate(names) if name
    ])  # fmt: skip
    made.add("identifiers", [
        {"tenure": n, "kind": "device", "value": "source:pc", "basis": "file", "trace": f"t1-d{n}"}
        for n in range(len(networks))
    ] + [
        {"tenure": n, "kind": "host", "value": "u@cm-84.example", "basis": "own", "trace": f"t1-h{n}"} for n in hosts
    ])  # fmt: skip
    return made


def said(made: Bench) -> list[tuple[int, int, float, list[str], str]]:
    with made:
        made.add("pairs", one_user.KIND.propose(made))
        return [
            (row["a"], row["b"], round(row["points"], 3), row["traces"], one_user.KIND.say(json.loads(row["detail"])))
            for row in one_user.KIND.measure(made).to_pylist()
        ]  # fmt: skip


def weighed(made: Bench) -> Combined:
    with made:
        propose(made, KINDS)
        measure(made, KINDS)
        return combine(made, KINDS, calibration())


def test_four_networks_and_one_first_name() -> None:
    found = said(bench(FOUR, KARI))
    assert [row[:2] for row in found] == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert {row[2] for row in found} == {3.9}
    assert found[0][3:] == (
        ["t1-d0", "t1-d1"],
        "On one seized item accounts of 4 networks were used, one person's in each as far as is seen. "
        "2 of them show a first name, and it is always “Kari”.",
    )
    assert {row[2] for row in said(bench(FOUR[:3], KARI[:3]))} == {3.5}


@pytest.mark.parametrize(
    ("networks", "names"),
    [
        (FOUR[:2], KARI[:2]),  # too few
        (("skype", "skype", "icq", "xmpp"), ["Kari Vestbergheim", "", "", ""]),  # two of one network
        (FOUR, ["Kari Vestbergheim", "Ola Vestbergheim", "", ""]),  # a household has one surname
        (FOUR, ["Kari Vestbergheim", "rook_ola", "Ola Moen", ""]),
    ],
)
def test_a_household_shows_itself(networks: Sequence[str], names: Sequence[str]) -> None:
    assert said(bench(networks, names)) == []


def test_two_of_one_network_that_show_the_first_name_or_have_one_connection_count_once() -> None:
    assert (
        len(said(bench(("skype", "skype", "icq", "xmpp"), ["Kari Vestbergheim", "rook_kari", "", ""]))) == 5
    )
    assert len(said(bench(("irc", "irc", "skype", "xmpp"), ["", "", *KARI[:2]], hosts=(0, 1)))) == 5


@pytest.mark.parametrize("accounts", [200, 1_000, 5_000])
def test_where_nobody_says_whose_it_is_three_networks_are_asked_about(accounts: int) -> None:
    """A household of three with an account each in another network looks the same."""
    for names in ([], ["Kari Vestbergheim", "", ""]):
        found = weighed(bench(FOUR[:3], names, accounts=accounts))
        assert found.proposed(calibration()).tolist() == [False] * 3


def test_a_guest_in_a_network_of_its_own_is_not_seen_and_the_probability_says_so() -> None:
    """The trap that this kind opens: the fourth account, which shows no name, is another person's."""
    found = weighed(bench(FOUR, KARI))
    assert found.proposed(calibration()).tolist() == [True] * 6
    things_alone = (found.pieces.a > 1) | (found.pieces.b > 1)
    assert max(found.probability[things_alone]) <= MOST_BY_THINGS
