"""How the journal's database is opened and locked: SQLite and PostgreSQL, the only place that tells them
apart.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.pool import NullPool

_BUSY_SECONDS = 120


def connect_engine(url: str) -> sql.Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://...`; SQLite in WAL mode with synchronous=FULL.

    A connection with the execution option `safelight_writes` begins as a writer, so that it never has to give
    up halfway.
    """
    parsed = sql.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sql.create_engine(parsed, pool_pre_ping=True, isolation_level="READ COMMITTED")
    engine = sql.create_engine(parsed, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS})

    @sql.event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin below, not by the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sql.event.listens_for(engine, "begin")
    def _begin(connection: sql.Connection) -> None:
        writes = connection.get_execution_options().get("safelight_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def exclusive(engine: sql.Engine, purpose: str, *, wait: bool) -> Iterator[bool]:
    """A lock named `purpose` among all users of the database; given back by the system when its holder dies.

    SQLite: `flock` on a file beside the database. PostgreSQL: a session's advisory lock on a connection of
    its own.
    """
    if engine.url.get_backend_name() == "sqlite":
        with _file_lock(Path(str(engine.url.database) + f".{purpose}.lock"), wait=wait) as held:
            yield held
    else:
        number = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], "big", signed=True)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            ask = sql.func.pg_advisory_lock(number) if wait else sql.func.pg_try_advisory_lock(number)
            held = connection.execute(sql.select(ask)).scalar_one() is not False
            try:
                yield held
            finally:
                if held:
                    connection.execute(sql.select(sql.func.pg_advisory_unlock(number)))


@contextmanager
def _file_lock(path: Path, *, wait: bool) -> Iterator[bool]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        held = True
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not wait:
                    held = False
                    break
                time.sleep(0.05)
        yield held
    finally:
        os.close(descriptor)
