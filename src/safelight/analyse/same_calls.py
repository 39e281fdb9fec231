"""Calls that several items tell of are found once: both ends' phones, a database and its export (decision 0006).

Made anew whenever calls, what is known of the people and clocks in them, or decisions about clocks changed; then the former
result gives way in one transaction. Which calls are one is said in `call_pairs.py`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from safelight.access import clock
from safelight.analyse import call_people
from safelight.analyse.call_clocks import clock_of, of_messages
from safelight.analyse.call_pairs import Joined, Parties, Told, join
from safelight.analyse.call_people import Said
from safelight.analyse.renewed import Tables, last_run, renew
from safelight.catalog.catalog import Catalog
from safelight.ledger import clocks
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.ledger import Ledger

NAME, VERSION = "same calls", "2"
STAGE = "same-calls/"
_MESSAGES = "same-messages/"
_SECOND_US, _MINUTE_US = 1_000_000, 60_000_000
#: Calls of an item that must all begin on a whole minute before its times are taken as that coarse.
_MINUTES = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in the catalog: all calls, and how many different ones they are."""

    calls: int
    distinct: int


def find_same_calls(catalog: Catalog, ledger: Ledger) -> bool:
    """Bring `same_calls` up to date; False if it was. Runs behind `find_same`, whose result it uses. Raises DiskFull."""
    decisions = clocks.every(ledger)
    with catalog.journal.exclusive("same calls", wait=True):
        run = _inputs(catalog, decisions)
        made_by = {"analysis": NAME, "version": VERSION}
        return renew(catalog, STAGE, run, made_by, lambda: _rows(_joined(catalog, decisions), run))


def figures(catalog: Catalog) -> Figures:
    """The counts as they stand."""
    with catalog.connect() as database:
        row = database.execute(
            "select (select count(*) from calls), (select count(*) - count(distinct distinct_id) from same_calls)"
        ).fetchone()
    assert row is not None
    return Figures(row[0], row[0] - row[1])


def _rows(joined: Joined, run: str) -> Tables:
    return {
        "same_calls": [
            {"trace_id": trace, "distinct_id": head, "rule": joined.rules[trace], "run": run}
            for trace, head in sorted(joined.heads.items())
        ]
    }


def _inputs(catalog: Catalog, decisions: Sequence[ClockDecision]) -> str:
    digest = hashlib.sha256(f"{VERSION} {last_run(catalog, _MESSAGES)}".encode())
    with catalog.connect() as database:
        for query in (
            "select item_id, parser, version, count(*), bit_xor(hash(trace_id, caller_id, participants_id, started, "
            "duration, native_id)) from calls group by all order by all",
            "select source_id, network, bit_xor(hash(account_id)) from (select distinct source_id, network, account_id "
            "from accounts where owner and network in (select network from calls)) group by all order by all",
        ):
            for row in database.execute(query).fetchall():
                digest.update("\t".join(map(str, row)).encode() + b"\n")
    digest.update(" ".join(str(one.seq) for one in decisions).encode())
    return digest.hexdigest()[:32]


_CALLS = """
    select c.trace_id, c.item_id, c.source_id, c.network, c.caller_id, c.participants_id, c.direction,
           coalesce(at_us(c.started, c.exhibit, c.parser), epoch_us(c.started.wall)),
           at_us(c.started, c.exhibit, c.parser) is not null, c.duration, c.answered, c.kind,
           c.native_id, c.state = 'recovered', i.sha256
    from calls c left join items i using (item_id) order by c.trace_id
"""


def _joined(catalog: Catalog, decisions: Sequence[ClockDecision]) -> Joined:
    with catalog.connect() as database:
        clock.install(database, decisions)
        rows: list[tuple[Any, ...]] = database.execute(_CALLS).fetchall()
        if len({row[1] for row in rows}) < 2:
            return Joined()
        owners = call_people.stated(database)
        shown = of_messages(database)
    device = _devices(rows)
    said = [_said(row, device) for row in rows]
    owners = call_people.from_calls(said, _by_device(owners, device))
    steps = _steps(rows)
    return join(
        [_told(row, call_people.parties(who, owners), steps) for row, who in zip(rows, said, strict=True)],
        shown,
    )


def _told(row: tuple[Any, ...], parties: tuple[Parties, ...], steps: dict[str, int]) -> Told:
    (
        trace,
        item,
        source,
        network,
        caller,
        *_people,
        start,
        zoned,
        seconds,
        answered,
        kind,
        native,
        recovered,
        _sha,
    ) = row
    return Told(
        trace_id=trace,
        item=item,
        clock=clock_of(source, zoned),
        network=network,
        parties=parties,
        start=start,
        zoned=zoned,
        seconds=seconds,
        answered=answered,
        kind=kind,
        native=native,
        recovered=recovered,
        calls=caller is not None,
        step=steps[item],
    )


def _said(row: tuple[Any, ...], device: dict[str, str]) -> Said:
    _trace, _item, source, network, caller, others, direction, start, _zoned, seconds, *_rest = row
    outgoing = {"outgoing": True, "incoming": False}.get(direction)
    return Said(
        device[source],
        network,
        caller,
        frozenset(one for one in others or () if one),
        outgoing,
        start,
        seconds,
    )


def _devices(rows: Sequence[tuple[Any, ...]]) -> dict[str, str]:
    """Sources that hold one content with calls are images of one device: source -> the first of them."""
    found = {row[2]: row[2] for row in rows}
    by_content: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row[-1]:
            by_content[row[-1]].add(row[2])
    for sources in by_content.values():
        roots = {_root(found, one) for one in sources}
        for one in roots:
            found[one] = min(roots)
    return {one: _root(found, one) for one in found}


def _root(found: dict[str, str], one: str) -> str:
    while found[one] != one:
        one = found[one]
    return one


def _by_device(owners: call_people.Owners, device: dict[str, str]) -> call_people.Owners:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for (source, network), accounts in owners.items():
        key = (device.get(source, source), network)
        found[key] = found.get(key, frozenset()) | accounts
    return found


def _steps(rows: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """Step of an item's times: a minute if all of them are whole minutes, else a second."""
    starts: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row[7] is not None:
            starts[row[1]].append(row[7])
    return {
        row[1]: _MINUTE_US
        if len(times := starts.get(row[1], [])) >= _MINUTES and not any(time % _MINUTE_US for time in times)
        else _SECOND_US
        for row in rows
    }
