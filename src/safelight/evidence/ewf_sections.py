"""EWF-E01 on disk: file header, section descriptors, volume, table, hash and header sections.

Source: "Expert Witness Compression Format specification" (libyal/libewf documentation). All numbers are
little-endian, all checksums Adler-32. Written by ourselves because PyPI's libewf wheel is built without zlib
and reads at a tenth of the speed; what it reads is the yardstick of the tests.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from deflate import adler32

from safelight.evidence.segments import Segments

SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"
HEADER_SIZE = 13
_DESCRIPTOR = struct.Struct("<16sQQ40sI")
_TABLE_HEADER = struct.Struct("<I4xQ4xI")
_MAX_TEXT = 1 << 20
_MAX_CHUNK = 32 << 20
#: EnCase writes 16,375 chunks in a table, others up to 65,534 and beyond.
_MAX_TABLE = 16 << 20


@dataclass(slots=True)
class Table:
    """Where the entries of `count` chunks from `first` on lie. Offsets in bytes within the segment."""

    segment: int
    first: int
    count: int
    entries: int
    base: int
    data_end: int
    copy: int = 0
    """Where table2 holds the same entries again (0: nowhere)."""


@dataclass(slots=True)
class Layout:
    """What the sections of all segments say. `troubles`: damages that leave other chunks readable."""

    chunk_size: int = 0
    chunk_count: int = 0
    media_size: int = 0
    sector_size: int = 512
    tables: list[Table] = field(default_factory=list)
    md5: str = ""
    sha1: str = ""
    header: dict[str, str] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    finished: bool = False
    """A `done` section was met: there are no more segments."""
    broken: bool = False
    """The sections of a segment could not be followed to their end, so what comes after it has no known
    place."""

    def damaged(self, trouble: str) -> None:
        self.troubles.append(trouble)
        self.broken = True

    @property
    def chunks_listed(self) -> int:
        return self.tables[-1].first + self.tables[-1].count if self.tables else 0


@dataclass(frozen=True, slots=True)
class _Section:
    kind: str
    start: int
    size: int
    body: int


def _sections(segments: Segments, index: int, layout: Layout) -> Iterator[_Section]:
    """The sections of one segment, in order; a damage ends them and is noted in the layout."""
    where = f"segment {index + 1} ({segments.text(index)})"
    offset, size = HEADER_SIZE, segments.sizes[index]
    while True:
        raw = segments.read(index, offset, _DESCRIPTOR.size)
        if len(raw) < _DESCRIPTOR.size:
            layout.damaged(f"{where} is cut off at byte {size}: no section at {offset}")
            return
        kind, following, length, _, checksum = _DESCRIPTOR.unpack(raw)
        if adler32(raw[:72]) != checksum:
            layout.damaged(f"{where}: the section at byte {offset} has a wrong checksum")
            return
        name = kind.rstrip(b"\0").decode("ascii", "replace")
        if name in ("next", "done"):
            layout.finished = name == "done"
            return
        yield _Section(name, offset, length, offset + _DESCRIPTOR.size)
        if following <= offset or following > size:
            what = "loops back" if following <= offset else "ends beyond the file (cut off?)"
            layout.damaged(f"{where}: the section {name} at byte {offset} {what}")
            return
        offset = following


def read_segment(segments: Segments, index: int, layout: Layout) -> None:
    """Add what one segment's sections say to the layout. Raises EvidenceError if the file cannot be read."""
    data_end = 0
    for section in _sections(segments, index, layout):
        body_size = section.size - _DESCRIPTOR.size
        match section.kind:
            case "volume" | "disk" | "data" if not layout.chunk_size:
                _volume(segments.read(index, section.body, min(body_size, 1052)), layout)
            case "sectors":
                data_end = section.start + section.size
            case "table" | "table2":
                _table(segments, index, section, data_end, layout)
            case "header2" | "header" if not layout.header and 0 < body_size <= _MAX_TEXT:
                layout.header = header_fields(segments.read(index, section.body, body_size))
            case "hash":
                _hashes(segments.read(index, section.body, 36), 16, 32, layout)
            case "digest":
                _hashes(segments.read(index, section.body, 80), 36, 76, layout)


def _volume(raw: bytes, layout: Layout) -> None:
    """The volume (also disk, data) section: 1,052 bytes, or the 94 of EWF-S01 (SMART), alike in what
    matters."""
    if len(raw) < 94:
        return
    end = 1048 if len(raw) >= 1052 else 90
    chunk_count, per_chunk, sector_size = struct.unpack_from("<III", raw, 4)
    sectors: int = struct.unpack_from("<Q" if end == 1048 else "<I", raw, 16)[0]
    if struct.unpack_from("<I", raw, end)[0] != adler32(raw[:end]):
        layout.troubles.append("the volume section has a wrong checksum")
        if not 0 < per_chunk * sector_size <= _MAX_CHUNK:
            return
    if 0 < per_chunk * sector_size <= _MAX_CHUNK:
        layout.chunk_size = per_chunk * sector_size
        layout.sector_size = sector_size
        layout.media_size = sectors * sector_size
        layout.chunk_count = -(-layout.media_size // layout.chunk_size)
        if chunk_count and chunk_count < layout.chunk_count:
            layout.troubles.append(f"the volume section counts {chunk_count} chunks for {sectors} sectors")


def _table(segments: Segments, index: int, section: _Section, data_end: int, layout: Layout) -> None:
    raw = segments.read(index, section.body, _TABLE_HEADER.size)
    entries = section.body + _TABLE_HEADER.size
    room = (section.start + section.size - entries) // 4
    good = len(raw) == _TABLE_HEADER.size
    count, base, checksum = _TABLE_HEADER.unpack(raw) if good else (0, 0, 0)
    good = good and adler32(raw[:20]) == checksum and 0 <= count <= min(room, _MAX_TABLE)
    last = layout.tables[-1] if layout.tables else None
    if section.kind == "table2" and last and last.segment == index and last.copy == 0:
        last.copy = entries
        if good and (last.count != count or last.base != base):
            last.entries, last.count, last.base, last.copy = entries, count, base, 0
        return
    if not good:
        layout.troubles.append(f"segment {index + 1}: the table at byte {section.start} has a wrong header")
        count, base = min(max(room - 1, 0), _MAX_TABLE), 0
    end = data_end or section.start + section.size
    layout.tables.append(Table(index, layout.chunks_listed, count, entries, base, end))


def _hashes(raw: bytes, used: int, end: int, layout: Layout) -> None:
    if len(raw) < end + 4 or struct.unpack_from("<I", raw, end)[0] != adler32(raw[:end]):
        layout.troubles.append("the section with the stored hashes has a wrong checksum")
        return
    if any(raw[:16]):
        layout.md5 = raw[:16].hex()
    if used == 36 and any(raw[16:36]):
        layout.sha1 = raw[16:36].hex()


_FIELDS = {
    "a": "description",
    "c": "case_number",
    "n": "evidence_number",
    "e": "examiner",
    "t": "notes",
    "av": "acquisition_version",
    "ov": "acquisition_system",
    "m": "acquired",
    "u": "system_date",
    "md": "model",
    "sn": "serial_number",
    "l": "device_label",
}


def header_fields(packed: bytes) -> dict[str, str]:
    """The header section's named values; empty if it cannot be unpacked (a header is no reason to lose an
    image).

    Values stay as written: `acquired` is `2016 1 12 9 30 0` in local time or seconds since 1970, by writer.
    """
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(packed, _MAX_TEXT)
    except zlib.error:
        return {}
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    lines = raw.decode("utf-16" if wide else "latin-1", "replace").splitlines()
    if "main" not in lines:
        return {}
    at = lines.index("main")
    if len(lines) < at + 3:
        return {}
    names, values = lines[at + 1].split("\t"), lines[at + 2].split("\t")
    pairs = zip(names, values, strict=False)
    return {_FIELDS[name]: value for name, value in pairs if name in _FIELDS and value.strip()}
