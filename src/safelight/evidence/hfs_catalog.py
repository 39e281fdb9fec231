"""The catalog of an HFS+ or HFSX volume: a B-tree whose leaves hold every name, sorted by the folder that it is in.

Why our own reader: The Sleuth Kit compares each name of a folder with all before it (see `tsk_names`), and gives a
whole folder up over one record that it cannot take. libfshfs (pyfshfs) is quick, but with it items would change their
names (NUL as U+2400) and so their ids, hard links are not followed, a name with a lone surrogate cannot be asked for,
one damaged node costs the whole folder, and a damaged record is left out without a word. Here one pass over the linked
leaves gives a folder's names and says what is damaged; the bytes of the catalog still come from The Sleuth Kit, which
knows its extents.

Source: Apple Technical Note TN1150, *HFS Plus Volume Format* ("B-Trees", "Catalog File").
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

FOLDER, FILE, FOLDER_THREAD, FILE_THREAD = 1, 2, 3, 4

_CATALOG_FILE = 4  # its number
_DESCRIPTOR = struct.Struct(">IIbBHH")  # next, previous, kind, height, records
_HEADER = struct.Struct(">HIIIIH")  # depth, root, records, first and last leaf, bytes of a node
_KEY = struct.Struct(">HIH")  # length, folder, length of the name in UTF-16 units
_LEAF, _INDEX, _HEAD = -1, 0, 1
_DEEPEST = 16  # a tree of nodes of 512 bytes with 2^32 records has 12 levels
_SIGN = 100  # nodes between two signs of life
_LONGEST = 255  # UTF-16 units of a name
_SIZES = {FOLDER: 88, FILE: 248, FOLDER_THREAD: 10, FILE_THREAD: 10}


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a leaf: `name` (UTF-16) in the folder `parent`, of a `kind` as in TN1150, with its data."""

    parent: int
    name: bytes
    kind: int
    data: bytes

    def number(self, offset: int, size: int = 4) -> int:
        """An unsigned number of the data."""
        return int.from_bytes(self.data[offset : offset + size], "big")


class HfsCatalog:
    """The catalog of the volume that The Sleuth Kit opened as `system`. Raises OSError if it cannot be opened."""

    def __init__(self, system: Any) -> None:
        self._file = system.open_meta(inode=_CATALOG_FILE)
        head = bytes(self._file.read_random(0, 512))
        if len(head) < 512 or _DESCRIPTOR.unpack_from(head)[2] != _HEAD:
            raise OSError("the catalog does not begin with its header")
        self._root: int
        self._node: int
        _depth, self._root, _records, _first, _last, self._node = _HEADER.unpack_from(head, 14)
        if self._node < 512 or self._node & (self._node - 1):
            raise OSError(f"the catalog states nodes of {self._node} bytes")
        self._nodes = int(self._file.info.meta.size) // self._node

    def records(self, parent: int, alive: Callable[[], None]) -> Iterator[Record | str]:
        """The records of one folder, as they are sorted, its thread among them; text where a part cannot be read.
        `alive` is called every hundred nodes. Raises OSError where the way to them is broken."""
        number = self._first_leaf(parent)
        seen: set[int] = set()
        last = b""
        while number:
            if len(seen) % _SIGN == _SIGN - 1:
                alive()
            if number in seen:
                yield f"node {number} of the catalog follows itself; names behind it may be missing"
                return
            seen.add(number)
            try:
                node = self._read(number, _LEAF)
            except OSError as error:
                yield f"{error}; names in it and behind it may be missing"
                return
            for start, end in _places(node):
                key = _key(node, start, end)
                if key is None:
                    yield f"a record at byte {start} of node {number} of the catalog is damaged"
                    continue
                folder, name, behind = key
                if folder < parent:
                    continue
                if folder > parent:
                    return
                record = _record(folder, name, node[behind:end])
                if record is None:
                    yield f"the record at byte {start} of node {number} of the catalog is of no kind that is known"
                elif name != last or not name:  # a key stands in a tree once
                    last = name
                    yield record
            number = _DESCRIPTOR.unpack_from(node)[0]

    def _first_leaf(self, parent: int) -> int:
        """The leaf in which a folder's records begin, or one before it; 0 in an empty tree."""
        number = self._root
        for _level in range(_DEEPEST):
            if not number:
                return 0
            node = self._read(number)
            if _DESCRIPTOR.unpack_from(node)[2] == _LEAF:
                return number
            below = 0
            for start, end in _places(node):
                key = _key(node, start, end)
                if key is None or end - key[2] < 4:
                    raise OSError(f"node {number} of the catalog is damaged")
                if below and key[0] >= parent:
                    break
                below = int.from_bytes(node[key[2] : key[2] + 4], "big")
            number = below
        raise OSError("the catalog has too many levels, or leads back to itself")

    def _read(self, number: int, kind: int | None = None) -> bytes:
        if number >= self._nodes:
            raise OSError(f"node {number} of the catalog lies behind its end")
        try:
            node = bytes(self._file.read_random(number * self._node, self._node))
        except OSError as error:
            raise OSError(f"node {number} of the catalog cannot be read: {error}") from error
        found = _DESCRIPTOR.unpack_from(node)[2] if len(node) == self._node else None
        if found is None or found not in ((_LEAF, _INDEX) if kind is None else (kind,)):
            raise OSError(f"node {number} of the catalog is damaged")
        return node


def _places(node: bytes) -> Iterator[tuple[int, int]]:
    """Where the records of a node lie; their offsets stand at its end, backwards."""
    count = min(_DESCRIPTOR.unpack_from(node)[4], len(node) // 2 - _DESCRIPTOR.size)
    offsets = struct.unpack_from(f">{count + 1}H", node, len(node) - 2 * (count + 1))[::-1]
    yield from pairwise(offsets)


def _key(node: bytes, start: int, end: int) -> tuple[int, bytes, int] | None:
    """Folder and name of a record, and where its data begins; None if that cannot be."""
    if not _DESCRIPTOR.size <= start <= end - _KEY.size or end > len(node):
        return None
    length, parent, units = _KEY.unpack_from(node, start)
    behind = start + 2 + length
    name = start + _KEY.size
    if units > _LONGEST or name + 2 * units > behind or behind > end:
        return None
    return parent, node[name : name + 2 * units], behind


def _record(parent: int, name: bytes, data: bytes) -> Record | None:
    kind = int.from_bytes(data[:2], "big")
    return Record(parent, name, kind, data) if len(data) >= _SIZES.get(kind, len(data) + 1) else None
