"""Write small virtual disks for tests: VMDK (compressed, flat), VHD (fixed), QCOW2 (plain, deflate, zstd,
zero)."""

from __future__ import annotations

import struct
import uuid
import zlib
from typing import Literal

import zstandard

S = 512
GRAIN = 128
_END = 0xFFFFFFFFFFFFFFFF


def descriptor(kind: str, extents: str, *, parent: str = "ffffffff", hint: str = "") -> bytes:
    """A VMDK descriptor."""
    below = f'parentFileNameHint="{hint}"\n' if hint else ""
    return (
        f"# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID={parent}\n"
        f'createType="{kind}"\n{below}\n# Extent description\n{extents}\n\n'
        '# The Disk Data Base\n#DDB\n\nddb.virtualHWVersion = "4"\nddb.adapterType = "ide"\n'
    ).encode()


def vmdk_stream_optimized(
    media: bytes, *, parent: str = "ffffffff", hint: str = ""
) -> tuple[bytes, list[int]]:
    """A compressed VMDK in one file, and the byte at which each grain's packed data begins (0: not
    stored)."""
    capacity = len(media) // S

    def header(directory: int) -> bytes:
        fields = (b"KDMV", 3, 0x30001, capacity, GRAIN, 1, 20, S, 0, directory, GRAIN, 0, b"\n \r\n", 1)
        return struct.pack("<4sIIQQQQIQQQB4sH", *fields).ljust(S, b"\0")

    def marker(sectors: int, kind: int) -> bytes:
        return struct.pack("<QII", sectors, 0, kind).ljust(S, b"\0")

    text = descriptor("streamOptimized", f'RW {capacity} SPARSE "disk.vmdk"', parent=parent, hint=hint)
    out = bytearray(header(_END) + text)
    out = out.ljust(GRAIN * S, b"\0")
    sectors, places = [], []
    for number in range(-(-capacity // GRAIN)):
        grain = media[number * GRAIN * S : (number + 1) * GRAIN * S].ljust(GRAIN * S, b"\0")
        if not any(grain):
            sectors.append(0)
            places.append(0)
            continue
        packed = zlib.compress(grain)
        sectors.append(len(out) // S)
        places.append(len(out) + 12)
        raw = struct.pack("<QI", number * GRAIN, len(packed)) + packed
        out += raw + bytes(-len(raw) % S)
    tables = []
    for first in range(0, len(sectors), S):
        out += marker(4, 1)
        tables.append(len(out) // S)
        out += struct.pack("<512I", *(sectors[first : first + S] + [0] * S)[:S])
    out += marker(1, 2)
    directory = len(out) // S
    out += struct.pack(f"<{len(tables)}I", *tables).ljust(S, b"\0")
    out += marker(1, 3) + header(directory) + marker(0, 0)
    return bytes(out), places


_VHD_ID = uuid.UUID(int=64)


def _vhd_footer(size: int, kind: int, data_at: int, identity: uuid.UUID) -> bytes:
    fields = (b"conectix", 2, 0x10000, data_at, 0, b"test", 0x10000, b"Wi2k", size, size, 0x10101, kind)
    raw = struct.pack(">8sIIQI4sI4sQQII", *fields)
    rest = identity.bytes + bytes(428)
    return raw + struct.pack(">I", ~sum(raw + rest) & 0xFFFFFFFF) + rest


def vhd_fixed(media: bytes) -> bytes:
    """A fixed VHD: the medium and a footer."""
    return media + _vhd_footer(len(media), 2, _END, _VHD_ID)


def vhd_differencing(size: int, parent: str, sectors: dict[int, bytes]) -> bytes:
    """A VHD of `size` bytes that differs from a fixed one named `parent` in the given sectors."""
    block = 1 << 21
    footer = _vhd_footer(size, 4, S, uuid.UUID(int=65))
    count = -(-size // block)
    name = parent.encode("utf-16-be").ljust(512, b"\0")
    locator_at = 4 * S
    locator = parent.encode("utf-16-le")
    before = struct.pack(">8sQQIII", b"cxsparse", _END, 3 * S, 0x10000, count, block)
    after = _VHD_ID.bytes + struct.pack(">II", 0, 0) + name
    after += struct.pack(">4sIIIQ", b"W2ku", S, len(locator), 0, locator_at) + bytes(7 * 24 + 256)
    header = before + struct.pack(">I", ~sum(before + after) & 0xFFFFFFFF) + after
    table = [0xFFFFFFFF] * 128
    out = bytearray(5 * S)
    for number in range(count):
        mine = {
            at - number * block // S: data for at, data in sectors.items() if at // (block // S) == number
        }
        if not mine:
            continue
        bitmap, data = bytearray(S), bytearray(block)
        for at, raw in mine.items():
            bitmap[at // 8] |= 0x80 >> at % 8
            data[at * S : (at + 1) * S] = raw
        table[number] = len(out) // S
        out += bitmap + data
    out[:S], out[S : 3 * S] = footer, header
    out[3 * S : 4 * S] = struct.pack(">128I", *table)
    out[locator_at : locator_at + len(locator)] = locator
    return bytes(out + footer)


def _crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def _guid(text: str) -> bytes:
    return uuid.UUID(text).bytes_le


def vhdx(media: bytes) -> bytes:
    """A dynamic VHDX with blocks of 1 MiB; blocks of zeros are not stored (MS-VHDX)."""
    mib, kib = 1 << 20, 1 << 10
    blocks = [media[at : at + mib].ljust(mib, b"\0") for at in range(0, len(media), mib)]
    out = bytearray(4 * mib)
    out[:8] = b"vhdxfile"

    def put(at: int, raw: bytes, size: int) -> None:
        raw = raw.ljust(size, b"\0")
        out[at : at + size] = raw[:4] + struct.pack("<I", _crc32c(raw)) + raw[8:]

    head = struct.pack("<4s4xQ16s16s16sHHIQ", b"head", 7, b"f" * 16, b"d" * 16, bytes(16), 0, 1, mib, mib)
    put(64 * kib, head, 4096)
    put(128 * kib, head[:8] + struct.pack("<Q", 6) + head[16:], 4096)
    regions = struct.pack("<4s4xII", b"regi", 2, 0)
    regions += _guid("2dc27766-f623-4200-9d64-115e9bfd4a08") + struct.pack("<QII", 3 * mib, mib, 1)
    regions += _guid("8b7ca206-4790-4b9a-b8fe-575f050f886e") + struct.pack("<QII", 2 * mib, mib, 1)
    for at in (192 * kib, 256 * kib):
        put(at, regions, 64 * kib)
    items = (
        ("caa16737-fa36-4d43-b3b6-33f0aa44e76b", struct.pack("<II", mib, 0), 4),
        ("2fa54224-cd1b-4876-b211-5dbed83bf4b8", struct.pack("<Q", len(media)), 6),
        ("beca12ab-b2e6-4523-93ef-c309e000c746", b"p" * 16, 6),
        ("8141bf1d-a96f-4709-ba47-f233a8faab5f", struct.pack("<I", S), 6),
        ("cda348c7-445d-4471-9cc9-e9885251c556", struct.pack("<I", 4096), 6),
    )
    table, at = struct.pack("<8sHH20x", b"metadata", 0, len(items)), 64 * kib
    for name, value, flags in items:
        table += _guid(name) + struct.pack("<IIII", at, len(value), flags, 0)
        out[2 * mib + at : 2 * mib + at + len(value)] = value
        at += len(value)
    out[2 * mib : 2 * mib + len(table)] = table
    for number, block in enumerate(blocks):
        if any(block):
            struct.pack_into("<Q", out, 3 * mib + 8 * number, len(out) | 6)
            out += block
    return bytes(out)


Cluster = Literal["plain", "packed", "zero", "absent"]


def qcow2(
    media: bytes,
    plan: dict[int, Cluster] | None = None,
    *,
    bits: int = 12,
    zstd: bool = False,
    backing: bytes = b"",
    version: int = 3,
    crypt: int = 0,
    features: int = 0,
) -> tuple[bytes, dict[int, int]]:
    """A QCOW2 image, and the byte at which each stored cluster begins. `plan` says how clusters are kept."""
    size = 1 << bits
    per_table = size // 8
    clusters = -(-len(media) // size)
    tables = -(-clusters // per_table)
    l1_at, l2_at = size, size * (1 + -(-tables * 8 // size))
    out = bytearray(l2_at + tables * size)
    entries = [0] * (tables * per_table)
    places = {}
    shift = 62 - (bits - 8)
    for number in range(clusters):
        data = media[number * size : (number + 1) * size].ljust(size, b"\0")
        kind = (plan or {}).get(number, "plain")
        if kind == "zero":
            entries[number] = 1
        elif kind == "packed":
            if zstd:
                packed = zstandard.ZstdCompressor(write_content_size=False).compress(data)
            else:
                packer = zlib.compressobj(9, zlib.DEFLATED, -12)
                packed = packer.compress(data) + packer.flush()
            at = len(out)  # compressed clusters begin at any byte
            out += packed
            sectors = (at + len(packed) - 1) // S - at // S
            entries[number] = 1 << 62 | sectors << shift | at
            places[number] = at
        elif kind == "plain":
            out += bytes(-len(out) % size)
            entries[number] = 1 << 63 | len(out)
            places[number] = len(out)
            out += data
    out += bytes(-len(out) % S)
    for table in range(tables):
        struct.pack_into(">Q", out, l1_at + 8 * table, 1 << 63 | (l2_at + table * size))
    struct.pack_into(f">{len(entries)}Q", out, l2_at, *entries)
    name_at = 512 if backing else 0
    out[512 : 512 + len(backing)] = backing
    bits_set = features | (8 if zstd else 0)
    header = struct.pack(
        ">4sIQIIQIIQQIIQQQQIIB", b"QFI\xfb", version, name_at, len(backing), bits, len(media), crypt, tables, l1_at,
        0, 0, 0, 0, bits_set, 0, 0, 4, 112, 1 if zstd else 0,
    )  # fmt: skip
    out[: len(header)] = header
    return bytes(out), places
