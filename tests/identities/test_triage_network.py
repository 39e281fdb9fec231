"""The network of accounts: what ties two, how it is summed, and that it stays usable at ten thousand accounts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.access.door import Door
from safelight.catalog.catalog import Catalog
from safelight.identities import network, network_view
from safelight.identities.network import ANSWER, CALL, KINDS, MESSAGE, PAYMENT, TOGETHER, Ties
from safelight.identities.network_view import Asked
from safelight.identities.triage.run import find_roles
from safelight.traces.ids import account_id
from tests.access.acts import ASE, BO, KAISSA, PAYEE, PAYER, _Rows, act, us
from tests.access.built import Built, build
from tests.identities.crowd import crowd
from tests.identities.deeds import at


def ties_of(built: Built) -> list[tuple[str, str, str, int, int, int]]:
    """Every tie: from, to, kind, month, how often, how often with copies."""
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("network") as look:
        ties = network_view.whole(look.reading).ties
    return sorted(
        (ties.accounts[a], ties.accounts[b], KINDS[kind], month, n, copies)
        for a, b, month, kind, n, copies in zip(
            ties.a.tolist(),
            ties.b.tolist(),
            ties.month.tolist(),
            ties.kind.tolist(),
            ties.n.tolist(),
            ties.copies.tolist(),
            strict=True,
        )
    )


def month(year: int, number: int) -> int:
    return 12 * year + number - 1


def test_what_ties_two_accounts_and_what_does_not(tmp_path: Path) -> None:
    built = build(tmp_path)
    act(built)
    november = month(2016, 11)
    assert ties_of(built) == sorted([
        # One of the two that Åse wrote in November lies in both exhibits.
        (ASE, BO, "message", november, 2, 3), (ASE, BO, "message", month(2014, 3), 1, 1),
        (BO, ASE, "message", november, 1, 1),
        (ASE, BO, "call", november, 1, 1),
        (ASE, KAISSA, "answer", november, 1, 1),
        (PAYER, PAYEE, "payment", november, 1, 1),
        *((*sorted(pair), "together", november, 1, 1) for pair in ((ASE, KAISSA),)),
        # Bø's lines in the channel have no zone: when they were there together is not known, and ties nobody.
    ])  # fmt: skip


def test_calls_and_payments_of_two_items_count_once_and_large_groups_tie_nobody(tmp_path: Path) -> None:
    built = build(tmp_path)
    a1, b3 = _Rows(built, 0), _Rows(built, 1)
    names = [f"m{n}" for n in range(network.SMALL_GROUP + 1)]
    ids = [account_id("club", None, name) for name in names]

    def line(id_: str, who: int, talk: str) -> dict[str, object]:
        return dict(a1(id_, kind="text", text="hei", conversation=talk, conversation_id=f"v1-{talk}", sender=names[who],
                       sender_id=ids[who], sent=at(us("2016-11-07T08:00"))))  # fmt: skip

    messages = [line(f"l{n}", n, "#large") for n in range(len(names))] + [
        line("s0", 0, "#small"),
        line("s1", 1, "#small"),
    ]
    messages.append(line("mail", 2, "mail") | {"recipients_id": [ids[3], ids[4], ids[2]]})
    calls = [
        rows(
            f"c{n}",
            caller_id=ids[0],
            participants_id=[ids[1], ids[0]],
            started=at(us("2016-11-07T20:00") + n),
            native_id="x",
        )
        for n, rows in enumerate((a1, b3))
    ]
    with Catalog.at(built.folder) as catalog:
        catalog.write("groups", {"messages": messages, "calls": calls}, made_by={"test": "1"})
    november = month(2016, 11)
    assert ties_of(built) == sorted([
        (ids[0], ids[1], "call", november, 1, 2), (*sorted(ids[:2]), "together", november, 1, 1),
        (ids[2], ids[3], "message", november, 1, 1), (ids[2], ids[4], "message", november, 1, 1),
    ])  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 5),
            st.integers(0, 5),
            st.integers(-1, 3),
            st.integers(0, 4),
            st.integers(1, 9),
            st.integers(0, 9),
        ),
        max_size=40,
    )
)
def test_sums_hold_whatever_the_direction_and_the_months(
    rows: list[tuple[int, int, int, int, int, int]],
) -> None:
    rows = [row for row in rows if row[0] != row[1]]
    columns = np.array(rows, np.int64).reshape(-1, 6).T
    columns[5] += columns[4]
    ties = Ties(tuple("abcdef"), *columns)
    pairs = network.pairs(ties)
    assert (pairs.a < pairs.b).all()
    assert int(pairs.counts.sum()) == sum(row[4] for row in rows)
    assert pairs.degree().sum() == 2 * len(pairs.a)
    every = network.pairs(ties.with_copies())
    assert (every.a == pairs.a).all() and (every.b == pairs.b).all() and (every.counts >= pairs.counts).all()
    assert int(every.counts.sum()) == sum(row[4] + row[5] for row in rows)
    windows = [network.pairs(ties.between(n, n)) for n in range(4)]
    assert sum(int(one.counts.sum()) for one in windows) == sum(row[4] for row in rows if row[2] >= 0)
    for a, b, counts, weight in zip(pairs.a, pairs.b, pairs.counts, pairs.weight, strict=True):
        expected = (
            np.log2(1 + counts[MESSAGE] + counts[ANSWER]) + 2 * np.log2(1 + counts[CALL])
            + 3 * np.log2(1 + counts[PAYMENT]) + 0.5 * np.log2(1 + counts[TOGETHER])
        )  # fmt: skip
        assert weight == pytest.approx(expected), (a, b)
    assert network.communities(pairs.graph()) == network.communities(pairs.graph())


def test_the_same_ties_give_the_same_picture_and_a_window_moves_nothing(tmp_path: Path) -> None:
    built = build(tmp_path)
    crowd(built.folder, 150, exhibit=built.exhibits[0].key, clubs=3)
    find_roles(built.folder)
    pictures = []
    for _time in range(2):
        with Door(built.folder, who="kari", purpose="test") as door, door.consult("network") as look:
            whole = network_view.view(look.reading, Asked())
            then = network_view.view(look.reading, Asked(month(2016, 3), month(2016, 4), (MESSAGE,)))
            club = network_view.view(look.reading, Asked(community=whole.nodes[0].key))
        pictures.append((whole, then, club))
    assert pictures[0] == pictures[1]
    assert [(one.key, one.x, one.y, one.members) for one in whole.nodes] == [
        (one.key, one.x, one.y, one.members) for one in then.nodes
    ]
    assert sum(one.members for one in whole.nodes) == whole.accounts == 150
    assert sum(sum(one.counts) for one in then.links) < sum(sum(one.counts) for one in whole.links)
    assert all(0 <= one.x <= 1 and 0 <= one.y <= 1 for one in (*whole.nodes, *club.nodes))
    assert sum(1 for one in club.nodes if one.what == "account") == whole.nodes[0].members
    assert all(one.a != one.b and one.a < len(club.nodes) and one.b < len(club.nodes) for one in club.links)


@pytest.mark.soak
def test_ten_thousand_accounts(tmp_path: Path) -> None:
    built = build(tmp_path)
    crowd(built.folder, 10_000, exhibit=built.exhibits[0].key)
    ran = find_roles(built.folder)
    assert ran.roles["place"] == ran.roles["activity"] == 10_000 and ran.roles["central"] == 200
    with Door(built.folder, who="kari", purpose="test") as door, door.consult("network") as look:
        whole = network_view.view(look.reading, Asked())
        assert len(whole.nodes) == network_view.COMMUNITIES and whole.accounts == 10_000
        largest = max(whole.nodes, key=lambda one: one.members)
        club = network_view.view(look.reading, Asked(community=largest.key))
        assert network_view.MEMBERS < len(club.nodes) <= network_view.MEMBERS + 1 + network_view.AROUND
        assert sum(one.members for one in club.nodes if one.what != "community") == largest.members
