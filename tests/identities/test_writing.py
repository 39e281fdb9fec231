"""The learned model on people it never learned from."""

from __future__ import annotations

from pathlib import Path

from safelight.identities.evaluation.chats import read
from safelight.identities.evaluation.writing import proposed
from safelight.identities.style import model
from safelight.identities.style.train import simulate


def test_style_finds_counterparts_among_strangers(realdata: Path) -> None:
    chats = read(realdata / "writing", "dev")
    pairs = chats.counterparts()[:60]
    chats = chats.only(frozenset(one for pair in pairs for one in pair)).limited(100, seed=3)
    found = simulate(chats, model.learned().views)
    place = {one: row for row, one in enumerate(found.accounts)}
    hits = [
        int(found.neighbours.rows[place[one], 0, 0]) == place[other]
        for a, b in pairs
        for one, other in ((a, b), (b, a))
        if one in place and other in place
    ]
    assert len(hits) == 120
    assert sum(hits) / len(hits) >= 0.8
    odds = model.capped(model.learned().log_odds(found.compared, found.characters), found.compared)
    claimed = model.probability(odds) >= 0.95
    assert found.same[claimed].mean() >= 0.95 if claimed.any() else True
    kept = proposed(chats, found)
    assert kept["true pairs"] == 60 and kept["true pairs that comparing all with all would tell"] > 45
    assert kept["recall of those"] >= 0.995
