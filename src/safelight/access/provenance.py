"""Why do we have this: from a trace back to its exhibit, file and place, how its times came about, who read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from safelight.access.reading import Reading
from safelight.errors import NotFound
from safelight.ledger import clocks, exhibits, marks, received, sources
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.marks import Mark
from safelight.ledger.received import Received
from safelight.messages import _
from safelight.traces.schema import TRACE_TABLES


@dataclass(frozen=True, slots=True)
class StatedTime:
    """One time of a trace: its column, as found, the zone's basis, and as compared (µs UTC, None if no zone is known)."""

    column: str
    found: dict[str, Any]
    compared_us: int | None


@dataclass(frozen=True, slots=True)
class PlacedCopy:
    """One copy of a message, call or transfer: where it was read from, and how it was found to be the same."""

    trace_id: str
    item_id: str
    item_path: str
    exhibit: str
    """Number of the exhibit."""
    parser: str
    version: int
    place: str
    state: str
    rule: str


@dataclass(frozen=True, slots=True)
class FoundBy:
    """A term of a keyword list that stands in the trace's text."""

    list: str
    line: int
    term: str


@dataclass(slots=True)
class Provenance:
    """The way back from one trace; the exhibit is None where the ledger does not know it, `received`: who gave it then."""

    trace_id: str
    table: str
    what: dict[str, Any]
    exhibit: Exhibit | None
    received: Received | None
    source_label: str
    item_id: str
    item_path: str
    item_state: str
    item_sha256: str | None
    remarks: str
    times: list[StatedTime] = field(default_factory=list)
    clocks: list[ClockDecision] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    copies: list[PlacedCopy] = field(default_factory=list)
    found_by: list[FoundBy] = field(default_factory=list)


#: Kinds of traces that are found several times, and where it stands which of them are one.
_SAME = {"messages": "same_messages", "calls": "same_calls", "transfers": "same_transfers"}
_LETTERS = {table.name: table for table in TRACE_TABLES}


def why(reading: Reading, trace_id: str) -> Provenance:
    """Everything that a trace rests on. Raises NotFound."""
    for name, table in _LETTERS.items():
        result = reading.db.execute(f"select * from {name} where trace_id = ? limit 1", [trace_id])
        columns = [column[0] for column in result.description]
        row = result.fetchone()
        if row is not None:
            times = [c.name for c in table.columns if str(c.type).startswith("struct")]
            return _explained(reading, name, dict(zip(columns, row, strict=True)), times)
    raise NotFound(
        _("There is no such trace (any more)."),
        _("A newer parser may read this file otherwise: look at its item."),
    )


def _explained(reading: Reading, table: str, what: dict[str, Any], times: list[str]) -> Provenance:
    item = reading.db.execute(
        "select path, state, sha256 from items where item_id = ? limit 1", [what["item_id"]]
    ).fetchone()
    parse = reading.db.execute(
        "select remarks from parses where item_id = ? and parser = ? and version = ? limit 1",
        [what["item_id"], what["parser"], what["version"]],
    ).fetchone()
    compared = reading.db.execute(
        "select "
        + (", ".join(f'at_us("{name}", exhibit, parser)' for name in times) or "1")
        + f" from {table} where trace_id = ? limit 1",
        [what["trace_id"]],
    ).fetchone()
    found = Provenance(
        trace_id=what["trace_id"],
        table=table,
        what=what,
        exhibit=_exhibit(reading, what["exhibit"]),
        received=received.exhibits(reading.ledger).get(what["exhibit"]),
        source_label=_label(reading, what["source_id"]),
        item_id=what["item_id"],
        item_path=item[0] if item else "",
        item_state=item[1] if item else "",
        item_sha256=item[2] if item else None,
        remarks=(parse[0] or "") if parse else "",
        times=[
            StatedTime(name, what[name], us)
            for name, us in zip(times, compared or (), strict=False)
            if what[name]
        ],
        clocks=[
            one
            for one in clocks.every(reading.ledger)
            if one.exhibit == what["exhibit"] and (not one.formats or what["parser"] in one.formats)
        ],
        copies=_copies(reading, what["trace_id"]),
        found_by=[
            FoundBy(*row)
            for row in reading.db.execute(
                "select distinct list, line, term from keyword_hits where trace_id = ? order by all",
                [what["trace_id"]],
            ).fetchall()
        ],
    )
    found.marks = marks.about(reading.ledger, [found.trace_id, *(copy.trace_id for copy in found.copies)])
    reading.show([found.trace_id, found.item_id])
    return found


def copies_of(reading: Reading, trace_id: str) -> list[str]:
    """Ids of all copies of a trace, itself among them: what a decision about it names. Raises NotFound."""
    found = [copy.trace_id for copy in _copies(reading, trace_id)]
    return found or [why(reading, trace_id).trace_id]


def _copies(reading: Reading, trace_id: str) -> list[PlacedCopy]:
    """All copies of a message, call or transfer that was found several times."""
    rows = []
    for table, same in _SAME.items():
        rows = reading.db.execute(
            f"""select m.trace_id, m.item_id, m.exhibit, m.parser, m.version, m.place, m.state, s.rule
                from {same} s join {table} m using (trace_id)
                where s.distinct_id in (select distinct_id from {same} where trace_id = $id) order by all""",
            {"id": trace_id},
        ).fetchall()
        if rows:
            break
    numbers = {key: number for number, key in reading.numbers.items()}
    paths = dict(
        reading.db.execute(
            "select item_id, path from items where item_id = any($ids)",
            {"ids": sorted({row[1] for row in rows})},
        ).fetchall()
    )
    return [
        PlacedCopy(trace, item, paths.get(item) or "", numbers.get(exhibit, exhibit), *rest)
        for trace, item, exhibit, *rest in rows
    ]


def _exhibit(reading: Reading, key: str) -> Exhibit | None:
    try:
        return exhibits.find(reading.ledger, key)
    except NotFound:
        return None


def _label(reading: Reading, source_id: str) -> str:
    try:
        return sources.find(reading.ledger, source_id).label
    except NotFound:
        return source_id
