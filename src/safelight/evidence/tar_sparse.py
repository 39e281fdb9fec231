"""Sparse tar members: only what is not zero lies in the archive, and a map says where it belongs."""

from __future__ import annotations

import io
from bisect import bisect_right

from safelight.evidence.bounds import Expansion, expansion_of
from safelight.evidence.model import EvidenceError
from safelight.evidence.stream import RandomAccess, read_exactly, read_up_to
from safelight.evidence.tar_header import BLOCK, Member
from safelight.evidence.unpacked import DECODER_ERRORS, as_failure

#: Pieces of one sparse member.
_MOST_PAIRS = 1 << 20


def sparse_map(stream: io.RawIOBase, member: Member) -> tuple[list[tuple[int, int]], int]:
    """The (offset, size) pairs of a sparse member, and where its data begins. Raises EvidenceError."""
    assert member.sparse is not None
    if not member.sparse.in_data:
        return member.sparse.pairs, member.data
    lines, position = b"", member.data

    def number() -> int:
        nonlocal lines, position
        while b"\n" not in lines[:32]:
            block = read_up_to(stream, position, BLOCK)
            if len(block) < BLOCK or position >= member.end or len(lines) > 32:
                raise EvidenceError("corrupt", "the sparse map ends early")
            lines, position = lines + block, position + BLOCK
        line, _, lines = lines.partition(b"\n")
        if not line.isdigit():
            raise EvidenceError("corrupt", "the sparse map is damaged")
        return int(line)

    count = number()
    if count > _MOST_PAIRS:
        raise EvidenceError("limit", f"a sparse map of {count} pieces")
    return [(number(), number()) for _ in range(count)], position


class SparseStream(RandomAccess):
    """A sparse member as it was on its disk: `size` bytes, zero where the map has nothing."""

    def __init__(self, below: io.RawIOBase, pairs: list[tuple[int, int]], start: int, size: int) -> None:
        super().__init__(size)
        self._below = below
        self._offsets: list[int] = []
        self._pieces: list[tuple[int, int, int]] = []
        reached = 0
        for offset, length in pairs:
            if offset < reached or offset + length > size:
                raise EvidenceError("corrupt", "the sparse map is not in order")
            if length:
                self._offsets.append(offset)
                self._pieces.append((offset, length, start))
            reached, start = offset + length, start + length

    @property
    def expansion(self) -> Expansion:
        return expansion_of(self._below)

    def read_at(self, offset: int, size: int) -> bytes:
        out = bytearray(size)
        piece = max(0, bisect_right(self._offsets, offset) - 1)
        try:
            while piece < len(self._pieces) and self._pieces[piece][0] < offset + size:
                first, length, place = self._pieces[piece]
                begin, end = max(first, offset), min(first + length, offset + size)
                if begin < end:
                    out[begin - offset : end - offset] = read_exactly(
                        self._below, place + begin - first, end - begin
                    )
                piece += 1
        except DECODER_ERRORS as error:
            raise as_failure(error) from error
        return bytes(out)
