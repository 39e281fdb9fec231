"""What is left of a message when everything that is not its writer's style is taken out, and what is counted of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.identities.style.counts import Counter
from safelight.identities.style.habits import Habit, Habits
from safelight.identities.style.model import speaks
from safelight.identities.style.text import clean, sample, without_copies

LETTERS = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("the train leaves at 14:32, track 7", "the train leaves at 0:0, track 0"),
        ("see https://www.example.org/parti/17 :)", "see \x02 :)"),
        ("mail me at ola.n@example.org", "mail me at \x02"),
        ("ask @rook_77 about it", "ask \x03 about it"),
        ("<kari> shall we play?\nyes!", "yes!"),
        ("> shall we play?\nyes!", "yes!"),
        ("[12:03] kari: shall we play?\nyes!", "yes!"),
        ('he wrote "the rook stands on the seventh rank" and i laughed', "he wrote \x04 and i laughed"),
        ("run `make all` first", "run \x04 first"),
        ("ze\u200bro wi\u200ddth", "zero width"),
        ("о mixed ѕcript", "о mixed ѕcript"),
        ("\x00\x07bell", "bell"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_what_is_not_style_goes(written: str, left: str) -> None:
    assert clean([written]) == [left]


@settings(deadline=None)
@given(st.lists(LETTERS, max_size=5))
def test_every_message_stays_one_message(texts: list[str]) -> None:
    assert len(clean(texts)) == len(texts)


def test_a_bot_that_changes_figures_alone_has_written_one_message() -> None:
    assert sample([f"up since {days} days" for days in range(5_000)]) == ["up since 0 days"]


def test_of_very_many_messages_a_sample_is_taken_evenly() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    many = ["".join(letters[(number // 26**place) % 26] for place in range(5)) for number in range(100_000)]
    found = sample(many)
    assert len(found) == 400
    assert found[0] == many[0]
    assert many.index(found[200]) == 50_000


def test_what_two_accounts_wrote_alike_shows_nobody_s_style() -> None:
    quoted = "the rook stands on the seventh rank"
    assert without_copies([[quoted, "hello"], [quoted, "hello", "the bishop is mine alone, friends"]]) == [
        ["hello"],
        ["hello", "the bishop is mine alone, friends"],
    ]


def test_too_little_text_is_silent() -> None:
    assert not speaks([])
    assert not speaks(["hello"])
    assert not speaks(["a message of twenty "] * 29)
    assert not speaks(["short"] * 30)
    assert speaks(["a message of twenty "] * 30)


def test_masked_words_count_by_their_ending_alone() -> None:
    count = Counter({"the", "is"})
    one, other = count(["the locomotive is"]), count(["the narrative is"])
    assert one["words"].tolist() == other["words"].tolist()
    assert one["characters"].tolist() == other["characters"].tolist()
    assert count(["The x is"])["words"].tolist() != one["words"].tolist()


@settings(deadline=None)
@given(st.lists(LETTERS, max_size=4))
def test_counts_are_runs_that_do_not_cross_messages(texts: list[str]) -> None:
    count = Counter(frozenset())
    together = count(texts)
    apart = [count([text]) for text in texts]
    for view, ids in together.items():
        expected = np.sort(np.concatenate([one[view] for one in apart])) if texts else np.zeros(0)
        assert np.sort(ids).tolist() == expected.tolist()


def test_habits_are_what_both_write_and_few_others_do() -> None:
    odd = ["i wil come tomorow :-)"] * 4
    plain = ["i will come tomorrow"] * 4
    habits = Habits([odd, odd, *[plain] * 20], {"i", "will", "come", "tomorrow"})
    assert habits.shared(0, 1) == [Habit(":-)", (4, 4), 2), Habit("tomorow", (4, 4), 2)]
    assert habits.shared(0, 2) == []
