"""The rows of new entries, written with the driver's own cursor: a commit waits for it, and an SQLAlchemy statement costs
ten times what SQLite takes to run it.

PostgreSQL gets all rows in one statement, since each is a way there and back: the values of a single entry, and of several
as JSON, which takes the client a tenth of the time that arrays or values take.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import orjson
import sqlalchemy as sa

#: Number, previous, hash, body, recorded_at, verb, kind, actor.
EntryRow = tuple[int, bytes, bytes, bytes, int, str, str, str]
#: Number, salt, payload.
PayloadRow = tuple[int, bytes, bytes]
#: Number, position, subject.
SubjectRow = tuple[int, int, str]
#: Number, record, type, field, value, code, target, recorded_at, valid_from, valid_to.
StatementRow = tuple[int, str, str, str, str, str, str | None, int, int | None, int | None]


class Rows(NamedTuple):
    """The rows of new entries, in three tables."""

    entries: Sequence[EntryRow]
    payloads: Sequence[PayloadRow]
    subjects: Sequence[SubjectRow]


#: Each table's columns and their types; `bytea` goes through JSON in hexadecimal.
_ENTRIES: Final = {
    "seq": "bigint", "previous": "bytea", "hash": "bytea", "body": "bytea", "recorded_at": "bigint", "verb": "text",
    "kind": "text", "actor": "text",
}  # fmt: skip
_PAYLOADS: Final = {"seq": "bigint", "salt": "bytea", "payload": "bytea"}
_SUBJECTS: Final = {"seq": "bigint", "position": "int", "subject": "text"}
_STATEMENTS: Final = {
    "seq": "bigint", "record": "text", "type": "text", "field": "text", "value": "text", "code": "text", "target": "text",
    "recorded_at": "bigint", "valid_from": "bigint", "valid_to": "bigint",
}  # fmt: skip


def _into(table: str, columns: dict[str, str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)})"


def _values(table: str, columns: dict[str, str], mark: str, rows: int = 1) -> str:
    row = f"({', '.join([mark] * len(columns))})"
    return f"{_into(table, columns)} VALUES {', '.join([row] * rows)}"


def _from_json(table: str, columns: dict[str, str]) -> str:
    taken = ", ".join(f"decode({name}, 'hex')" if kind == "bytea" else name for name, kind in columns.items())
    sent = ", ".join(f"{name} {'text' if kind == 'bytea' else kind}" for name, kind in columns.items())
    return f"{_into(table, columns)} SELECT {taken} FROM json_to_recordset(%s) AS sent({sent})"


_SQLITE: Final = (
    _values("entries", _ENTRIES, "?"),
    _values("payloads", _PAYLOADS, "?"),
    _values("state_subjects", _SUBJECTS, "?"),
)
_SQLITE_STATEMENTS: Final = _values("state_statements", _STATEMENTS, "?")
_POSTGRES: Final = (
    f"WITH e AS ({_from_json('entries', _ENTRIES)}), p AS ({_from_json('payloads', _PAYLOADS)})"
    f" {_from_json('state_subjects', _SUBJECTS)}"
)
_POSTGRES_STATEMENTS: Final = _from_json("state_statements", _STATEMENTS)


@cache
def _postgres_one(subjects: int) -> str:
    entry, payload = _values("entries", _ENTRIES, "%s"), _values("payloads", _PAYLOADS, "%s")
    if not subjects:
        return f"WITH e AS ({entry}) {payload}"
    return f"WITH e AS ({entry}), p AS ({payload}) {_values('state_subjects', _SUBJECTS, '%s', subjects)}"


def insert(connection: sa.Connection, rows: Rows) -> None:
    """Write the rows of at least one entry in the transaction of `connection`."""
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        for statement, each in zip(_SQLITE, rows, strict=True):
            driver.executemany(statement, each).close()
    else:
        driver.execute(*postgres_statement(rows)).close()


def postgres_statement(rows: Rows) -> tuple[str, Sequence[Any]]:
    """The one statement that writes them into PostgreSQL, with its values."""
    entries, payloads, subjects = rows
    if len(entries) == 1 and len(subjects) <= 3:
        return _postgres_one(len(subjects)), [value for each in rows for row in each for value in row]
    return _POSTGRES, (_json(_ENTRIES, entries), _json(_PAYLOADS, payloads), _json(_SUBJECTS, subjects))


def insert_statements(connection: sa.Connection, rows: Sequence[StatementRow]) -> None:
    """Write new statements, which hold until others follow them."""
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        driver.executemany(_SQLITE_STATEMENTS, rows).close()
    else:
        driver.execute(_POSTGRES_STATEMENTS, [_json(_STATEMENTS, rows)]).close()


def _json(columns: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> str:
    return orjson.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=bytes.hex).decode()
