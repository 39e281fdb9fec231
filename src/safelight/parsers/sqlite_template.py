"""What a record of one table can look like, as a regular expression over record headers.

A deleted row is found by its record header: as many serial types as the table has columns, each possible for its column.
The expressions are made here from the stored schema and from what the live rows hold; they run in `sqlite_recovered.py`.

Source: sqlite.org/fileformat2.html (record format), sqlite.org/datatype3.html (affinity). That deleted records are found by
such patterns is published: Pawlaszczyk and Hummert, "Making the Invisible Visible", IJCFATI 2021 (FQLite); Meng and Baier,
"bring2lite", DFRWS 2019; the undark documentation. No code of these was used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from safelight.parsers.sqlite_pages import varint_length
from safelight.parsers.sqlite_schema import StoredTable

NULL, INTEGER, FLOAT, TEXT, BLOB = "null", "integer", "float", "text", "blob"

_BY_AFFINITY = {
    "integer": {INTEGER, NULL},
    "text": {TEXT, NULL},
    "real": {FLOAT, INTEGER, NULL},
    "numeric": {INTEGER, FLOAT, TEXT, NULL},
    "blob": {NULL, INTEGER, FLOAT, TEXT, BLOB},
}
_ONE_BYTE = {
    NULL: b"\\x00",
    INTEGER: b"\\x01-\\x06\\x08\\x09",
    FLOAT: b"\\x07",
    TEXT: b"".join(b"\\x%02x" % n for n in range(13, 128, 2)),
    BLOB: b"".join(b"\\x%02x" % n for n in range(12, 128, 2)),
}
_LAST = {
    TEXT: b"".join(b"\\x%02x" % n for n in range(1, 128, 2)),
    BLOB: b"".join(b"\\x%02x" % n for n in range(0, 128, 2)),
}


#: A freeblock's beginning: where the next one is, and a size of at least four. Zeros are none, and are everywhere.
_BLOCK = b"..(?:\\x00[\\x04-\\xff]|[\\x01-\\xff].)"

#: Column counts of rows from before columns were added: the newest so many.
_COUNTS = 6
#: Tables of more columns are left alone: an expression for them takes longer than it is worth.
MOST_COLUMNS = 500


def kind_of(serial: int) -> str:
    """What a serial type holds."""
    if serial >= 12:
        return TEXT if serial & 1 else BLOB
    return NULL if serial == 0 else FLOAT if serial == 7 else INTEGER


def _one(kinds: set[str]) -> bytes:
    single = b"".join(_ONE_BYTE[kind] for kind in sorted(kinds))
    long = b"".join(_LAST[kind] for kind in sorted(kinds & {TEXT, BLOB}))
    if not long:
        return b"[" + single + b"]"
    # A serial type of up to four bytes: texts of up to 128 MB, more than a row of an app holds.
    return b"(?:[" + single + b"]|[\\x81-\\xff][\\x80-\\xff]{0,2}[" + long + b"])"


@dataclass(frozen=True)
class Template:
    """The forms of one table's records. The patterns match at a place without taking bytes, so that all are found."""

    table: StoredTable
    kinds: tuple[frozenset[str], ...]
    counts: tuple[int, ...]
    """How many columns its records have: all, or as many as there were before columns were added."""

    @cached_property
    def headers(self) -> re.Pattern[bytes]:
        """A whole record header, its size before it."""
        least = min(varint_length(self.counts[-1]) + self.counts[-1], 127)
        size = b"(?:[\\x%02x-\\x7f]|[\\x81-\\x8f][\\x00-\\x7f])" % least
        return re.compile(b"(?=" + size + b"(?:" + self._either(0) + b"))", re.DOTALL)

    @cached_property
    def without_size(self) -> re.Pattern[bytes]:
        """A freeblock's four bytes and the serial types of all columns: a freed row whose header size was overwritten."""
        return re.compile(b"(?=" + _BLOCK + b"(?:" + self._either(0) + b"))", re.DOTALL)

    @cached_property
    def without_first(self) -> re.Pattern[bytes]:
        """The same without the first column's serial type, which was overwritten as well."""
        return re.compile(b"(?=" + _BLOCK + b"(?:" + self._either(1) + b"))", re.DOTALL)

    def _either(self, first: int) -> bytes:
        each = [_one(set(allowed)) for allowed in self.kinds]
        return b"|".join(b"".join(each[first:count]) for count in self.counts)

    def fits(self, types: Sequence[int]) -> bool:
        """Whether a record with these serial types can be a row of this table."""
        return len(types) in self.counts and all(
            kind_of(serial) in kinds for serial, kinds in zip(types, self.kinds, strict=False)
        )


def template(table: StoredTable, seen: Iterable[tuple[int, ...]] = ()) -> Template:
    """The template of a table; `seen` are serial types of some of its live rows: apps store what the schema does not
    say, and rows from before an ALTER TABLE have fewer columns.
    """
    kinds = [set(_BY_AFFINITY[column.affinity]) for column in table.columns]
    counts = {len(table.columns)}
    for column, allowed in zip(table.columns, kinds, strict=True):
        if column.not_null:
            allowed.discard(NULL)
    for types in set(seen):
        if 0 < len(types) <= len(kinds):
            counts.add(len(types))
            for allowed, serial in zip(kinds, types, strict=False):
                allowed.add(kind_of(serial))
    for column, allowed in zip(table.columns, kinds, strict=True):
        if column.rowid:
            allowed.clear()
            allowed.add(NULL)
    return Template(
        table, tuple(frozenset(allowed) for allowed in kinds), tuple(sorted(counts, reverse=True))
    )
