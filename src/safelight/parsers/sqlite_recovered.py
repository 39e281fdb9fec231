"""Rows that SQLite no longer shows: in free space of pages, on free pages, in older versions of pages.

Where they survive: an older or uncommitted frame of the write-ahead log; a main page that the log covers; a page of a
rollback journal; a page on the free list; the gap between cell pointers and cells; a freeblock. Freeing a cell overwrites
its first four bytes with the next freeblock's offset and the block's size (fileformat2.html, section 1.6), so payload
length and rowid are lost and sometimes the size of the record header and its first serial type. What is left is recognised
by the table's template (`sqlite_template.py`) and checked against the block's size and against what begins where it ends.

A row is given only if it is whole (or cut where its overflow pages are gone: a text as far as it lies in the page itself,
other values None), if its texts are texts, if nothing newer begins inside it, if it fits no other table as well, and if no
live row has the same values. The slack of overflow pages in use is not looked at.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from safelight.parsers.model import Trouble
from safelight.parsers.sqlite_found import FoundRows, Live, Lookup, Recovered, Wish
from safelight.parsers.sqlite_pages import (
    INDEX_INTERIOR,
    INDEX_LEAF,
    TABLE_INTERIOR,
    TABLE_LEAF,
    Image,
    Pages,
    Value,
    decode,
    serial_size,
    varint,
    varint_length,
)
from safelight.parsers.sqlite_schema import StoredTable
from safelight.parsers.sqlite_template import BLOB, MOST_COLUMNS, TEXT, Template, template

#: Live leaf pages of a table that are looked at to learn what its rows hold.
_LEARNT_PAGES = 24

#: Columns that a table must have before the weaker patterns are believed without an exact size.
_ENOUGH = 4

_BTREE = (TABLE_LEAF, TABLE_INTERIOR, INDEX_LEAF, INDEX_INTERIOR)
_CONTROLS = frozenset(map(chr, (*range(9), 11, 12, *range(14, 32))))

Follow = Callable[[int], bytes | None]


@dataclass(slots=True)
class _Cell:
    start: int
    end: int
    template: Template
    types: tuple[int, ...]
    rowid: int | None
    values: tuple[Value, ...]
    cut: frozenset[int]
    sure: bool
    block: int = 0
    """Where the freeblock ended that its first four bytes tell of; 0 where they are its own."""
    weak: bool = False
    """It says little."""
    bounded: bool = False
    """That is where something begins: its first four bytes are a freeblock's indeed."""


class Recovery:
    """Looks through one database for rows of the tables that are wanted."""

    def __init__(
        self, pages: Pages, tables: dict[str, StoredTable], scratch: Path, damage: list[Trouble]
    ) -> None:
        self._pages = pages
        self._tables = list(tables.values())
        self._wishes: dict[str, Wish] = {}
        self._scratch = scratch
        self._damage = damage
        self._owners = array("H", bytes(2 * (pages.limit + 1)))
        """For each page 1 + the number of the table whose leaf it is."""
        self._templates: list[Template] = []
        self._free: dict[int, int] = {}
        """Pages on the free list, with the bytes that the list wrote at their beginning."""

    def want(self, name: str, table: StoredTable, columns: Sequence[str], beside: Sequence[str] = ()) -> None:
        """Look for rows of this table, with these columns; in those `beside` them a row may differ from a live one."""
        if len(table.columns) > MOST_COLUMNS:
            self._damage.append(
                Trouble(table.name, "limit", f"no deleted rows are looked for: {len(table.columns)} columns")
            )
            return
        key = next((n for n, one in enumerate(table.columns) if one.rowid), None)
        chosen = (*columns, *beside)
        where = tuple(table.index(column) for column in chosen)
        self._wishes[table.name] = Wish(name, table, chosen, where, key, len(columns))

    def found(self, lookup: Lookup, live: Live) -> Iterator[Recovered]:
        """Every row once. `lookup` gives the live row of a rowid (LookupError: cannot tell), `live` all live rows."""
        self._learn()
        store = FoundRows(self._scratch)
        try:
            for image, regions, chain in self._places():
                for cell in self._carved(image, regions, chain):
                    wish = self._wishes[cell.template.table.name]
                    prefix = f"{image.label} " if image.label else ""
                    store.add(
                        wish,
                        cell.rowid,
                        cell.values,
                        cell.cut,
                        f"{prefix}page {image.number} byte {cell.start}",
                    )
            for wish in self._wishes.values():
                yield from store.rows(wish, lookup, live)
        finally:
            store.close()

    # -- what the database is made of ----------------------------------------------------------------------------------

    def _learn(self) -> None:
        quiet: list[Trouble] = []
        for page, trunk, taken in self._pages.free(quiet):
            self._free[page] = taken if trunk else 0
        seen = set[int]()
        for number, table in enumerate(self._tables):
            samples: list[tuple[int, ...]] = []
            looked = 0
            for page, data in self._pages.leaves(table.root, quiet, seen):
                self._owners[page] = number + 1
                if looked < _LEARNT_PAGES:
                    looked += 1
                    samples += self._types_on(page, data)
            self._templates.append(template(table, samples))

    def _types_on(self, page: int, data: bytes) -> Iterator[tuple[int, ...]]:
        for at in self._pages.cells(page, data):
            try:
                _, first = varint(data, at)
                _, second = varint(data, at + first)
                types = _types(data, at + first + second, self._pages.usable)
            except IndexError:
                continue
            if types:
                yield types[0]

    def _places(self) -> Iterator[tuple[Image, list[tuple[int, int]], dict[int, int]]]:
        pages = self._pages
        for number in range(1, pages.count + 1):
            data = pages.page(number)
            if data is None or pages.is_map(number):
                continue
            at, kind, _, _ = pages.head(number, data)
            image = Image("", number, data, _no_page)
            if number in self._free:
                chain = self._chain(number, data) if kind == TABLE_LEAF and not self._free[number] else {}
                yield image, [(self._free[number], pages.usable)], chain
            elif kind == TABLE_LEAF and not self._owners[number] and number > 1:
                # Of no tree: its interior page is damaged, or it is an index of a table without rowid.
                yield image, [(at + 8, pages.usable)], self._chain(number, data)
            elif kind in _BTREE:
                chain = self._chain(number, data)
                if regions := self._unused(number, data, chain):
                    yield image, regions, chain
        for image in pages.images():
            if pages.is_map(image.number):
                continue
            at, kind, _, _ = pages.head(image.number, image.data)
            if kind == TABLE_LEAF:
                yield image, [(at + 8, pages.usable)], self._chain(image.number, image.data)
            elif kind in _BTREE:
                chain = self._chain(image.number, image.data)
                if regions := self._unused(image.number, image.data, chain):
                    yield image, regions, chain
            else:  # a trunk page of the free list then, with rows behind its list, or an overflow page
                yield image, [(4, pages.usable)], {}

    def _unused(self, number: int, data: bytes, chain: dict[int, int]) -> list[tuple[int, int]]:
        """What no cell of a page uses: its freeblocks, and the gap behind the cell pointers where it is not all zeros."""
        regions = [(start, start + size) for start, size in chain.items()]
        begin, end = self._gap(number, data)
        if end - begin > 8 and data[begin:end].strip(b"\0"):
            regions.append((begin, end))
        return regions

    def _chain(self, number: int, data: bytes) -> dict[int, int]:
        """The freeblocks of a page: offset and size."""
        at, _, block, _ = self._pages.head(number, data)
        chain: dict[int, int] = {}
        last = at
        while last < block <= self._pages.usable - 4:
            last = block
            block, size = struct.unpack_from(">2H", data, last)
            if not 4 <= size <= self._pages.usable - last:
                break
            chain[last] = size
        return chain

    def _gap(self, number: int, data: bytes) -> tuple[int, int]:
        at, kind, _, cells = self._pages.head(number, data)
        begin = at + (12 if kind in (TABLE_INTERIOR, INDEX_INTERIOR) else 8) + 2 * cells
        (end,) = struct.unpack_from(">H", data, at + 5)
        return begin, min(end or 65536, self._pages.usable)

    # -- rows in free space --------------------------------------------------------------------------------------------

    def _carved(self, image: Image, regions: list[tuple[int, int]], chain: dict[int, int]) -> list[_Cell]:
        owner = self._owners[image.number] if image.number < len(self._owners) else 0
        cells: dict[int, _Cell] = {}
        for begin, end in regions:
            for one in self._templates:
                if one.table.name in self._wishes:
                    for cell in self._in_region(one, image, begin, end, chain):
                        if self._belongs(cell, owner):
                            known = cells.get(cell.start)
                            if known is None or (cell.sure, not cell.weak) > (known.sure, not known.weak):
                                cells[cell.start] = cell
        self._bound(image, regions, cells)
        # What begins inside a row was written after it, and over it, if it is at least as sure to be one.
        kept: list[_Cell] = []
        for start in sorted(cells, reverse=True):
            cell = cells[start]
            while kept and cell.end > kept[-1].start and _outweighs(cell, kept[-1]):
                kept.pop()
            if not kept or cell.end <= kept[-1].start:
                kept.append(cell)
        return kept[::-1]

    def _bound(self, image: Image, regions: list[tuple[int, int]], cells: dict[int, _Cell]) -> None:
        """Which rows begin with a freeblock that ended at a cell, at another row or where free space ends: blocks that were
        joined ended there together. Of rows that are not sure that must hold, or something must begin where the row itself
        ends (else a newer row that is not told may lie over its end); of those that say little both.
        """
        begins = {self._pages.usable, *(end for _, end in regions)}
        if image.data[0] == TABLE_LEAF and image.number not in self._free:
            begins.update(self._pages.cells(image.number, image.data))
        for start in sorted(cells, reverse=True):
            cell = cells[start]
            cell.bounded = self._near(cell.block, begins)
            ended = self._begins(image.data, cell.end, begins)
            if cell.weak and not (cell.bounded and ended):
                del cells[start]
                continue
            if not cell.sure and not cell.bounded and not ended:
                del cells[start]
            begins.add(start)

    def _near(self, at: int, begins: set[int]) -> bool:
        """Whether something begins at a place, or behind up to three bytes that no cell can use."""
        return any(at + unused in begins for unused in range(4))

    def _begins(self, data: bytes, at: int, begins: set[int]) -> bool:
        """Whether a row, a freeblock or other space begins at a place, or behind up to three bytes that no cell can use."""
        if self._near(at, begins):
            return True
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        return size >= 4 and at + size in begins

    def _belongs(self, cell: _Cell, owner: int) -> bool:
        table = cell.template.table
        if owner and self._tables[owner - 1] is table:
            return True
        if owner and (not cell.sure or self._templates[owner - 1].fits(cell.types)):
            return False
        return not any(one.table is not table and one.fits(cell.types) for one in self._templates)

    def _in_region(
        self, one: Template, image: Image, begin: int, end: int, chain: dict[int, int]
    ) -> Iterator[_Cell]:
        data, pages = image.data, self._pages
        for match in one.headers.finditer(data, begin, end):
            cell = self._headed(one, image, match.start(), begin, end)
            if cell is None or not _says(cell, 1):
                continue
            # Of a cut row without its rowid, the page itself must say where it ended: a freeblock, or the end of free space.
            if not cell.cut or cell.rowid is not None or cell.start in chain or cell.end == end:
                yield cell
        columns = len(one.table.columns)
        for lost, pattern in ((3, one.without_size), (2, one.without_first)):
            for match in pattern.finditer(data, begin, end):
                start = match.start()
                size = (data[start + 2] << 8) | data[start + 3]
                if not 4 <= size <= pages.usable - start:
                    continue
                cell = self._beheaded(one, image, start, end, lost)
                # Where overflow pages follow, the block's size says nothing of the header's: such a row is not told.
                if cell is None or cell.cut or not _says(cell, 2) or not _holds_words(cell):
                    continue
                total = cell.end - start
                exact = total == size and (start in chain or _says(cell, 3))
                cell.sure = exact
                likely = total < size and columns >= _ENOUGH and (start in chain or _says(cell, 4))
                cell.weak = not exact and not likely
                if not cell.weak or (total < size and columns >= _ENOUGH and _says(cell, 3)):
                    cell.block = start + size
                    yield cell

    def _headed(self, one: Template, image: Image, header: int, begin: int, end: int) -> _Cell | None:
        """A row whose record header is there: with payload length and rowid before it, or with a freeblock's four bytes."""
        data = image.data
        read = _types(data, header, end)
        if read is None or not one.fits(read[0]):
            return None
        types, first = read
        payload = first - header + sum(map(serial_size, types))
        local = self._pages.local(payload)
        stop = header + local + (4 if local < payload else 0)
        if stop > end:
            return None
        length = varint_length(payload)
        # The rowid's varint ends before the header; only its last byte is below 0x80, as is the payload length's.
        start_of_rowid = header - 1
        while start_of_rowid > begin and data[start_of_rowid - 1] >= 0x80 and header - start_of_rowid < 9:
            start_of_rowid -= 1
        start = start_of_rowid - length
        if start >= begin and data[header - 1] < 0x80 and varint(data, start) == (payload, length):
            rowid, taken = varint(data, start_of_rowid)
            if taken == header - start_of_rowid and data[start_of_rowid] != 0x80:
                return self._cell(one, image, types, rowid, start, first, header, payload, stop, sure=True)
        for taken in range(max(1, 4 - length), 10):
            start = header - length - taken
            if start < begin:
                break
            size = (data[start + 2] << 8) | data[start + 3]
            total = stop - start
            if not total <= size <= self._pages.usable - start:
                continue
            rest = data[start + 4 : header]
            if rest and (rest[-1] >= 0x80 or any(byte < 0x80 for byte in rest[:-1])):
                continue
            cell = self._cell(
                one, image, types, None, start, first, header, payload, stop, sure=size == total
            )
            if cell:
                cell.block = start + size
            return cell
        return None

    def _beheaded(self, one: Template, image: Image, start: int, end: int, lost: int) -> _Cell | None:
        """A row whose payload length, rowid and header size took 3 bytes (`lost` 3), or 2 before the size and the first
        serial type (`lost` 2); a freeblock's four bytes lie over them.
        """
        data = image.data
        for count in one.counts:
            read = _some_types(data, start + 4, count - (lost == 2), end)
            if read is None:
                continue
            types, first = read
            if lost == 2:
                # The first column's serial type is gone. Behind an alias of the rowid nothing is lost with it; of any other
                # only the value's size could be told, so the row is left alone.
                if not one.table.columns[0].rowid:
                    continue
                types = (0, *types)
            if not one.fits(types):
                continue
            header = start + lost
            payload = first - header + sum(map(serial_size, types))
            if first - header > 127 or varint_length(payload) > (2 if lost == 3 else 1):
                continue
            local = self._pages.local(payload)
            stop = header + local + (4 if local < payload else 0)
            if stop > end:
                continue
            cell = self._cell(one, image, types, None, start, first, header, payload, stop, sure=False)
            if cell:
                return cell
        return None

    def _cell(
        self,
        one: Template,
        image: Image,
        types: tuple[int, ...],
        rowid: int | None,
        start: int,
        first: int,
        header: int,
        payload: int,
        stop: int,
        *,
        sure: bool,
    ) -> _Cell | None:
        pages = self._pages
        body = image.data[first:stop]
        if pages.local(payload) < payload:
            number = int.from_bytes(body[-4:], "big")
            body = body[:-4]
            # Only a row that its page still lists had its own overflow pages then; those of a freed row may have been
            # another's since, and nothing on them would tell.
            if start in pages.cells(image.number, image.data):
                body += pages.overflow(number, payload - pages.local(payload), image.follow)
        values: list[Value] = []
        cut = []
        at = 0
        for index, (serial, column) in enumerate(zip(types, one.table.columns, strict=False)):
            size = serial_size(serial)
            value: Value = None
            if size and at + size > len(body):
                cut.append(index)
                if serial >= 12 and serial & 1 and at < len(body):
                    value = body[at:].decode(pages.encoding, "ignore") or None
            else:
                try:
                    value = decode(serial, body[at : at + size], pages.encoding, "strict")
                except UnicodeDecodeError:
                    return None
            if isinstance(value, str) and not _CONTROLS.isdisjoint(value):
                return None
            values.append(float(value) if column.affinity == "real" and isinstance(value, int) else value)
            at += size
        return _Cell(start, stop, one, types, rowid, tuple(values), frozenset(cut), sure)


def _no_page(number: int) -> bytes | None:
    return None


def _outweighs(outer: _Cell, inner: _Cell) -> bool:
    """Whether it is surer that a row begins at `outer` than inside it at `inner`: nothing else can be told of a table of few
    columns, or without its length. That a freeblock begins at `inner` is shown by where it ended; then it lies over the row
    in which it begins.
    """
    rank, other = (outer.sure, len(outer.types) >= _ENOUGH), (inner.sure, len(inner.types) >= _ENOUGH)
    if rank != other or inner.bounded:
        return rank > other
    return not outer.sure and (outer.bounded, _said(outer)) > (False, _said(inner))


def _said(cell: _Cell) -> int:
    return sum(1 for value in cell.values if value not in (None, "", 0, 1))


def _holds_words(cell: _Cell) -> bool:
    """Whether a row of a table with texts or blobs holds one: numbers alone are found in anything."""
    if any(isinstance(value, str | bytes) and value for value in cell.values):
        return True
    return not any({TEXT, BLOB} & kinds for kinds in cell.template.kinds)


def _says(cell: _Cell, least: int) -> bool:
    """Whether at least so many columns hold something that zeros or chance do not: headers of zeros are everywhere."""
    return _said(cell) >= least


def _types(data: bytes, header: int, end: int) -> tuple[tuple[int, ...], int] | None:
    """Serial types of the record header at `header` and where its body begins; None if there is no header."""
    try:
        size, at = varint(data, header)
        at += header
        stop = header + size
        if not at < stop <= end:
            return None
        types = []
        while at < stop:
            serial, taken = varint(data, at)
            if serial < 0 or serial in (10, 11):
                return None
            types.append(serial)
            at += taken
    except IndexError:
        return None
    return (tuple(types), at) if at == stop else None


def _some_types(data: bytes, at: int, count: int, end: int) -> tuple[tuple[int, ...], int] | None:
    types = []
    try:
        for _ in range(count):
            serial, taken = varint(data, at)
            if serial < 0 or serial in (10, 11):
                return None
            types.append(serial)
            at += taken
    except IndexError:
        return None
    return (tuple(types), at) if at <= end else None
