"""EWF-E01 images (EnCase, FTK Imager, linen, ewfacquire), in one or many segments.

Chunks of usually 32 KiB, each a zlib stream or stored with an Adler-32. Unpacked by libdeflate, 16 MB kept. A
damaged or missing chunk fails the read that needs it and no other. Ex01 and L01 have other signatures and are
not read here.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections import OrderedDict

import numpy as np
from deflate import DeflateError, adler32, zlib_decompress

from safelight.evidence.ewf_sections import HEADER_SIZE, SIGNATURE, Layout, Table, read_segment
from safelight.evidence.image import ImageContainer
from safelight.evidence.model import Container, EvidenceError, OpenContext
from safelight.evidence.segments import Segments, ewf_names
from safelight.evidence.stream import RandomAccess, read_up_to

CACHED_BYTES = 16 << 20  # 512 chunks of 32 KiB
_CACHED_TABLES = 16
_RUN_BYTES = 2 << 20  # unpacked bytes that are read from the file in one piece


class _Offsets:
    """The places of one table's chunks in their segment: `starts[i]` to `starts[i + 1]`."""

    __slots__ = ("overflow", "starts", "stored")

    def __init__(self, entries: bytes, table: Table) -> None:
        raw = np.frombuffer(entries, dtype="<u4").astype(np.int64)
        starts = raw & 0x7FFFFFFF
        stored = (raw >> 31) == 0
        # Segments over 2 GiB: EnCase lets offsets run on into the bit that marks compression. The first
        # offset that falls shows it; from there all 32 bits count and the length tells stored chunks from
        # compressed ones.
        falls = np.flatnonzero(np.diff(starts) < 0)
        overflow = int(falls[0]) + 1 if len(falls) else len(raw)
        starts[overflow:] = raw[overflow:]
        starts = np.append(starts + table.base, table.data_end)
        stored[overflow:] = False
        self.overflow = overflow
        self.starts = starts
        self.stored = stored


class EwfImage(RandomAccess):
    """The medium in an EWF image. `troubles` says what is damaged beyond single chunks."""

    def __init__(self, segments: Segments, layout: Layout) -> None:
        super().__init__(layout.media_size)
        self.troubles = layout.troubles
        self._segments = segments
        self._layout = layout
        self._run = max(1, _RUN_BYTES // layout.chunk_size)
        self._kept = max(2, self._run, CACHED_BYTES // layout.chunk_size)
        self._firsts = [table.first for table in layout.tables]
        self._chunks: OrderedDict[int, bytearray | bytes] = OrderedDict()
        self._tables: OrderedDict[int, _Offsets] = OrderedDict()

    def stored_hashes(self) -> dict[str, str]:
        """Hashes of the medium that the acquiring tool wrote into the image: `md5`, `sha1` (hex), where
        present."""
        both = {"md5": self._layout.md5, "sha1": self._layout.sha1}
        return {name: value for name, value in both.items() if value}

    def metadata(self) -> dict[str, str]:
        """The header's values as written (case_number, examiner, acquired ...), and media_size and
        chunk_size."""
        sizes = {"media_size": str(self.size), "chunk_size": str(self._layout.chunk_size)}
        return {**self._layout.header, **sizes}

    def read_at(self, offset: int, size: int) -> bytes | bytearray | memoryview:
        chunk_size = self._layout.chunk_size
        first, skip = divmod(offset, chunk_size)
        last = (offset + size - 1) // chunk_size
        if first == last:
            return memoryview(self._chunk(first, first))[skip : skip + size]
        parts: list[memoryview | bytearray | bytes] = [memoryview(self._chunk(first, last))[skip:]]
        parts.extend(self._chunk(number, last) for number in range(first + 1, last))
        parts.append(memoryview(self._chunk(last, last))[: offset + size - last * chunk_size])
        return b"".join(parts)

    def close(self) -> None:
        if not self.closed:
            self._chunks.clear()
            self._segments.close()
        super().close()

    def _chunk(self, number: int, last: int) -> bytearray | bytes:
        """Chunk `number`; those after it up to `last` are read from the file with it."""
        found = self._chunks.get(number)
        if found is not None:
            self._chunks.move_to_end(number)
            return found
        self._load(number, last)
        return self._chunks[number]

    def _load(self, number: int, last: int) -> None:
        at = bisect_right(self._firsts, number) - 1
        table = self._layout.tables[at] if at >= 0 else None
        if table is None or number >= table.first + table.count:
            raise EvidenceError("corrupt", f"chunk {number} lies in no table{self._why()}")
        offsets = self._offsets(at, table)
        index = number - table.first
        end = min(last - table.first + 1, table.count, index + self._run)
        starts = offsets.starts[index : end + 1].tolist()
        base = starts[0]
        while end > index + 1 and not 0 < starts[end - index] - base <= _RUN_BYTES:
            end -= 1
        if not 0 <= base < starts[1] <= base + 2 * self._layout.chunk_size + 1024:
            raise EvidenceError("corrupt", f"chunk {number} has no valid place in its table")
        packed = memoryview(self._segments.read(table.segment, base, starts[end - index] - base))
        for step in range(end - index):
            piece = packed[starts[step] - base : starts[step + 1] - base]
            expected = min(self._layout.chunk_size, self.size - (number + step) * self._layout.chunk_size)
            stored = bool(offsets.stored[index + step])
            if index + step >= offsets.overflow:
                stored = len(piece) == expected + 4
            try:
                data = self._unpack(number + step, piece, stored, expected)
            except EvidenceError:
                if step == 0:
                    raise
                return
            self._chunks[number + step] = data
        while len(self._chunks) > self._kept:
            self._chunks.popitem(last=False)

    def _unpack(self, number: int, packed: memoryview, stored: bool, expected: int) -> bytearray | bytes:
        size = self._layout.chunk_size
        if stored:
            length = min(size, len(packed) - 4)
            data: bytearray | bytes = bytes(packed[:length]) if length > 0 else b""
            if not data or adler32(data) != int.from_bytes(packed[length : length + 4], "little"):
                raise EvidenceError("corrupt", f"chunk {number} has a wrong checksum")
        else:
            try:
                data = zlib_decompress(packed, size)
            except DeflateError as error:
                raise EvidenceError("corrupt", f"chunk {number} cannot be unpacked") from error
        if len(data) < expected:
            raise EvidenceError("corrupt", f"chunk {number} holds {len(data)} bytes instead of {expected}")
        return data

    def _why(self) -> str:
        return f" ({'; '.join(self.troubles)})" if self.troubles else ""

    def _offsets(self, at: int, table: Table) -> _Offsets:
        found = self._tables.get(at)
        if found is None:
            found = self._tables[at] = _Offsets(self._entries(table), table)
            while len(self._tables) > _CACHED_TABLES:
                self._tables.popitem(last=False)
        return found

    def _entries(self, table: Table) -> bytes:
        """The table's entries, or those of its copy where the checksum (absent in EWF-S01) fails."""
        size = 4 * table.count
        for place in (table.entries, table.copy):
            raw = self._segments.read(table.segment, place, size + 4) if place else b""
            if len(raw) == size + 4 and adler32(raw[:size]) == int.from_bytes(raw[size:], "little"):
                return raw[:size]
        if table.copy == 0 and table.data_end > table.entries:  # EWF-S01: data within the table, no checksum
            return self._segments.read(table.segment, table.entries, size)
        first, end = table.first, table.first + table.count - 1
        raise EvidenceError(
            "corrupt", f"the table of chunks {first} to {end} and its copy have wrong checksums"
        )


def open_image(stream: io.RawIOBase, context: OpenContext) -> EwfImage:
    """Raises EvidenceError("corrupt") if not even the size of the medium can be told."""
    segments = Segments(stream, context.name or b"image.E01", context.sibling)
    head = segments.read(0, 0, HEADER_SIZE)
    number = int.from_bytes(head[9:11], "little")
    if number != 1:
        raise EvidenceError("corrupt", f"segment 1 is missing: {segments.text(0)} is segment {number}")
    layout = Layout()
    read_segment(segments, 0, layout)
    names = ewf_names(segments.names[0])
    while not layout.finished and not layout.broken:
        index = len(segments.names)
        name = next(names, None)
        text = name.decode("utf-8", "replace") if name else "?"
        try:
            found = name is not None and segments.add(name)
        except EvidenceError as error:
            layout.troubles.append(f"segment {index + 1} ({text}) cannot be read: {error.detail}")
            break
        if not found:
            layout.troubles.append(f"segment {index + 1} ({text}) is missing")
            break
        head = segments.read(index, 0, HEADER_SIZE)
        if head[:8] != SIGNATURE or int.from_bytes(head[9:11], "little") != index + 1:
            layout.troubles.append(f"{segments.text(index)} is not segment {index + 1} of this image")
            break
        read_segment(segments, index, layout)
    if not layout.chunk_size:
        raise EvidenceError(
            "corrupt", "; ".join(layout.troubles) or "no section tells the size of the medium"
        )
    if layout.chunks_listed < layout.chunk_count:
        layout.troubles.append(f"only {layout.chunks_listed} of {layout.chunk_count} chunks are listed")
    return EwfImage(segments, layout)


class EwfFormat:
    """EWF-E01 images (EnCase and others), in one or many segments."""

    kind = "ewf"
    transparent = True

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        """Segment 1; a later one only if its first is not there to be opened instead."""
        head = read_up_to(stream, 0, HEADER_SIZE)
        if len(head) < HEADER_SIZE or not head.startswith(SIGNATURE):
            return False
        if int.from_bytes(head[9:11], "little") == 1:
            return True
        stem, dot, suffix = context.name.rpartition(b".")
        first = context.sibling(stem + dot + suffix[:1] + b"01") if dot else None
        if first is not None:
            first.close()
        return first is None

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> Container:
        image = open_image(stream, context)
        return ImageContainer(self.kind, image, image.troubles, image.stored_hashes())


FORMAT = EwfFormat()
