"""Each run's figures with the journal's head: what was known when, and what binds the catalog's parts to the
chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from safelight.ledger import kinds
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import RUNS


@dataclass(frozen=True, slots=True)
class Run:
    """One ended run. `figures` are name to value, or to value and definition, as the run wrote them."""

    seq: int
    figures: dict[str, Any]
    journal_head: str
    versions: dict[str, Any]
    actor: str
    recorded_at: int


def record(
    ledger: Ledger, figures: dict[str, Any], journal_head: str, versions: dict[str, Any], actor: str
) -> Run:
    """Write down a run's end. Raises Refused for figures that JSON cannot say exactly."""
    kind = kinds.RUN_ENDED
    payload = {"figures": figures, "journal_head": journal_head, "versions": versions}
    with ledger.writing() as act:
        entry = act.append(kind.name, payload, verb=kind.verb, actor=actor)
        return _rows(act.connection, RUNS.c.seq == entry.seq)[0]


def every(ledger: Ledger) -> list[Run]:
    """All runs in order."""
    with ledger.store.reading() as connection:
        return _rows(connection, sa.true())


def as_of(ledger: Ledger, moment_us: int) -> Run | None:
    """The newest run recorded at or before a time (microseconds UTC): what was known then."""
    with ledger.store.reading() as connection:
        found = _rows(connection, RUNS.c.recorded_at <= moment_us)
        return found[-1] if found else None


def _rows(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Run]:
    query = sa.select(RUNS).where(condition).order_by(RUNS.c.seq)
    return [
        Run(
            row.seq,
            orjson.loads(row.figures),
            row.journal_head,
            orjson.loads(row.versions),
            row.actor,
            row.recorded_at,
        )
        for row in connection.execute(query)
    ]
