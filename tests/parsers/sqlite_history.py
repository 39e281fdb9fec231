"""Databases with a known history: what was ever in them, and which deleted rows are provably still in their bytes."""

from __future__ import annotations

import io
import random
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from safelight.parsers.model import HEAD_BYTES, Subject
from safelight.parsers.sqlite_pages import varint_length

#: A table as apps make them: alias of the rowid, numbers, texts, nulls, a default.
DDL = (
    "CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, date INTEGER, "
    "date_sent INTEGER DEFAULT 0, read INTEGER DEFAULT 0, type INTEGER, subject TEXT, body TEXT, "
    "error_code INTEGER DEFAULT 0)",
    "CREATE TABLE threads (_id INTEGER PRIMARY KEY, recipient_ids TEXT, snippet TEXT, message_count INTEGER)",
    "CREATE INDEX sms_thread ON sms (thread_id, date)",
)
COLUMNS = (
    "_id",
    "thread_id",
    "address",
    "date",
    "date_sent",
    "read",
    "type",
    "subject",
    "body",
    "error_code",
)
Values = tuple[int | str | None, ...]

_WORDS = [
    "sjakk",
    "klubb",
    "tirsdag",
    "åpning",
    "gambit",
    "løper",
    "tårn",
    "bonde",
    "turnering",
    "vær",
    "regn",
    "sol",
    "tog",
    "skinner",
    "stasjon",
]


@dataclass
class History:
    """Every form that every row ever had, by rowid, and the live ones."""

    ever: dict[int, set[Values]] = field(default_factory=dict)
    live: dict[int, Values] = field(default_factory=dict)
    data: bytes = b""
    wal: bytes = b""

    def put(self, row: Values) -> None:
        """This row has this form now."""
        assert isinstance(row[0], int)
        self.ever.setdefault(row[0], set()).add(row)
        self.live[row[0]] = row

    def gone(self) -> set[Values]:
        """Forms of rows that were deleted and whose record, from its second serial type on, is still in the bytes."""
        everything = self.data + b"|" + self.wal
        return {
            row
            for rowid, forms in self.ever.items()
            if rowid not in self.live
            for row in forms
            if record_tail(row) in everything
        }

    def subject(self, scratch: Path, name: str = "mmssms.db") -> Subject:
        """The database as an item with its log beside it."""
        beside = {name + "-wal": self.wal} if self.wal else {}
        return subject_of(self.data, scratch, name, beside)


def subject_of(data: bytes, scratch: Path, name: str, beside: dict[str, bytes]) -> Subject:
    """An item made of bytes."""
    return Subject(
        item_id="i1-test",
        source_id="s1-test",
        path=name,
        name=name,
        size=len(data),
        mime="application/vnd.sqlite3",
        group="database",
        sha256="",
        head=data[:HEAD_BYTES],
        open=lambda: io.BytesIO(data),
        beside=lambda other: io.BytesIO(beside[other]) if other in beside else None,
        scratch=scratch,
    )


def _serial(value: int | str | None) -> tuple[int, bytes]:
    if value is None:
        return 0, b""
    if isinstance(value, str):
        data = value.encode()
        return 13 + 2 * len(data), data
    if value in (0, 1):
        return 8 + value, b""
    for serial, size in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 8)):
        if -(1 << 8 * size - 1) <= value < 1 << 8 * size - 1:
            return serial, value.to_bytes(size, "big", signed=True)
    raise AssertionError


def _varint(value: int) -> bytes:
    length = varint_length(value)
    return bytes(value >> 7 * n & 0x7F | (0x80 if n else 0) for n in reversed(range(length)))


def record_tail(row: Values) -> bytes:
    """A row's record as SQLite writes it, without the header's size and the first serial type (the rowid's alias)."""
    types, body = zip(*(_serial(value) for value in row[1:]), strict=True)
    return b"".join(map(_varint, types)) + b"".join(body)


def a_row(chance: random.Random, rowid: int, longest: int) -> Values:
    """A message about chess, weather or trains."""
    words = chance.choices(_WORDS, k=chance.randint(1, longest))
    date = 1_400_000_000_000 + chance.randrange(10**11)
    return (
        rowid,
        chance.randint(1, 300),
        chance.choice(["+4790000001", "+4790000002", "Telenor", "90 00 00 03"]),
        date,
        chance.choice([0, date - 1000]),
        chance.choice([0, 1]),
        chance.choice([1, 2]),
        chance.choice([None, None, "Sjakk"]),
        f"{rowid} " + " ".join(words),
        0,
    )


def history(
    seed: int, folder: Path, *, wal: bool, steps: int = 60, page_size: int = 4096, longest: int = 25
) -> History:
    """Random work on a database: messages come, are read, edited and deleted, one by one, by thread and all at once."""
    chance = random.Random(seed)
    path = folder / f"history{seed}.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA page_size = {page_size}")
    connection.execute(f"PRAGMA auto_vacuum = {seed % 3}")
    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}")
    connection.execute("PRAGMA wal_autocheckpoint = 40")
    for statement in DDL:
        connection.execute(statement)
    made, following = History(), chance.choice([1, 1, 100, 20_000])
    for _ in range(steps):
        connection.execute("BEGIN")
        act = chance.random()
        if act < 0.5 or not made.live:
            for _ in range(chance.randint(1, 40)):
                row = a_row(chance, following, longest)
                connection.execute(f"INSERT INTO sms VALUES ({','.join('?' * 10)})", row)
                made.put(row)
                following += 1
            connection.execute(
                "INSERT INTO threads VALUES (NULL, ?, ?, ?)", (str(following), row[8], following)
            )
        elif act < 0.65:
            for rowid in chance.sample(sorted(made.live), min(len(made.live), chance.randint(1, 10))):
                old = made.live[rowid]
                new = (*old[:5], 1 - int(old[5] or 0), *old[6:])
                if chance.random() < 0.3:
                    new = (*new[:8], f"{rowid} rettet: {chance.choice(_WORDS)}", new[9])
                connection.execute("UPDATE sms SET read = ?, body = ? WHERE _id = ?", (new[5], new[8], rowid))
                made.put(new)
        elif act < 0.95:
            rowids = sorted(made.live)
            begin = chance.randrange(len(rowids))
            some = chance.choice(
                [rowids[begin : begin + chance.randint(1, 30)], chance.sample(rowids, min(8, len(rowids)))]
            )
            for rowid in some:
                connection.execute("DELETE FROM sms WHERE _id = ?", (rowid,))
                del made.live[rowid]
        elif act < 0.97:
            connection.execute("DELETE FROM sms")
            made.live.clear()
        connection.execute("COMMIT")
    made.data = path.read_bytes()
    log = folder / f"{path.name}-wal"
    made.wal = log.read_bytes() if log.exists() else b""
    connection.close()
    path.unlink()
    return made
