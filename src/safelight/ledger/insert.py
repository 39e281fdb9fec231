"""The rows of new entries, written with the driver's own cursor: a commit waits for it, and an SQLAlchemy statement costs
ten times what SQLite takes to run it. PostgreSQL gets all rows in one statement, since each is a way there and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

#: Number, previous, hash, body, recorded_at, verb, kind, actor.
EntryRow = tuple[int, bytes, bytes, bytes, int, str, str, str]
#: Number, salt, payload.
PayloadRow = tuple[int, bytes, bytes]
#: Number, position, subject.
SubjectRow = tuple[int, int, str]
#: Number, record, type, field, value, code, target, recorded_at, valid_from, valid_to.
StatementRow = tuple[int, str, str, str, str, str, str | None, int, int | None, int | None]

_ENTRIES: Final = "entries (seq, previous, hash, body, recorded_at, verb, kind, actor)"
_PAYLOADS: Final = "payloads (seq, salt, payload)"
_SUBJECTS: Final = "state_subjects (seq, position, subject)"
_STATEMENTS: Final = (
    "state_statements (seq, record, type, field, value, code, target, recorded_at, valid_from, valid_to)"
)
_SQLITE_STATEMENTS: Final = f"INSERT INTO {_STATEMENTS} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_POSTGRES_STATEMENTS: Final = f"""
INSERT INTO {_STATEMENTS}
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                     %s::bigint[], %s::bigint[], %s::bigint[])
"""
_SQLITE: Final = (
    f"INSERT INTO {_ENTRIES} VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    f"INSERT INTO {_PAYLOADS} VALUES (?, ?, ?)",
    f"INSERT INTO {_SUBJECTS} VALUES (?, ?, ?)",
)
_POSTGRES: Final = f"""
WITH e AS (
  INSERT INTO {_ENTRIES} SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bigint[],
                                              %s::text[], %s::text[], %s::text[])
), p AS (INSERT INTO {_PAYLOADS} SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]))
INSERT INTO {_SUBJECTS} SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[])
"""


def insert(
    connection: sa.Connection,
    entries: Sequence[EntryRow],
    payloads: Sequence[PayloadRow],
    subjects: Sequence[SubjectRow],
) -> None:
    """Write the rows of at least one entry in the transaction of `connection`."""
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        for statement, rows in zip(_SQLITE, (entries, payloads, subjects), strict=True):
            driver.executemany(statement, rows).close()
        return
    columns = [list(column) for rows in (entries, payloads) for column in zip(*rows, strict=True)]
    columns += [list(column) for column in zip(*subjects, strict=True)] or [[], [], []]
    driver.execute(_POSTGRES, columns).close()


def insert_statements(connection: sa.Connection, rows: Sequence[StatementRow]) -> None:
    """Write new statements, at least one, which hold until others follow them."""
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        driver.executemany(_SQLITE_STATEMENTS, rows).close()
    else:
        driver.execute(_POSTGRES_STATEMENTS, [list(column) for column in zip(*rows, strict=True)]).close()
