"""VHD: fixed, dynamic and differencing images, by our own reader.

PyPI's libvhdi (20260901) gives zeros instead of the parent's bytes for sectors of a differencing image that
follow a changed one in the same byte of the block's bitmap; the test with single changed sectors shows it.
Source: "Virtual Hard Disk Image Format Specification" 1.0 (Microsoft).
"""

from __future__ import annotations

import io
import struct
from functools import lru_cache

from safelight.evidence.model import EvidenceError
from safelight.evidence.stream import RandomAccess, read_up_to, stream_size

SECTOR = 512
FOOTER = b"conectix"
_HEADER = b"cxsparse"
_FIXED, _DYNAMIC, _DIFFERENCING = 2, 3, 4
_ABSENT = 0xFFFFFFFF
_PAGE = 1024
_CACHED = 64
_NAMES = (b"W2ku", b"W2ru")


def _sound(raw: bytes, cookie: bytes, checksum_at: int) -> bool:
    if not raw.startswith(cookie):
        return False
    rest = sum(raw[:checksum_at]) + sum(raw[checksum_at + 4 :])
    return int.from_bytes(raw[checksum_at : checksum_at + 4], "big") == ~rest & 0xFFFFFFFF


def footer(stream: io.RawIOBase) -> tuple[bytes, bool]:
    """The footer (the last 512 bytes, 511 in old versions) or its copy at the beginning, and whether its
    checksum is right: the first that is sound, else the first that is there; empty without any."""
    size = stream_size(stream)
    places = ((size - 512, 512), (size - 511, 511), (0, 512))
    found = [read_up_to(stream, at, length).ljust(512, b"\0") for at, length in places if at >= 0]
    for raw in found:
        if _sound(raw, FOOTER, 64):
            return raw, True
    return next((raw for raw in found if raw.startswith(FOOTER)), b""), False


class VhdImage(RandomAccess):
    """The virtual disk. A differencing image has `parent_names` and is complete once `parent` is set.
    `troubles` are damages that did not keep it from being opened.

    Raises EvidenceError("corrupt" | "unsupported").
    """

    def __init__(self, stream: io.RawIOBase) -> None:
        end, sound = footer(stream)
        if not end:
            raise EvidenceError("corrupt", "the VHD has no footer")
        self.troubles = [] if sound else ["the footer of the VHD has a wrong checksum"]
        data_at, self._kind = struct.unpack(">Q", end[16:24])[0], int.from_bytes(end[60:64], "big")
        self.identity = end[68:84]
        super().__init__(int.from_bytes(end[48:56], "big"))
        self._stream = stream
        self.parent: VhdImage | None = None
        self.parent_names: list[str] = []
        self.parent_identity = b""
        self._page = lru_cache(_CACHED)(self._load_page)
        self._bitmap = lru_cache(_CACHED)(self._load_bitmap)
        if self._kind == _FIXED:
            self._block = self.size or SECTOR
            return
        if self._kind not in (_DYNAMIC, _DIFFERENCING):
            raise EvidenceError("unsupported", f"a VHD of type {self._kind}")
        head = read_up_to(stream, data_at, 1024)
        if len(head) < 1024 or not head.startswith(_HEADER):
            raise EvidenceError("corrupt", "the dynamic header of the VHD is missing")
        if not _sound(head, _HEADER, 36):
            self.troubles.append("the dynamic header of the VHD has a wrong checksum")
        self._table_at, self._entries = (
            struct.unpack_from(">Q", head, 16)[0],
            int.from_bytes(head[28:32], "big"),
        )
        self._block = int.from_bytes(head[32:36], "big")
        if self._block < SECTOR or self._block & (self._block - 1) or self._block > 1 << 30:
            raise EvidenceError("corrupt", f"a VHD with blocks of {self._block} bytes")
        self._bitmap_size = -(-self._block // SECTOR // 8 // SECTOR) * SECTOR
        if self._kind == _DIFFERENCING:
            self.parent_identity = head[40:56]
            self.parent_names = _parent_names(stream, head)

    def read_at(self, offset: int, size: int) -> bytes | bytearray | memoryview:
        parts = []
        while size:
            number, skip = divmod(offset, self._block)
            count = min(size, self._block - skip)
            parts.append(self._piece(number, skip, count))
            offset += count
            size -= count
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _piece(self, number: int, skip: int, size: int) -> bytes | bytearray | memoryview:
        if self._kind == _FIXED:
            return self._stored(skip, size)
        at = self._entry(number)
        if at == _ABSENT:
            return self._below(number * self._block + skip, size)
        data_at = at * SECTOR + self._bitmap_size + skip
        if self._kind == _DYNAMIC:
            return self._stored(data_at, size)
        return self._mixed(self._bitmap(at * SECTOR), number * self._block, skip, size, data_at - skip)

    def _mixed(self, bitmap: bytes, start: int, skip: int, size: int, data_at: int) -> bytes:
        """A part of a block of which only the sectors with a set bit (the highest first) are this image's."""
        parts: list[bytes | bytearray | memoryview] = []
        end = skip + size
        while skip < end:
            mine = _is_set(bitmap, skip // SECTOR)
            until = (skip // SECTOR + 1) * SECTOR
            while until < end and _is_set(bitmap, until // SECTOR) == mine:
                until += SECTOR
            count = min(until, end) - skip
            parts.append(self._stored(data_at + skip, count) if mine else self._below(start + skip, count))
            skip += count
        return b"".join(parts)

    def _below(self, offset: int, size: int) -> bytes | bytearray | memoryview:
        if self.parent is None:
            return bytes(size)
        inside = max(0, min(size, self.parent.size - offset))
        data = self.parent.read_at(offset, inside) if inside else b""
        return data if inside == size else bytes(data).ljust(size, b"\0")

    def _stored(self, offset: int, size: int) -> bytes:
        data = read_up_to(self._stream, offset, size)
        if len(data) < size:
            raise EvidenceError("corrupt", f"byte {offset + len(data)} lies beyond the VHD's end (cut off?)")
        return data

    def _entry(self, number: int) -> int:
        """The first sector of a block, from the allocation table (read in pages)."""
        if number >= self._entries:
            raise EvidenceError("corrupt", f"block {number} is not in the VHD's table")
        page, within = divmod(number, _PAGE)
        raw = self._page(page)
        return int.from_bytes(raw[4 * within : 4 * within + 4], "big")

    def _load_page(self, page: int) -> bytes:
        return self._stored(self._table_at + 4 * _PAGE * page, 4 * min(_PAGE, self._entries - _PAGE * page))

    def _load_bitmap(self, at: int) -> bytes:
        return self._stored(at, self._bitmap_size)

    def close(self) -> None:
        if not self.closed:
            self._page.cache_clear()
            self._bitmap.cache_clear()
            if self.parent is not None:
                self.parent.close()
                self.parent._stream.close()
        super().close()


def _is_set(bitmap: bytes, sector: int) -> bool:
    return bool(bitmap[sector >> 3] & 0x80 >> (sector & 7))


def _parent_names(stream: io.RawIOBase, head: bytes) -> list[str]:
    """The plain names under which the parent may lie beside the image."""
    names = [head[64:576].decode("utf-16-be", "replace").split("\0")[0]]
    for at in range(576, 576 + 8 * 24, 24):
        code, _, length, _, place = struct.unpack_from(">4sIIIQ", head, at)
        if code in _NAMES and 0 < length <= 4096:
            names.append(read_up_to(stream, place, length).decode("utf-16-le", "replace").split("\0")[0])
    plain = [name.replace("\\", "/").rpartition("/")[2] for name in names]
    return [name for name in dict.fromkeys(plain) if name]
