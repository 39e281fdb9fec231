"""Which deleted rows still lie in a database's bytes: their records are computed and searched for.

A record is written as in https://www.sqlite.org/fileformat.html section 2.1. When a cell is freed, its first four bytes
become the header of a free block (section 1.6), so those are not asked for: all else must be there, in one piece.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

Value = int | float | str | bytes | None
Key = TypeVar("Key")

#: Bytes at the beginning of a cell that freeing it overwrites.
_FREE_BLOCK_HEADER = 4
#: Bytes of a needle by which places are looked up before the whole of it is compared.
_ANCHOR = 8
#: Bytes of a file that are looked through at once.
_PIECE = 1 << 22


def varint(number: int) -> bytes:
    """A number of the format: seven bits a byte, the highest first; up to 2**56 (all that occurs here)."""
    out = [number & 0x7F]
    while number := number >> 7:
        out.append(number & 0x7F | 0x80)
    return bytes(reversed(out))


def _serial(value: Value) -> tuple[int, bytes]:
    if value is None:
        return 0, b""
    if isinstance(value, float):
        if value != int(value):
            return 7, struct.pack(">d", value)
        value = int(value)  # columns of real numbers keep whole ones as integers
    if isinstance(value, int):
        if value in (0, 1):
            return 8 + value, b""
        for kind, size in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 8)):
            if -(1 << size * 8 - 1) <= value < 1 << size * 8 - 1:
                return kind, value.to_bytes(size, "big", signed=True)
    if isinstance(value, bytes):
        return 12 + 2 * len(value), value
    text = str(value).encode()
    return 13 + 2 * len(text), text


def record(values: Sequence[Value]) -> bytes:
    """The record of a row: header and body. An INTEGER PRIMARY KEY stands in it as NULL."""
    parts = [_serial(value) for value in values]
    types = b"".join(varint(kind) for kind, _ in parts)
    size = len(types) + 1
    if size > 127:
        size += 1
    return varint(size) + types + b"".join(body for _, body in parts)


def needle(rowid: int, values: Sequence[Value], page: int) -> bytes:
    """What must be found of a deleted row; of a long one what lies on its own page (section 1.6: overflow)."""
    whole = record(values)
    head = len(varint(len(whole))) + len(varint(rowid))
    if len(whole) > page - 35:
        least = (page - 12) * 32 // 255 - 23
        local = least + (len(whole) - least) % (page - 4)
        whole = whole[: local if local <= page - 35 else least]
    return whole[max(0, _FREE_BLOCK_HEADER - head) :]


def _anchor(sought: bytes) -> int:
    """Where in a needle its most telling bytes begin."""
    return max(range(len(sought) - _ANCHOR + 1), key=lambda at: len(set(sought[at : at + _ANCHOR])))


def found(files: Iterable[Path], needles: Mapping[Key, bytes]) -> set[Key]:
    """The keys of those needles that lie in one of the files."""
    wanted: dict[bytes, list[tuple[Key, int, bytes]]] = {}
    for key, sought in needles.items():
        at = _anchor(sought)
        wanted.setdefault(sought[at : at + _ANCHOR], []).append((key, at, sought))
    out: set[Key] = set()
    if not wanted:
        return out
    anchors = np.sort(np.frombuffer(b"".join(wanted), dtype=">u8").astype(np.uint64))
    for file in files:
        data = file.read_bytes()
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE + _ANCHOR - 1]
            if len(piece) < _ANCHOR:
                continue
            raw = np.frombuffer(piece, dtype=np.uint8).astype(np.uint64)
            windows = np.zeros(len(raw) - _ANCHOR + 1, dtype=np.uint64)
            for nth in range(_ANCHOR):
                windows = (windows << np.uint64(8)) | raw[nth : nth + len(windows)]
            places = np.searchsorted(anchors, windows)
            hits = np.flatnonzero(anchors[np.minimum(places, len(anchors) - 1)] == windows)
            for hit in hits.tolist():
                for key, at, sought in wanted[piece[hit : hit + _ANCHOR]]:
                    begin = start + hit - at
                    if key not in out and begin >= 0 and data[begin : begin + len(sought)] == sought:
                        out.add(key)
    return out
