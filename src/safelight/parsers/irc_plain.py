"""Plain messages of a chunk of an IRC log, found by position instead of line by line.

In each style a message begins with a time of fixed width, so its parts are found with a few comparisons over all lines at
once, and the columns are cut out of the chunk's bytes without making a Python string of each. What does not fit exactly (odd
nicks, formatting, other lines) is left to the style's regular expression, which gives the same on all that fits: the tests
compare the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Places = npt.NDArray[np.int64]

_NICK: Final = re.compile(r"[ ~&@%+!]?([A-Za-z0-9_\[\]\\`^{}|][A-Za-z0-9_\[\]\\`^{}|-]*)", re.ASCII)
_LONGEST_NICK: Final = 64
_LF, _TAB, _SPACE = 10, 9, 32


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a message begins. `shape`: `d` a digit, `a` a letter, anything else itself."""

    shape: str
    time_begin: int
    time_end: int
    close: int
    """The byte behind the nick."""
    skips: bool
    """Whether one space or tab after that byte is no part of the text."""

    @staticmethod
    def of(shape: str, close: str = ">", *, skips: bool = True) -> Stamp:
        """From a shape; the time is what stands from its first digit or letter to its last."""
        begin = min(shape.find(one) for one in "da" if one in shape)
        return Stamp(shape, begin, shape.rfind("d") + 1, ord(close), skips)


@dataclass(slots=True)
class Plain:
    """The plain messages of a chunk, in columns; `at` are their lines, counted from 0, `rest` those of all other lines."""

    lines: int
    at: Places
    rest: list[int]
    times: pa.StringArray
    """All of one width."""
    names: pa.DictionaryArray
    texts: pa.StringArray
    controls: bool
    """Whether some line holds control characters other than tabs."""
    _data: bytes
    _begins: Places
    _ends: Places

    def others(self) -> str:
        """The lines of `rest`, each with its end."""
        begins, behind = self._begins[self.rest].tolist(), (self._ends[self.rest] + 1).tolist()
        return b"".join([self._data[begin:end] for begin, end in zip(begins, behind, strict=True)]).decode()


@cache
def _tables() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    digits, letters = np.zeros(256, bool), np.zeros(256, bool)
    digits[48:58] = True
    letters[65:91] = letters[97:123] = True
    return digits, letters


def plain_messages(text: str, stamps: tuple[Stamp, ...]) -> Plain:
    """Find them. `text` is whole lines, each ended by `\\n`; the stamp that fits most of the lines is taken."""
    data = text.encode()
    codes = np.frombuffer(data, np.uint8)
    controls = np.flatnonzero(codes < _SPACE)
    kinds = codes[controls]
    ends = controls[kinds == _LF]
    begins = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    odd = controls[(kinds != _LF) & (kinds != _TAB)]
    at, stamp = _stamped(codes, begins, ends, stamps)
    if stamp and len(at):
        return _cut(data, codes, begins, ends, at, stamp, odd)
    none = pa.array([], pa.string())
    nobody = none.dictionary_encode()
    rest = list(range(len(ends)))
    return Plain(len(ends), at, rest, none, nobody, none, len(odd) > 0, data, begins, ends)


def _stamped(
    codes: npt.NDArray[np.uint8], begins: Places, ends: Places, stamps: tuple[Stamp, ...]
) -> tuple[Places, Stamp | None]:
    digits, letters = _tables()
    best: tuple[Places, Stamp | None] = (np.zeros(0, np.int64), None)
    for stamp in stamps:
        fits = np.flatnonzero(ends - begins > len(stamp.shape))
        for offset, wanted in enumerate(stamp.shape):
            found = codes[begins[fits] + offset]
            if wanted == "d":
                fits = fits[digits[found]]
            elif wanted == "a":
                fits = fits[letters[found]]
            else:
                fits = fits[found == ord(wanted)]
        if len(fits) > len(best[0]):
            best = fits, stamp
        if 2 * len(fits) > len(begins):
            break
    return best


def _cut(
    data: bytes,
    codes: npt.NDArray[np.uint8],
    begins: Places,
    ends: Places,
    at: Places,
    stamp: Stamp,
    odd: Places,
) -> Plain:
    nick_begin = begins[at] + len(stamp.shape)
    closes = np.append(np.flatnonzero(codes == stamp.close), len(codes))
    nick_end = closes[np.searchsorted(closes, nick_begin)]
    good = (nick_end < ends[at]) & (nick_end > nick_begin) & (nick_end - nick_begin <= _LONGEST_NICK)
    if len(odd):
        marked = np.zeros(len(ends), bool)
        marked[np.searchsorted(ends, odd)] = True
        good &= ~marked[at]
    at, nick_begin, nick_end = at[good], nick_begin[good], nick_end[good]
    text_begin = nick_end + 1
    if stamp.skips:
        after = codes[text_begin]  # the line's end at the latest
        text_begin = text_begin + ((after == _SPACE) | (after == _TAB))
    cuts = np.empty((len(at), 6), np.int32)
    cuts[:, 0] = begins[at] + stamp.time_begin
    cuts[:, 1] = begins[at] + stamp.time_end
    cuts[:, 2] = nick_begin
    cuts[:, 3] = nick_end
    cuts[:, 4] = text_begin
    cuts[:, 5] = ends[at]
    names, known = _names(_column(data, cuts, 2))
    if known is not None:
        at, cuts = at[known], cuts[known]
    others = np.ones(len(ends), bool)
    others[at] = False
    rest = np.flatnonzero(others).tolist()
    times, texts = _column(data, cuts, 0), _column(data, cuts, 4)
    return Plain(len(ends), at, rest, times, names, texts, len(odd) > 0, data, begins, ends)


def _column(data: bytes, cuts: npt.NDArray[np.int32], first: int) -> Any:
    """The strings between two columns of cuts: the chunk is one array of strings, every sixth of which is taken."""
    if not len(cuts):
        return pa.array([], pa.string())
    pieces = pa.StringArray.from_buffers(cuts.size - 1, pa.py_buffer(cuts.tobytes()), pa.py_buffer(data))
    return pieces.take(pa.array(np.arange(first, cuts.size, 6)))


def _names(written: Any) -> tuple[Any, npt.NDArray[np.bool_] | None]:
    """Nicks without the sign of an operator, dictionary encoded; and which of them are plain, if not all are."""
    coded = written.dictionary_encode()
    found = [_NICK.fullmatch(one) for one in coded.dictionary.to_pylist()]
    names = pa.DictionaryArray.from_arrays(
        coded.indices, pa.array([match[1] if match else "" for match in found], pa.string())
    )
    if None not in found:
        return names, None
    known = np.array([match is not None for match in found], bool)[coded.indices.to_numpy()]
    return names.filter(pa.array(known)), known
