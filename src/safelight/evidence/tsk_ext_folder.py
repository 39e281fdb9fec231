"""The names in a folder of ext2/3/4, read from its blocks: those in use, and those that lie deleted behind them.

A deleted name stays in its block behind the name before it, whose record is lengthened over it; inside such a
stretch every place on a four-byte boundary may be one, and is taken for one if its fields make sense. The same
rule as The Sleuth Kit's, so that both list the same. Blocks of hashed folders read as empty records.

Source: Linux `Documentation/filesystems/ext4/directory.rst`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytsk3

from safelight.evidence.tsk_names import ALLOCATED, DELETED, UNDEFINED, Name

_RECORD = struct.Struct("<IHBB")
_SHORTEST = 12  # a record with a name of one to four bytes
_READ = 1 << 20
_TYPES = {
    1: int(pytsk3.TSK_FS_NAME_TYPE_REG),
    2: int(pytsk3.TSK_FS_NAME_TYPE_DIR),
    3: int(pytsk3.TSK_FS_NAME_TYPE_CHR),
    4: int(pytsk3.TSK_FS_NAME_TYPE_BLK),
    5: int(pytsk3.TSK_FS_NAME_TYPE_FIFO),
    6: int(pytsk3.TSK_FS_NAME_TYPE_SOCK),
    7: int(pytsk3.TSK_FS_NAME_TYPE_LNK),
}


def ext_names(system: Any, folder: Any, alive: Callable[[], None]) -> Iterator[Name | str]:
    """Names as they lie, repeated ones too; text where a part of the folder cannot be read. `alive` is called
    for every MiB."""
    size = int(folder.info.meta.size)
    gone = bool(int(folder.info.meta.flags) & int(pytsk3.TSK_FS_META_FLAG_UNALLOC))
    block = int(system.info.block_size)
    last = int(system.info.last_inum)
    for offset in range(0, size, _READ):
        alive()
        try:
            data = bytes(folder.read_random(offset, min(_READ, size - offset)))
        except OSError as error:
            yield f"bytes {offset} to {offset + _READ} of the folder cannot be read: {error}"
            continue
        for start in range(0, len(data), block):
            yield from _in_block(data[start : start + block], last, gone)


def _in_block(data: bytes, last: int, gone: bool) -> Iterator[Name]:
    at = 0
    behind = 0  # bytes left of a stretch that holds deleted names
    while at <= len(data) - _SHORTEST:
        inode, length, name_length, kind = _RECORD.unpack_from(data, at)
        used = (name_length + 11) & ~3
        sound = (
            inode <= last
            and name_length > 0
            and length >= used
            and not length % 4
            and at + length <= len(data)
            and not 0 < behind < used
        )
        if not sound:
            at += 4
            behind = max(0, behind - 4)
            continue
        name = data[at + 8 : at + 8 + name_length].partition(b"\0")[0]
        deleted = behind > 0 or inode == 0 or gone
        yield Name(name, inode, DELETED if deleted else ALLOCATED, _TYPES.get(kind, UNDEFINED))
        behind = max(0, behind - used)
        if not behind and length - used >= _SHORTEST:
            behind = length - used
        elif not behind:
            used = length
        at += used
