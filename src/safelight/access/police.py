"""Acts of accounts that police operate: told apart in every query, and left out where a suspect's acts are counted.

`by_police(account, us)` is a macro that `install` gives a connection. An act without a comparable time counts as an
officer's if its account was ever in the hands of police: rather a suspect's word too few than an officer's word as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from duckdb import DuckDBPyConnection

from safelight.access.reading import Reading
from safelight.access.timeline_events import EVENTS
from safelight.ledger.ledger import Ledger
from safelight.ledger.police import PolicePeriod, periods

#: From when to before when, µs UTC; open ends are far away.
Span = tuple[int, int]
FIRST: Final = -(2**62)
LAST: Final = 2**62


def install(connection: DuckDBPyConnection, found: Sequence[PolicePeriod], *, alone: bool = False) -> None:
    """Make the macro `by_police` for a database and all its cursors, or for this connection `alone`."""
    cases = " ".join(f"when {_covers(one)} then true" for one in found)
    body = f"case {cases} else false end" if cases else "false"
    kind = "temp macro" if alone else "macro"
    connection.execute(f"create or replace {kind} by_police(account, us) as {body}")


def withhold(connection: DuckDBPyConnection, found: Sequence[PolicePeriod]) -> None:
    """Make a connection blind to what police did: its tables of acts give way to views without it, under the same names.

    Macros `at_us` and `by_police` must be there. Another cursor of the same database sees all.
    """
    install(connection, found, alone=True)
    if not found:
        return
    row = connection.execute("select current_database()").fetchone()
    assert row is not None
    whole = f'"{row[0]}".main'
    there = {
        name
        for (name,) in connection.execute(
            "select view_name from duckdb_views() where not internal"
        ).fetchall()
    }
    acts = {
        one.table: f"by_police({one.account}, {one.us})" for one in EVENTS.values() if one.account != "null"
    }
    for table, police in acts.items():
        if table in there:
            connection.execute(
                f"create or replace temp view {table} as select * from {whole}.{table} where not {police}"
            )
    if "keyword_hits" in there and "messages" in there:
        connection.execute(
            f"""create or replace temp view keyword_hits as select * from {whole}.keyword_hits
                where trace_id is null
                      or trace_id not in (select trace_id from {whole}.messages where {acts["messages"]})"""
        )


def without_police(db: DuckDBPyConnection, ledger: Ledger) -> DuckDBPyConnection:
    """A connection to the same views that is blind to what police did; the same one where they did nothing."""
    found = periods(ledger)
    if not found:
        return db
    cursor = db.cursor()
    withhold(cursor, found)
    return cursor


def withheld(reading: Reading) -> Reading:
    """The same consultation, blind to what police did: for everything that counts or judges what accounts did."""
    return replace(reading, db=without_police(reading.db, reading.ledger))


def own_stretches(
    account: str, begin_us: int | None, end_us: int | None, found: Sequence[PolicePeriod]
) -> list[tuple[int | None, int | None]]:
    """What of a period (µs UTC; None: open) an account was in its owner's hands, and not in those of police."""
    held = [(_or(begin_us, FIRST), _or(end_us, LAST))]
    police = [(_or(one.begin_us, FIRST), _or(one.end_us, LAST)) for one in found if one.account_id == account]
    return [
        (None if begin == FIRST else begin, None if end == LAST else end) for begin, end in less(held, police)
    ]


def less(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What is left of spans when others are taken out."""
    left = list(spans)
    for begin, end in taken:
        left = [
            piece
            for one in left
            for piece in ((one[0], min(one[1], begin)), (max(one[0], end), one[1]))
            if piece[0] < piece[1]
        ]
    return left


def _or(us: int | None, other: int) -> int:
    return other if us is None else us


def _covers(one: PolicePeriod) -> str:
    """SQL: an act is within the period. Ids are quoted; the rest are numbers."""
    within = [f"account = '{one.account_id.replace(chr(39), chr(39) * 2)}'"]
    if one.begin_us is not None:
        within.append(f"coalesce(us >= {one.begin_us}, true)")
    if one.end_us is not None:
        within.append(f"coalesce(us < {one.end_us}, true)")
    return " and ".join(within)


def among(reading: Reading, traces: Sequence[str]) -> frozenset[str]:
    """Which of these messages an officer wrote, or perhaps did; for lists that show them beside others."""
    if not traces or not periods(reading.ledger):
        return frozenset()
    message = EVENTS["message"]
    rows = reading.db.execute(
        f"select trace_id from messages where trace_id = any($ids) and by_police({message.account}, {message.us})",
        {"ids": list(traces)},
    ).fetchall()
    return frozenset(row[0] for row in rows)
