"""Which language a text is in, cheaply enough for tens of thousands of messages a second.

lingua needs 20 to 200 microseconds a text, which is too slow for each message and says little about four words. So:

1. words that stand in one of our languages alone vote, a microsecond a message; two votes and twice the runner-up decide
   (a person who writes Norwegian and English in one conversation is right in both);
2. else the message is in the language of its sender in that conversation, decided once by the same vote over a sample of
   what was written there; where that does not decide, in the language of its sender in that item: by vote over a sample,
   then by lingua if its confidence reaches 0.6. So lingua is asked once a sender and item at most;
3. else it is `und`, and nothing is stemmed.

lingua knows bokmål, nynorsk, English, Tagalog, Swedish, Danish and German of those that matter here. It has no Cebuano and
calls it Tagalog, so Cebuano is decided by its own words alone. Short bokmål is often called Danish: both are stemmed as
Norwegian, so that search does not suffer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from functools import cache
from typing import Final

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

UNDECIDED: Final = "und"

#: ISO 639 codes of what is told apart.
LANGUAGES: Final = ("nb", "nn", "en", "tl", "ceb", "sv", "da", "de", UNDECIDED)

#: Which stemming field a language's words go into; the others are not stemmed.
STEMMED: Final = {"nb": "no", "nn": "no", "da": "no", "en": "en"}

_LINGUA = {
    Language.BOKMAL: "nb",
    Language.NYNORSK: "nn",
    Language.ENGLISH: "en",
    Language.TAGALOG: "tl",
    Language.SWEDISH: "sv",
    Language.DANISH: "da",
    Language.GERMAN: "de",
}

#: Frequent words that stand in one of these languages and in none of the others.
_WORDS = {
    "nb": "jeg ikke hva hvor hvem hvordan noe noen være gjøre gjør dere hun mye uke nå fra hvis selv også snakkes",
    "nn": "eg ikkje kva kvar kven korleis noko nokon berre vere kjem gjer gjere dykk mykje veke frå viss saman sjølv "
    "mogleg kjærast heile nokre meir òg",
    "en": "the and you is are was were have has what where when with this that they would could should not your i'm "
    "don't it's my he she we of yes know just like",
    "tl": "ng ay hindi yung po opo kasi naman kayo namin natin saan ano bakit paano ito iyan dito ngayon bukas kahapon "
    "mamaya nasa meron mo sige talaga kami kailan iyong sayo pala",
    "ceb": "ug nga kay unsa asa naa kini kana dili karon gyud gud akong imong maayong palihug unya kaayo nimo nako "
    "ugma gahapon kwarta adto diri mao",
    "sv": "jag inte och är vad hur någon bara mycket också efter från själv där här vecka nej",
    "da": "hvad noget nogen af uge hvornår måske",
    "de": "ich nicht und ist das wo wer wie etwas nur sein auch nach von selbst kommt wir ihr sie für",
}
_VOTES = {word: language for language, words in _WORDS.items() for word in words.split()}
_MARKS = '.,;:!?()[]"«»“”…'
_SAMPLE_CHARS, _LINGUA_CHARS = 600, 300
_SAMPLE_TEXTS = 40
_CONFIDENT = 0.6


def vote(lowered: str) -> str | None:
    """The language that frequent words of a lower-case text speak for; None if they do not decide."""
    first: str | None = None
    counts: dict[str, int] | None = None
    votes = 0
    get = _VOTES.get
    for word in lowered.split(None, 60)[:60] if len(lowered) > 5 else ():
        language = get(word)
        if language is None:
            if word[-1].isalnum():
                continue
            language = get(word.strip(_MARKS))
            if language is None:
                continue
        if counts is None:
            if first is None or language == first:
                first, votes = language, votes + 1
                continue
            counts = {first: votes}
        counts[language] = counts.get(language, 0) + 1
    if counts is None:
        return first if votes >= 2 else None
    ranked = sorted(counts.items(), key=lambda one: -one[1])
    (best, most), (_next, runner_up) = ranked[0], ranked[1]
    return best if most >= 2 and most >= 2 * runner_up else None


def of_sample(texts: Iterable[str]) -> str:
    """The language of what one person wrote: by vote, else by lingua, else `und`."""
    sample = _joined(texts)
    return vote(sample.lower()) or _by_lingua(sample[:_LINGUA_CHARS])


def _joined(texts: Iterable[str]) -> str:
    sample = ""
    for text in texts:
        sample += text + "\n"
        if len(sample) >= _SAMPLE_CHARS:
            break
    return sample[:_SAMPLE_CHARS]


def _by_lingua(sample: str) -> str:
    if sum(1 for char in sample if unicodedata.category(char).startswith("L")) < 12:
        return UNDECIDED  # lingua answers anything, and is wrong, on less
    ranked = _detector().compute_language_confidence_values(sample)
    if not ranked or ranked[0].value < _CONFIDENT:
        return UNDECIDED
    return _LINGUA[ranked[0].language]


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_LINGUA).build()


class Writers:
    """The languages of those who wrote: decided once for each, from what is at hand when they first appear."""

    def __init__(self) -> None:
        self._in_conversation: dict[tuple[Hashable, Hashable], str | None] = {}
        self._in_item: dict[Hashable, str] = {}

    def languages(
        self,
        writers: Sequence[Hashable],
        conversations: Sequence[Hashable],
        texts: Sequence[str],
        lowered: Sequence[str],
    ) -> list[str]:
        """The language of each text. `writers` says who wrote it in which item; `lowered` is `texts` in lower case."""
        votes = [vote(text) for text in lowered]
        places = list(zip(writers, conversations, strict=True))
        asked = {place for place, found in zip(places, votes, strict=True) if found is None}
        fresh = asked - self._in_conversation.keys()
        if fresh:
            self._decide(fresh, places, texts)
        there, at_all = self._in_conversation, self._in_item
        return [found or there[place] or at_all[place[0]] for place, found in zip(places, votes, strict=True)]

    def _decide(
        self,
        fresh: set[tuple[Hashable, Hashable]],
        places: Sequence[tuple[Hashable, Hashable]],
        texts: Sequence[str],
    ) -> None:
        samples: dict[tuple[Hashable, Hashable], list[str]] = {place: [] for place in fresh}
        for place, text in zip(places, texts, strict=True):
            sample = samples.get(place)
            if sample is not None and len(sample) < _SAMPLE_TEXTS:
                sample.append(text)
        unsure: dict[Hashable, list[str]] = {}
        for place, sample in samples.items():
            found = self._in_conversation[place] = vote(_joined(sample).lower())
            if found is None and place[0] not in self._in_item:
                unsure.setdefault(place[0], []).extend(sample)
        for writer, sample in unsure.items():
            self._in_item[writer] = of_sample(sorted(sample, key=len, reverse=True))
