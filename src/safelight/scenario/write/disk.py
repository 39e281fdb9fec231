"""A seized computer's disk or memory card in an E01: a partition table with one file system (ext4 or FAT32) in it."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

from safelight.scenario.ewf import write_ewf
from safelight.scenario.world import Container
from safelight.scenario.write import ext4, fat
from safelight.scenario.write.phone import below

_SECTOR = 512
#: First sector of the partition, as partitioners align it; and what stands behind it.
_START, _TAIL = 2048, 2048
_LINUX, _FAT32 = 0x83, 0x0C


def pack(container: Container, staged: Path, target: Path) -> None:
    """Put everything below `staged` into the disk image `target` (.E01)."""
    files = list(below(staged))
    mark = hashlib.sha256(container.path.encode()).digest()
    seconds = container.seized_us // 1_000_000
    if container.packer == "e01-fat":
        kind, volume = _FAT32, fat.image(files, seconds=seconds, serial=_number(mark), label="KORT")
    else:
        kind, volume = _LINUX, ext4.image(files, seconds=seconds, uuid=_uuid(mark), label="disk")
    media = _partitioned(volume, kind, mark)
    write_ewf(target, media, stored=lambda number: False)


def _number(mark: bytes) -> int:
    return int.from_bytes(mark[20:24], "little")


def _uuid(mark: bytes) -> bytes:
    """A version 4 UUID of a hash."""
    return mark[:6] + bytes([mark[6] & 0x0F | 0x40, mark[7], mark[8] & 0x3F | 0x80]) + mark[9:16]


def _partitioned(volume: bytes, kind: int, mark: bytes) -> bytes:
    """A disk with a master boot record and one partition."""
    sectors = len(volume) // _SECTOR
    entry = struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", kind, b"\xfe\xff\xff", _START, sectors)
    record = bytes(440) + mark[24:28] + bytes(2) + entry + bytes(48) + b"\x55\xaa"
    return record.ljust(_START * _SECTOR, b"\0") + volume + bytes(_TAIL * _SECTOR)
