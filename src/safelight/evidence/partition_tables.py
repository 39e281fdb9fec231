"""Read partition tables: MBR with extended chains, GPT with its backup, Apple partition map.

Our own parser, because libtsk gives up the whole table at its first bad entry (a loop in an extended chain,
an overlap, an entry beyond the end) and does not name the others; here each bad entry is a trouble of its own
and the good ones stay. Sources: UEFI specification 2.10 chapter 5 (MBR, GPT); Apple "Inside Macintosh:
Devices" (partition map). libtsk is the yardstick of the tests on good tables.
"""

from __future__ import annotations

import io
import struct
import uuid
from binascii import crc32
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from safelight.evidence.partition_types import EXTENDED, GPT_TYPES, MBR_TYPES, PROTECTIVE
from safelight.evidence.stream import read_up_to, stream_size

SECTOR = 512
_MAX_LOGICAL = 1024
_MAX_GPT_BYTES = 1 << 20
_MAX_APM = 4096
_EFI = b"EFI PART"
_DISC_SECTOR = 2048
_DISC_SLACK = 32 << 20  # boot partitions appended to a disc image

Scheme = Literal["mbr", "gpt", "apm"]


@dataclass(slots=True)
class Slice:
    """One partition as its table states it (bytes)."""

    number: int
    start: int
    size: int
    type_text: str
    label: str = ""


@dataclass(slots=True)
class Table:
    """A partition table. `own` are the (start, size) ranges that the table itself takes up (bytes)."""

    scheme: Scheme
    slices: list[Slice] = field(default_factory=list)
    own: list[tuple[int, int]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def read_table(stream: io.RawIOBase) -> Table | None:
    """The partition table of a medium; None if it has none. A file system's boot sector is none, and a
    bootable disc image that carries a table for sticks is read as the disc that it is."""
    found = _any_table(stream)
    return None if found is None or _is_disc(stream, found) else found


def _any_table(stream: io.RawIOBase) -> Table | None:
    head = read_up_to(stream, 0, 8192)
    if len(head) < 2 * SECTOR:
        return None
    size = stream_size(stream)
    if head[:2] == b"ER" or head[SECTOR : SECTOR + 2] == b"PM":
        found = _apm(stream, head, size)
        if found:
            return found
    entries = _mbr_entries(head[:SECTOR])
    protective = any(entry.kind == PROTECTIVE for entry in entries or ())
    if protective or head[SECTOR : SECTOR + 8] == _EFI or head[4096:4104] == _EFI:
        return _gpt(stream, size)
    if entries is None or _is_boot_sector(head):
        return None
    if not any(entry.kind and entry.count and entry.start * SECTOR < size for entry in entries):
        return None
    return _mbr(stream, entries, size)


def _is_disc(stream: io.RawIOBase, table: Table) -> bool:
    """Whether the table is that of an ISO 9660 image: all it lists lies within the disc, or little beyond it.
    A stick that once held such an image and was partitioned anew has partitions up to its own end."""
    descriptor = read_up_to(stream, 16 * _DISC_SECTOR, 84)
    if descriptor[1:6] != b"CD001" or len(descriptor) < 84:
        return False
    end = int.from_bytes(descriptor[80:84], "little") * _DISC_SECTOR + _DISC_SLACK
    return all(part.start + part.size <= end for part in table.slices)


# --- MBR


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    start: int
    count: int


def _mbr_entries(sector: bytes) -> list[_Entry] | None:
    """The four entries (in sectors); None if this is no such sector."""
    if len(sector) < SECTOR or sector[510:512] != b"\x55\xaa":
        return None
    raw = [sector[at : at + 16] for at in range(446, 510, 16)]
    if any(entry[0] & 0x7F for entry in raw):
        return None
    return [_Entry(entry[4], *struct.unpack_from("<II", entry, 8)) for entry in raw]


def _is_boot_sector(head: bytes) -> bool:
    """The first sector of a FAT, exFAT, NTFS or BitLocker volume, which ends in 55 AA like an MBR."""
    if head[3:11] in (b"NTFS    ", b"EXFAT   ", b"-FVE-FS-"):
        return True
    sector, cluster, reserved, fats = struct.unpack_from("<HBHB", head, 11)
    fat_sizes = sector in (512, 1024, 2048, 4096) and cluster and cluster & (cluster - 1) == 0
    return bool(fat_sizes and reserved and 0 < fats <= 2 and head[21] >= 0xF0)


def _mbr(stream: io.RawIOBase, entries: list[_Entry], size: int) -> Table:
    table = Table("mbr", own=[(0, SECTOR)])
    for number, entry in enumerate(entries, 1):
        if entry.kind in EXTENDED and entry.count:
            _extended(stream, entry.start, size, table)
        elif entry.kind and entry.count:
            table.slices.append(_mbr_slice(number, entry.start, entry))
    return table


def _mbr_slice(number: int, start: int, entry: _Entry) -> Slice:
    name = MBR_TYPES.get(entry.kind, "unknown")
    return Slice(number, start * SECTOR, entry.count * SECTOR, f"{name} (0x{entry.kind:02x})")


def _extended(stream: io.RawIOBase, base: int, size: int, table: Table) -> None:
    """Follow a chain of extended boot records: logical partitions are numbered from 5 on."""
    seen: set[int] = set()
    at = base
    while True:
        if at in seen:
            table.troubles.append(f"the extended partition chain loops back to byte {at * SECTOR}")
            return
        if len(seen) == _MAX_LOGICAL:
            table.troubles.append(f"the extended partition chain has more than {_MAX_LOGICAL} links")
            return
        seen.add(at)
        entries = _mbr_entries(read_up_to(stream, at * SECTOR, SECTOR)) if at * SECTOR < size else None
        if entries is None:
            table.troubles.append(f"no extended boot record at byte {at * SECTOR}, where the chain leads")
            return
        table.own.append((at * SECTOR, SECTOR))
        following = None
        for entry in entries:
            if entry.kind in EXTENDED and entry.count:
                following = base + entry.start
            elif entry.kind and entry.count:
                number = 5 + sum(1 for part in table.slices if part.number >= 5)
                table.slices.append(_mbr_slice(number, at + entry.start, entry))
        if following is None:
            return
        at = following


# --- GPT


@dataclass(frozen=True, slots=True)
class _GptHeader:
    sector: int
    entries_at: int
    entries: bytes
    entry_size: int


def _gpt_header(stream: io.RawIOBase, at: int, sector: int) -> _GptHeader | str:
    """A header at byte `at` with its entries, or what is wrong with it."""
    raw = read_up_to(stream, at, sector)
    if raw[:8] != _EFI or len(raw) < 92:
        return "has no signature"
    length, checksum = struct.unpack_from("<II", raw, 12)
    if not 92 <= length <= len(raw) or crc32(raw[:16] + bytes(4) + raw[20:length]) != checksum:
        return "has a wrong checksum"
    first, count, entry_size, entries_sum = struct.unpack_from("<QIII", raw, 72)
    if entry_size < 128 or entry_size % 8 or count * entry_size > _MAX_GPT_BYTES or first * sector >= 1 << 63:
        return "states an impossible number of entries"
    entries = read_up_to(stream, first * sector, count * entry_size)
    if len(entries) < count * entry_size or crc32(entries) != entries_sum:
        return "has entries with a wrong checksum"
    return _GptHeader(sector, first * sector, entries, entry_size)


def _gpt_headers(stream: io.RawIOBase, size: int) -> Iterator[tuple[str, _GptHeader | str]]:
    for sector in (SECTOR, 4096):
        yield "primary", _gpt_header(stream, sector, sector)
    for sector in (SECTOR, 4096):
        if size >= 4 * sector:
            yield "backup", _gpt_header(stream, (size // sector - 1) * sector, sector)


def _gpt(stream: io.RawIOBase, size: int) -> Table:
    table = Table("gpt", own=[(0, 2 * SECTOR)])
    wrong: dict[str, str] = {}
    for name, header in _gpt_headers(stream, size):
        if isinstance(header, str):
            if wrong.get(name, "has no signature") == "has no signature":
                wrong[name] = header
            continue
        if name == "backup":
            table.troubles.append(f"the primary GPT header {wrong['primary']}; the backup was used")
        table.own = [(0, 2 * header.sector), (header.entries_at, len(header.entries))]
        table.slices = list(_gpt_slices(header))
        return table
    table.troubles.append(
        f"the primary GPT header {wrong['primary']}, the backup {wrong.get('backup', 'is not there')}"
    )
    return table


def _gpt_slices(header: _GptHeader) -> Iterator[Slice]:
    for number in range(len(header.entries) // header.entry_size):
        raw = header.entries[number * header.entry_size :][: header.entry_size]
        if not any(raw[:16]):
            continue
        first, last = struct.unpack_from("<QQ", raw, 32)
        kind = str(uuid.UUID(bytes_le=raw[:16]))
        label = raw[56:128].decode("utf-16-le", "replace").split("\0")[0]
        length = max(0, last - first + 1) * header.sector
        text = f"{GPT_TYPES.get(kind, 'unknown')} ({kind})"
        yield Slice(number + 1, first * header.sector, length, text, label)


# --- Apple partition map


def _apm(stream: io.RawIOBase, head: bytes, size: int) -> Table | None:
    block = int.from_bytes(head[2:4], "big") if head[:2] == b"ER" else SECTOR
    if block not in (512, 1024, 2048, 4096):
        block = SECTOR
    table = Table("apm", own=[(0, block)])
    total = 1
    number = 1
    while number <= total:
        raw = read_up_to(stream, number * block, SECTOR)
        if raw[:2] != b"PM" or len(raw) < 80:
            if number == 1:
                return None
            table.troubles.append(f"entry {number} of the Apple partition map has no signature")
            break
        if number == 1:
            total = int.from_bytes(raw[4:8], "big")
            if total > _MAX_APM:
                table.troubles.append(f"the Apple partition map states {total} entries; {_MAX_APM} were read")
                total = _MAX_APM
        start, count = struct.unpack_from(">II", raw, 8)
        label, kind = (raw[at : at + 32].split(b"\0")[0].decode("latin-1") for at in (16, 48))
        if kind != "Apple_Free":
            table.slices.append(Slice(number, start * block, count * block, kind, label))
        number += 1
    return table
