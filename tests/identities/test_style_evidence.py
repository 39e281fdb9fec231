"""Style, rhythm and languages on a bench of invented accounts: what they say, and when they are silent."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import numpy as np
import pytest

from safelight.identities.evidence import languages, rhythm, style
from safelight.identities.model import Bench
from safelight.identities.style.cohort import Member, fit
from safelight.identities.style.index import build
from safelight.identities.style.model import learned
from safelight.identities.style.rivals import Neighbours

_NOUNS = [
    "train",
    "engine",
    "rook",
    "bishop",
    "rain",
    "cloud",
    "signal",
    "track",
    "bridge",
    "tunnel",
    "board",
    "clock",
    "club",
    "prize",
    "ticket",
    "coach",
]
_VERBS = [
    "leaves",
    "arrives",
    "stands",
    "falls",
    "comes",
    "goes",
    "waits",
    "wins",
    "loses",
    "moves",
    "stops",
    "turns",
]
_SMALL = ["the", "a", "this", "that", "my", "your", "some", "any", "no", "every"]
_ENDS = ("", ".", "!", "...", " :)", " ;-)", " xD", "!!", " :-/", " ^^")
_OPENS = ("", "well ", "so ", "hm ", "ok ", "actually ", "oh ", "yeah ", "and ", "but ")


def author(number: int, messages: int, seed: int = 0) -> list[str]:
    """An invented author: favourite small words, openings, endings, capitals or none."""
    own = Random(number)
    small, ends, opens = own.sample(_SMALL, 3), own.sample(_ENDS, 2), own.sample(_OPENS, 2)
    upper = own.random() < 0.5
    dice = Random(1_000 * number + seed)
    texts = []
    for _message in range(messages):
        text = dice.choice(opens) + " ".join(
            f"{dice.choice(small)} {dice.choice(_NOUNS)} {dice.choice(_VERBS)}"
            for _part in range(dice.randint(2, 4))
        )
        texts.append((text.capitalize() if upper else text) + dice.choice(ends))
    return texts


def _bench(authors: dict[int, tuple[str, list[str]]]) -> Bench:
    bench = Bench()
    bench.add(
        "tenures",
        [
            {"tenure": one, "id": f"a{one:04}", "network": network}
            for one, (network, _texts) in authors.items()
        ],
    )
    bench.add(
        "texts",
        [
            {"tenure": one, "at_us": place, "text": text, "trace": f"t{one}-{place}", "conversation": "c"}
            for one, (_network, texts) in authors.items()
            for place, text in enumerate(texts)
        ],
    )
    return bench


def _pairs(bench: Bench, pairs: list[tuple[int, int]]) -> None:
    bench.add("pairs", [{"a": a, "b": b, "by": ["test"]} for a, b in pairs])


def _measured(kind: Any, bench: Bench) -> dict[tuple[int, int], dict[str, Any]]:
    found = {}
    for row in kind.measure(bench).to_pylist():
        found[row["a"], row["b"]] = {**row, "detail": json.loads(row["detail"])}
    return found


#: 120 accounts of one network; 0 and 60, 1 and 61 ... are one author each.
def _cohort(other_half: str = "irc") -> dict[int, tuple[str, list[str]]]:
    return {
        number: ("irc" if number < 60 else other_half, author(number % 60, 60, seed=number // 60))
        for number in range(120)
    }


def test_an_author_s_two_accounts_find_each_other() -> None:
    with _bench(_cohort()) as bench:
        near = set(zip(*(style.KIND.propose(bench)[side].to_pylist() for side in ("a", "b")), strict=True))
        found = sum((number, number + 60) in near for number in range(60))
        _pairs(bench, [(number, number + 60) for number in range(60)] + [(0, 61), (1, 60), (2, 119)])
        measured = _measured(style.KIND, bench)
        again = _measured(style.KIND, bench)
    assert found >= 54
    assert measured == again
    right = [
        measured[number, number + 60]["points"] for number in range(60) if (number, number + 60) in measured
    ]
    wrong = [measured[pair]["points"] for pair in ((0, 61), (1, 60), (2, 119)) if pair in measured]
    assert sorted(right)[len(right) // 2] > max(wrong, default=-3.0)
    for row in measured.values():
        assert row["detail"]["messages"] <= [60, 60]
        assert 0 <= row["detail"]["probability"] <= 0.98
        assert all(trace.startswith("t") for trace in row["traces"])
        assert style.KIND.say(row["detail"]).endswith(".")


def test_one_more_account_finds_its_neighbour_without_building_anew() -> None:
    members = [Member("irc", texts) for _network, texts in _cohort().values()]
    cohort = fit(members)
    index = build(members[:-1], cohort, learned().views)
    before = Neighbours.of(index)
    rows = index.extend(members[-1:], cohort)
    found = before.renewed(index, np.zeros(0, np.int64), rows)
    assert rows.tolist() == [119]
    assert found.rows[119, 0, 0] == 59
    assert Neighbours.of(build(members, cohort, learned().views)).rows[119, 0, 0] == 59
    again = Neighbours.of(index)
    assert found.rows.tolist() == again.rows.tolist()
    assert np.allclose(found.scores, again.scores, atol=1e-4)
    with pytest.raises(ValueError, match="no network"):
        index.extend([Member("icq", ["hello"])], cohort)


def test_an_account_that_changed_is_nobody_s_neighbour_as_it_was() -> None:
    members = [Member("irc", texts) for _network, texts in _cohort().values()]
    cohort = fit(members)
    index = build(members, cohort, learned().views)
    before = Neighbours.of(index)
    assert before.rows[0, 0, 0] == 60
    gone = np.array([60])
    index.leave_out(gone)
    rows = index.extend([Member("irc", _cohort()[61][1])], cohort)
    found = before.renewed(index, gone, rows)
    assert not (found.rows == 60).any()
    assert found.rows[60].tolist() == [[-1] * 6]
    assert set(found.rows[1, 0, :2].tolist()) == {61, 120}
    compared = found.compare(index, np.array([1, 1]), np.array([61, 120]))
    assert compared.rivals.tolist() == [119, 119]
    assert compared.strangers.tolist() == [120, 120]


def test_across_networks_style_claims_nothing() -> None:
    with _bench(_cohort("icq")) as bench:
        _pairs(bench, [(number, number + 60) for number in range(60)])
        measured = _measured(style.KIND, bench)
    assert measured
    assert max(row["detail"]["probability"] for row in measured.values()) <= 0.3
    assert all(
        "Style across two networks" in style.KIND.say(row["detail"])
        for row in measured.values()
        if row["points"] > 0
    )


def test_in_a_small_cohort_style_is_silent() -> None:
    with _bench({number: ("irc", author(number, 60)) for number in range(49)}) as bench:
        _pairs(bench, [(0, 1)])
        assert style.KIND.propose(bench).num_rows == 0
        assert style.KIND.measure(bench).num_rows == 0


def test_bad_input_is_silent_and_disturbs_nobody() -> None:
    authors = _cohort()
    quoted = [text for number in range(20) for text in authors[number][1][:10]]
    authors |= {
        120: ("irc", []),
        121: ("irc", ["hello"]),
        122: ("irc", quoted),
        123: ("irc", ["\u200b\u200d"] * 50),
        124: ("irc", [f"<nick{number}> the train leaves now" for number in range(100)]),
        125: ("irc", [f"tick {number}" for number in range(20_000)]),
        126: (
            "irc",
            [f"смѕ mixed {'аbс' * (number % 7)} ѕcript {'x' * (number % 11)}" for number in range(60)],
        ),
    }
    with _bench(authors) as bench:
        _pairs(bench, [(number, other) for number in range(3) for other in range(120, 127)])
        measured = _measured(style.KIND, bench)
        proposed = style.KIND.propose(bench)
    silent = {120, 121, 123, 124, 125}
    assert not [pair for pair in measured if silent & set(pair)]
    assert not silent & set(proposed["a"].to_pylist() + proposed["b"].to_pylist())


def _week(bench: Bench, tenure: int, hours: range, number: int = 10) -> None:
    bench.add(
        "hours",
        [{"tenure": tenure, "hour": 24 * day + hour % 24, "n": number} for day in range(7) for hour in hours],
    )


def test_rhythm_speaks_against_alone() -> None:
    with Bench() as bench:
        _week(bench, 0, range(6, 14))
        _week(bench, 1, range(18, 26))
        _week(bench, 2, range(6, 14))
        _week(bench, 3, range(18, 26), number=1)
        _pairs(bench, [(0, 1), (0, 2), (0, 3), (1, 2)])
        measured = _measured(rhythm.KIND, bench)
    assert sorted(measured) == [(0, 1), (1, 2)]
    assert measured[0, 1]["points"] == -1.5
    assert measured[0, 1]["detail"] == {"overlap": 0.0, "acts": [560, 560], "quiet": [[15, 22], [3, 10]]}
    assert rhythm.KIND.say(measured[0, 1]["detail"]) == (
        "The hours of the day in which the two are active hardly meet: one is quiet from 15 to 22, "
        "the other from 03 to 10 (UTC)."
    )


@pytest.mark.parametrize(("repeats", "speaks"), [(40, True), (3, False)])
def test_languages_of_which_the_other_shows_nothing(repeats: int, speaks: bool) -> None:
    english = [
        f"they would not have come with them if you had told them about {'o' * n}" for n in range(repeats)
    ]
    tagalog = [
        f"hindi naman ako kasi yung sila ay para kay kanya at may po {'o' * n}" for n in range(repeats)
    ]
    with _bench(
        {0: ("irc", english), 1: ("irc", tagalog), 2: ("irc", english + tagalog), 3: ("irc", [])}
    ) as bench:
        _pairs(bench, [(0, 1), (0, 2), (1, 2), (0, 3)])
        measured = _measured(languages.KIND, bench)
    assert list(measured) == ([(0, 1)] if speaks else [])
    if speaks:
        assert measured[0, 1]["points"] == -1.5
        assert languages.KIND.say(measured[0, 1]["detail"]) == (
            "One writes English and shows next to no Tagalog; the other writes Tagalog and shows next to no English."
        )
