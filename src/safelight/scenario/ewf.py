"""Write small EWF-E01 images: segments, stored and packed chunks, base offsets, and EWF-S01's layout.

Our own, since no wheel writes the format; `ewfverify` checks what it writes in the tests.
Format: Joachim Metz, "Expert Witness Compression Format (EWF)".
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BufferedWriter
from pathlib import Path

SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"
SECTOR = 512


@dataclass
class Written:
    """The files, and where in them things lie (bytes), so that tests can damage them."""

    paths: list[Path] = field(default_factory=list)
    sections: list[tuple[int, str, int]] = field(default_factory=list)
    """(segment index, kind, byte of the descriptor)"""
    chunks: list[tuple[int, int, int]] = field(default_factory=list)
    """(segment index, byte, length) of each chunk"""

    def section(self, kind: str, nth: int = 0) -> tuple[Path, int]:
        segment, _, at = [found for found in self.sections if found[1] == kind][nth]
        return self.paths[segment], at


def suffix(index: int) -> str:
    """.E01 to .E99, then .EAA to .EZZ."""
    after = index - 99
    return f".E{index + 1:02d}" if after < 0 else f".E{chr(65 + after // 26)}{chr(65 + after % 26)}"


def _sum(data: bytes) -> bytes:
    return struct.pack("<I", zlib.adler32(data))


def _descriptor(kind: str, at: int, size: int, following: int) -> bytes:
    raw = struct.pack("<16sQQ40x", kind.encode(), following, size)
    return raw + _sum(raw)


def header_text() -> bytes:
    """A header section's body."""
    names = "c\tn\ta\te\tt\tav\tov\tm\tu\tp"
    values = "K-7\tA1\tweather disk\tBerg\tcopy\t7\tLinux\t1452591000\t\t0"
    return zlib.compress(f"1\nmain\n{names}\r\n{values}\r\n".encode())


def volume_body(chunks: int, per_chunk: int, sectors: int, smart: bool = False) -> bytes:
    """A volume section's body: 1,052 bytes, or the 94 of EWF-S01."""
    if smart:
        raw = struct.pack("<IIIII", 1, chunks, per_chunk, SECTOR, sectors).ljust(85, b"\0") + b"SMART"
        return raw + _sum(raw)
    raw = struct.pack("<B3xIIIQ", 1, chunks, per_chunk, SECTOR, sectors).ljust(1048, b"\0")
    return raw + _sum(raw)


def write_ewf(
    path: Path,
    media: bytes,
    *,
    per_chunk: int = 64,
    segment_chunks: Sequence[int] | None = None,
    stored: Callable[[int], bool] = lambda number: number % 3 == 2,
    base: bool = False,
    smart: bool = False,
    hole: int = 0,
    md5: str | None = None,
    digest: bool = True,
) -> Written:
    """Write `media` (whole sectors) to `path` (.E01) and its further segments.

    `segment_chunks`: chunks in each segment. `stored`: which chunks are not packed. `base`: offsets count
    from the sectors section. `hole`: the first chunk of a segment begins there (a sparse file). `md5`:
    another hash to state.
    """
    size = per_chunk * SECTOR
    pieces = [media[at : at + size] for at in range(0, len(media), size)]
    plan = list(segment_chunks or [len(pieces)])
    assert sum(plan) == len(pieces)
    out = Written()
    number = 0
    for index, count in enumerate(plan):
        name = path.with_suffix(suffix(index))
        out.paths.append(name)
        with name.open("wb") as file:
            file.write(SIGNATURE + b"\x01" + struct.pack("<HH", index + 1, 0))

            def section(
                kind: str, body: bytes, final: bool = False, index: int = index, file: BufferedWriter = file
            ) -> None:
                at = file.tell()
                out.sections.append((index, kind, at))
                length = 76 + len(body)
                file.write(_descriptor(kind, at, length, at if final else at + length) + body)

            if index == 0:
                section("header", header_text())
                section("volume", volume_body(len(pieces), per_chunk, len(media) // SECTOR, smart))
            packed: list[tuple[bool, bytes]] = []
            for piece in pieces[number : number + count]:
                keep = stored(number + len(packed))
                packed.append((keep, piece + _sum(piece) if keep else zlib.compress(piece)))
            start = file.tell()
            if smart:
                _smart_table(file, out, index, packed)
            else:
                first = max(start + 76, hole)
                end = first + sum(len(data) for _, data in packed)
                out.sections.append((index, "sectors", start))
                file.write(_descriptor("sectors", start, end - start, end))
                file.seek(first)
                entries = b""
                for keep, data in packed:
                    at = file.tell()
                    out.chunks.append((index, at, len(data)))
                    offset = at - (start if base else 0)
                    overflow = offset > 0x7FFFFFFF
                    entries += struct.pack("<I", offset | (0 if keep or overflow else 1 << 31))
                    file.write(data)
                head = struct.pack("<I4xQ4x", count, start if base else 0)
                body = head + _sum(head) + entries + _sum(entries)
                section("table", body)
                section("table2", body)
            number += count
            if index < len(plan) - 1:
                section("next", b"", final=True)
                continue
            found = md5 or hashlib.md5(media).hexdigest()
            if digest:
                raw = bytes.fromhex(found) + hashlib.sha1(media).digest() + bytes(40)
                section("digest", raw + _sum(raw))
            raw = bytes.fromhex(found) + bytes(16)
            section("hash", raw + _sum(raw))
            section("done", b"", final=True)
    return out


def _smart_table(file: BufferedWriter, out: Written, index: int, packed: list[tuple[bool, bytes]]) -> None:
    """EWF-S01: the table section holds the chunks as well, behind entries without a checksum."""
    start = file.tell()
    out.sections.append((index, "table", start))
    at = start + 76 + 24 + 4 * len(packed)
    entries = b""
    for keep, data in packed:
        out.chunks.append((index, at, len(data)))
        entries += struct.pack("<I", at | (0 if keep else 1 << 31))
        at += len(data)
    head = struct.pack("<I4xQ4x", len(packed), 0)
    file.write(_descriptor("table", start, at - start, at) + head + _sum(head) + entries)
    file.write(b"".join(data for _, data in packed))
