"""SQLite: a record is a row of a rule's SELECT, its sources are the columns of the result.

The database is read as a private copy with its `-wal` beside it; an authorizer lets reading through and nothing else, and a
query that takes too long is stopped.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from safelight.parsers.mapping.model import Mapping, Rule
from safelight.parsers.mapping.records import Record, Row, Unread
from safelight.parsers.model import ParseFailed, Subject

_ALLOWED = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_REFUSED_FUNCTIONS = frozenset({"load_extension", "writefile", "readfile", "edit", "fts3_tokenizer"})
#: Seconds of one query until its next row.
PATIENCE = 120.0
_STEPS = 100_000


def _authorize(action: int, one: str | None, two: str | None, *_where: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and (two or "").lower() in _REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def connection(subject: Subject) -> sqlite3.Connection:
    """A private copy of the database, open to be read. Raises ParseFailed."""
    copy = subject.scratch / "mapping.db"
    for suffix in ("", "-wal", "-journal"):
        target = copy.with_name(copy.name + suffix)
        stream = subject.beside(subject.name + suffix) if suffix else subject.open()
        if stream is None:
            continue
        with stream, target.open("wb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)
    if subject.head[:16] != b"SQLite format 3\0":
        raise ParseFailed("corrupt", "no SQLite database")
    opened = sqlite3.connect(f"file:{copy}?mode=rw", uri=True)
    try:
        opened.execute("PRAGMA trusted_schema=OFF")
        opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        opened.close()
        raise ParseFailed("corrupt", f"SQLite cannot read it: {error}"[:200]) from None
    opened.text_factory = lambda data: data.decode("utf-8", "replace")
    opened.set_authorizer(_authorize)
    return opened


def read(subject: Subject, mapping: Mapping) -> Iterator[tuple[tuple[Rule, ...], Record | Unread]]:
    """The rows of each rule's query."""
    with closing(connection(subject)) as opened:
        for rule in mapping.rules:
            yield from _rows(opened, rule)


def _rows(opened: sqlite3.Connection, rule: Rule) -> Iterator[tuple[tuple[Rule, ...], Record | Unread]]:
    deadline = [time.monotonic() + PATIENCE]
    opened.set_progress_handler(lambda: time.monotonic() > deadline[0], _STEPS)
    number = 0
    try:
        with closing(opened.cursor()) as cursor:
            cursor.execute(rule.source)
            names = [column[0] for column in cursor.description or ()]
            for row in cursor:
                number += 1
                values = {name: _plain(value) for name, value in zip(names, row, strict=True)}
                place = f"{rule.name}:{values.get(rule.place) if rule.place else number}"
                yield (rule,), Row(place, values)
                deadline[0] = time.monotonic() + PATIENCE
    except sqlite3.Error as error:
        yield (
            (rule,),
            Unread(
                f"{rule.name}:{number + 1}",
                f"the query cannot be carried out: {error}"[:200],
                rule.source[:500],
            ),
        )


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def columns_of(opened: sqlite3.Connection, rule: Rule) -> list[str] | None:
    """The columns of a rule's result; None if the query does not fit the database."""
    try:
        with closing(opened.cursor()) as cursor:
            cursor.execute(f"SELECT * FROM ({rule.source.rstrip().rstrip(';')}) LIMIT 0")
            return [column[0] for column in cursor.description or ()]
    except sqlite3.Error:
        return None
