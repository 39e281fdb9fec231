"""Times made comparable: zones that people assumed and clocks that they corrected, as a macro of the catalog's views.

`at_us(moment, exhibit, format)` gives microseconds UTC, or null where neither the format nor a person states the zone.
Every comparison of times (order, filter, histogram, pairing of conversations) goes through it, so that a decision about a
clock holds everywhere at once. A wall time that a zone's clock shows twice in autumn is taken as the second (standard time).
"""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from safelight.ledger.clocks import ClockDecision


def install(connection: DuckDBPyConnection, decisions: Sequence[ClockDecision]) -> None:
    """Make the macros `at_us`, `found_us` (the same without corrections) and `slack_us` (by how much a correction moves a
    time at most) on a connection."""
    newest_first = sorted(decisions, key=lambda one: -one.seq)
    zones = [one for one in newest_first if one.zone]
    shifts = [one for one in newest_first if one.seconds]
    cases = " ".join(
        f"when {_covers(one, 'epoch_us(m.wall)')} then epoch_us(timezone('{one.zone}', m.wall))"
        for one in zones
    )
    wall = f"case {cases} end" if cases else "null"
    connection.execute(f"create or replace macro found_us(m, x, f) as coalesce(epoch_us(m.utc), {wall})")
    cases = " ".join(
        f"when {_covers(one, 'found_us(m, x, f)')} then found_us(m, x, f) + ({(one.seconds or 0) * 1_000_000})"
        for one in shifts
    )
    body = f"case {cases} else found_us(m, x, f) end" if cases else "found_us(m, x, f)"
    connection.execute(f"create or replace macro at_us(m, x, f) as {body}")
    slack = max((abs(one.seconds or 0) for one in shifts), default=0) * 1_000_000
    connection.execute(f"create or replace macro slack_us() as {slack}::bigint")


def _covers(one: ClockDecision, time: str) -> str:
    """SQL: whether the decision covers a time of exhibit `x` in format `f`. Values come out of the ledger, which lets only
    ids, zones and numbers in; names of formats are quoted.
    """
    wanted = [f"x = {_quoted(one.exhibit)}"]
    if one.formats:
        wanted.append(f"f in ({', '.join(_quoted(name) for name in one.formats)})")
    if one.begin is not None:
        wanted.append(f"{time} >= {one.begin}")
    if one.end is not None:
        wanted.append(f"{time} < {one.end}")
    return " and ".join(wanted)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
