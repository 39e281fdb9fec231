"""One bearer of a name in each network: what is said, of which accounts, and where two namesakes show themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from safelight.identities.calibration import calibration
from safelight.identities.candidates import propose
from safelight.identities.combine import MOST_BY_NAMES, Combined, combine
from safelight.identities.evidence import one_bearer
from safelight.identities.findings import measure
from safelight.identities.model import Bench
from safelight.identities.registry import KINDS

NAME = "Aslaug Vestbergheim"
FIVE = ("skype", "mail", "bank", "kik", "telegram")


def bench(
    networks: Sequence[str], names: Sequence[str] = (), *, books: Sequence[int] = (), things: Sequence[int] = (),
    natives: Sequence[str] = (), accounts: int = 1_000,
) -> Bench:  # fmt: skip
    """Accounts of these networks that go by NAME (or `names`), among others. `books`: who is only called so by an address
    book; `things`: who was used on one seized thing."""
    made = Bench()
    everybody = [*networks, *["icq"] * (accounts - len(networks))]
    made.add("tenures", [
        {"tenure": n, "id": f"a{n:05}", "account_id": f"a{n:05}", "network": network,
         "native": natives[n] if n < len(natives) else f"u{n}"}
        for n, network in enumerate(everybody)
    ])  # fmt: skip
    made.add("names", [
        {"tenure": n, "name": names[n] if n < len(names) else NAME, "kind": "book" if n in books else "display name",
         "book": "s1" if n in books else None, "uses": 1, "trace": f"t1-{n}"}
        for n in range(len(networks))
    ])  # fmt: skip
    made.add("identifiers", [
        {"tenure": n, "kind": "device", "value": "source:pc", "basis": "file", "trace": f"t1-d{n}"} for n in things
    ])  # fmt: skip
    return made


def said(made: Bench) -> list[tuple[int, int, float, list[str], str]]:
    with made:
        made.add("pairs", one_bearer.KIND.propose(made))
        return [
            (row["a"], row["b"], round(row["points"], 3), row["traces"], one_bearer.KIND.say(json.loads(row["detail"])))
            for row in one_bearer.KIND.measure(made).to_pylist()
        ]  # fmt: skip


def weighed(made: Bench) -> Combined:
    with made:
        propose(made, KINDS)
        measure(made, KINDS)
        return combine(made, KINDS, calibration())


ONE = f"In each of 4 networks exactly one known account goes by the name “{NAME}”."


def test_four_networks_with_one_account_of_the_name_each() -> None:
    found = said(bench(FIVE[:4]))
    assert [row[:2] for row in found] == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert {row[2] for row in found} == {3.0}
    assert found[0][3:] == (["t1-0", "t1-1"], ONE)
    assert {row[2] for row in said(bench(FIVE))} == {3.3}


def test_words_in_another_order_and_another_spelling_are_one_name() -> None:
    assert len(said(bench(FIVE[:4], ["Vestbergheim, Aslaug", "ASLAUG VESTBERGHEIM"]))) == 6


@pytest.mark.parametrize(
    ("networks", "names", "natives"),
    [
        (FIVE[:3], (), ()),  # three networks: one pair in ten of such was two people's
        ((*FIVE[:2], "skype", "mail"), (), ()),  # twice in each
        (FIVE, ["Aslaug"] * 5, ()),  # no name in full
        (FIVE, ["Al Vestbergheim"] * 5, ()),
        (FIVE, ["Deleted User"] * 5, ()),  # what programs call everybody
        ((*FIVE[:3], "whatsapp"), (), ("a", "b", "c", f"name:{NAME}")),  # an export's own name for whoever it is
    ],
)  # fmt: skip
def test_it_is_silent(networks: Sequence[str], names: Sequence[str], natives: Sequence[str]) -> None:
    assert said(bench(networks, names, natives=natives)) == []


def test_a_network_in_which_two_bear_the_name_is_left_out() -> None:
    found = said(bench((*FIVE[:4], "kik")))
    assert [row[:2] for row in found] == [(0, 1), (0, 2), (1, 2)]
    assert {row[2] for row in found} == {round(3.0 - 0.3 - 0.2, 3)}
    assert found[0][4] == (
        f"In each of 3 networks exactly one known account goes by the name “{NAME}”. "
        "In 1 other network several do; of those accounts this says nothing."
    )


def test_two_of_one_network_on_one_thing_are_one_bearer() -> None:
    found = said(bench((*FIVE[:4], "kik"), things=(3, 4)))
    assert len(found) == 10 - 1 and {row[2] for row in found} == {3.0}
    assert (3, 4) not in {row[:2] for row in found}


def test_whom_only_an_address_book_calls_so() -> None:
    found = said(bench((*FIVE[:4], "phone"), books=(4,)))
    assert {row[:3] for row in found if row[1] == 4} == {(n, 4, 2.5) for n in range(4)}
    assert found[3][4] == f"{ONE} One of these two is called so by an address book only."
    # It makes a name twice in a network as well: a joke costs proposals and makes none.
    assert [row[:2] for row in said(bench((*FIVE[:4], "kik"), books=(4,)))] == [(0, 1), (0, 2), (1, 2)]
    # Names that nobody goes by make no networks.
    assert said(bench(FIVE[:4], books=(3,))) == []


def test_a_name_of_words_that_many_people_have() -> None:
    assert {row[2] for row in said(bench(FIVE[:4], ["Anders Hansen"] * 4))} == {2.0}


def test_a_namesake_in_a_network_of_its_own_is_not_seen_and_the_probability_says_so() -> None:
    """The trap that this kind opens: of the five accounts one is another person's. Nothing in the files can tell."""
    found = weighed(bench(FIVE))
    assert found.proposed(calibration()).tolist() == [True] * 10
    assert max(found.probability) <= MOST_BY_NAMES


@pytest.mark.parametrize("accounts", [200, 1_000, 5_000])
@pytest.mark.parametrize("count", [2, 3])
def test_fewer_networks_are_asked_about(count: int, accounts: int) -> None:
    found = weighed(bench(FIVE[:count], accounts=accounts))
    assert found.proposed(calibration()).any() == False  # noqa: E712


def test_namesakes_who_both_use_a_network_stay_a_question_there() -> None:
    found = weighed(bench(("skype", "skype", *FIVE[1:])))
    told = found.proposed(calibration())
    touched = (found.pieces.a <= 1) | (found.pieces.b <= 1)
    assert told.tolist() == (~touched).tolist()
