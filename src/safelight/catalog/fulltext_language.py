"""Which language a text is in, cheaply enough for tens of thousands of messages a second.

lingua needs 20 to 200 microseconds a text, which is too slow for each message and says little about four words. So:

1. words that stand in one of our languages alone vote, a microsecond a message; two votes and twice the runner-up decide
   (a person who writes Norwegian and English in one conversation is right in both);
2. else it is in the language of what its sender wrote in that conversation and that does not say it itself: by the same
   vote over a sample; where that does not decide, over a sample of all that the sender wrote so in that item, by lingua if
   its confidence reaches 0.6; else in that of two thirds of the sender's messages that say it, if they are five. So lingua
   is asked once a sender and item at most;
3. else it is `und`, undecided: stemmed in every way that there is, so that nothing is missed.

lingua knows bokmål, nynorsk, English, Tagalog, Swedish, Danish and German of those that matter here. It has no Cebuano and
calls it Tagalog, so Cebuano is decided by its own words alone. Short bokmål is often called Danish: both are stemmed as
Norwegian, so that search does not suffer.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from functools import cache
from typing import Final, TypeAlias

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

UNDECIDED: Final = "und"

#: ISO 639 codes of what is told apart.
LANGUAGES: Final = ("nb", "nn", "en", "tl", "ceb", "sv", "da", "de", UNDECIDED)

#: Which fields a language's words go into (`fulltext_schema`); languages that are not here are not stemmed.
STEMMED: Final = {
    "nb": ("no",),
    "nn": ("no",),
    "da": ("no",),
    "en": ("en",),
    UNDECIDED: ("no", "en", "other"),
}
UNSTEMMED: Final = ("other",)

_Place: TypeAlias = tuple[Hashable, Hashable]

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
_NEAR = frozenset({"nb", "nn", "da"})
#: So many messages of a sender must have said their language before it is taken for the others.
_HEARD = 5


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
    ranked = [
        (_LINGUA[one.language], one.value) for one in _detector().compute_language_confidence_values(sample)
    ]
    # bokmål, nynorsk and Danish share most of their words: together they are sure where none of them is.
    near = sum(value for language, value in ranked if language in _NEAR)
    best, value = ranked[0]
    return best if (near if best in _NEAR else value) >= _CONFIDENT else UNDECIDED


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_LINGUA).build()


class Writers:
    """The languages of those who wrote: decided once for each, from what is at hand when they first appear."""

    def __init__(self) -> None:
        self._in_conversation: dict[_Place, str | None] = {}
        self._in_item: dict[Hashable, str] = {}

    def languages(
        self,
        writers: Sequence[Hashable],
        conversations: Sequence[Hashable],
        texts: Sequence[str],
        lowered: Sequence[str],
    ) -> list[str]:
        """The language of each text. `writers` says who wrote it in which item; `lowered` is `texts` in lower case."""
        found = [vote(text) for text in lowered]
        silent = [n for n, language in enumerate(found) if language is None]
        places = [(writers[n], conversations[n]) for n in silent]
        fresh = set(places) - self._in_conversation.keys()
        if fresh:
            self._decide(fresh, zip(places, (texts[n] for n in silent), strict=True), writers, found)
        there, at_all = self._in_conversation, self._in_item
        for n, place in zip(silent, places, strict=True):
            found[n] = there[place] or at_all[place[0]]
        return [language or UNDECIDED for language in found]

    def _decide(
        self,
        fresh: set[_Place],
        silent: Iterable[tuple[_Place, str]],
        writers: Sequence[Hashable],
        votes: Sequence[str | None],
    ) -> None:
        """Only what did not speak for itself is asked: who writes two languages is judged by what is in question."""
        samples: dict[_Place, list[str]] = {place: [] for place in fresh}
        for place, text in silent:
            if (sample := samples.get(place)) is not None and len(sample) < _SAMPLE_TEXTS:
                sample.append(text)
        unsure: dict[Hashable, list[str]] = {}
        for place, sample in samples.items():
            language = self._in_conversation[place] = vote(_joined(sample).lower())
            if language is None and place[0] not in self._in_item:
                unsure.setdefault(place[0], []).extend(sample)
        open_: set[Hashable] = set()
        for writer, sample in unsure.items():
            language = self._in_item[writer] = of_sample(sorted(sample, key=len, reverse=True))
            if language == UNDECIDED:
                open_.add(writer)
        if open_:
            self._by_what_was_said(open_, writers, votes)

    def _by_what_was_said(
        self, open_: set[Hashable], writers: Sequence[Hashable], votes: Sequence[str | None]
    ) -> None:
        said: dict[Hashable, Counter[str]] = {writer: Counter() for writer in open_}
        for writer, language in zip(writers, votes, strict=True):
            if language is not None and writer in said:
                said[writer][language] += 1
        for writer, heard in said.items():
            if heard.total() >= _HEARD:
                ((most, count),) = heard.most_common(1)
                self._in_item[writer] = most if 3 * count >= 2 * heard.total() else UNDECIDED
