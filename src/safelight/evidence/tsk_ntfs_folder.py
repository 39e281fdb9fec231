"""The names in a folder of NTFS, read from its index: those in use, those that lie deleted in the blocks' unused
parts, and those that only the files' own records give.

A block's unused part holds names as they once were, at any four-byte boundary; what makes sense is taken. The rule
is The Sleuth Kit's but for one thing: it refuses deleted names with a time after 2020, and so nearly all of a newer
volume. (In a made volume of 2026 with 1,400 names deleted or moved it lists none of what this module finds in the
unused parts.)

Source: the NTFS documentation of the Linux-NTFS project ($INDEX_ROOT, $INDEX_ALLOCATION, $FILE_NAME).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytsk3

from safelight.evidence.tsk_mft import fixed, names_in, records, utf8
from safelight.evidence.tsk_names import ALLOCATED, DELETED, Name

_ROOT = int(pytsk3.TSK_FS_ATTR_TYPE_NTFS_IDXROOT)
_BLOCKS = int(pytsk3.TSK_FS_ATTR_TYPE_NTFS_IDXALLOC)
_UNALLOCATED = int(pytsk3.TSK_FS_META_FLAG_UNALLOC)
_FILE = int(pytsk3.TSK_FS_NAME_TYPE_REG)
_FOLDER = int(pytsk3.TSK_FS_NAME_TYPE_DIR)
_READ = 1 << 20
_NODE = struct.Struct("<III")  # first entry, end of those in use, end of the node; from the node's header on
_ENTRY = struct.Struct("<QHH")  # file reference, length of the entry, length of its $FILE_NAME
_NAME = struct.Struct(
    "<8x4Q3QBB"
)  # created, modified, record changed, accessed, allocated, size, flags, length, space
_STREAM = 16
_TEXT = _STREAM + 66
_DOS = 2
_IS_FOLDER = 0x10000000
_NUMBER = (1 << 48) - 1
_SOMETHING = re.compile(rb"[^\0]")
# What a deleted name's times must lie between: 1970 and 2100, in ticks of 100 ns since 1601.
_TICKS_A_DAY = 24 * 3600 * 10_000_000
_FIRST_TIME, _LAST_TIME = (369 * 365 + 89) * _TICKS_A_DAY, (499 * 365 + 121) * _TICKS_A_DAY


@dataclass(frozen=True, slots=True)
class _Rules:
    last: int
    """The highest inode."""
    gone: bool
    """Whether the folder itself is deleted."""


def ntfs_names(system: Any, folder: Any, alive: Callable[[], None]) -> Iterator[Name | str]:
    """All names, as they lie, repeated ones too; text where a part of the folder cannot be read. `alive` is
    called for every MiB of what is read. Goes through all records of $MFT for the one folder."""
    yield from index_names(system, folder, alive)
    yield from _by_records(system, folder, alive)


def index_names(system: Any, folder: Any, alive: Callable[[], None]) -> Iterator[Name | str]:
    """The names in the folder's index alone."""
    rules = _Rules(int(system.info.last_inum), bool(int(folder.info.meta.flags) & _UNALLOCATED))
    index = {int(a.info.type): a.info for a in folder if int(a.info.type) in (_ROOT, _BLOCKS)}
    if _ROOT not in index:
        yield "the folder has no index"
        return
    try:
        root = bytes(folder.read_random(0, int(index[_ROOT].size), _ROOT, int(index[_ROOT].id)))
        block = int.from_bytes(root[8:12], "little")
    except OSError as error:
        yield f"the folder's index cannot be read: {error}"
        return
    if len(root) < 32 or not 256 <= block <= 1 << 17 or block & (block - 1):
        yield "the folder's index makes no sense"
        return
    yield from _in_node(root, 16, len(root), rules)
    if _BLOCKS in index:
        yield from _in_blocks(folder, index[_BLOCKS], block, rules, alive)


def _in_blocks(
    folder: Any, attribute: Any, block: int, rules: _Rules, alive: Callable[[], None]
) -> Iterator[Name | str]:
    size = int(attribute.size)
    for offset in range(0, size, _READ):
        alive()
        try:
            data = bytes(folder.read_random(offset, min(_READ, size - offset), _BLOCKS, int(attribute.id)))
        except OSError as error:
            yield f"bytes {offset} to {offset + _READ} of the folder's index cannot be read: {error}"
            continue
        for start in range(0, len(data) - block + 1, block):
            if data[start : start + 4] == b"INDX":
                yield from _in_node(fixed(data[start : start + block]), 24, block, rules)


def _in_node(data: bytes, header: int, end: int, rules: _Rules) -> Iterator[Name | str]:
    first, used, _ = _NODE.unpack_from(data, header)
    at, used = header + first, header + used
    if not at <= used <= end:
        yield "a block of the folder's index makes no sense"
        return
    while at + _TEXT + 2 <= end:
        reference, length, stream = _ENTRY.unpack_from(data, at)
        inode = reference & _NUMBER
        if inode > rules.last or length <= stream or length % 4 or length > end - header:
            at = _next(data, at + 4) if at >= used else at + 4
            continue
        *times, allocated, size, flags, letters, space = _NAME.unpack_from(data, at + _STREAM)
        loose = stream == 0 or at + length > used
        if loose and not _makes_sense(times, allocated, size, letters, space, data[at + _TEXT]):
            at = _next(data, at + 4) if at >= used else at + 4
            continue
        if space != _DOS:
            yield Name(
                utf8(data[at + _TEXT : min(end, at + _TEXT + 2 * letters)]),
                inode,
                DELETED if loose or rules.gone else ALLOCATED,
                _FOLDER if flags & _IS_FOLDER else _FILE,
                reference >> 48,
            )
        at = (at + _TEXT + 2 * letters + 3) & ~3 if stream == 0 else at + length


def _makes_sense(times: list[int], allocated: int, size: int, letters: int, space: int, start: int) -> bool:
    created, modified, _, accessed = times
    return (
        space <= 3
        and allocated >= size
        and letters > 0
        and start > 0
        and all(_FIRST_TIME <= time <= _LAST_TIME for time in (created, accessed, modified))
    )


def _next(data: bytes, at: int) -> int:
    """The next place that may hold an entry: zeros are passed over, but for those that one may begin with (its
    length, at bytes 8 and 9, is not zero)."""
    found = _SOMETHING.search(data, at)
    if found is None:
        return len(data)
    return max(at, at + (found.start() - 9 - at + 3) // 4 * 4)


def _by_records(system: Any, folder: Any, alive: Callable[[], None]) -> Iterator[Name | str]:
    """Files whose own record says that they lie in the folder. The sequence of a folder counts up when it is
    deleted, so that the names in it carry the number before."""
    meta = folder.info.meta
    inode = int(meta.addr)
    sequence = max(0, int(meta.seq) - 1) if int(meta.flags) & _UNALLOCATED else int(meta.seq)
    pattern = inode.to_bytes(6, "little")
    try:
        for record in records(system, alive):
            if pattern not in record.raw:
                continue
            held = [name for name in names_in(record.raw) if name.parent == inode]
            if any(name.sequence == sequence for name in held):
                flags = ALLOCATED if record.in_use else DELETED
                for name in held:
                    yield Name(name.name, record.inode, flags)
    except OSError as error:
        yield f"the file records cannot be read, and deleted names may be missing: {error}"
