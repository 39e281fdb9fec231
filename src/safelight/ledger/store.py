"""Connections to the ledger's database: one writer at a time in commit order, readers on a snapshot.

SQLite: WAL, `synchronous=FULL` (a commit is on the disk when it returns), `BEGIN IMMEDIATE`, deleted payloads
are overwritten (`secure_delete`).

PostgreSQL: a transaction-scoped advisory lock, which is let go only after the commit is visible, so that the sequence
has no gap and its order is the order of commits. The lock is not held while the disk syncs: the transaction commits
without waiting, and then its writer waits until the server's log is on the disk up to there, which many can do at
once (decision 0012). Who has been told of a commit can rely on it; who reads may see one that a power cut still undoes,
together with all that follow it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import sqlalchemy as sa

from safelight.errors import AlreadyExists, DiskFull, Locked, NotAnOperation
from safelight.ledger import migrations, wire
from safelight.ledger.insert import Rows, insert, postgres_statement
from safelight.ledger.tables import ENTRIES
from safelight.operation.space import says_full

_ADVISORY_LOCK: Final = 0x5AFE_1160
_BUSY_MS: Final = 60_000
_ROOM: Final = "Make room and give the same command again."


@dataclass(frozen=True, slots=True)
class _Words:
    """How a transaction begins and ends in the database's own words: one way there and back each, none hidden."""

    read: str
    write: str
    settle: str = ""


_SQLITE: Final = _Words("BEGIN", "BEGIN IMMEDIATE")
# A message in the log makes the transaction one that waits for the log; `true`: with a commit record of its own.
_SETTLE: Final = "SELECT pg_logical_emit_message(true, 'safelight', '')"
_POSTGRES: Final = _Words(
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit TO off;"
    f" SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})",
    f"{_SETTLE} WHERE NOT pg_is_in_recovery()",  # what a standby shows is on another disk already
)


@dataclass(slots=True)
class Turn:
    """One's turn to write."""

    connection: sa.Connection
    row: Sequence[Any] | None
    """What the first query found."""
    last: Rows | None = None
    """Rows that are written with the commit. Nothing can be read behind them."""


class Store:
    """One ledger's database. Threads may share it; a forked child must open its own."""

    def __init__(self, url: sa.URL) -> None:
        self.sqlite = url.get_backend_name() == "sqlite"
        self._file = Path(url.database) if self.sqlite and url.database else None
        self._words = _SQLITE if self.sqlite else _POSTGRES
        self._spare: list[sa.Connection] = []  # SQLite's that wrote last; whoever pops it has it alone
        # The driver begins nothing by itself: `_begun` says BEGIN.
        self.engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        if self.sqlite:
            sa.event.listen(self.engine, "connect", _configure_sqlite)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection whose statements all see the same snapshot. Nothing written on it is kept."""
        connection, _row = self._begun(self._words.read)
        with connection, connection.begin() as transaction:
            try:
                yield connection
                if (
                    not self.sqlite
                ):  # it could write nothing; a rollback would drop what the driver has prepared
                    connection.exec_driver_sql("COMMIT")
            except BaseException:
                wire.forget(connection.info)
                raise
            finally:
                transaction.rollback()

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """The one writing transaction; commits at the end. Raises DiskFull, or Locked after a minute's
        waiting.
        """
        with self.appending("") as turn:
            yield turn.connection

    @contextmanager
    def appending(self, first: str) -> Iterator[Turn]:
        """As `writing`, with the row that the query `first` finds once nobody else writes."""
        try:
            connection, row = self._begun(self._words.write, first)
            turn = Turn(connection, row)
            with ExitStack() as closing:
                closing.enter_context(connection)
                # What fails in SQLite is taken back when the connection goes to the pool.
                with nullcontext() if self.sqlite else connection.begin():
                    try:
                        yield turn
                        self._commit(turn)
                    except BaseException:
                        wire.forget(connection.info)
                        raise
                if connection.in_transaction():  # SQLAlchemy's own account of it
                    connection.commit()
                if (
                    self.sqlite and not self._spare
                ):  # to take one from the pool costs more than to write with it
                    closing.pop_all()
                    self._spare.append(connection)
        except (sa.exc.OperationalError, self.engine.dialect.loaded_dbapi.OperationalError) as error:
            cause = error.orig if isinstance(error, sa.exc.OperationalError) else error
            if says_full(error, self._file):
                raise DiskFull("The ledger cannot be written: the disk is full.", _ROOM) from error
            if "locked" in str(cause).lower():
                raise Locked(
                    "Another process holds the ledger for too long.", "End it, then repeat."
                ) from error
            raise

    def _commit(self, turn: Turn) -> None:
        driver: Any = turn.connection.connection.dbapi_connection
        if self.sqlite:
            if turn.last is not None:
                insert(turn.connection, turn.last)
            driver.execute("COMMIT").close()
            return
        rows = [postgres_statement(turn.last)] if turn.last is not None else []
        try:
            wire.run(driver.pgconn, turn.connection.info, [*rows, ("COMMIT", ()), (_SETTLE, ())])
        except BaseException as error:
            # The server is gone, or a key was pressed: what the server may still say belongs to nobody.
            if driver.broken or not isinstance(error, self.engine.dialect.loaded_dbapi.Error):
                turn.connection.invalidate()
            raise

    def settle(self) -> None:
        """Return when everything that can be read is on the disk."""
        if self._words.settle:
            with self.engine.connect() as connection:
                connection.exec_driver_sql(self._words.settle)

    def _begun(self, words: str, first: str = "") -> tuple[sa.Connection, Sequence[Any] | None]:
        """A connection in a transaction of the database's. One that the server closed meanwhile is replaced, once."""
        for last in (False, True):
            connection = self._taken()
            driver: Any = connection.connection.dbapi_connection
            try:
                if self.sqlite:
                    return connection, _begin_sqlite(driver, words, first)
                return connection, wire.ask(driver.pgconn, f"{words}; {first}" if first else words)
            except BaseException as error:
                of_driver = isinstance(error, self.engine.dialect.loaded_dbapi.Error)
                gone = of_driver and self.engine.dialect.is_disconnect(cast(Any, error), driver, None)
                wire.forget(connection.info)
                if gone or not (of_driver or self.sqlite):  # a key was pressed while we waited for our turn
                    connection.invalidate()
                connection.close()
                if last or not gone:
                    raise
        raise AssertionError("unreachable")

    def _taken(self) -> sa.Connection:
        try:
            return self._spare.pop()
        except IndexError:
            return self.engine.connect()

    def checkpoint(self) -> None:
        """Fold what was erased out of SQLite's write-ahead log, or let PostgreSQL drop dead rows."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(
                "PRAGMA wal_checkpoint(TRUNCATE)" if self.sqlite else "VACUUM payloads"
            )

    def close(self) -> None:
        """Give back all connections."""
        while self._spare:
            self._spare.pop().close()
        self.engine.dispose()


def create_store(place: Path | str) -> Store:
    """A new, empty database with every table. Raises AlreadyExists if there is a ledger."""
    if isinstance(place, Path):
        # Made by hand, so that nobody else may ever read it; SQLite gives its side files the same mode.
        os.close(os.open(place, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    store = Store(url_of(place))
    try:
        with store.writing() as connection:
            migrations.upgrade(connection)
            if connection.execute(sa.select(ENTRIES.c.seq).limit(1)).first() is not None:
                raise AlreadyExists(
                    "There is a ledger already.", "Open the operation, or choose another place."
                )
    except BaseException:
        store.close()
        raise
    return store


def open_store(place: Path | str) -> Store:
    """An existing database, brought to this version's tables. Raises NotAnOperation, DiskFull."""
    if isinstance(place, Path) and not place.is_file():
        raise NotAnOperation(f"{place} does not exist.", "Make an operation with `safelight init`.")
    store = Store(url_of(place))
    try:
        with store.reading() as connection:
            revision = migrations.revision(connection)
        if revision is None:
            raise NotAnOperation(
                "This database holds no ledger.", "Name an operation that `safelight init` made."
            )
        if revision != migrations.NEWEST:
            with store.writing() as connection:
                migrations.upgrade(connection)
    except sa.exc.DatabaseError as error:
        store.close()
        if isinstance(error, sa.exc.OperationalError) and says_full(
            error, place if isinstance(place, Path) else None
        ):
            raise DiskFull("The ledger cannot be opened: the disk is full.", _ROOM) from error
        raise NotAnOperation(
            f"The ledger cannot be opened: {error.orig}.", "Restore it from a backup."
        ) from error
    except BaseException:
        store.close()
        raise
    return store


def url_of(place: Path | str) -> sa.URL:
    """A path means SQLite; text is an SQLAlchemy URL, of PostgreSQL with psycopg unless it names another driver."""
    if isinstance(place, Path):
        return sa.URL.create("sqlite+pysqlite", database=str(place))
    url = sa.make_url(place)
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # `Store` says BEGIN; the driver must not add its own
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(driver: Any, words: str, first: str) -> Sequence[Any] | None:
    driver.execute(words).close()
    if not first:
        return None
    cursor = driver.execute(first)
    row: Sequence[Any] | None = cursor.fetchone()
    cursor.close()
    return row
