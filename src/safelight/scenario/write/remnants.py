"""Which deleted rows still lie in a database's bytes: their records are computed and searched for.

A record is written as in https://www.sqlite.org/fileformat.html section 2.1. When a cell is freed, its first four bytes
become the header of a free block (section 1.6), so those are not asked for: all else must be there, in one piece.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Value = int | float | str | bytes | None
Key = TypeVar("Key")

#: Bytes at the beginning of a cell that freeing it overwrites.
_FREE_BLOCK_HEADER = 4
#: Columns of real numbers keep whole ones of up to six bytes as integers.
_WHOLE = 1 << 47
#: Bytes of a needle by which places are looked up before the whole of it is compared.
_ANCHOR = 8
#: Windows of a file that are looked through at once.
_PIECE = 1 << 19


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
        if not value.is_integer() or not -_WHOLE <= value < _WHOLE:
            return 7, struct.pack(">d", value)
        value = int(value)
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


def _anchors(needles: Mapping[Key, bytes]) -> dict[bytes, list[tuple[Key, int, bytes]]]:
    """Each needle by its most telling bytes: those that the fewest other needles hold as well."""
    count: Counter[bytes] = Counter()
    for sought in needles.values():
        count.update({sought[at : at + _ANCHOR] for at in range(len(sought) - _ANCHOR + 1)})
    out: dict[bytes, list[tuple[Key, int, bytes]]] = {}
    for key, sought in needles.items():
        windows = [sought[at : at + _ANCHOR] for at in range(len(sought) - _ANCHOR + 1)]
        rarity = [(count[window], -len(set(window))) for window in windows]
        at = min(range(len(windows)), key=rarity.__getitem__)
        out.setdefault(windows[at], []).append((key, at, sought))
    return out


def found(files: Iterable[Path], needles: Mapping[Key, bytes]) -> set[Key]:
    """The keys of those needles that lie in one of the files."""
    wanted = _anchors(needles)
    out: set[Key] = set()
    if not wanted:
        return out
    anchors = np.frombuffer(b"".join(wanted), dtype="<u8")
    # Most windows are ruled out by the sum of their halves, before the rest is looked up.
    likely = np.zeros(1 << 16, dtype=bool)
    likely[_mixed(anchors)] = True
    for file in files:
        data = file.read_bytes()
        for shift in range(_ANCHOR):
            count = (len(data) - shift) // _ANCHOR
            if count <= 0:
                break
            windows = np.frombuffer(data, dtype="<u8", count=count, offset=shift)
            for start in range(0, count, _PIECE):
                piece = windows[start : start + _PIECE]
                for hit in np.flatnonzero(likely[_mixed(piece)]).tolist():
                    at = shift + (start + hit) * _ANCHOR
                    for key, before, sought in wanted.get(data[at : at + _ANCHOR], ()):
                        begin = at - before
                        if begin >= 0 and data[begin : begin + len(sought)] == sought:
                            out.add(key)
    return out


def _mixed(windows: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Sixteen bits that tell windows apart."""
    return (windows * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(48)
