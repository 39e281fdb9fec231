"""A commit into PostgreSQL through libpq itself, in two ways there and back: the lock with the newest entry, and then the
rows with COMMIT and the wait for the disk.

While one writer's rows are on their way nobody else can write, so each way counts twice: for who waits behind, and because
a client and a server that are woken find the processor's caches cold. The driver's cursors cost a client of 25 three times
what its hashing does. What went wrong is raised as the driver raises it; who is interrupted here must give the connection
up.
"""

from __future__ import annotations

import re
import select
from collections.abc import Iterator, MutableMapping, Sequence
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # the driver need not be there where the ledger lies in SQLite
    from psycopg.pq.abc import PGconn, PGresult

#: PGRES_FATAL_ERROR and PGRES_PIPELINE_SYNC of libpq.
_FAILED: Final = 7
_SYNCED: Final = 10
_BYTEA: Final = 17
_BIGINT: Final = 20
_KEPT: Final = "safelight_prepared"
_names = count(1)


def ask(pg: PGconn, query: str) -> tuple[Any, ...] | None:
    """Run statements without parameters; the first row of the last one, of numbers and bytes."""
    pg.send_query(query.encode())
    results = list(iter(lambda: _next(pg), None))
    for result in results:
        _check(result)
    found = results[-1]
    if found.ntuples == 0:
        return None
    return tuple(_value(found, column) for column in range(found.nfields))


def run(pg: PGconn, info: MutableMapping[Any, Any], statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
    """Run statements with one word there and one back. `info` is the connection's own: what is prepared is kept there."""
    prepared: dict[str, bytes] = info.setdefault(_KEPT, {})
    pg.enter_pipeline_mode()
    for sql, _values in statements:
        if sql not in prepared:
            prepared[sql] = b"safelight_%d" % next(_names)
            pg.send_prepare(prepared[sql], _numbered(sql))
    for sql, values in statements:
        pg.send_query_prepared(
            prepared[sql],
            [value if isinstance(value, bytes) else str(value).encode() for value in values],
            [isinstance(value, bytes) for value in values],
        )
    pg.pipeline_sync()
    failed: PGresult | None = None
    for result in _until_synced(pg):
        if failed is None and result.status == _FAILED:
            failed = result
    pg.exit_pipeline_mode()
    if failed is not None:
        _check(failed)


def forget(info: MutableMapping[Any, Any]) -> None:
    """A transaction failed: the driver drops what was prepared, also by others."""
    info.pop(_KEPT, None)


def _until_synced(pg: PGconn) -> Iterator[PGresult]:
    while True:
        result = _next(pg)
        if result is None:  # behind each statement's results
            continue
        if result.status == _SYNCED:
            return
        yield result


def _next(pg: PGconn) -> PGresult | None:
    """The next result; None where a statement has no more."""
    waiting = select.poll()
    while pg.flush():
        waiting.register(pg.socket, select.POLLIN | select.POLLOUT)
        if any(event & select.POLLIN for _fd, event in waiting.poll()):
            pg.consume_input()
    waiting.register(pg.socket, select.POLLIN)
    while pg.is_busy():
        waiting.poll()
        pg.consume_input()
    return pg.get_result()


def _check(result: PGresult) -> None:
    if result.status == _FAILED:
        import psycopg

        raise psycopg.errors.error_from_result(result)


def _value(result: PGresult, column: int) -> Any:
    text = result.get_value(0, column)
    if text is None:
        return None
    kind = result.ftype(column)
    if kind == _BYTEA:
        return bytes.fromhex(text[2:].decode())
    return int(text) if kind == _BIGINT else text.decode()


@cache
def _numbered(sql: str) -> bytes:
    """The driver's marks as the server's: $1, $2 and so on."""
    numbers = count(1)
    return re.sub("%s", lambda _mark: f"${next(numbers)}", sql).encode()
