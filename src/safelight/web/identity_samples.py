"""Texts of both accounts that evidence of writing rests on, side by side, each with the way into its conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import quote, urlencode

from safelight.access.identities import Piece, account_of
from safelight.access.identity_traces import TraceLine, lines
from safelight.access.neutral import visible
from safelight.access.reading import Reading
from safelight.identities.reading import Weighed

#: Kinds whose traces are texts that were written, in the order in which they are looked through.
WRITTEN = ("style", "languages")
#: Rows of samples, and letters of one.
ROWS, LETTERS = 4, 280


@dataclass(frozen=True, slots=True)
class Bit:
    """A piece of a text; `marked` where it carries the style."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One text, cut to what fits, and where it is read."""

    bits: tuple[Bit, ...]
    line: TraceLine
    open: str


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A text of each of the two; None where one has fewer."""

    a: Sample | None
    b: Sample | None


def place(line: TraceLine) -> str:
    """Where a trace is read: its line in its conversation, else its item."""
    if line.conversation and line.table in ("messages", "calls", "memberships"):
        return f"/conversations/{quote(line.conversation, safe='')}?{urlencode({'at': line.trace_id})}"
    return f"/items/{quote(line.item_id, safe='')}"


def samples(reading: Reading, found: Weighed) -> list[SampleRow]:
    """Rows of texts; none where no evidence of writing names any."""
    pieces = [one.piece for kind in WRITTEN for one in found.reasons if one.piece.kind == kind]
    wanted = list(dict.fromkeys(trace for piece in pieces for trace in piece.traces))
    there = lines(reading, wanted)
    habits = tuple(dict.fromkeys(word for piece in pieces for word in _habits(piece)))
    mine: tuple[list[Sample], list[Sample]] = ([], [])
    for trace in wanted:
        line = there.get(trace)
        if line is None or line.table != "messages" or not line.what:
            continue
        for n, tenure in enumerate((found.a, found.b)):
            if line.account == account_of(tenure.id) and len(mine[n]) < ROWS:
                mine[n].append(Sample(_bits(line.what, habits), line, place(line)))
    return [SampleRow(a, b) for a, b in zip_longest(*mine)]


def _habits(piece: Piece) -> list[str]:
    """What both often write and few others, as the evidence of style names it."""
    found = piece.detail.get("habits")
    if not isinstance(found, list):
        return []
    return [
        one["written"].strip()
        for one in found
        if isinstance(one, dict) and isinstance(one.get("written"), str)
    ]


def _bits(text: str, marked: Sequence[str]) -> tuple[Bit, ...]:
    """The text with what carries the style marked; longer ones end with an ellipsis."""
    shown = visible(text if len(text) <= LETTERS else text[:LETTERS] + " …")
    found = [part for part in sorted((visible(one) for one in marked), key=len, reverse=True) if part]
    if not found:
        return (Bit(shown),)
    pieces = re.split(f"({'|'.join(_whole(part) for part in found)})", shown, flags=re.IGNORECASE)
    return tuple(Bit(piece, n % 2 == 1) for n, piece in enumerate(pieces) if piece)


def _whole(part: str) -> str:
    """A pattern of exactly this; what begins or ends like a word is no part of a longer one."""
    before = r"(?<!\w)" if part[0].isalnum() else ""
    after = r"(?!\w)" if part[-1].isalnum() else ""
    return before + re.escape(part) + after
