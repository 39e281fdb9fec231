"""Write small UDIF (.dmg) images for tests, in any block compression."""

from __future__ import annotations

import bz2
import lzma
import plistlib
import struct
import zlib
from binascii import crc32
from typing import Literal

SECTOR = 512
Compression = Literal["raw", "zlib", "bz2", "lzma", "lzfse", "adc", "zero"]
_TYPES = {
    "zero": 0,
    "raw": 1,
    "zlib": 0x80000005,
    "bz2": 0x80000006,
    "lzma": 0x80000008,
    "lzfse": 0x80000007,
    "adc": 0x80000004,
}


def _pack(kind: Compression, data: bytes) -> bytes:
    if kind == "zlib":
        return zlib.compress(data)
    if kind == "bz2":
        return bz2.compress(data)
    if kind == "lzma":
        return lzma.compress(data)
    if kind == "adc":
        return _adc(data)
    return data if kind == "raw" else b""


def _adc(data: bytes) -> bytes:
    """Apple Data Compression, greedy: copies of what lies 1 or 300 bytes back, plain runs between."""
    out, plain, at = b"", b"", 0
    while at < len(data):
        length = 0
        for distance in (1, 300):
            length = 0
            while (
                at >= distance and length < 18 and at + length < len(data)
                and data[at + length] == data[at + length - distance]
            ):  # fmt: skip
                length += 1
            if length >= 4:
                break
        if length >= 4 or len(plain) == 128:
            out += bytes([0x7F + len(plain)]) + plain if plain else b""
            plain = b""
        if length >= 4:
            back = distance - 1
            if at % 2:
                out += bytes([0x40 | length - 4, back >> 8, back & 0xFF])
            else:
                out += bytes([(length - 3) << 2 | back >> 8, back & 0xFF])
            at += length
            continue
        plain += data[at : at + 1]
        at += 1
    return out + (bytes([0x7F + len(plain)]) + plain if plain else b"")


def udif(media: bytes, kind: Compression, block_sectors: int = 512) -> bytes:
    """An image of `media` (whole sectors) in one block table."""
    fork = b""
    runs = b""
    sectors = len(media) // SECTOR
    for start in range(0, sectors, block_sectors):
        count = min(block_sectors, sectors - start)
        packed = _pack(kind, media[start * SECTOR : (start + count) * SECTOR])
        runs += struct.pack(">IIQQQQ", _TYPES[kind], 0, start, count, len(fork), len(packed))
        fork += packed
    runs += struct.pack(">IIQQQQ", 0xFFFFFFFF, 0, sectors, 0, len(fork), 0)
    checksum = struct.pack(">II", 2, 32) + struct.pack(">I", crc32(media)) + bytes(124)
    table = struct.pack(">4sIQQQII24x", b"mish", 1, 0, sectors, 0, block_sectors + 8, 0)
    table += checksum + struct.pack(">I", len(runs) // 40) + runs
    block = {"Attributes": "0x0050", "CFName": "whole disk", "Data": table, "ID": "0", "Name": "whole disk"}
    plist = plistlib.dumps({"resource-fork": {"blkx": [block]}})
    fork_sum = struct.pack(">II", 2, 32) + struct.pack(">I", crc32(fork)) + bytes(124)
    master = (
        struct.pack(">II", 2, 32) + struct.pack(">I", crc32(struct.pack(">I", crc32(media)))) + bytes(124)
    )
    koly = struct.pack(">4sIIIQQQQQII16s", b"koly", 4, 512, 1, 0, 0, len(fork), 0, 0, 1, 1, bytes(16))
    koly += fork_sum + struct.pack(">QQ120x", len(fork), len(plist)) + master
    koly += struct.pack(">IQ12x", 1, sectors)
    assert len(koly) == 512
    return fork + plist + koly
