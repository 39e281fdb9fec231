"""Write partition tables into media: MBR entries and extended chains, GPT with backup, Apple maps."""

from __future__ import annotations

import struct
import uuid
from binascii import crc32
from collections.abc import Sequence

SECTOR = 512
LINUX = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")


def mbr(media: bytearray, entries: Sequence[tuple[int, int, int]], at: int = 0) -> None:
    """Write a boot record at sector `at`: entries are (type, first sector as the record counts, sectors)."""
    raw = bytearray(media[at * SECTOR : (at + 1) * SECTOR])
    for number, (kind, start, count) in enumerate(entries):
        entry = struct.pack("<B3xB3xII", 0, kind, start, count)
        raw[446 + 16 * number : 462 + 16 * number] = entry
    raw[510:512] = b"\x55\xaa"
    media[at * SECTOR : (at + 1) * SECTOR] = raw


def gpt(
    media: bytearray,
    parts: Sequence[tuple[int, int, str]],
    *,
    sector: int = SECTOR,
    primary: bool = True,
    backup: bool = True,
) -> None:
    """Write a GPT: parts are (first sector, last sector, name). `primary`, `backup`: which is sound."""
    total = len(media) // sector
    mbr(media, [(0xEE, 1, total - 1)])
    entries = b"".join(
        LINUX.bytes_le
        + uuid.UUID(int=number + 1).bytes_le
        + struct.pack("<QQQ", first, last, 0)
        + name.encode("utf-16-le").ljust(72, b"\0")
        for number, (first, last, name) in enumerate(parts)
    ).ljust(128 * 128, b"\0")
    array = len(entries) // sector
    for sound, own, other, at in (
        (primary, 1, total - 1, 2),
        (backup, total - 1, 1, total - 1 - array),
    ):
        head = struct.pack(
            "<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, own, other, 2 + array, total - 2 - array,
            uuid.UUID(int=7).bytes_le, at, 128, 128, crc32(entries),
        )  # fmt: skip
        head = head[:16] + struct.pack("<I", crc32(head) ^ (0 if sound else 1)) + head[20:]
        media[own * sector : own * sector + len(head)] = head
        media[at * sector : at * sector + len(entries)] = entries


def apm(media: bytearray, parts: Sequence[tuple[str, str, int, int]], stated: int | None = None) -> None:
    """Write an Apple partition map: parts are (name, type, first block, blocks). `stated`: their number."""
    media[0:8] = struct.pack(">2sHI", b"ER", SECTOR, len(media) // SECTOR)
    for number, (name, kind, start, count) in enumerate(parts, 1):
        raw = struct.pack(
            ">2sHIII32s32s", b"PM", 0, stated or len(parts), start, count, name.encode(), kind.encode()
        )
        media[number * SECTOR : number * SECTOR + len(raw)] = raw
