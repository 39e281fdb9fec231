"""A write-ahead log made the same every time: SQLite salts it with random numbers.

Format: https://www.sqlite.org/fileformat.html section 4: a header of 32 bytes, then frames of 24 bytes and one page.
"""

from __future__ import annotations

import struct

import numpy as np

_HEADER = 32
_FRAME = 24
_BIG = 0x377F0683


def _sums(data: bytes, first: int, second: int, big: bool) -> tuple[int, int]:
    """The running checksum over whole pairs of 32 bit words."""
    for one, other in np.frombuffer(data, dtype=">u4" if big else "<u4").reshape(-1, 2).tolist():
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


def settled(log: bytes, salt: int, library: int) -> bytes:
    """The same log with `salt` (64 bits) in place of SQLite's own, and `library` as version in pages 1; sums made anew."""
    magic, size = struct.unpack(">I4xI", log[:12])
    big = magic == _BIG
    salts = salt.to_bytes(8, "big")
    head = log[:16] + salts
    sums = _sums(head, 0, 0, big)
    out = [head, struct.pack(">II", *sums)]
    for at in range(_HEADER, len(log), _FRAME + size):
        start = log[at : at + 8]
        page = log[at + _FRAME : at + _FRAME + size]
        if int.from_bytes(start[:4], "big") == 1:
            page = page[:96] + library.to_bytes(4, "big") + page[100:]
        sums = _sums(start + page, *sums, big)
        out += [start, salts, struct.pack(">II", *sums), page]
    return b"".join(out)
