"""The records of NTFS's $MFT as they lie: which are in use, the names they carry with the folders that hold them, and how
much of a file was ever written.

The Sleuth Kit's binding shows a record's content and neither its names nor that length.

Source: the NTFS documentation of the Linux-NTFS project (`FILE` records, attribute headers, $FILE_NAME).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_HEAD = struct.Struct("<4sHH14xH8xQ")  # magic, fixups, flags, base record
_ATTRIBUTE = struct.Struct("<IIB7xIH")  # type, length, non-resident, size and place of the content
_START = struct.Struct("<4sHH12xH")  # magic, fixups, first attribute
_OUTSIDE = struct.Struct(
    "<IIB3xHHQ32xQ"
)  # type, length, non-resident, flags, id, first block, initialised bytes
_FILE_NAME = 0x30
_MORE, _DATA = 0x20, 0x80  # $ATTRIBUTE_LIST, $DATA
_END = 0xFFFFFFFF
_IN_USE = 1
_NUMBER = (1 << 48) - 1
_SECTOR = 512
_READ = 1 << 20
_DOS = 2
_BOOT, _MFT = 7, 0


@dataclass(frozen=True, slots=True)
class Record:
    """`inode` is the file that the record belongs to; `base` whether it is that file's first."""

    inode: int
    base: bool
    in_use: bool
    raw: bytes


@dataclass(frozen=True, slots=True)
class HeldName:
    """A name and the folder that holds it, by number and sequence."""

    parent: int
    sequence: int
    name: bytes


def records(
    system: Any, alive: Callable[[], None], first: int = 0, end: int | None = None
) -> Iterator[Record]:
    """The records `first` up to `end` that are records at all. Raises OSError where $MFT cannot be read."""
    mft = system.open_meta(inode=_MFT)
    size = record_size(system)
    info = system.info
    room = (int(info.last_block_act) + 1) * int(info.block_size)  # a damaged $MFT may say that it is larger
    stop = min(min(int(mft.info.meta.size), room) // size, int(info.last_inum))
    stop = stop if end is None else min(stop, end)
    step = max(1, _READ // size)
    for start in range(first, stop, step):
        alive()
        data = bytes(mft.read_random(start * size, min(step, stop - start) * size))
        for at in range(0, len(data) - size + 1, size):
            magic, _, _, flags, base = _HEAD.unpack_from(data, at)
            if magic == b"FILE":
                number = base & _NUMBER or start + at // size
                yield Record(number, not base, bool(flags & _IN_USE), data[at : at + size])


def record_size(system: Any) -> int:
    """Bytes of a record, as the boot sector says. Raises OSError if it says nonsense."""
    boot = bytes(system.open_meta(inode=_BOOT).read_random(0, _SECTOR))
    stated = int.from_bytes(boot[64:65], "little", signed=True)
    size = 1 << -stated if stated < 0 else stated * int(system.info.block_size)
    if not _SECTOR <= size <= 1 << 16:
        raise OSError(f"the boot sector states records of {size} bytes")
    return size


def names_in(record: bytes) -> Iterator[HeldName]:
    """The names that a record carries, without those for DOS."""
    data = fixed(record)
    at = int.from_bytes(data[20:22], "little")
    while at + _ATTRIBUTE.size <= len(data):
        kind, length, outside, size, place = _ATTRIBUTE.unpack_from(data, at)
        if kind == _END or length < 16:
            return
        content = data[at + place : at + min(length, place + size)]
        if kind == _FILE_NAME and not outside and len(content) >= 66 and content[65] != _DOS:
            reference = int.from_bytes(content[:8], "little")
            name = utf8(content[66 : 66 + 2 * content[64]])
            yield HeldName(reference & _NUMBER, reference >> 48, name)
        at += length


def initialised(record: bytearray, attribute: int) -> int:
    """Bytes of the $DATA with this id that were ever written: behind them a file reads as zeros, whatever its blocks
    hold. -1 for data in the record itself, packed, sparse or encrypted data, a file with more than one record, and a
    record that makes no sense. Sector ends are put back in `record`.
    """
    size = len(record)
    magic, place, count, at = _START.unpack_from(record)
    if magic != b"FILE" or place + 2 * count > size or (count - 1) * _SECTOR > size:
        return -1
    stamp = record[place : place + 2]
    for number in range(1, count):
        end = number * _SECTOR
        if record[end - 2 : end] != stamp:
            return -1
        place += 2
        record[end - 2 : end] = record[place : place + 2]
    found = -1
    while at + _OUTSIDE.size <= size:
        kind, length, outside, flags, number, first, written = _OUTSIDE.unpack_from(record, at)
        if kind == _END:
            return int(found)
        if kind == _MORE or length < 16:
            return -1
        if kind == _DATA and number == attribute:
            if not outside or flags or first or found >= 0:
                return -1
            found = written
        at += length
    return int(found) if record[at : at + 4] == b"\xff\xff\xff\xff" else -1


def fixed(record: bytes) -> bytes:
    """A record or index block with the last two bytes of each sector put back. One that was written only in
    part stays as it is."""
    place, count = struct.unpack_from("<HH", record, 4)
    if place + 2 * count > len(record) or (count - 1) * _SECTOR > len(record):
        return record
    data = bytearray(record)
    for number in range(1, count):
        end = number * _SECTOR
        if data[end - 2 : end] != record[place : place + 2]:
            return record
        data[end - 2 : end] = record[place + 2 * number : place + 2 * number + 2]
    return bytes(data)


def utf8(name: bytes) -> bytes:
    """NTFS names are UTF-16 that need not be sound: halves of pairs are kept, each in three bytes."""
    name = name[: len(name) & ~1]
    return name.decode("utf-16-le", "surrogatepass").partition("\0")[0].encode("utf-8", "surrogatepass")
