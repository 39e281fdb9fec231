"""A MySQL dump as a stream of rows, without a server: `CREATE TABLE` and `INSERT` of mysqldump, phpMyAdmin and their kin.

Written here because no library reads dumps: those that parse SQL build a tree of a whole statement, and one `INSERT` of a
dump is megabytes of rows. Nothing is executed; statements other than these two are passed over. Source: MySQL's reference
manual (string literals and their escapes, comments, `INSERT`, `SET NAMES`), and the forms that mysqldump and phpMyAdmin
document.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from typing import Final

from safelight.parsers.model import ParseFailed

_CHUNK: Final = 1 << 20
#: One row, or one statement that is read as a whole, may have this many bytes.
_LARGEST: Final = 128 << 20

#: A statement's first word is looked for in this many bytes.
_WORD: Final = 24

Value = str | bytes | int | float | None

_STRING: Final = rb"'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'|\"[^\"\\]*+(?:(?:\\.|\"\")[^\"\\]*+)*+\""
_VALUE: Final = (
    rb"\s*+(?:(?:_[A-Za-z0-9]+\s*+)?(?:"
    + _STRING
    + rb")|0[xX][0-9A-Fa-f]*+|[xXbBnN](?:"
    + _STRING
    + rb")|[-+.\w]++)\s*+"
)
_ROW: Final = re.compile(rb"\s*+\((" + _VALUE + rb"(?:," + _VALUE + rb")*+)\)", re.S)
_ONE: Final = re.compile(_VALUE, re.S)
#: To the end of a statement; it always matches, and without group 1 the buffer ended.
_END: Final = re.compile(
    rb"(?:[^'\"`;#/-]++|" + _STRING
    + rb"|`[^`]*+`|--[ \t\r\n][^\n]*+\n|\#[^\n]*+\n"
    rb"|/\*(?:[^*]++|\*(?!/))*+\*/|-(?=[^-])|--(?=[^ \t\r\n])|/(?=[^*]))*+(;)?",
    re.S,
)  # fmt: skip
_BLANK: Final = re.compile(
    rb"(?:[\s;]++|--(?:[ \t][^\n]*+)?\r?\n|\#[^\n]*+\n|/\*(?!!)(?:[^*]++|\*(?!/))*+\*/)*+", re.S
)
_CUT: Final = re.compile(rb"(?:--[ \t\r]|\#)[^\n]*+\Z|/\*(?!!)(?:[^*]++|\*(?!/))*+\Z", re.S)
_NAME: Final = rb"(?:`([^`]+)`|\"([^\"]+)\"|([\w$]+))"
_TABLE: Final = rb"(?:(?:`([^`]+)`|([\w$]+))\.)?" + _NAME
_INSERT: Final = re.compile(
    rb"(?:INSERT|REPLACE)\s+(?:(?:IGNORE|DELAYED|LOW_PRIORITY|HIGH_PRIORITY)\s+)*(?:INTO\s+)?" + _TABLE
    + rb"\s*(?:\(([^()]*)\)\s*)?VALUES?\s*", re.I | re.S,
)  # fmt: skip
_CREATE: Final = re.compile(
    rb"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?" + _TABLE + rb"\s*\((.*)\)[^()]*;?\Z", re.I | re.S
)
_COLUMN: Final = re.compile(rb"\s*" + _NAME + rb"\s+[A-Za-z]")
_KEYS: Final = frozenset(b"primary unique key index constraint fulltext spatial check foreign".split())
_USE: Final = re.compile(rb"USE(?=[\s`\"])\s*" + _NAME, re.I)
#: How mysqldump and phpMyAdmin name the database whose tables follow.
_DATABASE: Final = re.compile(rb"(?m)^(?:--|\#)[^\n]*?\bDatabase ?: *`?([^`\s]+)`?[ \r]*$")
_SET_NAMES: Final = re.compile(rb"SET\s+NAMES\s+'?([A-Za-z0-9]+)", re.I)

_ESCAPES: Final = {b"0": b"\0", b"b": b"\b", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"Z": b"\x1a"}
_ESCAPED: Final = {
    b"'": re.compile(rb"\\(.)|''", re.S),
    b'"': re.compile(rb'\\(.)|""', re.S),
}
_COMMA: Final = re.compile(rb"\s*+(,?)")
#: MySQL's names of character sets that Python calls otherwise.
_CHARSETS: Final = {
    "latin1": "cp1252",
    "utf8mb3": "utf-8",
    "utf8mb4": "utf-8",
    "ucs2": "utf-16-be",
    "binary": "utf-8",
}


class MysqlDump:
    """A dump. `columns` grows while it is read: the columns of each table, by database and name, in the order of its rows.

    `database` is the one of the row that was given last, as far as the dump says: by `USE`, by a name before the table's, or
    by the line in which the program that wrote it names it. A dump that stands behind another in one file and makes a
    table of the same name a second time has `#2` and so on behind that name, as both cannot be in one database.
    """

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self.columns: dict[tuple[str, str], tuple[str, ...]] = {}
        self.database = ""
        self._stated = ""
        self._copies: dict[str, int] = {}
        self.charset = "utf-8"
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._base = 0
        self._ended = False

    @property
    def offset(self) -> int:
        """Where the reader stands, in bytes from the start."""
        return self._base + self._at

    def rows(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, int, dict[str, Value]]]:
        """(table, byte offset, values by column) of the tables that are wanted. Raises ParseFailed where the dump breaks off
        or cannot be followed.
        """
        while self._statement():
            word = self._buffer[self._at : self._at + _WORD].upper()
            if word.startswith((b"INSERT", b"REPLACE")):
                yield from self._insert(wanted)
            elif word.startswith(b"CREATE"):
                self._create(self._whole())
            else:
                if word.startswith((b"/*!", b"SET")):
                    self._set(self._whole())
                elif word.startswith(b"USE"):
                    used = _USE.match(self._whole())
                    self._stated = _first(used.groups()) if used else self._stated
                else:
                    self._pass()

    def _statement(self) -> bool:
        """Go to the next statement; False at the end."""
        while True:
            found = _BLANK.match(self._buffer, self._at)
            end = found.end() if found else self._at
            # More is needed where a comment goes on, and for the statement's first word.
            cut = end > len(self._buffer) - _WORD or _CUT.match(self._buffer, end)
            if not cut or not self._more():
                found = _BLANK.match(self._buffer, self._at)
                if found:
                    for named in _DATABASE.finditer(self._buffer, self._at, found.end()):
                        self._stated = named[1].decode("utf-8", "replace")
                    self._at = found.end()
                return self._at < len(self._buffer)

    def _pass(self) -> None:
        while True:
            found = _END.match(self._buffer, self._at)
            assert found is not None
            if found[1]:
                self._at = found.end()
                return
            # What was passed is let go; an unfinished text stays until its end is there.
            self._at = max(self._at, found.end())
            self._bounded()
            if not self._more():
                left = self._buffer[self._at :].strip()
                self._at = len(self._buffer)
                if left[:1] in (b"'", b'"', b"`"):
                    raise ParseFailed(
                        "corrupt", f"the dump ends in the middle of a text (byte {self.offset})"
                    )
                return

    def _whole(self) -> bytes:
        """The whole statement."""
        while True:
            found = _END.match(self._buffer, self._at)
            assert found is not None
            if found[1] or self._ended:
                piece = self._buffer[self._at : found.end()] or self._buffer[self._at :]
                self._at += len(piece)
                return piece
            self._bounded()
            self._more()

    def _bounded(self) -> None:
        if len(self._buffer) - self._at > _LARGEST:
            raise ParseFailed(
                "limit", f"a statement or text of more than {_LARGEST} bytes at byte {self.offset}"
            )

    def _set(self, statement: bytes) -> None:
        found = _SET_NAMES.search(statement)
        if found is None:
            return
        name = found[1].decode("ascii").lower()
        try:
            self.charset = codecs.lookup(_CHARSETS.get(name, name)).name
        except LookupError:
            self.charset = "utf-8"

    def _create(self, statement: bytes) -> None:
        found = _CREATE.match(statement.rstrip(b"; \r\n\t"))
        if found is None:
            return
        columns = []
        for line in _parts(found[6]):
            column = _COLUMN.match(line)
            if column and not (column[3] and column[3].lower() in _KEYS):
                columns.append(_first(column.groups()))
        stated, table = self._names(found)
        if (self._numbered(stated), table) in self.columns:
            self._copies[stated] = self._copies.get(stated, 1) + 1
        self.columns[self._numbered(stated), table] = tuple(columns)

    def _names(self, found: re.Match[bytes]) -> tuple[str, str]:
        """Database as stated, and table, of a statement."""
        return _first(found.groups()[:2]) or self._stated, _first(found.groups()[2:5])

    def _numbered(self, stated: str) -> str:
        copies = self._copies.get(stated, 1)
        return f"{stated}#{copies}" if copies > 1 else stated

    def _insert(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, int, dict[str, Value]]]:
        head = _INSERT.match(self._buffer, self._at)
        while (head is None or head.end() > len(self._buffer) - 2) and len(self._buffer) - self._at < _CHUNK:
            if not self._more():
                break
            head = _INSERT.match(self._buffer, self._at)
        if head is None:
            self._pass()
            return
        stated, table = self._names(head)
        database = self._numbered(stated)
        if not wanted(table):
            self._pass()
            return
        columns = self.columns.get((database, table)) or self.columns.get((stated, table), ())
        if head[6] is not None:
            columns = tuple(_first(one.groups()) for one in re.finditer(_NAME, head[6]))
        self._at = head.end()
        more = True
        while more:
            found = self._row()
            if found is None:
                return
            offset, values, more = found
            self.database = database
            if len(values) == len(columns):
                yield table, offset, dict(zip(columns, values, strict=True))
            else:
                yield table, offset, {}
        self._pass()

    def _row(self) -> tuple[int, list[Value], bool] | None:
        """The next row of the statement, and whether another follows; None at the end of the dump."""
        while True:
            found = _ROW.match(self._buffer, self._at)
            if found is not None and (self._ended or found.end() + 64 < len(self._buffer)):
                break
            if self._ended:
                if self._buffer[self._at :].strip() in (b"", b";"):
                    self._at = len(self._buffer)
                    return None
                raise ParseFailed(
                    "corrupt",
                    f"the dump ends in the middle of a row, or the row is none (byte {self.offset})",
                )
            self._bounded()
            self._more()
        offset = self._base + self._at
        values = [self._value(one[0]) for one in _ONE.finditer(found[1])]
        comma = _COMMA.match(self._buffer, found.end())
        assert comma is not None
        self._at = comma.end()
        return offset, values, bool(comma[1])

    def _value(self, piece: bytes) -> Value:
        piece = piece.strip()
        if piece[:1] in (b"'", b'"'):
            return self._text(piece)
        upper = piece.upper()
        if upper == b"NULL":
            return None
        if upper.startswith(b"_") or upper[:2] in (b"N'", b'N"'):
            quote = min((at for at in (piece.find(b"'"), piece.find(b'"')) if at >= 0), default=-1)
            return self._text(piece[quote:]) if quote >= 0 else None
        if upper.startswith((b"0X", b"X'")):
            digits = piece[2:].strip(b"'")
            try:
                return bytes.fromhex(digits.decode("ascii"))
            except ValueError:
                return None
        try:
            return int(piece) if piece.lstrip(b"+-").isdigit() and len(piece) < 40 else float(piece)
        except ValueError:
            return piece.decode("utf-8", "replace")

    def _text(self, piece: bytes) -> str:
        quote, inner = piece[:1], piece[1:-1]
        if b"\\" in inner or quote in inner:
            inner = _ESCAPED[quote].sub(
                lambda found: quote if found[1] is None else _ESCAPES.get(found[1], found[1]), inner
            )
        try:
            return inner.decode(self.charset)
        except UnicodeDecodeError:
            return inner.decode("cp1252", "replace")

    def _more(self) -> bool:
        if self._ended:
            return False
        left = self._buffer[self._at :]
        data = self._stream.read(max(_CHUNK, len(left)))
        self._base += self._at
        self._at = 0
        self._buffer = left + data
        self._ended = not data
        return bool(data)


def _first(groups: tuple[bytes | None, ...]) -> str:
    return next((one for one in groups if one), b"").decode("utf-8", "replace")


def _parts(body: bytes) -> Iterator[bytes]:
    """The definitions between the commas at depth 0."""
    depth, start = 0, 0
    for found in re.finditer(rb"[(),]|" + _STRING + rb"|`[^`]*`", body, re.S):
        char = found[0]
        if char == b"(":
            depth += 1
        elif char == b")":
            depth -= 1
        elif char == b"," and depth == 0:
            yield body[start : found.start()]
            start = found.end()
    yield body[start:]
