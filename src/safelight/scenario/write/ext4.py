"""A Linux file system (ext4) with given files, made the same every time.

Our own, since no wheel writes one, and `mke2fs -d` is not installed everywhere and lays blocks out by its version; `e2fsck`
checks what is written here in the tests. Format: "ext4 Data Structures and Algorithms" (kernel documentation). Used of it:
blocks of 4 KiB, extents in the inode, sparse superblock copies, linear directories; no journal, no checksums, no 64 bits.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

_BLOCK = 4096
_PER_GROUP = 32_768
_INODE = 256
_FIRST_INODE = 11
_ROOT = 2
_EXTENTS = 4
"""That fit into an inode; each may lie in one group."""
_DIRECTORY, _FILE = 0o040755, 0o100644
_EXTENTS_FLAG = 0x80000
_EXTRA = 32
#: Free blocks at the end.
_SPARE = 2048
#: incompat: directory entries have types, extents. ro_compat: sparse superblocks, large files, extra inode size.
_INCOMPAT, _RO_COMPAT = 0x2 | 0x40, 0x1 | 0x2 | 0x40


@dataclass(slots=True)
class _Node:
    """A file or directory that is to be written."""

    number: int
    parent: int
    name: bytes
    directory: bool
    source: Path | None = None
    size: int = 0
    children: list[_Node] = field(default_factory=list)
    extents: list[tuple[int, int, int]] = field(default_factory=list)
    """(first block of the file, first block of the disk, blocks)"""


def image(files: Sequence[tuple[str, Path]], *, seconds: int, uuid: bytes, label: str) -> bytes:
    """The bytes of a file system that holds `files` (path inside, source). All times are `seconds` (Unix), the owner is
    1000. Raises ValueError for a file that does not fit into four groups (about 500 MB).
    """
    return bytes(_Volume(files, seconds, uuid, label).write())


class _Volume:
    def __init__(self, files: Sequence[tuple[str, Path]], seconds: int, uuid: bytes, label: str) -> None:
        self._seconds, self._uuid, self._label = seconds, uuid, label
        self._nodes: list[_Node] = []
        self._by_path: dict[PurePosixPath, _Node] = {}
        root = _Node(_ROOT, _ROOT, b"", True)
        self._by_path[PurePosixPath(".")] = root
        self._next = _FIRST_INODE
        self._directory(PurePosixPath("lost+found"))
        for name, source in files:
            path = PurePosixPath(name)
            node = self._add(path, False)
            node.source, node.size = source, source.stat().st_size
        self._nodes.insert(0, root)
        for node in self._nodes:
            if node.directory:
                node.size = len(self._entries(node))
        self._size_up()

    def _directory(self, path: PurePosixPath) -> _Node:
        found = self._by_path.get(path)
        return self._add(path, True) if found is None else found

    def _add(self, path: PurePosixPath, directory: bool) -> _Node:
        parent = self._directory(path.parent)
        made = _Node(self._next, parent.number, path.name.encode(), directory)
        self._next += 1
        parent.children.append(made)
        self._by_path[path] = made
        self._nodes.append(made)
        return made

    def _size_up(self) -> None:
        """How many groups, and how many inodes in each; then every node gets its blocks."""
        need = sum(_blocks(node.size) for node in self._nodes)
        inodes = self._next + 64
        groups = 1
        while True:
            per_group = -(-inodes // groups)
            per_group += -per_group % 16
            self._tables = per_group * _INODE // _BLOCK
            self._inodes = per_group
            self._groups = groups
            self._group_table = -(-groups * 32 // _BLOCK)
            free = sum(_PER_GROUP - self._overhead(group) for group in range(groups))
            if free >= need + need // 10 + 1024:
                break
            groups += 1
        self._used = [self._overhead(group) for group in range(groups)]
        group = 0
        for node in self._nodes:
            group = self._place(node, group)
        last = min(_PER_GROUP, self._used[-1] + _SPARE)
        self._sizes = [*[_PER_GROUP] * (groups - 1), last]
        self._total = sum(self._sizes)

    def _place(self, node: _Node, group: int) -> int:
        done, left = 0, _blocks(node.size)
        while left:
            room = _PER_GROUP - self._used[group]
            if room == 0:
                group += 1
                continue
            length = min(left, room)
            node.extents.append((done, group * _PER_GROUP + self._used[group], length))
            self._used[group] += length
            done, left = done + length, left - length
        if len(node.extents) > _EXTENTS:
            raise ValueError(f"{node.name!r} needs {len(node.extents)} extents")
        return group

    def _copies(self, group: int) -> bool:
        """Whether a group holds a copy of the superblock: 0, 1 and the powers of 3, 5 and 7."""
        if group < 2:
            return True
        for base in (3, 5, 7):
            power = base
            while power < group:
                power *= base
            if power == group:
                return True
        return False

    def _overhead(self, group: int) -> int:
        """Blocks at the beginning of a group that hold no data."""
        return (1 + self._group_table if self._copies(group) else 0) + 2 + self._tables

    def write(self) -> bytearray:
        """The whole disk: every group with its tables, then the data."""
        disk = bytearray(self._total * _BLOCK)
        directories = [0] * self._groups
        inodes_used = [0] * self._groups
        for number in [
            *range(1, _FIRST_INODE),
            *(node.number for node in self._nodes if node.number != _ROOT),
        ]:
            inodes_used[(number - 1) // self._inodes] += 1
        for node in self._nodes:
            group, at = divmod(node.number - 1, self._inodes)
            directories[group] += node.directory
            table = self._table(group) * _BLOCK + at * _INODE
            disk[table : table + _INODE] = self._inode(node)
            data = self._entries(node) if node.source is None else node.source.read_bytes()
            for begin, block, length in node.extents:
                part = data[begin * _BLOCK : (begin + length) * _BLOCK]
                disk[block * _BLOCK : block * _BLOCK + len(part)] = part
        descriptors = b""
        for group in range(self._groups):
            first = self._bitmap(group)
            used, inodes = self._used[group], inodes_used[group]
            disk[first * _BLOCK : (first + 1) * _BLOCK] = _bits(used, self._sizes[group])
            disk[(first + 1) * _BLOCK : (first + 2) * _BLOCK] = _bits(inodes, self._inodes)
            free = (self._sizes[group] - used, self._inodes - inodes)
            tables = (first, first + 1, first + 2)
            descriptors += struct.pack("<IIIHHHH12x", *tables, *free, directories[group], 0)
        free_blocks = self._total - sum(self._used)
        free_inodes = self._groups * self._inodes - sum(inodes_used)
        for group in range(self._groups):
            if self._copies(group):
                start = group * _PER_GROUP * _BLOCK
                superblock = self._superblock(group, free_blocks, free_inodes)
                at = start + (1024 if group == 0 else 0)
                disk[at : at + len(superblock)] = superblock
                disk[start + _BLOCK : start + _BLOCK + len(descriptors)] = descriptors
        return disk

    def _bitmap(self, group: int) -> int:
        return group * _PER_GROUP + (1 + self._group_table if self._copies(group) else 0)

    def _table(self, group: int) -> int:
        return self._bitmap(group) + 2

    def _superblock(self, group: int, free_blocks: int, free_inodes: int) -> bytes:
        out = bytearray(1024)
        struct.pack_into(
            "<IIIIIIIIIIIII", out, 0,
            self._groups * self._inodes, self._total, 0, free_blocks, free_inodes, 0, 2, 2,
            _PER_GROUP, _PER_GROUP, self._inodes, self._seconds, self._seconds,
        )  # fmt: skip
        # Mounts, magic, clean, errors continue, last check, Linux, revision 1.
        struct.pack_into("<HHHHHHIIIIHH", out, 0x34, 1, 0xFFFF, 0xEF53, 1, 1, 0, self._seconds, 0, 0, 1, 0, 0)
        struct.pack_into("<IHHIII", out, 0x54, _FIRST_INODE, _INODE, group, 0, _INCOMPAT, _RO_COMPAT)
        out[0x68:0x78] = self._uuid
        out[0x78:0x88] = self._label.encode()[:16].ljust(16, b"\0")
        out[0xEC:0xFC] = self._uuid[::-1]
        out[0xFC] = 1  # half MD4
        struct.pack_into("<I", out, 0x108, self._seconds)
        struct.pack_into("<HHI", out, 0x15C, _EXTRA, _EXTRA, 1)
        return bytes(out)

    def _inode(self, node: _Node) -> bytes:
        out = bytearray(_INODE)
        links = 1
        if node.directory:
            links = 2 + sum(child.directory for child in node.children)
        sectors = sum(length for _, _, length in node.extents) * (_BLOCK // 512)
        owner = 0 if node.number in (_ROOT, _FIRST_INODE) else 1000
        struct.pack_into(
            "<HHIIIIIHHII", out, 0,
            _DIRECTORY if node.directory else _FILE, owner, node.size & 0xFFFFFFFF,
            self._seconds, self._seconds, self._seconds, 0, owner, links, sectors, _EXTENTS_FLAG,
        )  # fmt: skip
        struct.pack_into("<HHHHI", out, 40, 0xF30A, len(node.extents), _EXTENTS, 0, 0)
        for nth, (begin, block, length) in enumerate(node.extents):
            struct.pack_into("<IHHI", out, 52 + 12 * nth, begin, length, 0, block)
        struct.pack_into("<I", out, 108, node.size >> 32)
        struct.pack_into("<H", out, 128, _EXTRA)
        struct.pack_into("<I", out, 144, self._seconds)
        return bytes(out)

    def _entries(self, node: _Node) -> bytes:
        """A directory's content: entries that fill whole blocks."""
        wanted = [(node.number, b".", 2), (node.parent, b"..", 2)]
        wanted += [(child.number, child.name, 2 if child.directory else 1) for child in node.children]
        blocks: list[list[tuple[int, bytes, int, int]]] = [[]]
        room = _BLOCK
        for number, name, kind in wanted:
            size = 8 + len(name) + -len(name) % 4
            if size > room:
                blocks.append([])
                room = _BLOCK
            blocks[-1].append((number, name, kind, size))
            room -= size
        return b"".join(b"".join(_packed(block)) for block in blocks)


def _packed(block: list[tuple[int, bytes, int, int]]) -> Iterator[bytes]:
    """One block of entries; the last one reaches to its end."""
    left = _BLOCK
    for nth, (number, name, kind, size) in enumerate(block):
        length = left if nth == len(block) - 1 else size
        yield (struct.pack("<IHBB", number, length, len(name), kind) + name).ljust(length, b"\0")
        left -= length


def _blocks(size: int) -> int:
    return -(-size // _BLOCK)


def _bits(used: int, count: int) -> bytes:
    """A bitmap of one block: the first ones are used, and so is what lies behind the last one."""
    out = bytearray(_BLOCK)
    out[: used // 8] = b"\xff" * (used // 8)
    if used % 8:
        out[used // 8] = (1 << used % 8) - 1
    for at in range(count, _BLOCK * 8):
        out[at // 8] |= 1 << at % 8
    return bytes(out)
