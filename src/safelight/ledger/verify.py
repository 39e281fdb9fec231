"""Recompute the ledger and name the first entry that is not as it was written.

Checked in one pass over a snapshot: numbers without a gap, both links of each hash, the body's digest,
repeated columns, time that never falls, every payload against its digest, every missing payload against an
erasure that names it. Then the state tables against a replay, `head.log`, and a head kept elsewhere. Only the
last shows a lost tail (if `head.log` was cut as well) or a history computed anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final

import sqlalchemy as sa

from safelight.ledger import projections, tables
from safelight.ledger.head import Head, parse_head
from safelight.ledger.ledger import Ledger
from safelight.ledger.logcheck import LogCheck
from safelight.ledger.walk import Bad, Row, Walk

_PAGE: Final = 2000
#: SQLite stores any type in any column, and text that is none: what drivers answer to that.
_UNREADABLE: Final = (TypeError, ValueError, OverflowError, sa.exc.DBAPIError)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `first_bad` is an entry's number, or None where the fault cannot be placed at one
    entry.

    `vouched_up_to` is the entry up to which the outside head vouches, None without one; `head` is the newest
    entry's. `notes` say what is odd and yet no fault, such as a head log that lags after a crash.
    """

    ok: bool
    first_bad: int | None
    reason: str
    entries: int
    vouched_up_to: int | None
    head: Head
    notes: tuple[str, ...] = ()


def verify(ledger: Ledger, head: str | Head | None = None) -> Report:
    """Check everything against everything. `head` is a printed head that was kept elsewhere. Raises BadInput
    for it.
    """
    outside = parse_head(head) if isinstance(head, str) else head
    walk = Walk(outside)
    notes: list[str] = []
    with ledger.store.reading() as connection:
        try:
            if ledger.head_log is not None:
                log = LogCheck(ledger.head_log)
                walk.at = log.at
            walk.run(connection)
            if ledger.head_log is not None:
                notes += log.end(walk.last.seq, ledger)
            if outside is not None and outside.seq > walk.last.seq:
                raise Bad(
                    walk.last.seq + 1,
                    f"the ledger ends before entry {outside.seq}, which the head given knows",
                )
            _check_state(connection)
        except Bad as bad:
            vouched = walk.vouched_up_to
            if vouched is not None and bad.seq is not None and bad.seq <= vouched:
                vouched = None
            return Report(False, bad.seq, bad.reason, walk.last.seq, vouched, walk.last, tuple(notes))
        except (sa.exc.DBAPIError, connection.dialect.loaded_dbapi.Error) as error:
            cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            reason = f"the database cannot be read behind entry {walk.last.seq}: {cause}"
            return Report(False, None, reason, walk.last.seq, walk.vouched_up_to, walk.last, tuple(notes))
    ledger.store.settle()  # the head is written on paper
    return Report(True, None, "", walk.last.seq, walk.vouched_up_to, walk.last, tuple(notes))


def _check_state(connection: sa.Connection) -> None:
    """Compare each state table with a replay into a temporary database."""
    # An empty name is a temporary database that SQLite keeps on disk: memory does not grow with the ledger.
    engine = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect(""))
    try:
        with engine.begin() as made:
            for table in tables.STATE.sorted_tables:
                made.execute(sa.schema.CreateTable(table))  # without its indexes: nobody asks
            projections.replay(connection, made)
            for table in projections.REPLAYED:
                query = str(sa.select(table).order_by(*table.primary_key.columns))
                for kept, anew in zip_longest(_pages(connection, query), _pages(made, query)):
                    if kept != anew:
                        raise _stray_row(table, list(_rows(connection, query)), list(_rows(made, query)))
    except (*_UNREADABLE, connection.dialect.loaded_dbapi.Error, LookupError) as error:
        raise Bad(None, f"the entries do not make a state: {error}") from error
    finally:
        engine.dispose()


def _pages(connection: sa.Connection, query: str) -> Iterator[Sequence[Row]]:
    """The rows as the driver gives them, a page at a time."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(query)
        while page := cursor.fetchmany(_PAGE):
            yield page
    finally:
        cursor.close()


def _rows(connection: sa.Connection, query: str) -> Iterator[Row]:
    return chain.from_iterable(_pages(connection, query))


def _stray_row(table: sa.Table, kept: Sequence[Row], anew: Sequence[Row]) -> Bad:
    """The first row that is not what the entries make, placed at the entry that it goes back to."""
    keys = len(table.primary_key.columns)
    there, wanted = ({tuple(row)[:keys]: tuple(row) for row in rows} for rows in (kept, anew))
    key = next(key for key in [*wanted, *there] if there.get(key) != wanted.get(key))
    seq = wanted[key][list(table.columns).index(table.c.seq)] if key in wanted else None
    return Bad(seq, f"{table.name} does not follow from the entries (row {', '.join(map(str, key))})")
