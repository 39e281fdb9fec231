"""Evidence is summed so that prior and points add up, dependent pieces are not counted twice, and caps hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.identities.calibration import Calibration, calibration
from safelight.identities.candidates import propose
from safelight.identities.combine import SUPPORTS, Combined, against, combine, kept, leads, weights
from safelight.identities.findings import measure
from safelight.identities.kinds import MEASURED, PAIRS, Group, Kind
from safelight.identities.model import Bench
from safelight.identities.registry import KINDS

BY = Calibration(
    name="test", bias=1.0, weights={"phone": 0.5}, discount=0.5, caps={"identifier": 12.0, "style": 4.0},
    floors={"style": -1.0}, soft_cap=5.0,
    proposal=0.9, candidate=0.1, join=1.0, absent=-1.0,
)  # fmt: skip
Found = Mapping[tuple[int, int], float]


def kind(name: str, group: Group, hard: bool, found: Found) -> Kind:
    """A kind that finds what it is told to, and proposes these pairs."""

    def measured(_bench: Bench) -> pa.Table:
        rows = [
            {"a": a, "b": b, "points": points, "detail": "{}", "traces": [name]}
            for (a, b), points in found.items()
        ]
        return pa.Table.from_pylist(rows, schema=MEASURED)

    def proposed(_bench: Bench) -> pa.Table:
        return pa.Table.from_pylist([{"a": a, "b": b} for a, b in found], schema=PAIRS)

    return Kind(name, group, hard, measured, lambda _detail: name, proposed)


def weighed(kinds: list[Kind], networks: str = "ssii", by: Calibration = BY) -> Combined:
    """Kinds on a bench of tenures, one for each letter, which is its network."""
    with Bench() as bench:
        bench.add(
            "tenures",
            [
                {"tenure": n, "id": f"a{n}", "account_id": f"a{n}", "network": one}
                for n, one in enumerate(networks)
            ],
        )
        propose(bench, kinds)
        measure(bench, kinds)
        return combine(bench, kinds, by)


def test_nothing_found_is_nothing_said() -> None:
    found = weighed([kind("phone", "identifier", True, {})])
    assert len(found.probability) == 0
    assert not kept(found, 0.01).any()


def test_prior_and_points_add_up() -> None:
    phone = kind("phone", "identifier", True, {(0, 1): 8.0, (2, 3): 6.0})
    talks = kind("talks", "against", False, {(0, 1): -3.0})
    found = weighed([phone, talks])
    assert found.prior == pytest.approx(1 - np.log(4))
    assert found.points.tolist() == [4.0, -3.0, 3.0]
    assert found.log_odds.tolist() == pytest.approx([found.prior + 1, found.prior + 3])
    assert found.probability.tolist() == pytest.approx((1 / (1 + np.exp(-found.log_odds))).tolist())


def test_in_a_group_the_strongest_counts_whole_and_each_further_one_less() -> None:
    kinds = [
        kind(name, "identifier", True, {(0, 1): points})
        for name, points in (("ip", 2.0), ("mail", 4.0), ("host", 4.0))
    ]
    assert weighed(kinds).points.tolist() == [0.5, 4.0, 2.0]


def test_for_and_against_in_one_group_do_not_discount_each_other() -> None:
    kinds = [kind("one", "rhythm", False, {(0, 1): 1.0}), kind("other", "rhythm", False, {(0, 1): -3.0})]
    assert weighed(kinds).points.tolist() == [1.0, -3.0]


def test_a_group_adds_its_cap_at_most() -> None:
    kinds = [
        kind("mail", "identifier", True, {(0, 1): 12.0}),
        kind("host", "identifier", True, {(0, 1): 12.0}),
    ]
    assert weighed(kinds).points.tolist() == pytest.approx([8.0, 4.0])


def test_soft_evidence_across_networks_is_capped_and_makes_no_claim() -> None:
    pairs = {(0, 1): 9.0, (1, 2): 9.0}
    kinds = [kind("names", "name", False, pairs), kind("style", "style", False, pairs)]
    found = weighed(kinds)
    assert found.points.tolist() == pytest.approx([9.0, 4.0, 5 * 9 / 13, 5 * 4 / 13])
    assert found.claims.tolist() == [True, False]
    assert weights(found.probability, found.proposed(BY), against(found), BY.absent)[1] <= SUPPORTS


def test_a_hard_piece_of_no_weight_makes_no_claim() -> None:
    by = replace(BY, weights={"phone": 0.0})
    phone, names = (
        kind("phone", "identifier", True, {(1, 2): 9.0}),
        kind("names", "name", False, {(1, 2): 9.0}),
    )
    assert weighed([phone, names], by=by).claims.tolist() == [False]


def test_parts_of_one_account_are_no_candidates() -> None:
    with Bench() as bench:
        bench.add(
            "tenures", [{"tenure": n, "id": f"a@{n}", "account_id": "a", "network": "s"} for n in range(2)]
        )
        assert propose(bench, [kind("phone", "identifier", True, {(0, 1): 9.0})]) == 0


def test_leads_are_among_accounts_of_the_same_two_networks() -> None:
    a, b = np.asarray([0, 0, 0, 1]), np.asarray([1, 2, 3, 2])
    networks = np.asarray(["s", "s", "i", "i"], dtype=object)
    margin, mutual = leads(a, b, networks, np.asarray([5.0, 4.0, 1.0, 2.0]))
    # 0-1 stands alone in (s, s); 0-2 leads 0-3 by 3 and 1-2 by 2; 0-3 and 1-2 lie behind it.
    assert margin.tolist() == [6.0, 2.0, -3.0, -2.0]
    assert mutual.tolist() == [True, True, False, False]


def test_against_is_kept_however_improbable() -> None:
    names, talks = (
        kind("names", "name", False, {(0, 1): 1.0, (2, 3): 0.1}),
        kind("talks", "against", False, {(0, 1): -9.0}),
    )
    found = weighed([names, talks])
    assert kept(found, 0.9).tolist() == [True, False]


def test_the_calibration_that_is_shipped_names_kinds_that_there_are() -> None:
    by = calibration()
    assert 0 < by.candidate < by.proposal < 1
    assert 0 < by.discount < 1
    assert min(by.weights.values(), default=1.0) >= 0
    assert set(by.weights) <= {one.name for one in KINDS} | {"rhythm", "languages"}


POINTS = st.dictionaries(
    st.tuples(st.integers(0, 1), st.integers(2, 3)), st.floats(-9, 9).filter(lambda x: abs(x) > 0.01)
)


@settings(deadline=None, max_examples=30)
@given(POINTS, POINTS, POINTS)
def test_points_and_prior_add_up_whatever_is_found(one: Found, two: Found, three: Found) -> None:
    kinds = [
        kind("a", "identifier", True, one),
        kind("b", "identifier", True, two),
        kind("c", "name", False, three),
    ]
    found = weighed(kinds)
    sums: dict[int, float] = {}
    for pair, points in zip(found.pieces.pair.tolist(), found.points.tolist(), strict=True):
        sums[pair] = sums.get(pair, 0.0) + points
    for pair, total in enumerate(found.log_odds.tolist()):
        assert total == pytest.approx(found.prior + sums.get(pair, 0.0))
    assert (np.abs(found.points) <= np.abs(found.pieces.raw) + 1e-9).all()
    assert (found.points * found.pieces.raw >= 0).all()


def test_every_column_of_a_detail_is_a_fact() -> None:
    made: Any = weighed([kind("phone", "identifier", True, {(0, 1): 8.0})]).pieces
    told = made.detail, made.traces.to_pylist(), made.by.to_pylist()
    assert told == (["{}"], [["phone"]], [["phone"]])


def test_that_little_speaks_for_a_pair_counts_as_if_it_was_never_a_candidate() -> None:
    improbable, proposed = np.full(4, 0.02), np.asarray([False, False, True, False])
    spoken = np.asarray([0.0, -1.0, 0.0, -9.0])
    # Never below what the pair is weighed by itself: log(0.02 / 0.98).
    assert weights(improbable, proposed, spoken, -0.1).tolist() == pytest.approx(
        [-0.1, -1.1, -0.1, -3.892], abs=1e-3
    )
    assert weights(
        np.asarray([0.9, 0.9]), np.asarray([False, True]), np.zeros(2), -0.1
    ).tolist() == pytest.approx([SUPPORTS, 2.197], abs=1e-3)
