"""Which language a text is in, cheaply enough for tens of thousands of messages a second.

lingua needs 20 to 200 microseconds a text, which is too slow for each message and says little about four words. So:

1. words that stand in one of our languages alone vote, all messages of a batch together; two votes and twice the runner-up
   decide (a person who writes Norwegian and English in one conversation is right in both);
2. else it is in the language of what its sender wrote in that conversation and that does not say it itself: by the same
   vote over a sample; where that does not decide, over a sample of all that the sender wrote so in that item, by lingua if
   its confidence reaches 0.6; else, or where the sample is short, in that of two thirds of the sender's messages that say
   it, if they are five. So lingua is asked once a sender and item at most;
3. else it is `und`, undecided: stemmed in every way that there is, so that nothing is missed.

lingua knows bokmål, nynorsk, English, Tagalog, Swedish, Danish and German of those that matter here. It has no Cebuano and
calls it Tagalog, so Cebuano is decided by its own words alone. Short bokmål is often called Danish: both are stemmed as
Norwegian, so that search does not suffer.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Container, Hashable, Iterable, Sequence
from functools import cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from safelight.catalog.fulltext_words import Lowered

UNDECIDED: Final = "und"

#: ISO 639 codes of what is told apart.
LANGUAGES: Final = ("nb", "nn", "en", "tl", "ceb", "sv", "da", "de", UNDECIDED)

_UNDECIDED: Final = LANGUAGES.index(UNDECIDED)

#: How a language's words are stemmed (`fulltext_schema.ANALYZERS`); those of a language that is not here are not.
STEMMED: Final = {
    "nb": ("no",),
    "nn": ("no",),
    "da": ("no",),
    "en": ("en",),
    UNDECIDED: ("no", "en"),
}

#: Who wrote, in which item, and in which conversation.
Speaker: TypeAlias = tuple[Hashable, Hashable]

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
    "en": "the and you is are was were have has what where when with this that they would could should not your my "
    "he she we of yes know just like",
    "tl": "ng ay hindi yung po opo kasi naman kayo namin natin saan ano bakit paano ito iyan dito ngayon bukas kahapon "
    "mamaya nasa meron mo sige talaga kami kailan iyong sayo pala",
    "ceb": "ug nga kay unsa asa naa kini kana dili karon gyud gud akong imong maayong palihug unya kaayo nimo nako "
    "ugma gahapon kwarta adto diri mao",
    "sv": "jag inte och är vad hur någon bara mycket också efter från själv där här vecka nej",
    "da": "hvad noget nogen af uge hvornår måske",
    "de": "ich nicht und ist das wo wer wie etwas nur sein auch nach von selbst kommt wir ihr sie für",
}
#: For each of these words which of `LANGUAGES` it speaks for.
_VOTES = {
    word.encode("latin-1"): LANGUAGES.index(language)
    for language, words in _WORDS.items()
    for word in words.split()
}
_SAMPLE_CHARS, _LINGUA_CHARS = 600, 300
#: Of shorter samples lingua is less sure than what the writer said otherwise; and it reads five times the models for less
#: than 120 letters and blanks.
_LINGUA_SURE = 160
_SAMPLE_TEXTS = 40
_CONFIDENT = 0.6
_NEAR = frozenset({"nb", "nn", "da"})
#: So many messages of a sender must have said their language before it is taken for the others.
_HEARD = 5
#: So many words of a text vote.
_VOTING = 60


def vote(lowered: str) -> str | None:
    """The language that frequent words of a lower-case text speak for; None if they do not decide."""
    (found,) = _decided(_votes(Lowered([lowered]))).tolist()
    return LANGUAGES[found] if found >= 0 else None


def _votes(lowered: Lowered) -> npt.NDArray[np.int64]:
    """How often each of `LANGUAGES` (columns) is spoken for in each text."""
    words, many, size = lowered.words, len(lowered.texts), len(LANGUAGES)
    spoken = np.fromiter((_VOTES.get(word, -1) for word in words.vocabulary), np.int64, len(words.vocabulary))
    said = spoken[words.which]
    heard = np.flatnonzero(said >= 0)
    texts = np.searchsorted(words.starts, heard, "right") - 1
    early = heard - words.starts[texts] < _VOTING
    return np.bincount(texts[early] * size + said[heard[early]], minlength=many * size).reshape(many, size)


def _decided(votes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each row which of `LANGUAGES` wins; -1 if none does."""
    runner_up, most = np.partition(votes, -2, axis=1)[:, -2:].T
    return np.where((most >= 2) & (most >= 2 * runner_up), votes.argmax(axis=1), -1)


def of_sample(texts: Iterable[str]) -> str:
    """The language of what one person wrote: by vote, else by lingua, else `und`."""
    sample = _joined(texts)
    return vote(sample.lower()) or _by_lingua(sample[:_LINGUA_CHARS])


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(text[:_SAMPLE_CHARS] for text in texts)[:_SAMPLE_CHARS]


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
        self._in_conversation: dict[Speaker, int] = {}
        self._in_item: dict[Hashable, int] = {}

    def languages(
        self, speakers: Sequence[Speaker], which: Sequence[int], texts: Sequence[str], lowered: Lowered
    ) -> list[str]:
        """The language of each text, said by `speakers[which]`; `lowered` is `texts` in lower case."""
        votes, by = _votes(lowered), np.asarray(which, np.int64)
        found = _decided(votes)
        silent = np.flatnonzero(found < 0)
        asked, of = np.unique(by[silent], return_inverse=True)
        rows: dict[Speaker, int] = {}
        row_of = np.array([rows.setdefault(speakers[n], len(rows)) for n in asked.tolist()], np.int64)[of]
        if rows.keys() - self._in_conversation.keys():
            heard = np.zeros((len(rows), len(LANGUAGES)), np.int64)
            np.add.at(heard, row_of, votes[silent])
            unsure = self._by_votes(rows, _decided(heard).tolist())
            if unsure:
                samples: list[list[str]] = [[] for _row in rows]
                for n, row in zip(silent.tolist(), row_of.tolist(), strict=True):
                    if len(samples[row]) < _SAMPLE_TEXTS:
                        samples[row].append(texts[n])
                said = [(speakers[n][0], language) for n, language in zip(which, found.tolist(), strict=True)]
                self._by_samples(unsure, samples, _majorities(unsure, said))
        there, at_all = self._in_conversation, self._in_item
        told = [there[one] if there[one] >= 0 else at_all[one[0]] for one in rows]
        found[silent] = np.array(told, np.int64)[row_of]
        return [LANGUAGES[n] for n in found.tolist()]

    def _by_votes(self, rows: dict[Speaker, int], decided: Sequence[int]) -> dict[Hashable, list[int]]:
        """Only what did not speak for itself is asked: who writes two languages is judged by what is in question. Gives the
        rows of those writers whom no vote decides."""
        unsure: dict[Hashable, list[int]] = {}
        for speaker, row in rows.items():
            if speaker not in self._in_conversation:
                self._in_conversation[speaker] = decided[row]
                if decided[row] < 0 and speaker[0] not in self._in_item:
                    unsure.setdefault(speaker[0], []).append(row)
        return unsure

    def _by_samples(
        self, unsure: dict[Hashable, list[int]], samples: list[list[str]], said: dict[Hashable, int]
    ) -> None:
        for writer, rows in unsure.items():
            sample = sorted((text for row in rows for text in samples[row]), key=len, reverse=True)
            if writer in said and len(_joined(sample)) < _LINGUA_SURE:
                self._in_item[writer] = said[writer]
                continue
            language = of_sample(sample)
            self._in_item[writer] = (
                said.get(writer, _UNDECIDED) if language == UNDECIDED else LANGUAGES.index(language)
            )


def _majorities(writers: Container[Hashable], said: Iterable[tuple[Hashable, int]]) -> dict[Hashable, int]:
    """The language of two thirds of what a writer said in one, where that is enough."""
    heard: dict[Hashable, Counter[int]] = {}
    for writer, language in said:
        if language >= 0 and writer in writers:
            heard.setdefault(writer, Counter())[language] += 1
    found = {}
    for writer, counts in heard.items():
        ((most, count),) = counts.most_common(1)
        if counts.total() >= _HEARD and 3 * count >= 2 * counts.total():
            found[writer] = most
    return found
