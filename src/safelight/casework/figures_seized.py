"""Figures of what was seized and what machines counted in it: exhibits and their registered sizes; accounts, items, bytes.

Exhibits are told by their entries, so that a correction of a size changes no earlier day. What machines count is known by
the entry at the end of each run. A run says nothing of when something was true in the world; seen from today its figures
stand for a day only if everything in it had been seized by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import sqlalchemy as sa

from safelight.casework.figure import Asked, Figure, Row
from safelight.ledger import kinds
from safelight.ledger.as_of import NOW, begin_of
from safelight.ledger.tables import ENTRIES, PAYLOADS, RUNS, SUBJECTS

EXHIBITS: Final = ("exhibits", "seized")
RUN: Final = ("accounts", "items", "bytes")


@dataclass(slots=True)
class _Exhibit:
    key: str
    fields: dict[str, Any]
    entries: list[int] = field(default_factory=list)


def figures(asked: Asked, connection: sa.Connection) -> Iterator[Figure]:
    """How many exhibits, and their sizes as registered."""
    found = _exhibits(asked, connection)
    sizes = [one.fields.get("size") for one in found]
    yield Figure("exhibits", len(found))
    yield Figure("seized", sum(size for size in sizes if size is not None), unknown=sizes.count(None))


def machine_figures(asked: Asked, connection: sa.Connection) -> Iterator[Figure]:
    """What the newest run that was known counted. None where none had ended, or its figures cannot stand for that day."""
    run = _run(asked, connection)
    told = orjson.loads(run.figures) if run is not None else {}
    for name in RUN:
        figure = told.get(name)
        yield Figure(name, figure["value"] if isinstance(figure, dict) else figure)


def rows(asked: Asked, connection: sa.Connection, name: str) -> list[Row]:
    """The exhibits, or the run that counted."""
    if name in RUN:
        run = _run(asked, connection)
        return (
            []
            if run is None
            else [Row("run", f"entry {run.seq}", name, run.actor, run.recorded_at, (run.seq,))]
        )
    found = sorted(_exhibits(asked, connection), key=lambda one: str(one.fields["number"]))
    return [_row(one) for one in found]


def _row(one: _Exhibit) -> Row:
    size = one.fields.get("size")
    told = "" if size is None else str(size)
    return Row(
        "exhibit",
        one.fields["number"],
        one.fields["label"],
        told,
        _seized(one),
        tuple(one.entries),
        id=one.key,
    )


def _run(asked: Asked, connection: sa.Connection) -> Any:
    query = (
        sa.select(RUNS).where(RUNS.c.recorded_at <= asked.as_of.known).order_by(RUNS.c.seq.desc()).limit(1)
    )
    run = connection.execute(query).first()
    if run is None or asked.as_of.true >= min(asked.as_of.known, NOW):
        return run
    known = _exhibits(asked, connection, later=True)
    return run if all(_held(asked, one) for one in known) else None


def _exhibits(asked: Asked, connection: sa.Connection, later: bool = False) -> list[_Exhibit]:
    """Exhibits as they were known; `later`: also those that had not been seized by the day that is asked of."""
    names = (kinds.EXHIBIT_ADDED.name, kinds.EXHIBIT_CORRECTED.name)
    query = (
        sa.select(ENTRIES.c.seq, SUBJECTS.c.subject, PAYLOADS.c.payload)
        .join(SUBJECTS, sa.and_(SUBJECTS.c.seq == ENTRIES.c.seq, SUBJECTS.c.position == 0))
        .join(PAYLOADS, PAYLOADS.c.seq == ENTRIES.c.seq)
        .where(ENTRIES.c.kind.in_(names), ENTRIES.c.recorded_at <= asked.as_of.known)
        .order_by(ENTRIES.c.seq)
    )
    found: dict[str, _Exhibit] = {}
    for seq, key, payload in connection.execute(query):
        one = found.setdefault(key, _Exhibit(key, {"number": key, "label": ""}))
        one.fields |= orjson.loads(bytes(payload))
        one.entries.append(seq)
    return [one for one in found.values() if later or _held(asked, one)]


def _held(asked: Asked, one: _Exhibit) -> bool:
    seized = _seized(one)
    return seized is None or seized <= asked.as_of.true


def _seized(one: _Exhibit) -> int | None:
    day = one.fields.get("seized")
    return begin_of(day) if day else None
