"""One SQLite database as an app leaves it: live rows, deleted rows of which the bytes are still there, and a log beside it.

The same calls give the same bytes: page size, order and rowids are fixed, and what SQLite takes from the machine (its own
version, the salts of the log) is set. Rows that a user deleted are inserted like all others and deleted last, so that
nothing is written over them; which of them remain is not assumed but searched for (`remnants.py`).
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from safelight.scenario.world import Message, Removal
from safelight.scenario.write import remnants
from safelight.scenario.write.remnants import Value
from safelight.scenario.write.wal import settled

Row = tuple[str, Mapping[str, Value]]
#: From the rowid of a message to its rows, the message's own first; `table -> column -> value`.
Make = Callable[[int], Sequence[Row]]

#: PRAGMA auto_vacuum of an Android database: free pages are given back at once.
_FULL = 1
#: The newest rows of a database with a log: they stand in the log alone.
_LATE = 24
_BATCH = 20_000


def schema(name: str) -> str:
    """The statements of one app's database (`schemas/<name>.sql`)."""
    return files("safelight.scenario.write").joinpath(f"schemas/{name}.sql").read_text("utf-8")


class Database:
    """Write a database. `first` is the rowid before the first message; `library` the SQLite version of the device."""

    def __init__(
        self,
        path: Path,
        ddl: str,
        *,
        log: bool,
        library: int,
        first: int = 0,
        vacuum: int = 0,
        page: int = 4096,
        version: int = 0,
        salt: int = 0,
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._target, self._log, self._library, self._page = path, log, library, page
        self._salt = salt
        self._vacuum = vacuum
        self._folder = tempfile.TemporaryDirectory(prefix="safelight-scenario-")
        self._path = Path(self._folder.name) / "database"
        self._base = sqlite3.connect(self._path, isolation_level=None)
        self._base.execute(f"PRAGMA page_size={page}")
        self._base.execute(f"PRAGMA auto_vacuum={vacuum}")
        for setting in ("secure_delete=OFF", "journal_mode=MEMORY", "synchronous=OFF", "cache_size=-65536"):
            self._base.execute(f"PRAGMA {setting}")
        self._base.executescript(ddl)
        self._base.execute(f"PRAGMA user_version={version}")
        self._columns: dict[str, list[str]] = {}
        self._keys: dict[str, str | None] = {}
        self._waiting: dict[tuple[str, ...], list[tuple[Value, ...]]] = {}
        self._count = 0
        self._rowid = first
        self._late: deque[Make] = deque()
        self._set_apart: dict[Removal, list[tuple[int, Make]]] = {"freelist": [], "wal": []}
        self._doomed: dict[Removal, list[tuple[int, Sequence[Row]]]] = {
            "freeblock": [],
            "freelist": [],
            "wal": [],
        }
        self._needles: dict[int, bytes] = {}
        self._base.execute("BEGIN")

    def columns(self, table: str) -> list[str]:
        """The columns of a table, in order."""
        if table not in self._columns:
            info = self._base.execute(f'PRAGMA table_info("{table}")').fetchall()
            self._columns[table] = [row[1] for row in info]
            key = [row[1] for row in info if row[5]]
            self._keys[table] = key[0] if len(key) == 1 and key else None
        return self._columns[table]

    def add(self, table: str, row: Mapping[str, Value]) -> None:
        """One row; columns that are not named keep what the table says (mostly NULL)."""
        form = (table, *row)
        waiting = self._waiting.get(form)
        if waiting is None:
            assert set(row) <= set(self.columns(table)), (table, set(row) - set(self.columns(table)))
            waiting = self._waiting[form] = []
        waiting.append(tuple(row.values()))
        self._count += 1
        if self._count >= _BATCH:
            self._flush()

    def message(self, message: Message, make: Make, removal: Removal | None = None) -> None:
        """One message's rows, in order of time. `removal`: deleted later, and where its bytes are to lie. A database that
        vacuums itself has no free list, one without a log no log: the row then lies in free space inside a page.
        """
        if (removal == "freelist" and self._vacuum == _FULL) or (removal == "wal" and not self._log):
            removal = "freeblock"
        if removal in ("freelist", "wal"):
            self._set_apart[removal].append((message.id, make))
        elif removal == "freeblock":
            self._settle_late(0)
            self._doomed["freeblock"].append((message.id, self._insert(make)))
        elif self._log:
            self._late.append(make)
            self._settle_late(_LATE)
        else:
            self._insert(make)

    def _settle_late(self, keep: int) -> None:
        while len(self._late) > keep:
            self._insert(self._late.popleft())

    def _insert(self, make: Make) -> Sequence[Row]:
        self._rowid += 1
        rows = make(self._rowid)
        for table, row in rows:
            self.add(table, row)
        return rows

    def _flush(self) -> None:
        for (table, *names), rows in self._waiting.items():
            named = ",".join(f'"{name}"' for name in names)
            marks = ",".join("?" * len(names))
            self._base.executemany(f'INSERT INTO "{table}" ({named}) VALUES ({marks})', rows)
        self._waiting.clear()
        self._count = 0

    def _delete(self, removal: Removal) -> None:
        """Delete the rows set apart for that place, each message with all of its rows, and keep what to search for."""
        self._flush()
        for message, rows in self._doomed[removal]:
            for number, (table, row) in enumerate(rows):
                key = self._keys[table]
                names = [key] if key else list(row)
                where = " AND ".join(f'"{name}" IS ?' for name in names)
                values = [row[name] for name in names]
                if number == 0:
                    stored = self._base.execute(f'SELECT * FROM "{table}" WHERE {where}', values).fetchone()
                    place = self.columns(table).index(str(key))
                    body = [None if nth == place else value for nth, value in enumerate(stored)]
                    self._needles[message] = remnants.needle(int(stored[place]), body, self._page)
                self._base.execute(f'DELETE FROM "{table}" WHERE {where}', values)

    def finish(self) -> set[int]:
        """Write the file (and its log, unless empty); the ids of messages whose deleted rows still lie in them."""
        self._doomed["freelist"] = [(id_, self._insert(make)) for id_, make in self._set_apart["freelist"]]
        self._delete("freeblock")
        if not self._log:
            self._delete("freelist")
        self._base.execute("COMMIT")
        if self._log:
            self._write_log()
        written = [self._target]
        self._target.write_bytes(self._stamped(self._path.read_bytes()))
        if self._log:
            log = self._path.with_name("database-wal")
            # SQLite makes its log at the first page written: an app that nobody wrote with has none.
            if log.exists() and log.stat().st_size:
                beside = self._target.with_name(self._target.name + "-wal")
                beside.write_bytes(settled(log.read_bytes(), self._salt or 0x5AFE, self._library))
                written.append(beside)
        self._base.close()
        self._folder.cleanup()
        return remnants.found(written, self._needles)

    def _write_log(self) -> None:
        """Three transactions that stay in the log: the newest rows, the deletion of some of them, that of a free list."""
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA wal_autocheckpoint=0")
        self._base.execute("BEGIN")
        self._doomed["wal"] = [(id_, self._insert(make)) for id_, make in self._set_apart["wal"]]
        self._settle_late(0)
        self._flush()
        self._base.execute("COMMIT")
        for removal in ("wal", "freelist"):
            self._base.execute("BEGIN")
            self._delete(removal)
            self._base.execute("COMMIT")

    def _stamped(self, data: bytes) -> bytes:
        """The version of SQLite that wrote last (offset 96) is the device's, not this machine's."""
        return data[:96] + self._library.to_bytes(4, "big") + data[100:]
