"""UDIF, the format of Apple's .dmg: trailer, block tables, and blocks in zlib, bzip2, LZMA, ADC or plain.

Our own reader: PyPI's libmodi (20260902) fails on sound bzip2 blocks and was built without LZMA; the tests
show the first. LZFSE has no library among ours and is refused by name. Sources: "Apple Disk Image format"
(libyal documentation); the trailer and table layouts as hdiutil writes them.
"""

from __future__ import annotations

import bz2
import io
import lzma
import plistlib
import struct
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass

from deflate import DeflateError, zlib_decompress

from safelight.evidence.image import RangeChecksum
from safelight.evidence.model import EvidenceError
from safelight.evidence.stream import RandomAccess, read_up_to, stream_size

SECTOR = 512
_MAGIC = b"koly\0\0\0\x04\0\0\x02\0"
_TRAILER = 512
_MAX_PLIST = 256 << 20
_MAX_BLOCK = 64 << 20
_MAX_LZMA = 256 << 20
_CACHED_BYTES = 16 << 20
_CRC32 = 2
_RUN = struct.Struct(">I4xQQQQ")
_RUNS_AT = 204
_ZERO, _RAW, _IGNORE, _ADC, _ZLIB, _BZIP2, _LZMA = 0, 1, 2, *range(0x80000004, 0x80000007), 0x80000008
_COMMENT, _END = 0x7FFFFFFE, 0xFFFFFFFF
_READ = {_ZERO, _RAW, _IGNORE, _ADC, _ZLIB, _BZIP2, _LZMA}


@dataclass(frozen=True, slots=True)
class _Run:
    """Bytes `start` to `start + size` of the medium, from `packed_size` bytes of the file at `at`."""

    kind: int
    start: int
    size: int
    at: int
    packed_size: int


def trailer(stream: io.RawIOBase) -> bytes:
    """The trailer (the file's last 512 bytes); empty if there is none."""
    size = stream_size(stream)
    raw = read_up_to(stream, size - _TRAILER, _TRAILER) if size >= _TRAILER else b""
    return raw if raw.startswith(_MAGIC) else b""


def checksums(end: bytes) -> list[RangeChecksum]:
    """The CRC-32 of the packed blocks that a trailer states, if it states one."""
    start, size = struct.unpack_from(">QQ", end, 0x18)
    kind, bits, value = struct.unpack_from(">III", end, 0x50)
    return [RangeChecksum("crc32", start, size, f"{value:08x}")] if (kind, bits) == (_CRC32, 32) else []


class UdifImage(RandomAccess):
    """The medium of a UDIF image. Raises EvidenceError("unsupported" | "corrupt") if it cannot be opened."""

    def __init__(self, stream: io.RawIOBase, end: bytes) -> None:
        if int.from_bytes(end[0x3C:0x40], "big") > 1:
            raise EvidenceError("unsupported", "a disk image in several segments (.dmgpart)")
        self._stream = stream
        self._runs = sorted(_runs(stream, end), key=lambda run: run.start)
        self._starts = [run.start for run in self._runs]
        stated = int.from_bytes(end[0x1EC:0x1F4], "big") * SECTOR
        super().__init__(stated or max((run.start + run.size for run in self._runs), default=0))
        self._blocks: OrderedDict[int, bytes | bytearray] = OrderedDict()
        self._cached = 0

    def read_at(self, offset: int, size: int) -> bytes | bytearray | memoryview:
        parts = []
        while size:
            part = self._piece(offset, size)
            parts.append(part)
            offset += len(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _piece(self, offset: int, size: int) -> bytes | memoryview:
        """At least one byte at `offset`, at most to the end of the run that holds it. Between runs are
        zeros."""
        number = bisect_right(self._starts, offset) - 1
        run = self._runs[number] if number >= 0 else None
        if run is None or offset >= run.start + run.size:
            following = self._starts[number + 1] if number + 1 < len(self._runs) else self.size
            return bytes(min(size, following - offset))
        skip = offset - run.start
        size = min(size, run.size - skip)
        if run.kind in (_ZERO, _IGNORE):
            return bytes(size)
        if run.kind == _RAW:
            data = read_up_to(self._stream, run.at + skip, size)
            if not data:
                raise EvidenceError("corrupt", f"the block at byte {offset} lies beyond the image's end")
            return data
        return memoryview(self._block(number, run))[skip : skip + size]

    def _block(self, number: int, run: _Run) -> bytes | bytearray:
        found = self._blocks.get(number)
        if found is not None:
            self._blocks.move_to_end(number)
            return found
        if max(run.size, run.packed_size) > _MAX_BLOCK:
            raise EvidenceError("limit", f"a block of {run.size} bytes")
        packed = read_up_to(self._stream, run.at, run.packed_size)
        try:
            data = _unpack(run.kind, packed, run.size)
        except (DeflateError, lzma.LZMAError, OSError, EOFError, IndexError) as error:
            raise EvidenceError("corrupt", f"the block at byte {run.start} cannot be unpacked") from error
        if len(data) != run.size:
            raise EvidenceError("corrupt", f"the block at byte {run.start} holds {len(data)} bytes")
        self._blocks[number] = data
        self._cached += len(data)
        while self._cached > _CACHED_BYTES and len(self._blocks) > 1:
            self._cached -= len(self._blocks.popitem(last=False)[1])
        return data


def _runs(stream: io.RawIOBase, end: bytes) -> list[_Run]:
    fork, _ = struct.unpack_from(">QQ", end, 0x18)
    at, length = struct.unpack_from(">QQ", end, 0xD8)
    if not length or length > _MAX_PLIST:
        raise EvidenceError("unsupported", "a disk image without a property list, or with a huge one")
    try:
        listed = plistlib.loads(read_up_to(stream, at, length))["resource-fork"]["blkx"]
        tables = [bytes(table["Data"]) for table in listed]
    except Exception as error:  # plistlib raises whatever its own code stumbles over
        raise EvidenceError("corrupt", "the property list of the disk image cannot be read") from error
    found = []
    for table in tables:
        if table[:4] != b"mish" or len(table) < _RUNS_AT:
            raise EvidenceError("corrupt", "a block table of the disk image has no signature")
        first, _, base = struct.unpack_from(">QQQ", table, 8)
        for place in range(_RUNS_AT, len(table) - _RUN.size + 1, _RUN.size):
            kind, start, count, where, packed = _RUN.unpack_from(table, place)
            if kind in (_COMMENT, _END) or not count:
                continue
            if kind not in _READ:
                name = "LZFSE" if kind == 0x80000007 else f"unknown (0x{kind:08x})"
                raise EvidenceError("unsupported", f"a disk image with {name} blocks")
            found.append(_Run(kind, (first + start) * SECTOR, count * SECTOR, fork + base + where, packed))
    return found


def _unpack(kind: int, packed: bytes, size: int) -> bytes | bytearray:
    """Never more than `size` bytes (and one, so that too many are seen)."""
    if kind == _ZLIB:
        data: bytearray = zlib_decompress(packed, size)
        return data
    if kind == _BZIP2:
        return bz2.BZ2Decompressor().decompress(packed, size + 1)
    if kind == _LZMA:
        return lzma.LZMADecompressor(memlimit=_MAX_LZMA).decompress(packed, size + 1)
    return _adc(packed, size)


def _adc(packed: bytes, size: int) -> bytearray:
    """Apple Data Compression: plain runs, and copies with offsets of 10 or 16 bits."""
    out = bytearray()
    at = 0
    while at < len(packed) and len(out) <= size:
        code = packed[at]
        if code & 0x80:
            length = (code & 0x7F) + 1
            out += packed[at + 1 : at + 1 + length]
            at += 1 + length
            continue
        if code & 0x40:
            length, distance = (code & 0x3F) + 4, packed[at + 1] << 8 | packed[at + 2]
            at += 3
        else:
            length, distance = (code >> 2) + 3, (code & 3) << 8 | packed[at + 1]
            at += 2
        if distance >= len(out):
            raise IndexError("a copy from before the beginning")
        for _ in range(length):
            out.append(out[-distance - 1])
    return out
