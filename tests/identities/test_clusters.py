"""Clusters: decisions are law, order plays no part, and whoever clusters only what changed gets what a full run gives."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.identities.clusters import ABSENT, NO_CLUSTERS, Clusters, Weighed, cluster
from safelight.identities.constraints import Constraints, constraints
from safelight.ledger.identities import NOTHING_DECIDED, Decided, Standing, Tenure

IDS = [f"t{number:02d}" for number in range(12)]


def decided(seq: int, a: str, b: str, decision: str) -> Decided:
    first, second = sorted((a, b))
    return Decided(seq, decision, first, second, "kari", seq * 1000, "looked", "B", "2", None)  # type: ignore[arg-type]


def law(*said: tuple[str, str, str], shared: tuple[str, ...] = ()) -> Standing:
    """What holds after these decisions; the newest about a pair counts."""
    newest = {
        tuple(sorted((a, b))): decided(seq, a, b, word) for seq, (a, b, word) in enumerate(said, start=2)
    }
    tenures = {one: (Tenure(one, one, None, None, True, 1),) for one in shared}
    return Standing(tenures, tuple(sorted(newest.values(), key=lambda one: one.seq)))


def groups(found: Clusters) -> set[tuple[str, ...]]:
    return set(found.members.values())


_WEIGHTS = st.one_of(st.integers(-6, 10).map(float), st.floats(-8, 8, width=32))


@st.composite
def _pairs(draw: st.DrawFn) -> dict[tuple[str, str], float]:
    chosen = draw(st.lists(st.sampled_from(list(itertools.combinations(IDS, 2))), unique=True, max_size=40))
    return {pair: draw(_WEIGHTS) for pair in chosen}


_SAID = st.lists(
    st.tuples(
        st.sampled_from(IDS), st.sampled_from(IDS), st.sampled_from(["same", "different", "undecided"])
    ).filter(lambda said: said[0] != said[1]),
    max_size=10,
)
_SHARED = st.lists(st.sampled_from(IDS), unique=True, max_size=2).map(tuple)


def _weighed(pairs: dict[tuple[str, str], float]) -> list[Weighed]:
    return [(a, b, odds) for (a, b), odds in pairs.items()]


def plain(pairs: dict[tuple[str, str], float], standing: Standing) -> set[tuple[str, ...]]:
    """Linkage by its definition: always join the two groups with the best average that nothing forbids."""
    held = constraints(standing)
    weight = {pair: round(odds * 1_000_000) for pair, odds in pairs.items()}
    by_person: dict[str, list[str]] = {}
    for one in IDS:
        if one not in held.shared:
            by_person.setdefault(held.people(one), []).append(one)
    units = {one: tuple(members) for members in by_person.values() for one in members}
    found = list(dict.fromkeys(units.values()))

    def average(one: tuple[str, ...], other: tuple[str, ...]) -> float:
        crossing = [tuple(sorted(pair)) for pair in itertools.product(one, other)]
        if any(pair in held.cannot for pair in crossing):
            return -1.0
        # As a distance above what absent pairs count, so that equal averages are equal numbers.
        there = [weight[pair] - round(ABSENT * 1_000_000) for pair in crossing if pair in weight]
        return sum(there) / len(crossing)

    while True:
        best = max(
            (
                (average(one, other), one, other)
                for one, other in itertools.combinations(sorted(found), 2)
                if average(one, other) > -ABSENT * 1_000_000
            ),
            key=lambda join: join[0],
            default=None,
        )
        if best is None:
            return {members for members in found if len(members) > 1}
        found = [one for one in found if one not in best[1:]] + [tuple(sorted(best[1] + best[2]))]


def speaks_against(
    cluster: tuple[str, ...], pairs: dict[tuple[str, str], float], people: Constraints
) -> bool:
    """Whether any way to part a cluster in two, with decisions kept, has a sum across that speaks against it."""
    units = sorted({people.people(one) for one in cluster})
    for many in range(1, len(units)):
        for half in itertools.combinations(units, many):
            left = [one for one in cluster if people.people(one) in half]
            right = [one for one in cluster if people.people(one) not in half]
            across = [pairs.get((min(a, b), max(a, b)), ABSENT) for a in left for b in right]
            if sum(across) < -1e-5:
                return True
    return False


@settings(deadline=None)
@given(_pairs(), _SAID, _SHARED)
def test_the_heap_gives_what_the_definition_gives_and_what_speaks_against_itself_is_parted(
    pairs: dict[tuple[str, str], float], said: list[tuple[str, str, str]], shared: tuple[str, ...]
) -> None:
    standing = law(*said, shared=shared)
    found, linked, people = (
        groups(cluster(_weighed(pairs), IDS, standing)),
        plain(pairs, standing),
        constraints(standing),
    )
    assert not any(speaks_against(one, pairs, people) for one in found)
    whole = {one for one in linked if not speaks_against(one, pairs, people)}
    assert whole <= found
    assert all(any(set(one) <= set(other) for other in linked) for one in found)


@settings(deadline=None)
@given(_pairs(), _SAID, _SHARED, st.randoms(use_true_random=False))
def test_the_order_of_anything_plays_no_part(
    pairs: dict[tuple[str, str], float],
    said: list[tuple[str, str, str]],
    shared: tuple[str, ...],
    dice: random.Random,
) -> None:
    standing = law(*said, shared=shared)
    rows, ids, held = _weighed(pairs), list(IDS), list(standing.in_force)
    for things in (rows, ids, held):
        dice.shuffle(things)
    turned = [(b, a, odds) if dice.random() < 0.5 else (a, b, odds) for a, b, odds in rows]
    again = cluster(turned, ids, Standing(standing.tenures, tuple(held)))
    assert again == cluster(_weighed(pairs), IDS, standing)


@settings(deadline=None)
@given(_pairs(), _SAID, _SHARED)
def test_decisions_are_law(
    pairs: dict[tuple[str, str], float], said: list[tuple[str, str, str]], shared: tuple[str, ...]
) -> None:
    standing = law(*said, shared=shared)
    found = cluster(_weighed(pairs), IDS, standing).of()
    clash = constraints(standing).suspended
    for one in standing.in_force:
        together = one.a in found and found[one.a] == found.get(one.b)
        if one.decision == "different":
            assert not together
        elif one.decision == "same" and not {one.a, one.b} & set(shared) and (one.a, one.b) not in clash:
            assert together
    assert not set(shared) & set(found)


@settings(deadline=None)
@given(_pairs(), _SAID, _SHARED)
def test_decisions_that_spell_out_the_outcome_keep_it(
    pairs: dict[tuple[str, str], float], said: list[tuple[str, str, str]], shared: tuple[str, ...]
) -> None:
    """Whoever confirms all that is proposed, and that all others are others, gets what was proposed."""
    before = cluster(_weighed(pairs), IDS, law(*said, shared=shared))
    where = before.of()
    told = [
        (a, b, "same" if where.get(a, a) == where.get(b, b) else "different")
        for a, b in itertools.combinations(IDS, 2)
    ]
    assert groups(cluster(_weighed(pairs), IDS, law(*said, *told, shared=shared))) == groups(before)
    assert groups(cluster([], IDS, law(*told, shared=shared))) == groups(before)


@settings(deadline=None)
@given(_pairs(), _pairs(), _SAID, _SAID, _SHARED, _SHARED)
def test_clustering_what_changed_gives_what_a_full_run_gives(
    old: dict[tuple[str, str], float],
    new: dict[tuple[str, str], float],
    said: list[tuple[str, str, str]],
    later: list[tuple[str, str, str]],
    shared: tuple[str, ...],
    shared_later: tuple[str, ...],
) -> None:
    first, second = law(*said, shared=shared), law(*said, *later, shared=shared_later)
    before = cluster(_weighed(old), IDS, first)
    touched = {a for (a, b), odds in (old.items() ^ new.items())}
    touched |= set(shared) ^ set(shared_later)
    was, now = ({(d.a, d.b, d.decision) for d in one.in_force} for one in (first, second))
    touched |= {name for a, b, _ in was ^ now for name in (a, b)}
    assert cluster(_weighed(new), IDS, second, before=before, touched=touched) == cluster(
        _weighed(new), IDS, second
    )


@settings(deadline=None)
@given(_pairs(), st.permutations(IDS))
def test_tenures_that_come_one_by_one_end_where_all_at_once_do(
    pairs: dict[tuple[str, str], float], order: list[str]
) -> None:
    found, there = NO_CLUSTERS, set[str]()
    for one in order:
        there.add(one)
        known = [(a, b, odds) for (a, b), odds in pairs.items() if {a, b} <= there]
        found = cluster(known, there, NOTHING_DECIDED, before=found, touched=[one])
    assert found == cluster(_weighed(pairs), IDS, NOTHING_DECIDED)


def test_one_strong_link_does_not_join_two_large_groups() -> None:
    left, right = IDS[:4], IDS[4:8]
    pairs = [(a, b, 6.0) for side in (left, right) for a, b in itertools.combinations(side, 2)]
    assert groups(cluster([*pairs, ("t00", "t04", 9.0)], IDS, NOTHING_DECIDED)) == {
        ("t00", "t01", "t02", "t03"),
        ("t04", "t05", "t06", "t07"),
    }


def test_a_shared_tenure_passes_nothing_on() -> None:
    """Two people, each with one account of his own, and a family's computer between them."""
    pairs = [("t00", "t01", 7.0), ("t01", "t02", 7.0)]
    assert groups(cluster(pairs, IDS, NOTHING_DECIDED)) == {("t00", "t01", "t02")}
    assert groups(cluster(pairs, IDS, law(shared=("t01",)))) == set()
    same = law(("t00", "t01", "same"), ("t01", "t02", "same"), shared=("t01",))
    assert groups(cluster(pairs, IDS, same)) == set()


def test_contradicting_decisions_link_nobody_and_keep_the_rest() -> None:
    """A is B, B is C, A is not C: neither link holds; C is D has no part in it."""
    standing = law(
        ("t00", "t01", "same"), ("t01", "t02", "same"), ("t00", "t02", "different"), ("t02", "t03", "same")
    )
    assert groups(cluster([], IDS, standing)) == {("t02", "t03")}
    assert sorted(constraints(standing).suspended) == [("t00", "t01"), ("t01", "t02")]


def test_how_firmly_each_is_held() -> None:
    found = cluster([("t00", "t01", 5.0), ("t01", "t02", 4.0)], IDS, law(("t01", "t02", "same")))
    assert found == Clusters(
        {"t00": ("t00", "t01", "t02")},
        {"t00": 2.0, "t01": 4.5, "t02": 1.5},
        frozenset({"t01", "t02"}),
    )


def test_what_is_no_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="no number"):
        cluster([("t00", "t01", float("nan"))], IDS, NOTHING_DECIDED)
    with pytest.raises(ValueError, match="threshold"):
        cluster([], IDS, NOTHING_DECIDED, threshold=-1.0)
    endless = [("t00", "t01", float("inf")), ("t01", "t02", float("-inf"))]
    assert groups(cluster(endless, IDS, NOTHING_DECIDED)) == {("t00", "t01")}
