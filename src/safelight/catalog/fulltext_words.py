"""Lower-case texts of many messages at once: their words, and the stems of these as they stand in `tags`.

Tantivy's stemmers would work as often as a word is written, in Norwegian twice; here each word is stemmed once and
remembered. A text lies here as one byte for each character (Latin-1, as nearly all that is written here); all texts of a
batch are cut together, so that neither Python nor an analyzer takes a step for a single word. What comes out is what the
analyzers give that queries are cut with: these stem every word when it is first seen, and cut the texts that have letters
beyond Latin-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from safelight.catalog.fulltext_schema import ANALYZERS, stem_tag

#: Whether a character of Latin-1 belongs to a word (a letter or a number).
LETTERS: Final = np.array([chr(code).isalnum() for code in range(256)])
#: More words than this are not remembered: numbers and misspellings do not come again.
_MOST_WORDS = 300_000


class Lowered:
    """Texts in lower case. `wide` are the places of those with characters beyond Latin-1, `foreign` of those where such a
    character is one of a word. In `codes` every text lies with a blank behind it and `?` for what is beyond Latin-1, the
    first character of each at `starts`, which ends with the number of all.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.wide = [n for n, text in enumerate(texts) if not text.isascii() and not _is_latin(text)]
        self.foreign = [n for n in self.wide if any(map(_is_foreign_letter, set(texts[n])))]
        self.codes = np.frombuffer(" ".join([*texts, ""]).encode("latin-1", "replace"), np.uint8)
        self.starts = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1, out=self.starts[1:])

    def runs(self, inside: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Where runs of `codes` that are `inside` begin and end (two columns), and the first run of each text; the latter
        ends with the number of all. The blank behind a text is not inside."""
        edges = np.flatnonzero(np.diff(inside, prepend=False, append=False)).reshape(-1, 2)
        return edges, np.searchsorted(edges[:, 0], self.starts)

    @cached_property
    def words(self) -> Words:
        """The words of each text, cut at what is no letter or number of Latin-1."""
        inside = LETTERS[self.codes]
        edges, starts = self.runs(inside)
        ends = np.zeros(len(edges) + 1, np.int32)
        np.cumsum(edges[:, 1] - edges[:, 0], out=ends[1:])
        letters = self.codes[inside]
        flat = pa.BinaryArray.from_buffers(
            pa.binary(), len(edges), [None, pa.py_buffer(ends), pa.py_buffer(letters)]
        )
        coded = flat.dictionary_encode()
        return Words(coded.dictionary.to_pylist(), coded.indices.to_numpy(), starts.astype(np.int32))


@dataclass(frozen=True, slots=True)
class Words:
    """Every different word (Latin-1), which of them stand in all texts one behind another, and where each text begins among
    these (ends with the number of all)."""

    vocabulary: list[bytes]
    which: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int32]


class Stems(dict[bytes, str]):
    """For a word (Latin-1) what stands in `tags` for it, by one of the stemmers; nothing for words that are too long."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._analyze = name, ANALYZERS[name].analyze

    def __missing__(self, word: bytes) -> str:
        found = self._cut(word.decode("latin-1"))
        if len(self) < _MOST_WORDS:
            self[word] = found
        return found

    def of(self, lowered: Lowered, asked: npt.NDArray[np.int64]) -> list[str]:
        """What stands in `tags` for the words of each text that is asked for (its place, in order), between blanks."""
        words = lowered.words
        chosen = pa.ListArray.from_arrays(words.starts, words.which).take(pa.array(asked))
        which = chosen.flatten().to_numpy()
        used = np.zeros(len(words.vocabulary), bool)
        used[which] = True
        stems = pa.array([self[words.vocabulary[n]] for n in np.flatnonzero(used).tolist()], pa.string())
        said = stems.take(pa.array((np.cumsum(used) - 1)[which]))
        joined: list[str] = pc.binary_join(pa.ListArray.from_arrays(chosen.offsets, said), " ").to_pylist()
        if lowered.foreign:
            places = {place: n for n, place in enumerate(asked.tolist())}
            for n in lowered.foreign:
                if n in places:
                    joined[places[n]] = self._cut(lowered.texts[n])
        return joined

    def _cut(self, text: str) -> str:
        return " ".join(stem_tag(self._name, stem) for stem in self._analyze(text))


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _is_foreign_letter(char: str) -> bool:
    return char > "\xff" and bool(ANALYZERS["plain"].analyze(char))
