"""At least N children: equal to brute force, never a child twice, and as it was known on any day."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.casework import at_least as rule
from safelight.casework.at_least import AtLeast, at_least, counted
from safelight.casework.largest_set import largest
from safelight.ledger import records
from safelight.ledger.as_of import AsOf, begin_of
from safelight.ledger.ledger import Ledger
from safelight.operation.folder import OperationFolder

ACTOR = "kari.nordmann"
MOST = 9

_PAIRS = st.lists(
    st.tuples(st.integers(0, MOST - 1), st.integers(0, MOST - 1)).filter(lambda pair: pair[0] != pair[1]),
    max_size=20,
)
_GRAPHS = st.tuples(st.integers(1, MOST), st.sets(st.integers(0, MOST - 1)), _PAIRS, _PAIRS)

Graph = tuple[int, set[int], list[tuple[int, int]], list[tuple[int, int]]]


def _count(graph: Graph) -> AtLeast:
    size, identified, same, different = graph

    def inside(pairs: list[tuple[int, int]]) -> list[tuple[str, str]]:
        return [(f"v{a}", f"v{b}") for a, b in pairs if max(a, b) < size]

    return counted(
        [f"v{n}" for n in range(size)],
        {f"v{n}": f"p{n}" for n in identified if n < size},
        {},
        inside(same),
        inside(different),
    )


def _brute(graph: Graph) -> int:
    """By trying every set of children, on classes made by repeated joining."""
    size, identified, same, different = graph
    of = list(range(size))
    for a, b in same:
        if max(a, b) < size:
            of = [of[a] if one == of[b] else one for one in of]
    known = {of[one] for one in identified if one < size}
    apart = {frozenset((of[a], of[b])) for a, b in different if max(a, b) < size}
    apart |= {frozenset(pair) for pair in combinations(known, 2)}
    for wanted in range(len(set(of)), 0, -1):
        for group in combinations(sorted(set(of)), wanted):
            if all(frozenset(pair) in apart for pair in combinations(group, 2)):
                return wanted
    return 0


@given(_GRAPHS)
def test_it_is_the_largest_set_in_which_any_two_are_known_to_be_different(graph: Graph) -> None:
    found = _count(graph)
    assert found.exact and found.number == len(found.children) == _brute(graph)
    everybody = [one for records_ in found.records.values() for one in records_]
    assert sorted(everybody) == sorted(f"v{n}" for n in range(graph[0]))
    assert {*found.children, *found.further} == set(found.records)


@given(_GRAPHS, st.tuples(st.integers(0, MOST - 1), st.integers(0, MOST - 1)))
def test_it_never_falls_when_two_more_are_declared_different(graph: Graph, more: tuple[int, int]) -> None:
    size, identified, same, different = graph
    if more[0] != more[1]:
        assert _count((size, identified, same, [*different, more])).number >= _count(graph).number


@given(_GRAPHS)
def test_it_never_counts_two_who_were_joined(graph: Graph) -> None:
    found = _count(graph)
    home = {one: child for child, all_ in found.records.items() for one in all_}
    for a, b in graph[2]:
        if max(a, b) < graph[0]:
            assert home[f"v{a}"] == home[f"v{b}"]


def test_two_of_one_name_count_once_until_somebody_decides() -> None:
    names = {"v1": "Kim Lie", "v2": "kim  lie", "v3": "Åse Dal"}
    assert counted(names, {}, names, [], []).children == ("v1", "v3")
    assert counted(names, {}, names, [], [("v1", "v2")]).number == 3


def test_children_that_lead_to_one_person_are_one() -> None:
    person = {"v1": "p1", "v2": "p1", "v3": "p2"}
    assert counted(["v1", "v2", "v3"], person, {}, [], []).number == 2
    joined = counted(["v1", "v2", "v3"], person, {}, [("p1", "p2")], [("v1", "v3")])
    assert (joined.number, joined.contradicted) == (1, (("v1", "v3"),))


def test_nobody_known_to_be_different_is_still_one_child() -> None:
    found = counted(["v1", "v2"], {}, {}, [], [])
    assert (found.number, found.children, found.further) == (1, ("v1",), ("v2",))
    assert counted([], {}, {}, [], []).number == 0


def test_what_is_too_large_to_compute_is_a_lower_bound() -> None:
    rows, draw = [0] * 90, Random(6)
    for a, b in combinations(range(90), 2):
        if draw.random() < 0.6:
            rows[a] |= 1 << b
            rows[b] |= 1 << a
    best, bound = largest(rows, 1_000_000), largest(rows, 500)
    assert best.exact and not bound.exact
    for found in (best, bound):
        assert all(rows[a] >> b & 1 for a, b in combinations(found.vertices, 2))
    assert len(bound.vertices) <= len(best.vertices)


def test_the_lower_bound_counts_all_identified_children() -> None:
    """Forty identified ones, and others with more decisions about them than these have: no work is left to find out."""
    draw = Random(2)
    rows = [0] * 140
    pairs = [(a, b) for a, b in combinations(range(140), 2) if a >= 100 or (b < 100 and draw.random() < 0.6)]
    for a, b in pairs:
        rows[a] |= 1 << b
        rows[b] |= 1 << a
    assert len(largest(rows, 0).vertices) < 40 == len(largest(rows, 0, (1 << 140) - (1 << 100)).vertices)


@pytest.fixture
def folder(tmp_path: Path) -> OperationFolder:
    made = OperationFolder(tmp_path / "op")
    made.make()
    made.settings.write_text("")
    return made


@pytest.fixture(params=["folder", pytest.param("postgres_url", marks=pytest.mark.postgres)])
def days(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """A ledger with three children: on 1 Jan two are named; on 1 Feb the third is declared different from both; on 1 March
    the first two turn out to be one, by way of their persons. Once for each adapter."""
    moment = {"now": begin_of("2016-01-01")}
    place: OperationFolder | str = request.getfixturevalue(request.param)
    with Ledger.create(
        place, name="Then", actor=ACTOR, synthetic=True, clock=lambda: moment["now"]
    ) as ledger:
        with ledger.writing() as act:
            ids = [records.make(act, "victim", actor=ACTOR).id for _n in range(3)]
            people = [records.make(act, "person", actor=ACTOR).id for _n in range(2)]
            for child, person, name in zip(ids, people, ("Kim", "Ola"), strict=False):
                records.state(act, child, "person", "", target=person, actor=ACTOR)
                records.state(act, person, "name", name, actor=ACTOR)
        moment["now"] = begin_of("2016-02-01")
        with ledger.writing() as act:
            for one in ids[:2]:
                records.state(act, ids[2], "different_from", "", target=one, actor=ACTOR)
        moment["now"] = begin_of("2016-03-01")
        with ledger.writing() as act:
            records.state(act, people[0], "same_as", "", target=people[1], actor=ACTOR)
        yield ledger


def test_it_is_answered_as_of_any_day(days: Ledger) -> None:
    figures = [at_least(days, AsOf.then(day)).number for day in ("2015-12-31", "2016-01-05", "2016-02-05")]
    assert figures == [0, 2, 3]
    assert at_least(days).number == at_least(days, AsOf.seen_today("2016-01-05")).number == 2


def test_the_rule_needs_no_search_where_all_are_identified(monkeypatch: pytest.MonkeyPatch) -> None:
    """A register of thousands whose identified children are known to differ: nothing is left to search."""
    monkeypatch.setattr(rule, "largest", lambda rows, begin: largest(rows, 0, begin))
    victims = [f"v{n}" for n in range(5000)]
    different = [(f"v{n}", f"v{(n * 7 + 1) % 5000}") for n in range(400, 4000)]
    found = counted(victims, {f"v{n}": f"p{n}" for n in range(320)}, {}, [], different)
    assert (found.number, found.exact, len(found.further)) == (320, True, 4680)
