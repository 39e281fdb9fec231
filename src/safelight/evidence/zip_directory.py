"""The central directory of a zip archive, read record by record with names as bytes.

Python's zipfile is not used because it decodes names (and refuses the whole archive for one that is no
UTF-8), cuts them at NUL, holds an object of half a kB for every member, refuses all members where two
overlap, and cannot go on without a directory. Here one index of 8 bytes a member is kept, and a member that
is wrong costs itself.

Source: PKWARE APPNOTE 6.3.10, sections 4.3 (structure), 4.4 (fields), 4.5 (extra fields).
"""

from __future__ import annotations

import io
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from safelight.evidence.model import EvidenceError
from safelight.evidence.stream import read_up_to, stream_size

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_LOCATOR_64 = b"PK\x06\x07"
_FULL = 0xFFFFFFFF
_RECORD = struct.Struct("<4sBBHHHHHIIIHHHHHII")
_LOCAL_HEADER = struct.Struct("<4sHHHHHIIIHH")
_BLOCK = 1 << 20
#: Largest central record: 46 bytes and three fields of 65,535.
_RECORD_MOST = 46 + 3 * 0xFFFF


@dataclass(slots=True)
class Record:
    """One member as the directory (or, while salvaging, its own header) describes it. Sizes in bytes."""

    name: bytes
    system: int
    flags: int
    method: int
    dos_time: int
    dos_date: int
    crc: int
    packed: int
    size: int
    attributes: int
    extra: bytes
    header: int
    """Position of the local header."""
    sizes_follow: bool = False
    """Sizes stand only behind the data, where a decoder finds them."""

    def extra_field(self, wanted: int) -> bytes | None:
        """The first extra field with this id; a list that is cut short ends it."""
        position = 0
        while position + 4 <= len(self.extra):
            kind, size = struct.unpack_from("<HH", self.extra, position)
            position += 4
            if kind == wanted and position + size <= len(self.extra):
                return self.extra[position : position + size]
            position += size
        return None

    def widen(self) -> None:
        """Take the 64-bit sizes and position from the zip64 extra field, in its fixed order."""
        wide = self.extra_field(1) or b""
        for attribute in ("size", "packed", "header"):
            if getattr(self, attribute) == _FULL and len(wide) >= 8:
                setattr(self, attribute, struct.unpack_from("<Q", wide)[0])
                wide = wide[8:]


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the central directory lies. `shift` is what an archive with something in front of it adds to
    every
    position; `count` is the number of members it states."""

    start: int
    end: int
    shift: int
    count: int
    disks: int = 1
    """Files that the archive was split into; this is then the last of them."""


def find_directory(stream: io.RawIOBase, size: int) -> Extent | None:
    """The last end record whose directory is there, searched in the last 64 kB; None without one."""
    tail_start = max(0, size - 22 - 0xFFFF)
    tail = read_up_to(stream, tail_start, size - tail_start)
    position = len(tail)
    while (position := tail.rfind(END, 0, position)) >= 0:
        record = tail[position : position + 22]
        found = _from_end(stream, tail_start + position, record) if len(record) == 22 else None
        if found is not None:
            return found
    return None


def _from_end(stream: io.RawIOBase, end: int, record: bytes) -> Extent | None:
    disks = struct.unpack_from("<H", record, 4)[0] + 1
    count, size, start = struct.unpack_from("<HII", record, 10)
    directory_end = end
    locator = read_up_to(stream, end - 20, 20) if end >= 20 else b""
    if locator[:4] == _LOCATOR_64:
        # The record lies right before its locator even where something in front moved everything.
        for candidate in (end - 76, struct.unpack_from("<Q", locator, 8)[0]):
            wide = read_up_to(stream, candidate, 56) if 0 <= candidate < end else b""
            if len(wide) == 56 and wide[:4] == _END_64:
                disks = struct.unpack_from("<I", wide, 16)[0] + 1
                count, size, start = struct.unpack_from("<QQQ", wide, 32)
                directory_end = candidate
                break
    if count == 0 and size == 0:
        return Extent(end, end, 0, 0)
    for first in (directory_end - size, start):
        if 0 <= first < directory_end and read_up_to(stream, first, 4) == CENTRAL:
            return Extent(first, directory_end, first - start, count, disks)
    return None


class Directory:
    """Where the members are.

    `salvaged` says that the directory is missing and members' own headers are used instead. Raises
    EvidenceError("corrupt") if there is neither, "unsupported" for the last part of a split archive.
    """

    def __init__(self, stream: io.RawIOBase, most: int) -> None:
        self._stream = stream
        self._size = stream_size(stream)
        self.salvaged = False
        self.beyond = False
        """There are more members than `most`."""
        self.missing = 0
        """Members that the end record states and that cannot be read."""
        self._shift = 0
        self._places = array("Q")
        self.overlapping: frozenset[int] = frozenset()
        extent = find_directory(stream, self._size)
        if extent is None:
            self.salvaged = True
            self._salvage(most)
            if not self._places:
                raise EvidenceError("corrupt", "neither a central directory nor a member can be found")
        else:
            self._shift = extent.shift
            self._index(extent.start, extent.end, most)
            if extent.disks > 1:
                self._check_together(extent.disks)
            if not self.beyond:
                # Writers without zip64 let the count wrap at 65,536.
                self.missing = (extent.count - len(self._places)) % 0x10000

    def __len__(self) -> int:
        return len(self._places)

    def _check_together(self, disks: int) -> None:
        """An archive that says it was split is whole if its first member is where the directory says."""
        try:
            if self._places:
                self.data_start(self.record(0))
        except EvidenceError as error:
            raise EvidenceError("unsupported", f"the last of {disks} parts of a split zip archive") from error

    def record(self, index: int) -> Record:
        """Member `index`. Raises EvidenceError if there is none or its record is damaged."""
        if not 0 <= index < len(self._places):
            raise EvidenceError("vanished", f"the archive has no member {index}")
        place = self._places[index]
        return self._local_record(place) if self.salvaged else self._central_record(place)

    def data_start(self, record: Record) -> int:
        """Position of the packed bytes. Raises EvidenceError("corrupt") without a local header there."""
        reachable = 0 <= record.header < self._size
        header = read_up_to(self._stream, record.header, _LOCAL_HEADER.size) if reachable else b""
        if len(header) < _LOCAL_HEADER.size or header[:4] != LOCAL:
            raise EvidenceError("corrupt", "the member's own header is not where the directory says")
        *_, name_size, extra_size = _LOCAL_HEADER.unpack(header)
        return record.header + _LOCAL_HEADER.size + int(name_size) + int(extra_size)

    def _index(self, start: int, end: int, most: int) -> None:
        """One pass over the directory: where each record lies, and which members claim the same bytes."""
        headers, ends = array("Q"), array("Q")
        block, block_start, place = b"", start, start
        while place + _RECORD.size <= end:
            offset = place - block_start
            if offset + _RECORD_MOST > len(block) and block_start + len(block) < end:
                block = read_up_to(self._stream, place, min(_BLOCK, end - place))
                block_start, offset = place, 0
            if block[offset : offset + 4] != CENTRAL or len(block) - offset < _RECORD.size:
                break
            if len(self._places) >= most:
                self.beyond = True
                break
            packed, size = struct.unpack_from("<II", block, offset + 20)
            name, extra, comment = struct.unpack_from("<HHH", block, offset + 28)
            header = struct.unpack_from("<I", block, offset + 42)[0]
            length = _RECORD.size + name + extra + comment
            if _FULL in (packed, size, header):
                record = self._parse(block[offset : offset + length])
                packed, header = record.packed, record.header
            else:
                header += self._shift
            self._places.append(place)
            headers.append(max(0, min(header, 1 << 62)))
            ends.append(min(max(0, header) + 30 + name + packed, 1 << 63))
            place += length
        self.overlapping = _overlapping(headers, ends)

    def _central_record(self, place: int) -> Record:
        data = read_up_to(self._stream, place, 2048)
        if len(data) >= _RECORD.size:
            length = _RECORD.size + sum(struct.unpack_from("<HH", data, 28))
            if length > len(data):
                data = read_up_to(self._stream, place, length)
        return self._parse(data)

    def _parse(self, data: bytes) -> Record:
        if len(data) < _RECORD.size or data[:4] != CENTRAL:
            raise EvidenceError("corrupt", "a record of the central directory is damaged")
        (
            _,
            _,
            system,
            _,
            flags,
            method,
            time,
            date,
            crc,
            packed,
            size,
            name,
            extra,
            _,
            _,
            _,
            attributes,
            header,
        ) = _RECORD.unpack_from(data)
        name_end = _RECORD.size + name
        record = Record(
            data[_RECORD.size : name_end], system, flags, method, time, date, crc, packed, size, attributes,
            data[name_end : name_end + extra], header,
        )  # fmt: skip
        record.widen()
        record.header += self._shift
        return record

    def _salvage(self, most: int) -> None:
        """Find members by the signature of their own headers, going past the data where its size is known."""
        for place in self._signatures():
            if len(self._places) >= most:
                self.beyond = True
                return
            self._places.append(place)

    def _signatures(self) -> Iterator[int]:
        place = 0
        while place < self._size:
            block = read_up_to(self._stream, place, _BLOCK)
            at = block.find(LOCAL)
            if at < 0:
                if len(block) < 4:
                    return
                place += len(block) - 3
                continue
            place += at
            try:
                record = self._local_record(place)
            except EvidenceError:
                place += 4
                continue
            yield place
            past = place + _LOCAL_HEADER.size + len(record.name) + len(record.extra)
            # A size that leads beyond the end belongs to the member that was cut off: search inside it too.
            place = past + record.packed if past + record.packed <= self._size else past

    def _local_record(self, place: int) -> Record:
        data = read_up_to(self._stream, place, _LOCAL_HEADER.size)
        if len(data) < _LOCAL_HEADER.size or data[:4] != LOCAL:
            raise EvidenceError("corrupt", "a member's header is damaged")
        _, version, flags, method, time, date, crc, packed, size, name, extra = _LOCAL_HEADER.unpack(data)
        more = read_up_to(self._stream, place + _LOCAL_HEADER.size, name + extra)
        if version & 0xFF > 63 or not name or len(more) < name + extra:
            raise EvidenceError("corrupt", "a member's header is damaged")
        record = Record(
            more[:name], 0, flags, method, time, date, crc, packed, size, 0, more[name:], 0,
            sizes_follow=bool(flags & 8) and packed == 0,
        )  # fmt: skip
        record.widen()
        record.header = place
        return record


def _overlapping(headers: array[int], ends: array[int]) -> frozenset[int]:
    """Members whose bytes reach into the next one's header, and all but the first that share a header."""
    if len(headers) < 2:
        return frozenset()
    starts = np.frombuffer(headers, dtype=np.uint64)
    order = np.argsort(starts, kind="stable")
    sorted_starts, sorted_ends = starts[order], np.frombuffer(ends, dtype=np.uint64)[order]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = sorted_starts[1:] == sorted_starts[:-1]
    # For each member the next header that is not its own.
    first = np.flatnonzero(~again)
    group = np.cumsum(~again) - 1
    following = np.append(sorted_starts[first[1:]], np.uint64(1 << 63))
    into = sorted_ends > following[group]
    return frozenset(int(index) for index in order[again | into])
