"""QCOW2 images, versions 2 and 3, by a reader of our own.

PyPI's libqcow (20260703) returns wrong bytes for compressed clusters without an error, so it is out of the
question for evidence; the format is small enough to be read in full: L1 and L2 tables, zero clusters,
compressed clusters (raw deflate or zstd), backing files found beside the image. Refused with their names:
encryption, an external data file, extended L2 entries, version 1, and feature bits that are not known.
Snapshots inside the image are not read. Source: "Qcow2 Image File Format", QEMU docs/interop/qcow2.
"""

from __future__ import annotations

import io
import struct
from collections import OrderedDict
from functools import lru_cache

import zstandard
from deflate import DeflateError, deflate_decompress

from safelight.evidence.image import ImageContainer
from safelight.evidence.model import Container, EvidenceError, OpenContext
from safelight.evidence.stream import RandomAccess, read_up_to, stream_size

MAGIC = b"QFI\xfb"
_HEADER = struct.Struct(">4sIQIIQIIQ")
_OFFSET = 0x00FFFFFFFFFFFE00
_MAX_L1 = 32 << 20
_MAX_BACKING = 16
_CACHED_TABLES = 64
_CACHED_CLUSTERS = 64
_FEATURES = {2: "an external data file", 4: "extended L2 entries"}
_KNOWN_BITS = 0b1011  # dirty, corrupt, compression type


class QcowImage(RandomAccess):
    """The virtual disk. `backing` holds what this image does not; beyond its end are zeros."""

    def __init__(self, stream: io.RawIOBase, backing: RandomAccess | io.RawIOBase | None) -> None:
        raw = read_up_to(stream, 0, 112)
        if len(raw) < 72:
            raise EvidenceError("corrupt", "the QCOW2 header is cut off")
        magic, version, _, _, bits, size, crypt, l1_count, l1_at = _HEADER.unpack_from(raw.ljust(112, b"\0"))
        if magic != MAGIC or version not in (2, 3):
            raise EvidenceError("unsupported", f"QCOW version {version}")
        self._zstd = _check_features(raw, version)
        if crypt:
            raise EvidenceError("encrypted", "QCOW2 with encrypted clusters")
        if not 9 <= bits <= 21 or l1_count * 8 > _MAX_L1:
            raise EvidenceError("corrupt", "the QCOW2 header states impossible sizes")
        super().__init__(size)
        self.cluster = 1 << bits
        self._bits = bits
        self._stream = stream
        self._stored = stream_size(stream)
        self._backing = backing
        self._backing_size = stream_size(backing) if backing is not None else 0
        self._l1_count = l1_count
        self._l1_at = l1_at
        self._table = lru_cache(_CACHED_TABLES)(self._load_table)
        self._unpacked: OrderedDict[int, bytes | bytearray] = OrderedDict()

    def read_at(self, offset: int, size: int) -> bytes | bytearray | memoryview:
        parts = []
        while size:
            number, skip = divmod(offset, self.cluster)
            part = self._cluster(number, skip, min(size, self.cluster - skip))
            parts.append(part)
            offset += len(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _load_table(self, at: int, count: int) -> tuple[int, ...]:
        raw = read_up_to(self._stream, at, 8 * count)
        if len(raw) < 8 * count:
            raise EvidenceError("corrupt", f"a QCOW2 table at byte {at} lies beyond the image's end")
        return struct.unpack(f">{count}Q", raw)

    def _entry(self, number: int) -> int:
        """The L2 entry of a cluster; 0 if it is not allocated."""
        per_table = self.cluster // 8
        index, within = divmod(number, per_table)
        if index >= self._l1_count:
            raise EvidenceError("corrupt", f"cluster {number} lies in no QCOW2 table")
        # L1 is read in pieces, so that a header that claims a huge disk costs no memory.
        piece, place = divmod(index, per_table)
        count = min(per_table, self._l1_count - piece * per_table)
        at = self._table(self._l1_at + piece * per_table * 8, count)[place] & _OFFSET
        return self._table(at, per_table)[within] if at else 0

    def _cluster(self, number: int, skip: int, size: int) -> bytes | bytearray | memoryview:
        entry = self._entry(number)
        if entry >> 62 & 1:
            return memoryview(self._compressed(number, entry))[skip : skip + size]
        if entry & 1:
            return bytes(size)
        at = entry & _OFFSET
        if not at:
            return self._from_backing(number * self.cluster + skip, size)
        data = read_up_to(self._stream, at + skip, size)
        if len(data) < size:
            # The last cluster of a file may be written short; what is not there was never written.
            if at >= self._stored:
                raise EvidenceError("corrupt", f"cluster {number} lies beyond the image's end")
            data = data.ljust(size, b"\0") if number == (self.size - 1) >> self._bits else data
            if len(data) < size:
                raise EvidenceError("corrupt", f"cluster {number} is cut off")
        return data

    def _from_backing(self, offset: int, size: int) -> bytes:
        if self._backing is None:
            return bytes(size)
        return read_up_to(self._backing, offset, min(size, max(0, self._backing_size - offset))).ljust(
            size, b"\0"
        )

    def _compressed(self, number: int, entry: int) -> bytes | bytearray:
        found = self._unpacked.get(number)
        if found is not None:
            self._unpacked.move_to_end(number)
            return found
        shift = 62 - (self._bits - 8)
        at = entry & ((1 << shift) - 1)
        sectors = (entry >> shift & ((1 << (self._bits - 8)) - 1)) + 1
        packed = read_up_to(self._stream, at, sectors * 512 - (at & 511))
        data: bytes | bytearray
        try:
            if self._zstd:
                data = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
            else:
                data = deflate_decompress(packed, self.cluster)
        except (DeflateError, zstandard.ZstdError) as error:
            raise EvidenceError("corrupt", f"compressed cluster {number} cannot be unpacked") from error
        if len(data) != self.cluster:
            raise EvidenceError("corrupt", f"compressed cluster {number} holds {len(data)} bytes")
        self._unpacked[number] = data
        if len(self._unpacked) > _CACHED_CLUSTERS:
            self._unpacked.popitem(last=False)
        return data

    def close(self) -> None:
        if not self.closed:
            self._table.cache_clear()
            self._unpacked.clear()
            if self._backing is not None:
                self._backing.close()
        super().close()


def _check_features(raw: bytes, version: int) -> bool:
    """Whether compressed clusters are zstd. Raises EvidenceError for what is not read."""
    if version == 2:
        return False
    features, length = int.from_bytes(raw[72:80], "big"), int.from_bytes(raw[100:104], "big")
    for bit, name in _FEATURES.items():
        if features >> bit & 1:
            raise EvidenceError("unsupported", f"QCOW2 with {name}")
    if features & ~_KNOWN_BITS:
        raise EvidenceError("unsupported", f"QCOW2 with unknown features (0x{features:x})")
    kind = raw[104] if features >> 3 & 1 and length > 104 else 0
    if kind > 1:
        raise EvidenceError("unsupported", f"QCOW2 with compression type {kind}")
    return kind == 1


def open_image(stream: io.RawIOBase, context: OpenContext, depth: int = 0) -> QcowImage:
    """Raises EvidenceError; "vanished" names a backing file that is not beside the image."""
    raw = read_up_to(stream, 0, 32)
    at, length = struct.unpack(">QI", raw[8:20]) if len(raw) >= 20 else (0, 0)
    if not at or not length:
        return QcowImage(stream, None)
    name = read_up_to(stream, at, min(length, 1023)).removeprefix(b"file:")
    if depth == _MAX_BACKING:
        raise EvidenceError("limit", f"more than {_MAX_BACKING} backing files in one another")
    name = name.rpartition(b"/")[2]
    below = context.sibling(name)
    if below is None:
        raise EvidenceError("vanished", f"the backing file {name.decode('utf-8', 'replace')} is missing")
    if read_up_to(below, 0, 4) == MAGIC:
        return QcowImage(stream, open_image(below, context, depth + 1))
    return QcowImage(stream, below)


class QcowFormat:
    """QCOW2 images (versions 2 and 3), compressed clusters and backing files too."""

    kind = "qcow"
    transparent = True

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        head = read_up_to(stream, 0, 8)
        return head[:4] == MAGIC and 1 <= int.from_bytes(head[4:8], "big") <= 3

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        return ImageContainer(self.kind, open_image(stream, context))


FORMAT = QcowFormat()
