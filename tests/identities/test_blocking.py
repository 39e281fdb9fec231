"""What candidates lose: counted by hand on a few probabilities; and which pairs there are."""

from __future__ import annotations

import numpy as np

from safelight.identities.candidates import propose
from safelight.identities.evaluation.blocking import blocking
from safelight.identities.model import Bench
from safelight.identities.registry import KINDS
from safelight.identities.trigrams import nearest, weighed


def test_a_pair_left_out_is_a_loss_only_where_comparing_it_would_have_told_it() -> None:
    assert blocking(np.asarray([0.9, 0.5, 0.2]), np.asarray([0.7, 0.1]), 12) == {
        "true pairs": 5,
        "recall": 0.6,
        "candidates": 12,
        "true pairs that comparing all with all would tell": 3,
        "recall of those": 2 / 3,
    }


def test_all_pairs_are_weighed_for_an_evaluation_but_not_the_parts_of_one_account() -> None:
    with Bench() as bench:
        bench.add("tenures", [
            {"tenure": n, "id": one, "account_id": one[0], "network": "irc", "native": one}
            for n, one in enumerate(("a", "a@1", "b", "c"))
        ])  # fmt: skip
        bench.add("names", [{"tenure": n, "name": "Springer Brikke", "kind": "nick"} for n in (2, 3)])
        assert propose(bench, KINDS) == 1
        assert propose(bench, KINDS, every=True) == 5
        found = bench.db.execute('select a, b, "by" from pairs order by a, b').fetchall()
    assert found == [(0, 2, None), (0, 3, None), (1, 2, None), (1, 3, None), (2, 3, ["names"])]


def test_the_nearest_have_most_rare_letters_in_common() -> None:
    texts = [["jones", "ipswich"], ["joes", "ipsich"], ["brown", "leeds"], ["browne", "leds"], ["", "q"]]
    first, second = nearest(weighed(texts), 1, 0.0)
    assert sorted(set(zip(first.tolist(), second.tolist(), strict=True))) == [(0, 1), (2, 3)]
