"""Apple disk images: UDIF (.dmg) and sparse images, by libmodi.

libmodi reads raw, zero, zlib, bzip2 and ADC blocks; the block tables are looked through first, so that an
image with others (LZFSE, LZMA) is refused by name and not found unreadable in the middle. Source of the
trailer and the tables: "Apple Disk Image format", libyal documentation.
"""

from __future__ import annotations

import io
import plistlib
import struct
from xml.parsers.expat import ExpatError

import pymodi

from safelight.evidence.image import ImageContainer, RangeChecksum
from safelight.evidence.libyal import media_of, reason
from safelight.evidence.model import Container, EvidenceError, OpenContext
from safelight.evidence.stream import read_up_to, stream_size

_TRAILER = 512
_MAX_PLIST = 64 << 20
_CRC32 = 2
_BLOCK_HEADER = 204
_BLOCK = 40
_READ = {0, 1, 2, 0x80000004, 0x80000005, 0x80000006, 0x7FFFFFFE, 0xFFFFFFFF}
_NAMES = {0x80000007: "LZFSE", 0x80000008: "LZMA"}


def _trailer(stream: io.RawIOBase) -> bytes:
    """The UDIF trailer; empty if there is none."""
    size = stream_size(stream)
    raw = read_up_to(stream, size - _TRAILER, _TRAILER) if size >= _TRAILER else b""
    return raw if raw.startswith(b"koly\0\0\0\x04\0\0\x02\0") else b""


def _check_blocks(stream: io.RawIOBase, trailer: bytes) -> None:
    """Raises EvidenceError("unsupported") if a block is compressed in a way that is not read."""
    at, length = struct.unpack_from(">QQ", trailer, 0xD8)
    if not length or length > _MAX_PLIST:
        return
    try:
        tables = plistlib.loads(read_up_to(stream, at, length))["resource-fork"]["blkx"]
        data = [bytes(table["Data"]) for table in tables]
    except (plistlib.InvalidFileException, ExpatError, KeyError, TypeError, ValueError) as error:
        raise EvidenceError("corrupt", "the property list of the disk image cannot be read") from error
    for table in data:
        for place in range(_BLOCK_HEADER, len(table) - _BLOCK + 1, _BLOCK):
            kind = int.from_bytes(table[place : place + 4], "big")
            if kind not in _READ:
                name = _NAMES.get(kind, f"unknown (0x{kind:08x})")
                raise EvidenceError("unsupported", f"a disk image with {name} blocks")


def _checksums(trailer: bytes) -> list[RangeChecksum]:
    """The CRC-32 of the packed blocks that the trailer states, if it states one."""
    start, size = struct.unpack_from(">QQ", trailer, 0x18)
    kind, bits, value = struct.unpack_from(">III", trailer, 0x50)
    if kind != _CRC32 or bits != 32:
        return []
    return [RangeChecksum("crc32", start, size, f"{value:08x}")]


class DmgFormat:
    """Apple disk images (UDIF with raw, zlib, bzip2 or ADC blocks; sparse images)."""

    kind = "dmg"
    transparent = True

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        head = read_up_to(stream, 0, 8)
        return head in (b"encrcdsa", b"sprs\0\0\0\x03") or bool(_trailer(stream))

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        if read_up_to(stream, 0, 8) == b"encrcdsa":
            raise EvidenceError("encrypted", "an encrypted Apple disk image")
        trailer = _trailer(stream)
        checksums: list[RangeChecksum] = []
        if trailer:
            if int.from_bytes(trailer[0x3C:0x40], "big") > 1:
                raise EvidenceError("unsupported", "a disk image in several segments (.dmgpart)")
            _check_blocks(stream, trailer)
            checksums = _checksums(trailer)
        handle = pymodi.handle()
        try:
            handle.open_file_object(stream)
        except (OSError, RuntimeError) as error:
            raise EvidenceError("corrupt", f"the disk image cannot be opened: {reason(error)}") from error
        return ImageContainer(self.kind, media_of(handle), checksums=checksums)


FORMAT = DmgFormat()
