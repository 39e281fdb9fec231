"""HFSX volumes of any size, written as Apple's TN1150 has them. Only what readers of files need is there: no journal,
no attributes, and all blocks are in use. (mkfs.hfsplus is on few machines, and mounting wants root.)
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

BLOCK = 4096
NODE = 8192
#: 2016-01-12 12:00 UTC in seconds since 1904, the date of everything: hard links are known by their volume's date.
DATE = 1452600000 + 2082844800
ROOT, FIRST = 2, 16
_LEAF, _INDEX, _HEAD = -1, 0, 1

#: A record of a B-tree: its key, which sorts as it stands, and its data.
Pair = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Node:
    """A file or folder. `link` makes a file a hard link to `iNode<link>`, or with `to_folder` to `dir_<link>`;
    `made` is its date, in seconds since 1904."""

    number: int
    parent: int
    name: str
    content: bytes = b""
    is_folder: bool = False
    mode: int = 0o100644
    link: int = 0
    to_folder: bool = False
    made: int = DATE

    @property
    def raw(self) -> bytes:
        """The name as it is stored; lone surrogates may be part of it."""
        return self.name.encode("utf-16-be", "surrogatepass")


def folder(number: int, parent: int, name: str) -> Node:
    return Node(number, parent, name, is_folder=True, mode=0o040755)


def write_small(path: Path, nodes: Iterable[Node]) -> None:
    """A volume with these files and folders, whose parents are among them or ROOT."""
    nodes = [folder(ROOT, 1, "Sjakk"), *nodes]
    with path.open("w+b") as file:
        file.seek(2 * BLOCK)
        starts = {node.number: _append(file, node.content) for node in nodes if node.content}
        pairs = [
            pair for node in nodes for pair in (_record(node, starts.get(node.number, 0)), _thread(node))
        ]
        _finish(file, sorted(pairs), max(node.number for node in nodes) + 1)


def write_large(path: Path, name_of: Callable[[int], str], names: int) -> None:
    """A volume with one folder, /parti, and in it `names` empty files whose names sort as their numbers do. A million
    take 12 s and 350 MB."""
    parti = folder(FIRST, ROOT, "parti")
    head = sorted(
        pair for node in (folder(ROOT, 1, "Sjakk"), parti) for pair in (_record(node, 0), _thread(node))
    )

    def files() -> Iterator[Node]:
        return (Node(FIRST + 1 + number, FIRST, name_of(number)) for number in range(names))

    with path.open("w+b") as file:
        file.seek(2 * BLOCK)
        pairs = chain(head, (_record(node, 0) for node in files()), map(_thread, files()))
        _finish(file, pairs, FIRST + 1 + names)


def _key(parent: int, name: bytes) -> bytes:
    return struct.pack(">I", parent) + name


def _record(node: Node, start: int) -> Pair:
    kind = 1 if node.is_folder else 2
    head = struct.pack(">HHII5I", kind, 2, 0, node.number, *[node.made] * 4, 0)
    head += struct.pack(">IIBBHI", 501, 20, 0, 0, node.mode, node.link or 1)
    if node.is_folder:
        return _key(node.parent, node.raw), head + bytes(40)
    finder = (b"fdrpMACS" if node.to_folder else b"hlnkhfs+") if node.link else bytes(8)
    fork = _fork(len(node.content), start)
    return _key(node.parent, node.raw), head + finder + bytes(32) + fork + bytes(80)


def _thread(node: Node) -> Pair:
    kind = 3 if node.is_folder else 4
    return _key(node.number, b""), struct.pack(">HHIH", kind, 0, node.parent, len(node.raw) // 2) + node.raw


def _fork(size: int, start: int) -> bytes:
    blocks = -(-size // BLOCK)
    return struct.pack(">QIIII", size, 0, blocks, start if blocks else 0, blocks) + bytes(56)


def _append(file: BinaryIO, data: bytes) -> int:
    """Write into whole blocks; the first one's number."""
    start = file.tell()
    file.write(data)
    file.write(bytes(-len(data) % BLOCK))
    return start // BLOCK


def _finish(file: BinaryIO, pairs: Iterable[Pair], next_number: int) -> None:
    """The catalog, the (empty) tree of extents, the allocation file and both headers of the volume."""
    catalog = file.tell()
    catalog_size = _tree(file, pairs, NODE, 516, 0xBC)
    extents = file.tell()
    extents_size = _tree(file, (), BLOCK, 10, 0)
    used = file.tell() // BLOCK
    bitmap_blocks = used // (8 * BLOCK) + 1
    bitmap = _append(file, b"\xff" * (bitmap_blocks * BLOCK))
    blocks = bitmap + bitmap_blocks + 1
    header = struct.pack(">2sHI4sI", b"HX", 5, 1 << 8, b"10.0", 0)
    header += struct.pack(">4I2I", DATE, DATE, 0, DATE, 0, 0)
    header += struct.pack(">5I", BLOCK, blocks, 0, 0, BLOCK) + struct.pack(">3IQ", BLOCK, next_number, 1, 1)
    header += bytes(32)
    header += _fork(bitmap_blocks * BLOCK, bitmap) + _fork(extents_size, extents // BLOCK)
    header += _fork(catalog_size, catalog // BLOCK) + _fork(0, 0) + _fork(0, 0)
    file.truncate(blocks * BLOCK)
    for place in (1024, blocks * BLOCK - 1024):
        file.seek(place)
        file.write(header)


def _tree(file: BinaryIO, pairs: Iterable[Pair], size: int, longest_key: int, compared: int) -> int:
    """A B-tree at the file's end, which stands on a block; its bytes. Keys are compared byte by byte."""
    start = file.tell()
    file.seek(start + size)
    count, nodes, depth = 0, 1, 0
    first_leaf = last_leaf = root = 0
    level: list[Pair] = []
    waiting: Iterable[Pair] = pairs
    while True:
        level = []
        for records, is_last in _filled(waiting, size):
            follows = 0 if is_last else nodes + 1
            before = nodes - 1 if level else 0
            kind = _LEAF if depth == 0 else _INDEX
            file.write(_node(records, size, kind, depth + 1, follows, before))
            level.append((records[0][0], struct.pack(">I", nodes)))
            count += len(records) if depth == 0 else 0
            nodes += 1
        if not level:
            break
        depth += 1
        if depth == 1:
            first_leaf, last_leaf = 1, nodes - 1
        root = nodes - 1
        if len(level) == 1:
            break
        waiting = level
    whole = (nodes * size + BLOCK - 1) // BLOCK * BLOCK
    file.seek(start)
    head = struct.pack(">IIbBHH", 0, 0, _HEAD, 0, 3, 0)
    head += struct.pack(">HIIIIHHIIHIBBI", depth, root, count, first_leaf, last_leaf, size, longest_key,
                        whole // size, 0, 0, BLOCK, 0, compared, 6) + bytes(64) + bytes(128)  # fmt: skip
    head = head.ljust(size - 8, b"\xff") + struct.pack(">4H", size - 8, 248, 120, 14)
    file.write(head)
    file.seek(start + nodes * size)
    file.write(bytes(whole - nodes * size))
    return whole


def _filled(pairs: Iterable[Pair], size: int) -> Iterator[tuple[list[Pair], bool]]:
    """Records by node, and whether they are the last ones."""
    records: list[Pair] = []
    left = size - 16
    for pair in pairs:
        wanted = len(pair[0]) + len(pair[1]) + 6
        if wanted > left:
            yield records, False
            records, left = [], size - 16
        records.append(pair)
        left -= wanted
    if records:
        yield records, True


def _node(records: list[Pair], size: int, kind: int, height: int, follows: int, before: int) -> bytes:
    node = bytearray(struct.pack(">IIbBHH", follows, before, kind, height, len(records), 0))
    offsets = []
    for key, data in records:
        offsets.append(len(node))
        name = key[4:]
        node += struct.pack(">H", len(key) + 2) + key[:4] + struct.pack(">H", len(name) // 2) + name + data
    offsets.append(len(node))
    node += bytes(size - len(node) - 2 * len(offsets))
    return bytes(node + struct.pack(f">{len(offsets)}H", *reversed(offsets)))
