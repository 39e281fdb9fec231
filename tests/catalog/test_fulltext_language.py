"""Languages of messages: by their own words, else by who wrote them, else undecided."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from safelight.catalog.fulltext_language import UNDECIDED, Writers, of_sample, vote
from safelight.catalog.fulltext_words import Lowered


def languages(
    writers: Writers, who: Sequence[str], conversations: Sequence[str], texts: Sequence[str]
) -> list[str]:
    speakers = sorted(set(zip(who, conversations, strict=True)))
    which = [speakers.index(one) for one in zip(who, conversations, strict=True)]
    return writers.languages(speakers, which, texts, Lowered([text.lower() for text in texts]))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("jeg kommer ikke før i morgen", "nb"),
        ("eg kjem ikkje før i morgon", "nn"),
        ("what time is the train", "en"),
        ("hindi ako pwede bukas, sige po", "tl"),
        ("unsa ang imong ngalan, asa ka karon", "ceb"),
        ("jag är inte där", "sv"),
        ("ich bin nicht zu hause und warte", "de"),
        ("ok", None),
        ("Finse 12:04", None),
        ("jeg know the drill, ikke sant", None),
    ],
)
def test_a_message_with_words_of_one_language_says_so_itself(text: str, language: str | None) -> None:
    assert vote(text.lower()) == language


@pytest.mark.parametrize(
    ("sample", "language"),
    [
        (["Toget står på stasjonen", "Billettene ligger i skuffen hjemme", "Været blir fint"], "nb"),
        (["Ulan nang ulan dito", "maglalaro tayo ng chess mamayang gabi pagkatapos kumain"], "tl"),
        (["12:04", "xx", "8-)"], UNDECIDED),
    ],
)
def test_a_sample_without_such_words_is_asked_of_lingua(sample: list[str], language: str) -> None:
    assert of_sample(sample) == language


def test_short_messages_are_in_their_writers_language_and_others_in_their_own() -> None:
    texts = ["jeg kommer ikke"] * 4 + ["ok", "what time is the train", "eg kjem ikkje", "greitt", "ok"]
    writers = ["kari"] * 6 + ["ola"] * 2 + ["nobody"]
    conversations = ["a"] * 8 + ["b"]
    found = languages(Writers(), writers, conversations, texts)
    assert found == ["nb"] * 5 + ["en", "nn", UNDECIDED, UNDECIDED]


def test_what_is_in_question_is_asked_and_not_what_speaks_for_itself() -> None:
    texts = [
        "the train is late and the snow is deep",
        "toget går snart",
        "har du nummeret",
        "ja, det er greit",
    ]
    found = languages(Writers(), ["kari"] * 4, ["a"] * 4, texts)
    assert found[0] == "en"
    assert set(found[1:]) <= {"nb", "nn", "da"}


def test_who_was_decided_stays_decided() -> None:
    writers = Writers()
    texts = ["Toget står på stasjonen og billettene ligger i skuffen hjemme"]
    (first,) = languages(writers, ["kari"], ["a"], texts)
    assert first in {"nb", "nn", "da"}
    assert languages(writers, ["kari", "kari"], ["a", "b"], ["jo", "vel"]) == [first, first]
