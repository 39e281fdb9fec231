"""The queue: what cannot wait first, then the questions whose answers change most; each asked once, with its reason."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from safelight.access.identities import Pair
from safelight.identities.clusters import cluster
from safelight.identities.conflicts import conflicts
from safelight.identities.persons import weight
from safelight.identities.queue import Question, ordered
from safelight.ledger.identities import Standing, Tenure
from tests.identities.test_clusters import IDS, decided, law


def pair(a: str, b: str, probability: float) -> Pair:
    first, second = sorted((a, b))
    standing = "proposal" if probability >= 0.9 else "candidate" if probability >= 0.1 else "unlikely"
    return Pair(
        first, second, first, second, -8.0, 0.0, probability, standing, 1.0, True, (), "r", True, False
    )


def asked(
    pairs: list[Pair],
    standing: Standing,
    open_cases: frozenset[str] = frozenset(),
    seized: frozenset[str] = frozenset(),
) -> list[Question]:
    weighed = [(*one.key, weight(one)) for one in pairs]
    found = cluster(weighed, IDS, standing)
    return ordered(
        pairs, found, standing, conflicts(weighed, found, standing), open_cases=open_cases, seized=seized
    )


def short(found: list[Question]) -> list[tuple[str, str, str]]:
    return [(one.sort, one.a, one.b) for one in found]


def test_what_cannot_wait_comes_first() -> None:
    standing = law(
        ("t00", "t01", "same"), ("t01", "t02", "same"), ("t00", "t02", "different"), ("t09", "t10", "same")
    )
    waits = replace(decided(7, "t03", "t04", "same"), four_eyes=True, waiting=True)
    old = replace(
        decided(8, "t05", "t06", "same"),
        unsettled=True,
        cause="split",
        periods=((None, None), (None, None)),
    )
    parts = (Tenure("t05", "t05", None, 9, False, 3), Tenure("t05@9", "t05", 9, None, False, 3))
    now = replace(standing, tenures={"t05": parts}, waiting=(waits,), unsettled=(old,))
    found = asked([pair("t07", "t08", 0.5), pair("t09", "t10", 0.95)], now)
    assert short(found) == [
        ("conflict", "t00", "t02"),
        ("unsettled", "t05", "t06"),
        ("unsettled", "t05@9", "t06"),
        ("waiting", "t03", "t04"),
        ("proposal", "t07", "t08"),
    ]
    assert [one.why for one in found] == [
        "Decisions contradict each other: entries 2, 3, 4.",
        "Entry 8 was made before one of the accounts was split, so it binds nobody now.",
        "Entry 8 was made before one of the accounts was split, so it binds nobody now.",
        "Waits for a second person.",
        "Neither account is linked with another yet; the evidence leaves it open.",
    ]


def test_the_order_is_the_chance_that_an_answer_changes_something_times_how_much() -> None:
    """Two groups of two: an open question between them before one between two accounts alone, before a sure one."""
    pairs = [
        pair("t00", "t01", 0.999), pair("t02", "t03", 0.999), pair("t01", "t02", 0.45),
        pair("t04", "t05", 0.45), pair("t06", "t07", 0.99),
    ]  # fmt: skip
    found = asked(pairs, law())
    assert short(found)[:2] == [("proposal", "t01", "t02"), ("proposal", "t04", "t05")]
    assert (
        found[0].why
        == "A yes would make one person of groups of 2 and 2 accounts; the evidence leaves it open."
    )
    assert [found[0].gain, found[1].gain] == pytest.approx([0.45 * math.log2(5), 0.45])
    assert found[-1].why == "It is part of what holds 2 accounts together as one person."


def test_open_cases_and_seized_accounts_are_worth_more() -> None:
    pairs = [pair("t00", "t01", 0.3), pair("t02", "t03", 0.3), pair("t04", "t05", 0.3)]
    found = asked(pairs, law(), open_cases=frozenset({"t05"}), seized=frozenset({"t02"}))
    assert short(found) == [
        ("proposal", "t04", "t05"),
        ("proposal", "t02", "t03"),
        ("proposal", "t00", "t01"),
    ]
    assert found[0].why.endswith("; it touches an open case.")
    assert found[1].why.endswith("; one of them was logged in on a seized device.")
    assert found[0].gain == 3 * found[2].gain and found[1].gain == 2 * found[2].gain


def test_what_is_decided_is_not_asked_and_two_groups_are_asked_about_once() -> None:
    pairs = [
        pair("t00", "t02", 0.3),
        pair("t01", "t02", 0.4),
        pair("t01", "t03", 0.2),
        pair("t00", "t01", 0.9),
    ]
    same = law(("t00", "t01", "same"), ("t02", "t03", "same"))
    found = asked(pairs, same)
    assert [(*one, question.others) for one, question in zip(short(found), found, strict=True)] == [
        ("proposal", "t01", "t02", 2)
    ]
    different = law(("t00", "t01", "same"), ("t02", "t03", "same"), ("t00", "t03", "different"))
    assert asked(pairs, different) == [], "decided by way of others"
    assert asked(pairs[:1], law(shared=("t02",))) == []


def test_an_undecided_pair_comes_back_when_what_is_known_has_moved() -> None:
    seen = replace(decided(2, "t00", "t01", "undecided"), seen=0.5)
    assert asked([pair("t00", "t01", 0.6)], Standing({}, (seen,))) == []
    assert short(asked([pair("t00", "t01", 0.85)], Standing({}, (seen,)))) == [("proposal", "t00", "t01")]


def test_what_was_split_or_is_unsettled_is_no_proposal_and_what_waits_is_asked_once() -> None:
    parts = (Tenure("t00", "t00", None, 9, False, 3), Tenure("t00@9", "t00", 9, None, False, 3))
    old = replace(decided(4, "t00", "t01", "different"), unsettled=True, cause="split")
    waits = replace(decided(5, "t00", "t01", "same"), four_eyes=True, waiting=True)
    now = Standing({"t00": parts}, waiting=(waits,), unsettled=(old,))
    pairs = [pair("t00", "t01", 0.95), pair("t00@9", "t01", 0.95), pair("t00", "t00@9", 0.95)]
    assert short(asked(pairs, now)) == [("unsettled", "t00@9", "t01"), ("waiting", "t00", "t01")]
