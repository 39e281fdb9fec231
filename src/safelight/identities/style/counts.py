"""Counts of what stands in masked messages: short runs of characters, and runs of words, each as a hashed number.

The runs are hashed and counted whole arrays at a time: scikit-learn's HashingVectorizer walks them one by one in Python,
which took 40 times as long for the same counts (a million messages in minutes instead of seconds).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from safelight.identities.style.text import MASK, WORD

Ids = npt.NDArray[np.uint32]

BITS = 18
SPACE = 1 << BITS
_KEEP = np.uint32(SPACE - 1)
#: What stands between words: figures, runs of marks, ends of messages.
_MARKS = re.compile(r"\d+|[^\w\s]+|_+|\n")
#: Words remembered at most, so that a hostile text cannot fill the memory.
_REMEMBERED = 500_000
_LINE = 10


def _mix(hashes: Ids, seed: int) -> Ids:
    """Spread 32-bit hashes (the finishing steps of MurmurHash3) and cut them to the space."""
    hashes = hashes + np.uint32(seed * 0x9E3779B1 & 0xFFFFFFFF)
    hashes ^= hashes >> np.uint32(16)
    hashes *= np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(16)
    return hashes & _KEEP


def _runs(symbols: Ids, ends: npt.NDArray[np.bool_], sizes: Sequence[int], seed: int) -> Ids:
    """Hashed runs of symbols; none reaches past an end, though it may begin or finish with one."""
    found = []
    for size in sizes:
        length = len(symbols) - size + 1
        if length <= 0:
            continue
        hashes = np.zeros(length, np.uint32)
        broken = np.zeros(length, np.bool_)
        for place in range(size):
            hashes = (hashes ^ symbols[place : place + length]) * np.uint32(0x01000193)
            hashes ^= hashes >> np.uint32(15)
            if 0 < place < size - 1:
                broken |= ends[place : place + length]
        if size > 1:
            broken |= ends[:length] & ends[size - 1 :]
        found.append(_mix(hashes[~broken], seed + size))
    return np.concatenate(found) if found else np.zeros(0, np.uint32)


def _hash(token: str) -> int:
    return _LINE if token == "\n" else zlib.crc32(token.encode("utf-8", "replace")) | 0x10000


class Counter:
    """Counts masked messages. `kept`: the words (lower case) that stay readable.

    Every other word is masked down to its last two letters: the ending is grammar and stays, the stem is topic and goes.
    """

    def __init__(self, kept: Collection[str]) -> None:
        self.kept = frozenset(kept)
        self._words: dict[str, tuple[str, int]] = {}
        self._gaps: dict[str, tuple[int, ...]] = {}

    def _word(self, word: str) -> tuple[str, int]:
        """How it stands among characters, and its number among words, where a masked one is but a shape."""
        if word.lower() in self.kept:
            known = word, _hash(word)
        else:
            known = MASK + word[-2:], _hash(MASK + ("X" if word[0].isupper() else "x"))
        if len(self._words) < _REMEMBERED:
            self._words[word] = known
        return known

    def _gap(self, gap: str) -> tuple[int, ...]:
        known = tuple(_hash(token) for token in _MARKS.findall(gap))
        if len(self._gaps) < _REMEMBERED:
            self._gaps[gap] = known
        return known

    def __call__(self, texts: Sequence[str]) -> dict[str, Ids]:
        """By view, the hashed number of everything that stands in the texts.

        `characters`: runs of one to four, case kept. `words`: runs of one to three words and marks. The ends of a
        message count as one of either.
        """
        if not texts:
            return {view: np.zeros(0, np.uint32) for view in VIEWS}
        parts = WORD.split("\n" + "\n\n".join(text.replace("\n", " ") for text in texts) + "\n")
        known, gaps = self._words, self._gaps
        tokens: list[int] = []
        for place in range(0, len(parts) - 1, 2):
            gap, word = parts[place], parts[place + 1]
            if gap != " ":
                tokens.extend(gaps[gap] if gap in gaps else self._gap(gap))
            parts[place + 1], number = known[word] if word in known else self._word(word)
            tokens.append(number)
        tokens.extend(self._gap(parts[-1]))
        letters = np.frombuffer("".join(parts).encode("utf-32-le", "replace"), dtype=np.uint32)
        symbols = np.array(tokens, dtype=np.uint32)
        return {
            "characters": _runs(letters * np.uint32(0x9E3779B1), letters == _LINE, (1, 2, 3, 4), 100),
            "words": _runs(symbols, symbols == _LINE, (1, 2, 3), 200),
        }


#: The views of a text: each counts something else and becomes a vector of its own.
VIEWS = ("characters", "words")
