"""One SQLite database of an item, opened once and shared by all parsers that look at it.

SQLite reads a private copy together with its `-wal` and `-journal`: committed log frames are applied and an interrupted
transaction is rolled back, as the app itself would see it. The evidence is never opened by SQLite. What SQLite refuses
(a damaged page, a file that was cut off) is read page by page (`sqlite_pages.py`), and what is deleted is looked for in
free space (`sqlite_recovered.py`).

Source: sqlite.org/fileformat2.html, sqlite.org/wal.html, and "Defense Against The Dark Arts" (sqlite.org/security.html)
for what a database from a stranger may not do.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice, pairwise
from operator import lt
from pathlib import Path
from typing import Any, BinaryIO, cast

from safelight.parsers.model import ParseFailed, Remark, Subject, Trouble
from safelight.parsers.sqlite_cipher import decrypted
from safelight.parsers.sqlite_found import Recovered
from safelight.parsers.sqlite_pages import MAGIC, Pages, Value
from safelight.parsers.sqlite_recovered import Recovery
from safelight.parsers.sqlite_schema import StoredTable, stored_tables

#: Rows that are fetched at a time.
BATCH = 4096

#: What SQLite may do while it reads evidence: select, nothing else.
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}

#: Steps of SQLite's virtual machine between two looks at how many there were.
_STEPS = 1_000_000

_SHARED = "sqlite"

#: What SQLite raises; its own messages may quote bytes that are no UTF-8.
_REFUSED = (sqlite3.Error, UnicodeDecodeError)


class Database:
    """The database of one item. `tables` are those with a rowid, by lower-case name."""

    def __init__(self, subject: Subject) -> None:
        """ValueError if the item is no SQLite database."""
        self._subject = subject
        self._connection: sqlite3.Connection | None = None
        self._streams: list[BinaryIO] = []
        self._troubles: list[Trouble] = []
        self._unreadable: str | None = None
        self._undecodable: Counter[str] = Counter()
        try:
            self.pages = Pages(self._stream(subject.open()), self._sidecar("-wal"))
            self.tables = stored_tables(self._schema())
        except ValueError:
            self.close()
            raise

    @classmethod
    def of(cls, subject: Subject) -> Database | None:
        """The database of this item, the same for every parser that asks; None if the item is none."""
        if _SHARED not in subject.shared:
            subject.shared[_SHARED] = None
            if subject.head[:16] == MAGIC:
                with suppress(ValueError):
                    database = cls(subject)
                    subject.shared[_SHARED] = database
                    subject.closing.append(database.close)
        return cast("Database | None", subject.shared[_SHARED])

    @classmethod
    def behind_key(cls, subject: Subject) -> Database | None:
        """The database of an item that SQLCipher encrypted; None if no credential opens it."""
        if subject.options.credentials and (found := decrypted(subject)) is not None:
            with suppress(ValueError):
                database = cls(found[0])
                database._troubles += found[1]
                return database
        return None

    def close(self) -> None:
        """Let go of the copy and of the evidence."""
        if self._connection:
            self._connection.close()
            self._connection = None
        for stream in self._streams:
            stream.close()
        self._streams.clear()

    def _stream(self, stream: Any) -> BinaryIO:
        self._streams.append(stream)
        return cast("BinaryIO", stream)

    def _sidecar(self, suffix: str) -> BinaryIO | None:
        beside = self._subject.beside(self._subject.name + suffix)
        return None if beside is None else self._stream(beside)

    def _schema(self) -> Iterator[tuple[str, str, int, str]]:
        for number, page in self.pages.leaves(1, self._troubles, set()):
            for at in self.pages.cells(number, page):
                try:
                    values = self.pages.record(page, at, self.pages.page).values
                except ValueError as error:
                    self._troubles.append(Trouble(f"page {number} byte {at}", "corrupt", f"schema: {error}"))
                    continue
                if len(values) == 5 and isinstance(values[3], int):
                    yield str(values[0]), str(values[1]), values[3], str(values[4] or "")

    def has(self, table: str, *columns: str) -> bool:
        """Whether there is such a table with all of these columns."""
        found = self.tables.get(table.lower())
        return found is not None and all(found.index(column) is not None for column in columns)

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table in lower case; none if there is no such table."""
        found = self.tables.get(table.lower())
        return frozenset(one.name.lower() for one in found.columns) if found else frozenset()

    def unknown(self, known: Mapping[str, Iterable[str]]) -> Iterator[Remark]:
        """What of the tables that a parser reads it does not know (`known_columns.py`): a newer schema."""
        for table, columns in known.items():
            extra = self.columns(table) - {column.lower() for column in columns}
            if extra:
                yield Remark(f"columns of {table} that this parser does not read: {', '.join(sorted(extra))}")

    def troubles(self) -> Iterator[Trouble | Remark]:
        """What could not be read since this was last asked, each place once."""
        found, self._troubles = self._troubles, []
        yield from {one.place: one for one in reversed(found)}.values()
        for table, count in sorted(self._undecodable.items()):
            yield Remark(
                f"{count} texts of {table} are not in the database's encoding; odd bytes are shown as \\xNN"
            )
        self._undecodable.clear()

    # -- live rows ---------------------------------------------------------------------------------------------------

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """(rowid, values...) of every live row in rowid order; columns that the table lacks are None."""
        for batch in self.batches(table, columns):
            yield from batch

    def batches(self, table: str, columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
        """The same, some thousand rows at a time."""
        found = self.tables.get(table.lower())
        if found is None:
            return
        last: int | None = None
        try:
            for batch in self._selected(found, columns):
                last = batch[-1][0]
                yield batch
            return
        except _REFUSED as error:
            self._troubles.append(Trouble(found.name, _cause(error), f"SQLite: {error}"))
        yield from self._page_by_page(found, columns, last)

    def ordered(self, table: str, by: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """(rowid, key, values...) of every live row whose `by` is a number, in its order: what a join by it takes."""
        found = self.tables.get(table.lower())
        if found is None or found.index(by) is None:
            return
        if (at := found.index(by)) is not None and found.columns[at].rowid:
            yield from self.rows(table, (by, *columns))
            return
        chosen = [_quoted(column) if found.index(column) is not None else "NULL" for column in columns]
        given = 0
        try:
            connection = self._opened()
            cursor = connection.execute(
                f"SELECT {', '.join([_rowid_name(found), _quoted(by), *chosen])} FROM {_quoted(found.name)} "
                f"WHERE typeof({_quoted(by)}) = 'integer' ORDER BY {_quoted(by)}, {_rowid_name(found)}"
            )
            while True:
                connection.text_factory = self._tolerant(found.name)
                batch = cursor.fetchmany(BATCH)
                if not batch:
                    return
                yield from batch
                given += len(batch)
        except _REFUSED as error:
            self._troubles.append(Trouble(found.name, _cause(error), f"SQLite: {error}"))
        if not given:  # SQLite sorts before it gives the first row
            yield from sorted(
                (row for row in self._page_rows(found, (by, *columns), None) if isinstance(row[1], int)),
                key=lambda row: (row[1], row[0]),
            )

    def _selected(self, table: StoredTable, columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
        connection = self._opened()
        chosen = [_quoted(column) if table.index(column) is not None else "NULL" for column in columns]
        rowid = _rowid_name(table)
        select = (
            f"SELECT {', '.join([rowid, *chosen])} FROM {_quoted(table.name)} NOT INDEXED "
            f"WHERE {rowid} > ? ORDER BY {rowid}"
        )
        last, tolerant = -(1 << 63), False
        while True:
            connection.text_factory = self._tolerant(table.name) if tolerant else str
            cursor = connection.execute(select, (last,))
            try:
                if tolerant:  # one batch with odd bytes in it, then quickly on
                    batch = cursor.fetchmany(BATCH)
                    if batch:
                        yield batch
                        last, tolerant = batch[-1][0], False
                        continue
                    return
                while batch := cursor.fetchmany(BATCH):
                    rising = _rising(batch, last)
                    if rising:
                        yield batch[:rising]
                        last = batch[rising - 1][0]
                    if rising < len(batch):
                        raise sqlite3.DatabaseError(
                            "the rowids do not rise: a page belongs to the table twice"
                        )
                return
            except sqlite3.OperationalError as error:
                if tolerant or "decode" not in str(error):
                    raise
                tolerant = True
            finally:
                cursor.close()

    def _tolerant(self, table: str) -> Any:
        def text(data: bytes) -> str:
            try:
                return data.decode()
            except UnicodeDecodeError:
                self._undecodable[table] += 1
                return data.decode("utf-8", "backslashreplace")

        return text

    def _page_by_page(
        self, table: StoredTable, columns: Sequence[str], after: int | None
    ) -> Iterator[list[tuple[Any, ...]]]:
        each = self._page_rows(table, columns, after)
        while batch := list(islice(each, BATCH)):
            yield batch

    def _page_rows(
        self, table: StoredTable, columns: Sequence[str], after: int | None
    ) -> Iterator[tuple[Any, ...]]:
        where = [table.index(column) for column in columns]
        key = next((n for n, one in enumerate(table.columns) if one.rowid), None)
        for number, page in self.pages.leaves(table.root, self._troubles, set()):
            bad = 0
            for at in self.pages.cells(number, page):
                try:
                    rowid, values = (
                        (record := self.pages.record(page, at, self.pages.page)).rowid,
                        record.values,
                    )
                except ValueError:
                    bad += 1
                    continue
                if after is None or rowid > after:
                    chosen = (values[n] if n is not None and n < len(values) else None for n in where)
                    yield (
                        rowid,
                        *(
                            rowid if n == key and n is not None else v
                            for n, v in zip(where, chosen, strict=True)
                        ),
                    )
            if bad:
                self._troubles.append(
                    Trouble(f"page {number}", "corrupt", f"{bad} rows of {table.name} cannot be read")
                )

    def _opened(self) -> sqlite3.Connection:
        if self._connection:
            return self._connection
        if self._unreadable:
            raise sqlite3.DatabaseError(self._unreadable)
        path = self._copy()
        try:
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection = connection
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("PRAGMA mmap_size = 0")
            with suppress(sqlite3.Error):  # what it sorts stays in the private folder
                connection.execute(
                    f"PRAGMA temp_store_directory = '{str(path.parent).replace(chr(39), chr(39) * 2)}'"
                )
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except _REFUSED as error:
            self._unreadable = str(error)
            raise
        connection.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
        )
        # A row takes at least six bytes of the file and a step for each of its columns; a table that takes a thousand
        # times as many leads in circles.
        room = iter(range(10 + self.pages.limit * self.pages.page_size // 6 * 1000 // _STEPS))
        connection.set_progress_handler(lambda: 0 if next(room, None) is not None else 1, _STEPS)
        return connection

    def _copy(self) -> Path:
        folder = self._subject.scratch / "sqlite"
        folder.mkdir(exist_ok=True)
        path = folder / "database"
        for suffix in ("", "-wal", "-journal"):
            source = self._subject.open() if not suffix else self._subject.beside(self._subject.name + suffix)
            if source is not None:
                with source, open(f"{path}{suffix}", "wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
        return path

    # -- deleted rows ------------------------------------------------------------------------------------------------

    def recovered(
        self, wanted: Mapping[str, Sequence[str]], beside: Mapping[str, Sequence[str]] | None = None
    ) -> Iterator[Recovered]:
        """Rows of these tables that survive in free space or in older pages and are not live with the same values in the
        columns that are wanted. Each row has a value for each of them, None where it is lost, then for those `beside` them:
        columns that an app writes anew while the row says the same.
        """
        tables = {name: found for name in wanted if (found := self.tables.get(name.lower()))}
        if not tables:
            return
        pages = Pages(self._stream(self._subject.open()), self._sidecar("-wal"), self._sidecar("-journal"))
        recovery = Recovery(pages, self.tables, self._subject.scratch, self._troubles)
        for name, table in tables.items():
            recovery.want(name, table, wanted[name], (beside or {}).get(name, ()))
        yield from recovery.found(self._live_row, self._live_rows)

    def row(self, table: str, rowid: int, columns: Sequence[str]) -> tuple[Any, ...] | None:
        """The values of one live row, or None; None as well where SQLite cannot read it."""
        found = self.tables.get(table.lower())
        if found is None:
            return None
        try:
            return self._live_row(found, rowid, columns)
        except LookupError:
            return None

    def _live_row(self, table: StoredTable, rowid: int, columns: Sequence[str]) -> tuple[Value, ...] | None:
        """The live row of that rowid, or None. LookupError where SQLite cannot tell."""
        chosen = ", ".join(
            _quoted(column) if table.index(column) is not None else "NULL" for column in columns
        )
        name = _rowid_name(table)
        try:
            connection = self._opened()
            connection.text_factory = self._tolerant(table.name)
            row = connection.execute(
                f"SELECT {chosen or 'NULL'} FROM {_quoted(table.name)} WHERE {name} = ?", (rowid,)
            ).fetchone()
            self._undecodable.clear()
        except _REFUSED as error:
            raise LookupError(str(error)) from error
        return cast("tuple[Value, ...] | None", row)

    def _live_rows(self, table: StoredTable, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        return self.rows(table.name, columns)


def _rising(batch: list[tuple[Any, ...]], last: int) -> int:
    """How many rows from the first on have rowids that rise."""
    rowids = [row[0] for row in batch]
    if rowids[0] > last and all(map(lt, rowids, rowids[1:])):
        return len(rowids)
    for count, (before, rowid) in enumerate(pairwise([last, *rowids])):
        if rowid <= before:
            return count
    return len(rowids)


def _cause(error: Exception) -> Any:
    return "limit" if "interrupt" in str(error) else "corrupt"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _rowid_name(table: StoredTable) -> str:
    """`rowid`, or another name of it where a column of the table took that one."""
    taken = {column.name.lower() for column in table.columns if not column.rowid}
    return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), "rowid")


def refuse_encrypted(subject: Subject, names: Iterable[str], app: str) -> None:
    """Opens an item with the name of an app's database whose bytes are evenly spread (no SQLite header, whole pages, and no
    more repetition than chance gives) with the keys that were given, for every parser that asks for it; raises
    ParseFailed("encrypted") if none of them does.
    """
    if subject.shared.get(_SHARED):
        return
    head = subject.head[:4096]
    if subject.name.lower() not in names or head[:16] == MAGIC or len(head) < 1024 or subject.size % 512:
        return
    counts = Counter(head)
    # Of 1,024 to 4,096 random bytes the commonest value takes about one in 100; text, zeros and structures far more.
    if max(counts.values()) < len(head) / 40 and len(counts) > 200:
        if (database := Database.behind_key(subject)) is None:
            raise ParseFailed(
                "encrypted",
                f"{subject.name} has the name of a database of {app}; --credential takes its passphrase or x'key'"
                if not subject.options.credentials
                else f"no key that was given opens {subject.name}, which has the name of a database of {app}",
            )
        subject.shared[_SHARED] = database
        subject.closing.append(database.close)
