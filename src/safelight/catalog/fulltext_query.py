"""The query language of search, parsed into a small tree.

| written | finds |
| --- | --- |
| `toget snø` | both words, in any form that their language's stemmer knows |
| `"neste tog"` | these words in a row, as they are spelled |
| `lok*`, `"tog 4*"` | words (the last of several in a row) that begin so |
| `finse~`, `finse~2` | words that differ by one (two) letters added, left out, changed or swapped |
| `/482-11/`, `contains:"482 11"` | these characters in a row, also inside words; three at least. Numbers are found with |
| | and without blanks, dots and dashes between their digits |
| `tog OR bane`, `-buss`, `NOT buss`, `(tog OR bane) snø` | either, not, and grouping |

Capitals do not matter. Letters keep their marks: `a` does not find `å`, but `a~` may.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from safelight.catalog.fulltext_schema import ANALYZERS, clean
from safelight.errors import Refused
from safelight.messages import _

#: Fewer characters stand almost everywhere, and no gram is that short.
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Word:
    """One word in any of its forms."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row as spelled; `prefix`: the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word with so many letters wrong."""

    word: str
    distance: int


@dataclass(frozen=True, slots=True)
class Substring:
    """Characters in a row, in lower case."""

    text: str


@dataclass(frozen=True, slots=True)
class Every:
    """All of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: Node


Node: TypeAlias = Word | Phrase | Fuzzy | Substring | Every | Some | Not

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\)) | (?P<minus>-(?=[^\s)])) |
      contains:(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s")]+)) |
      "(?P<phrase>[^"]*)"(?P<star>\*)? |
      /(?P<between>[^/\s][^/]*)/(?=[\s)]|$) |
      (?P<word>[^\s()"]+)
    )""",
    re.VERBOSE,
)


def parse(text: str) -> Node | None:
    """The tree of a query; None for an empty one. Raises Refused for what cannot be read."""
    tokens = list(_tokens(text))
    if not tokens:
        return None
    node, rest = _some(tokens, 0, text)
    if rest != len(tokens):
        raise _unreadable(text, _("There is a closing bracket too many."))
    return node


def substring(text: str) -> Substring:
    """Characters in a row. Raises Refused if they are fewer than three."""
    wanted = clean(text).lower()
    if len(" ".join(wanted.split())) < SHORTEST:
        raise Refused(
            _("“%(text)s” is too short to be looked for inside words.") % {"text": text},
            _("Give at least three characters, or leave out the slashes to look for a word."),
        )
    return Substring(wanted)


def phrase(text: str, prefix: bool = False) -> Node:
    """Words in a row as spelled. What holds no letter or digit is looked for as characters."""
    words = tuple(ANALYZERS["plain"].analyze(clean(text)))
    return Phrase(words, prefix) if words else substring(text)


def word(text: str) -> Node:
    """One word as typed, with `*` or `~` behind it."""
    fuzzy = re.fullmatch(r"(.+)~([12]?)", text)
    if fuzzy is not None:
        words = ANALYZERS["plain"].analyze(clean(fuzzy[1]))
        if len(words) == 1:
            return Fuzzy(words[0], int(fuzzy[2] or 1))
        return phrase(fuzzy[1])
    if text.endswith("*") and len(text) > 1:
        return phrase(text.rstrip("*"), prefix=True)
    found = phrase(text)
    # A hyphenated word is several here, and must stand as it is written.
    return Word(found.words[0]) if isinstance(found, Phrase) and len(found.words) == 1 else found


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, _("A quotation mark is open."))
        at = match.end()
        kind = match.lastgroup or ""
        if kind == "star":
            found.append(("phrase*", match["phrase"]))
        else:
            found.append((kind, match[kind]))
    return found


def _some(tokens: list[tuple[str, str]], at: int, text: str) -> tuple[Node, int]:
    parts = []
    while True:
        part, at = _every(tokens, at, text)
        parts.append(part)
        if at >= len(tokens) or tokens[at] not in (("word", "OR"), ("word", "|")):
            return (parts[0] if len(parts) == 1 else Some(tuple(parts))), at
        at += 1


def _every(tokens: list[tuple[str, str]], at: int, text: str) -> tuple[Node, int]:
    parts: list[Node] = []
    while at < len(tokens) and tokens[at][0] != "close" and tokens[at] not in (("word", "OR"), ("word", "|")):
        if tokens[at] == ("word", "AND"):
            at += 1
            continue
        part, at = _one(tokens, at, text)
        parts.append(part)
    if not parts:
        raise _unreadable(text, _("A word is missing."))
    return (parts[0] if len(parts) == 1 else Every(tuple(parts))), at


def _one(tokens: list[tuple[str, str]], at: int, text: str) -> tuple[Node, int]:
    kind, value = tokens[at]
    if kind == "minus" or (kind, value) == ("word", "NOT"):
        if at + 1 >= len(tokens):
            raise _unreadable(text, _("A word is missing."))
        part, at = _one(tokens, at + 1, text)
        return Not(part), at
    if kind == "open":
        part, at = _some(tokens, at + 1, text)
        if at >= len(tokens) or tokens[at][0] != "close":
            raise _unreadable(text, _("A bracket is open."))
        return part, at + 1
    if kind == "close":
        raise _unreadable(text, _("There is a closing bracket too many."))
    if kind in ("quoted", "bare", "between"):
        return substring(value), at + 1
    if kind in ("phrase", "phrase*"):
        starred = kind == "phrase*" or value.endswith("*")
        return phrase(value, prefix=starred), at + 1
    return word(value), at + 1


def _unreadable(text: str, why: str) -> Refused:
    return Refused(_("“%(text)s” cannot be read as a query.") % {"text": text}, why)
