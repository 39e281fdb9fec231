"""Where in a text a query was found, and the piece of the text around it.

The index says which texts match; the places are found again in the text itself, by the same rules: words through the same
stemmers, phrases and substrings character by character. Regular expressions here are made from plain words only, so they
take time proportional to the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from safelight.catalog.fulltext_grams import digits_of
from safelight.catalog.fulltext_language import STEMMED
from safelight.catalog.fulltext_query import Every, Fuzzy, Node, Not, Phrase, Some, Substring, Word
from safelight.catalog.fulltext_schema import ANALYZERS, clean

#: Characters of a piece of text around a place, and of those before it.
WIDTH, BEFORE = 260, 90
_WORD = r"[^\W_]"
_WORDS = re.compile(f"{_WORD}+")
_BETWEEN_DIGITS = r"[ \-./()\u00a0\u2011]*"


@dataclass(frozen=True, slots=True)
class Place:
    """Characters from `start` to before `end` of a text as it was stored."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text, and whether it is what was looked for."""

    text: str
    found: bool = False


def places(node: Node, text: str, language: str) -> list[Place]:
    """Every place where a part of the query stands, in order, none overlapping another."""
    cleaned = clean(text)
    if cleaned == text:
        found = sorted(set(_places(node, text, language)))
    else:
        offsets = _offsets(text)
        found = sorted({(offsets[start], offsets[end]) for start, end in _places(node, cleaned, language)})
    kept: list[Place] = []
    for start, end in found:
        if kept and start < kept[-1].end:
            if end > kept[-1].end:
                kept[-1] = Place(kept[-1].start, end)
        else:
            kept.append(Place(start, end))
    return kept


def excerpt(text: str, found: list[Place], width: int = WIDTH) -> tuple[Segment, ...]:
    """The piece of a text around the first place, in segments; `…` stands for what is left out."""
    first = found[0].start if found else 0
    start = 0 if len(text) <= width else max(0, min(first - min(BEFORE, width // 3), len(text) - width))
    end = min(len(text), start + width)
    if start:
        blank = text.find(" ", start, first)
        start = blank + 1 if blank >= 0 else start
    if end < len(text):
        blank = text.rfind(" ", max(start, end - 30), end)
        end = blank if blank > first else end
    segments, at = [Segment("…")] if start else [], start
    for place in found:
        if place.start >= end:
            break
        if place.start > at:
            segments.append(Segment(text[at : place.start]))
        at = min(place.end, end)
        segments.append(Segment(text[place.start : at], True))
    if at < end:
        segments.append(Segment(text[at:end]))
    if end < len(text):
        segments.append(Segment("…"))
    return tuple(segments)


def _places(node: Node, text: str, language: str) -> Iterator[tuple[int, int]]:
    if isinstance(node, Word):
        yield from _word(node.text, text, language)
    elif isinstance(node, Phrase):
        joined = r"[\W_]+".join(re.escape(word) for word in node.words)
        yield from _spans(f"(?<!{_WORD}){joined}" + (f"{_WORD}*" if node.prefix else f"(?!{_WORD})"), text)
    elif isinstance(node, Fuzzy):
        for match in _WORDS.finditer(text):
            if _near(match[0].lower(), node.word, node.distance):
                yield match.span()
    elif isinstance(node, Substring):
        yield from _spans(r"\s+".join(re.escape(part) for part in re.split(r"\s+", node.text)), text)
        digits = digits_of(node.text)
        if digits:
            yield from _spans(_BETWEEN_DIGITS.join(digits), text)
    elif isinstance(node, Every | Some):
        for part in node.parts:
            yield from _places(part, text, language)
    else:
        assert isinstance(node, Not)


def _word(word: str, text: str, language: str) -> Iterator[tuple[int, int]]:
    """Words with the same stem. Stems differ from words at their end, so only words that begin alike are stemmed."""
    for name in STEMMED.get(language, ("plain",)):
        analyzer = ANALYZERS[name]
        wanted = analyzer.analyze(word)
        if not wanted:
            continue
        begin = re.escape(wanted[0][: max(2, len(wanted[0]) - 2)])
        for match in re.finditer(f"(?<!{_WORD}){begin}{_WORD}*", text, re.IGNORECASE):
            if analyzer.analyze(match[0]) == wanted:
                yield match.span()


def _spans(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(pattern, text, re.IGNORECASE):
        yield match.span()


def _near(one: str, other: str, most: int) -> bool:
    """Whether two words differ by at most so many letters added, left out, changed or swapped with their neighbour."""
    if abs(len(one) - len(other)) > most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for n, left in enumerate(one, 1):
        older, before, row = before, row, [n]
        for m, right in enumerate(other, 1):
            cost = min(before[m] + 1, row[m - 1] + 1, before[m - 1] + (left != right))
            if n > 1 and m > 1 and left == other[m - 2] and one[n - 2] == right:
                cost = min(cost, older[m - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return False
    return row[-1] <= most


def _offsets(text: str) -> list[int]:
    """For each character of the cleaned text where it begins in the text as stored; and the end."""
    found: list[int] = []
    clusters: list[tuple[int, str]] = []
    for at, char in enumerate(text):
        if clusters and unicodedata.combining(char):
            clusters[-1] = (clusters[-1][0], clusters[-1][1] + char)
        else:
            clusters.append((at, char))
    for at, cluster in clusters:
        found += [at] * len(clean(cluster))
    return [*found, *[len(text)] * (1 + max(0, len(clean(text)) - len(found)))]
