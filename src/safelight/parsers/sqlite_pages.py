"""Pages of an SQLite database file: its b-trees, records, write-ahead log and rollback journal, byte by byte.

Source: "Database File Format" (sqlite.org/fileformat2.html) and "WAL-mode File Format" (sqlite.org/walformat.html).
SQLite itself reads the live rows (`sqlite_file.py`); this reader exists beside it because the library gives up a whole
table at one damaged page and never shows what is free. The readers on PyPI decode into objects without byte offsets, so
that nothing could be carved or cited by page and byte, and they stop at damage as well.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from safelight.parsers.model import Trouble

MAGIC = b"SQLite format 3\0"
TABLE_LEAF, TABLE_INTERIOR = 0x0D, 0x05
INDEX_LEAF, INDEX_INTERIOR = 0x0A, 0x02

#: Deeper b-trees do not exist (BTCURSOR_MAX_DEPTH of SQLite).
_DEPTH = 20
_ENCODINGS = {1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
_JOURNAL_MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"

Value = int | float | str | bytes | None


def varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, bytes taken) of the varint at `at`; IndexError at the end of the data."""
    value = 0
    for n in range(8):
        byte = data[at + n]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, n + 1
    value = value << 8 | data[at + 8]
    return value - (1 << 64) if value >> 63 else value, 9


def varint_length(value: int) -> int:
    """Bytes that SQLite writes for a varint."""
    return 9 if value < 0 or value >> 56 else max(1, (value.bit_length() + 6) // 7)


def serial_size(serial: int) -> int:
    """Bytes of a value of this serial type in a record's body."""
    return (serial - 12) >> 1 if serial >= 12 else (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)[serial]


def decode(serial: int, body: bytes, encoding: str, errors: str = "backslashreplace") -> Value:
    """The value of a serial type from exactly its bytes."""
    if serial >= 12:
        return body.decode(encoding, errors) if serial & 1 else body
    if serial in (0, 10, 11):
        return None
    if serial == 7:
        return float(struct.unpack(">d", body)[0])
    if serial >= 8:
        return serial - 8
    return int.from_bytes(body, "big", signed=True)


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it lies in a page. `cut` values lay on overflow pages that are gone; they are None."""

    rowid: int
    values: tuple[Value, ...]
    cut: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Image:
    """One version of one page. `follow` gives the overflow pages that belong to the same moment."""

    label: str
    number: int
    data: bytes
    follow: Callable[[int], bytes | None]


@dataclass(slots=True)
class _Wal:
    file: BinaryIO
    page_size: int
    frames: list[tuple[int, bool]]
    """Page number, and whether the frame belongs to the newest generation and is committed."""
    by_page: dict[int, list[int]]
    commits: list[int]
    begins: list[int]
    """The first frame of each generation: a log that was used again keeps the older frames behind the newer."""
    live: dict[int, int]
    count: int

    def frame(self, index: int) -> bytes:
        self.file.seek(32 + index * (24 + self.page_size) + 24)
        return self.file.read(self.page_size)


def _checksum_holds(header: bytes) -> bool:
    order = "<" if header[3] == 0x82 else ">"
    words = struct.unpack(order + "6I", header[:24])
    first = second = 0
    for one, two in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return (first, second) == struct.unpack(">2I", header[24:32])


def _read_wal(file: BinaryIO | None) -> _Wal | None:
    if file is None:
        return None
    file.seek(0)
    header = file.read(32)
    if len(header) < 32 or header[:3] != b"\x37\x7f\x06" or header[3] not in (0x82, 0x83):
        return None
    page_size = int.from_bytes(header[8:12], "big")
    if page_size not in _PAGE_SIZES:
        return None
    salts = header[16:24]
    wal = _Wal(file, page_size, [], {}, [], [], {}, 0)
    last = b""
    valid, pending = _checksum_holds(header), dict[int, int]()
    while len(frame := file.read(24)) == 24:
        number, commit = struct.unpack(">2I", frame[:8])
        index = len(wal.frames)
        if frame[8:16] != last:
            wal.begins.append(index)
            last = frame[8:16]
        valid = valid and frame[8:16] == salts and number > 0
        wal.frames.append((number, valid))
        wal.by_page.setdefault(number, []).append(index)
        if commit:
            wal.commits.append(index)
        if valid:
            pending[number] = index
            if commit:
                wal.live.update(pending)
                wal.count = commit
                pending.clear()
        file.seek(page_size, 1)
    return wal


_PAGE_SIZES = tuple(1 << n for n in range(9, 17))


class Pages:
    """A database as it stands: the main file with the committed frames of its write-ahead log over it.

    ValueError if there is no SQLite database at all.
    """

    def __init__(self, main: BinaryIO, wal: BinaryIO | None = None, journal: BinaryIO | None = None) -> None:
        self._main = main
        self._journal = journal
        main.seek(0)
        header = main.read(100)
        self.size = main.seek(0, 2)
        self._wal = _read_wal(wal)
        if self._wal and 1 in self._wal.live and header[:16] != MAGIC:
            header = self._wal.frame(self._wal.live[1])[:100]
        if len(header) < 100 or header[:16] != MAGIC:
            raise ValueError("no SQLite header")
        page_size = int.from_bytes(header[16:18], "big")
        self.page_size = 65536 if page_size == 1 else page_size
        if self.page_size not in _PAGE_SIZES:
            raise ValueError(f"page size {page_size}")
        if self._wal and self._wal.page_size != self.page_size:
            self._wal = None
        self.usable = self.page_size - header[20]
        if self.usable < 480:
            raise ValueError("usable page size below 480")
        self.encoding = _ENCODINGS.get(int.from_bytes(header[56:60], "big"), "utf-8")
        self._maps = self.usable // 5 + 1 if header[52:56] != b"\0\0\0\0" else 0
        in_file = -(-self.size // self.page_size)
        # What a log says of the database's size is believed as far as its frames could have made it grow.
        known = min(self._wal.count, in_file + len(self._wal.frames)) if self._wal else 0
        self.count = known or in_file
        self.limit = max(self.count, in_file)
        self.whole = self.usable - 35
        self._least = (self.usable - 12) * 32 // 255 - 23

    def page(self, number: int) -> bytes | None:
        """The page as it stands, or None if the file has no such page (or only a part of it)."""
        if not 0 < number <= self.limit:
            return None
        if self._wal and (frame := self._wal.live.get(number)) is not None:
            data = self._wal.frame(frame)
        else:
            data = self.in_main(number)
        return data if len(data) == self.page_size else None

    def is_map(self, number: int) -> bool:
        """Whether a page is one of the pointer maps of a database with auto-vacuum: they look like anything."""
        return self._maps > 0 and number >= 2 and (number - 2) % self._maps == 0

    def in_main(self, number: int) -> bytes:
        """The page as it lies in the main file."""
        self._main.seek((number - 1) * self.page_size)
        return self._main.read(self.page_size)

    def local(self, payload: int) -> int:
        """How many bytes of a table leaf's payload lie in the page itself."""
        if payload <= self.whole:
            return payload
        some = self._least + (payload - self._least) % (self.usable - 4)
        return some if some <= self.whole else self._least

    def head(self, number: int, data: bytes) -> tuple[int, int, int, int]:
        """(offset of the page header, type, first freeblock, number of cells)."""
        at = 100 if number == 1 else 0
        free, cells = struct.unpack_from(">2H", data, at + 1)
        return at, data[at], free, cells

    def leaves(self, root: int, damage: list[Trouble], seen: set[int]) -> Iterator[tuple[int, bytes]]:
        """The leaf pages of the table b-tree at `root`, in key order; what cannot be read becomes a Trouble."""
        stack = [(root, 0)]
        while stack:
            number, depth = stack.pop()
            data = self.page(number)
            if data is None or number in seen or depth > _DEPTH:
                why = "is not in the file" if data is None else "belongs to the tree twice"
                damage.append(Trouble(f"page {number}", "corrupt", f"page {number} {why}"))
                continue
            at, kind, _, cells = self.head(number, data)
            if kind == TABLE_LEAF:
                seen.add(number)
                yield number, data
            elif kind == TABLE_INTERIOR and at + 12 + 2 * cells <= self.usable:
                seen.add(number)
                children = [
                    int.from_bytes(data[cell : cell + 4], "big")
                    for cell in struct.unpack_from(f">{cells}H", data, at + 12)
                ]
                children.append(int.from_bytes(data[at + 8 : at + 12], "big"))
                stack += [(child, depth + 1) for child in reversed(children)]
            else:
                damage.append(
                    Trouble(f"page {number}", "corrupt", f"page {number} is no page of a table (type {kind})")
                )

    def cells(self, number: int, data: bytes) -> Iterator[int]:
        """Offsets of the cells that a leaf page's pointer array names, those that lie in the page."""
        at, _, _, cells = self.head(number, data)
        cells = min(cells, (self.usable - at - 8) // 2)
        for offset in struct.unpack_from(f">{cells}H", data, at + 8):
            if at + 8 + 2 * cells <= offset < self.usable - 3:
                yield offset

    def record(self, data: bytes, at: int, follow: Callable[[int], bytes | None]) -> Record:
        """The row whose cell begins at `at`. ValueError if there is none."""
        try:
            payload, taken = varint(data, at)
            rowid, more = varint(data, at + taken)
        except IndexError:
            raise ValueError("cell outside its page") from None
        if payload < 2:
            raise ValueError("no payload")
        begin = at + taken + more
        local = self.local(payload)
        if begin + local > self.usable:
            raise ValueError("cell outside its page")
        content = data[begin : begin + local]
        if local < payload:
            if begin + local + 4 > self.usable:
                raise ValueError("cell outside its page")
            content += self.overflow(
                int.from_bytes(data[begin + local : begin + local + 4], "big"), payload - local, follow
            )
        return self.decoded(rowid, content, payload)

    def overflow(self, number: int, missing: int, follow: Callable[[int], bytes | None]) -> bytes:
        """What is left of a chain of overflow pages; shorter than `missing` where the chain breaks off."""
        room = self.usable - 4
        pages = -(-missing // room)
        found = bytearray()
        visited = set[int]()
        while number and len(visited) < pages:
            data = follow(number)
            if data is None or number in visited:
                return b""
            visited.add(number)
            number = int.from_bytes(data[:4], "big")
            found += data[4 : self.usable]
        # A whole chain ends in a zero; one that does not was overwritten, and its bytes are another row's.
        return bytes(found[:missing]) if number == 0 and len(visited) == pages else b""

    def decoded(self, rowid: int, content: bytes, payload: int) -> Record:
        """A record's values. ValueError if the header is none."""
        try:
            size, at = varint(content, 0)
            if not 1 < size <= payload:
                raise ValueError("record header of no possible size")
            types = []
            while at < size:
                serial, taken = varint(content, at)
                if serial < 0 or serial in (10, 11):
                    raise ValueError("serial type that is not used")
                types.append(serial)
                at += taken
        except IndexError:
            raise ValueError("record header cut off") from None
        if at != size or size + sum(map(serial_size, types)) > payload:
            raise ValueError("record longer than its payload")
        values: list[Value] = []
        cut = []
        for index, serial in enumerate(types):
            length = serial_size(serial)
            if at + length > len(content):
                cut.append(index)
                values.append(None)
            else:
                values.append(decode(serial, content[at : at + length], self.encoding))
            at += length
        return Record(rowid, tuple(values), frozenset(cut))

    def free(self, damage: list[Trouble]) -> Iterator[tuple[int, bool, int]]:
        """The free list: (page, whether it is a trunk page, bytes at its beginning that the list itself wrote)."""
        first = self.page(1)
        number = int.from_bytes(first[32:36], "big") if first else 0
        seen = set[int]()
        while number:
            data = self.page(number)
            if data is None or number in seen:
                damage.append(Trouble(f"page {number}", "corrupt", "the free list leads nowhere"))
                return
            seen.add(number)
            leaves = min(int.from_bytes(data[4:8], "big"), self.usable // 4 - 2)
            yield number, True, 8 + 4 * leaves
            for leaf in struct.unpack_from(f">{leaves}I", data, 8):
                if leaf not in seen and 0 < leaf <= self.limit:
                    seen.add(leaf)
                    yield leaf, False, 0
            number = int.from_bytes(data[:4], "big")

    def images(self) -> Iterator[Image]:
        """Versions of pages that do not stand any more: main file under the log, older and uncommitted frames of it,
        pages of a rollback journal, and pages of the file behind the end of the database.
        """
        if wal := self._wal:
            for number in sorted(wal.live):
                data = self.in_main(number)
                if len(data) == self.page_size:
                    yield Image("main", number, data, self._main_page)
            for index, (number, _) in enumerate(wal.frames):
                stands = wal.live.get(number) == index and number <= self.count
                data = b"" if stands else wal.frame(index)
                if len(data) == self.page_size and number:
                    yield Image(f"wal frame {index + 1}", number, data, self._at_frame(index))
            for number in range(self.count + 1, self.limit + 1):
                if number not in wal.live and len(data := self.in_main(number)) == self.page_size:
                    yield Image("beyond the end", number, data, self._main_page)
        yield from self._journalled()

    def _main_page(self, number: int) -> bytes | None:
        data = self.in_main(number) if 0 < number <= self.limit else b""
        return data if len(data) == self.page_size else None

    def _at_frame(self, index: int) -> Callable[[int], bytes | None]:
        """Pages as they stood when the transaction of that frame was committed. A frame that its transaction wrote again
        never stood beside the others; nothing is known of its overflow pages.
        """
        wal = self._wal
        assert wal
        after = bisect_left(wal.commits, index)
        end = wal.commits[after] if after < len(wal.commits) else len(wal.frames)
        begin = wal.begins[bisect_right(wal.begins, index) - 1]
        own = wal.by_page[wal.frames[index][0]]
        if bisect_right(own, end) > bisect_right(own, index):
            return lambda number: None

        def follow(number: int) -> bytes | None:
            frames = wal.by_page.get(number, [])
            before = bisect_right(frames, end)
            if before and frames[before - 1] >= begin:
                return wal.frame(frames[before - 1])
            # A later frame, or a later generation, may have been written to the main file meanwhile.
            return self._main_page(number) if not frames and begin == 0 else None

        return follow

    def _journalled(self) -> Iterator[Image]:
        """Pages of a rollback journal, also of one whose header was zeroed when its transaction ended (PERSIST)."""
        if self._journal is None:
            return
        self._journal.seek(0)
        header = self._journal.read(28)
        sector = 512
        if header[:8] == _JOURNAL_MAGIC:
            stated = int.from_bytes(header[20:24], "big")
            sector = stated if stated in _PAGE_SIZES else 512
        hot = header[:8] == _JOURNAL_MAGIC
        self._journal.seek(sector)
        while len(data := self._journal.read(self.page_size + 8)) == self.page_size + 8:
            number = int.from_bytes(data[:4], "big")
            if not 0 < number <= self.limit + 1_000_000:
                return
            yield Image("journal", number, data[4:-4], self._main_page)
            if hot and (undone := self._main_page(number)):
                # The transaction that SQLite rolls back stands in the main file.
                yield Image("main", number, undone, self._main_page)
