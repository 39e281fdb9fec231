"""Contradictions are told with who decided what and when; what holds a cluster and what would split it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.identities.clusters import cluster
from safelight.identities.conflicts import Conflict, Step, conflicts, contradicted
from safelight.identities.constraints import constraints
from safelight.identities.holding import Cut, cut, weakest_link
from safelight.ledger.identities import NOTHING_DECIDED, Decided, Standing, Tenure
from tests.identities.test_clusters import IDS, decided, law


def found(pairs: list[tuple[str, str, float]], standing: Standing) -> tuple[Conflict, ...]:
    return conflicts(pairs, cluster(pairs, IDS, standing), standing)


def test_decisions_against_each_other_with_who_and_when() -> None:
    standing = law(("t00", "t01", "same"), ("t01", "t02", "same"), ("t00", "t02", "different"))
    (one,) = found([], standing)
    first, second, against = standing.in_force
    assert one == Conflict(
        "decisions",
        "t00",
        "t02",
        None,
        (Step("t00", "t01", first, None), Step("t01", "t02", second, None)),
        against,
    )
    assert [(told.seq, told.actor, told.recorded_at, told.decision) for told in one.decisions] == [
        (2, "kari", 2000, "same"),
        (3, "kari", 3000, "same"),
        (4, "kari", 4000, "different"),
    ]


def test_a_proposal_that_decisions_forbid_is_a_conflict_with_its_chain() -> None:
    """The evidence says t00 is t02; people said t00 is t01, and t01 is not t02."""
    standing = law(("t00", "t01", "same"), ("t01", "t02", "different"))
    (one,) = found([("t00", "t02", 6.0)], standing)
    same, different = standing.in_force
    assert one == Conflict("proposal", "t00", "t02", 6.0, (Step("t00", "t01", same, None),), different)
    assert cluster([("t00", "t02", 6.0)], IDS, standing).members == {"t00": ("t00", "t01")}


def test_a_proposal_between_two_that_were_decided_apart_goes_to_one_and_tells_of_the_other() -> None:
    standing = law(("t00", "t02", "different"))
    pairs = [("t00", "t01", 6.0), ("t01", "t02", 5.0)]
    (one,) = found(pairs, standing)
    assert one == Conflict(
        "proposal", "t01", "t02", 5.0, (Step("t01", "t00", None, 6.0),), standing.in_force[0]
    )


def test_a_rejected_proposal_is_no_conflict_until_much_more_speaks_for_it() -> None:
    told = decided(2, "t00", "t01", "different")
    seen = Decided(2, "different", "t00", "t01", "kari", 2000, "looked", "B", "2", 0.5)
    assert found([("t00", "t01", 9.0)], Standing({}, (told,))) == ()
    assert found([("t00", "t01", 2.5)], Standing({}, (seen,))) == ()
    (one,) = found([("t00", "t01", 3.5)], Standing({}, (seen,)))
    assert one == Conflict("evidence", "t00", "t01", 3.5, (Step("t00", "t01", None, 3.5),), seen)


def test_what_a_decision_would_contradict_is_known_before_it_is_made() -> None:
    standing = law(("t00", "t01", "same"), ("t01", "t02", "same"), ("t05", "t06", "different"))
    assert [one.seq for one in contradicted(standing, "t02", "t00", "different")] == [2, 3]
    assert contradicted(standing, "t02", "t00", "same") == ()
    assert contradicted(standing, "t02", "t00", "undecided") == ()
    assert contradicted(standing, "t00", "t01", "different") == (), "it takes the place of the one before"
    other = law(("t00", "t01", "different"), ("t01", "t02", "same"))
    assert [one.seq for one in contradicted(other, "t00", "t02", "same")] == [2, 3]


_SAME = st.lists(
    st.tuples(
        st.sampled_from(IDS[:7]), st.sampled_from(IDS[:7]), st.sampled_from(["same", "different"])
    ).filter(lambda said: said[0] != said[1]),
    max_size=12,
)


@settings(deadline=None)
@given(_SAME)
def test_suspended_is_every_same_on_a_way_between_two_who_differ(said: list[tuple[str, str, str]]) -> None:
    standing = law(*said)
    graph: nx.Graph[str] = nx.Graph((one.a, one.b) for one in standing.in_force if one.decision == "same")
    expected = {
        tuple(sorted(edge))
        for one in standing.in_force
        if one.decision == "different" and one.a in graph and one.b in graph
        for path in nx.all_simple_paths(graph, one.a, one.b)
        for edge in itertools.pairwise(path)
    }
    assert set(constraints(standing).suspended) == expected
    told = {one.against for one in found([], standing)}
    assert told == {
        one
        for one in standing.in_force
        if one.decision == "different"
        and one.a in graph
        and one.b in graph
        and nx.has_path(graph, one.a, one.b)
    }


def test_the_weakest_link_and_the_cut_of_a_chain_with_a_loop() -> None:
    members = IDS[:5]
    pairs = [
        ("t00", "t01", 6.0), ("t01", "t02", 6.0), ("t00", "t02", 6.0),
        ("t02", "t03", 2.0), ("t00", "t03", 1.0), ("t03", "t04", 5.0), ("t01", "t04", -4.0),
    ]  # fmt: skip
    free = constraints(NOTHING_DECIDED)
    assert weakest_link(members, pairs, free) == ("t02", "t03", 2.0)
    assert cut(members, pairs, free) == Cut(
        ("t03", "t04"),
        ("t00", "t01", "t02"),
        (("t02", "t03", 2.0), ("t00", "t03", 1.0)),
        (),
        3.0,
    )


def test_a_decision_holds_more_than_all_proposals() -> None:
    pairs = [("t00", "t01", 0.5), ("t01", "t02", 9.0)]
    held = constraints(law(("t00", "t01", "same")))
    assert weakest_link(IDS[:3], pairs, held) == ("t01", "t02", 9.0)
    assert cut(IDS[:3], pairs, held) == Cut(("t02",), ("t00", "t01"), (("t01", "t02", 9.0),), (), 9.0)
    only = cut(IDS[:2], pairs, held)
    assert only == Cut(("t00",), ("t01",), (), (("t00", "t01"),), 0)
    assert weakest_link(IDS[:2], pairs, held) is None
    assert cut(IDS[:1], pairs, held) is None
    assert weakest_link(IDS[:1], pairs, held) is None


def parts(account: str = "t00") -> dict[str, tuple[Tenure, ...]]:
    """An account that was split at 9."""
    return {
        account: (
            Tenure(account, account, None, 9, False, 1),
            Tenure(f"{account}@9", account, 9, None, False, 1),
        )
    }


def loose(seq: int, a: str, b: str, decision: str) -> Decided:
    """Decided before the account of `a` was split."""
    return replace(decided(seq, a, b, decision), unsettled=True, cause="split")


def test_parts_of_a_split_account_are_never_joined_by_evidence() -> None:
    """t01 has the number of both: it goes with the part for which more speaks."""
    pairs = [("t00", "t01", 6.0), ("t00@9", "t01", 8.0), ("t00", "t00@9", 9.0)]
    tenures = [*IDS, "t00@9"]
    now = Standing(parts())
    assert cluster(pairs, tenures, now).members == {"t00@9": ("t00@9", "t01")}
    assert constraints(now).parts == {("t00", "t00@9")}
    same = Standing(parts(), (decided(2, "t00", "t00@9", "same"),))
    assert cluster(pairs, tenures, same).members == {"t00": ("t00", "t00@9", "t01")}
    by_way = Standing(parts(), (decided(2, "t00", "t05", "same"), decided(3, "t00@9", "t05", "same")))
    assert cluster(pairs, tenures, by_way).members == {"t00": ("t00", "t00@9", "t01", "t05")}
    assert constraints(by_way).parts == frozenset()


def test_an_unsettled_different_joins_nobody_and_is_told_where_the_evidence_would() -> None:
    old = loose(4, "t00", "t01", "different")
    now = Standing(parts(), (decided(2, "t01", "t02", "same"),), unsettled=(old,))
    pairs = [("t00", "t01", 8.0), ("t00@9", "t01", 8.0), ("t00@9", "t02", 8.0)]
    made = cluster(pairs, [*IDS, "t00@9"], now)
    assert made.members == {"t01": ("t01", "t02")}
    (one,) = conflicts(pairs, made, now)
    assert (one.kind, one.a, one.b, one.against) == ("proposal", "t00@9", "t02", old)
    anew = Standing(parts(), (*now.in_force, decided(5, "t00@9", "t01", "same")), unsettled=(old,))
    assert cluster(pairs, [*IDS, "t00@9"], anew).members == {"t00@9": ("t00@9", "t01", "t02")}
    assert constraints(anew).loose == {("t00", "t01"): old}


def test_an_unsettled_same_joins_nobody_and_an_unsettled_different_suspends_none() -> None:
    same = Standing(parts(), unsettled=(loose(4, "t00", "t01", "same"),))
    assert cluster([], [*IDS, "t00@9"], same).members == {}
    held = (decided(5, "t00", "t02", "same"), decided(6, "t01", "t02", "same"))
    now = Standing(parts(), held, unsettled=(loose(4, "t00", "t01", "different"),))
    assert cluster([], [*IDS, "t00@9"], now).members == {"t00": ("t00", "t01", "t02")}
    assert constraints(now).suspended == {}
