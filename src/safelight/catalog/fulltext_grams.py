"""Every three characters in a row: how texts and substrings become grams.

Texts are folded first: a run of blanks is one character that no tokenizer cuts at. Digits that are set apart by blanks,
dots, dashes or brackets follow once more without these, behind a character that stands in no query.
"""

from __future__ import annotations

import re
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from safelight.catalog.fulltext_schema import BLANK
from safelight.catalog.fulltext_words import Lowered

#: Stands between a text and the digits that follow it.
_APART = "\x1e"
_SPACES = re.compile(r"\s+")
_BETWEEN = " -./()\u00a0\u2011"
_DIGITS = re.compile(rf"\+?\d[\d{re.escape(_BETWEEN)}]{{3,}}\d")
_NUMBER = re.compile(rf"\+?[\d{re.escape(_BETWEEN)}]+")
_NOT_DIGITS = re.compile(r"[^\d]")
_SEPARATED = re.compile(rf"[{re.escape(_BETWEEN)}]")
_IS_DIGIT, _IN_NUMBER, _IS_SHOWN = (
    np.array([holds(chr(code)) for code in range(256)])
    for holds in (
        str.isdecimal,
        lambda char: char.isdecimal() or char in _BETWEEN,
        lambda char: not char.isspace(),
    )
)
_LEAST_NUMBER = 5


def grams_of(lowered: Lowered) -> list[str]:
    """Grams of lower-case texts, each gram at the position where it begins, separated by blanks."""
    shown = _IS_SHOWN[lowered.codes]
    words, starts = lowered.runs(shown)
    sizes, many = np.zeros(len(words) + 1, np.int64), np.diff(starts)
    np.cumsum(words[:, 1] - words[:, 0], out=sizes[1:])
    ends = np.cumsum(np.diff(sizes[starts]) + np.maximum(many - 1, 0))
    blanks = np.delete(words[:, 0], starts[:-1][many > 0]) - 1
    shown[blanks] = True
    codes = lowered.codes.copy()
    codes[blanks] = ord(BLANK)
    found = _laid_out(codes[shown], ends.tolist(), "latin-1")
    apart = sorted({*lowered.wide, *_with_numbers(lowered)})
    folded = [_folded(lowered.texts[n]) for n in apart]
    characters = np.frombuffer("".join(folded).encode("utf-32-le", "surrogatepass"), np.uint32)
    for n, grams in zip(
        apart, _laid_out(characters, list(accumulate(map(len, folded))), "utf-32-le"), strict=True
    ):
        found[n] = grams
    return found


def _laid_out(
    codes: npt.NDArray[np.uint8] | npt.NDArray[np.uint32], ends: list[int], encoding: str
) -> list[str]:
    """All texts at once: a gram and a blank for each character, which numpy does ten times as fast as a loop."""
    laid = np.full((max(len(codes) - 2, 0), 4), ord(" "), codes.dtype)
    for n in range(3):
        laid[:, n] = codes[n : n + len(laid)]
    text = laid.tobytes().decode(encoding, "surrogatepass")
    found, start = [], 0
    for end in ends:
        found.append(text[4 * start : 4 * end - 9] if end - start > 2 else "")
        start = end
    return found


def _with_numbers(lowered: Lowered) -> list[int]:
    """Texts of Latin-1 that may hold a number with something between its digits."""
    inside = _IN_NUMBER[lowered.codes]
    inside[lowered.starts[1:] - 1] = False
    edges, _starts = lowered.runs(inside)
    long = edges[edges[:, 1] - edges[:, 0] >= _LEAST_NUMBER]
    if not len(long):
        return []
    digits = np.add.reduceat(_IS_DIGIT[lowered.codes], long.reshape(-1), dtype=np.int64)[::2]
    places: list[int] = np.unique(np.searchsorted(lowered.starts, long[digits >= 2, 0], "right") - 1).tolist()
    return places


def _folded(lowered: str) -> str:
    folded = BLANK.join(lowered.split())
    for run in _DIGITS.findall(lowered):
        if _SEPARATED.search(run):
            folded += _APART + _NOT_DIGITS.sub("", run)
    return folded


def gram_phrase(wanted: str) -> list[tuple[int, str]]:
    """What `wanted` (at least three characters) is in grams, with their positions: every second one and the last. As few as
    cover it leave more texts whose positions must be looked at, and all of them more lists to follow.
    """
    folded = _SPACES.sub(BLANK, wanted)
    starts = [*range(0, len(folded) - 2, 2)]
    if starts[-1] != len(folded) - 3:
        starts.append(len(folded) - 3)
    return [(start, folded[start : start + 3]) for start in starts]


def digits_of(wanted: str) -> str | None:
    """The digits of a number that was written with separators; None if it is something else."""
    if _NUMBER.fullmatch(wanted) is None:
        return None
    digits = _NOT_DIGITS.sub("", wanted)
    return digits if len(digits) >= 3 else None
