"""What is stated of a record inside a writing transaction, so that an act is checked against what cannot change meanwhile.

All statements that were neither followed nor withdrawn, whatever their periods: a check concerns the past and the future.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from safelight.ledger.ledger import Writing
from safelight.ledger.records import Basis
from safelight.ledger.tables import PAYLOADS, STATEMENTS


@dataclass(frozen=True, slots=True)
class Held:
    """One statement in force. Times are µs UTC."""

    seq: int
    record: str
    value: Any
    target: str | None
    basis: Basis
    recorded_at: int
    valid_from: int | None
    valid_to: int | None


def held(act: Writing, field: str, *, record: str | None = None, target: str | None = None) -> list[Held]:
    """Statements of a field about a record, or that point at one, by number."""
    row = STATEMENTS.c
    where = [row.field == field, row.superseded_at.is_(None)]
    if record is not None:
        where.append(row.record == record)
    if target is not None:
        where.append(row.target == target)
    query = (
        sa.select(STATEMENTS, PAYLOADS.c.payload)
        .join(PAYLOADS, PAYLOADS.c.seq == row.seq)
        .where(*where)
        .order_by(row.seq)
    )
    return [_held(one) for one in act.connection.execute(query)]


def current(found: Iterable[Held]) -> Held | None:
    """Of a single field the statement that counts now: what began last, then what was said last."""
    return max(
        found, key=lambda one: (one.valid_from is not None, one.valid_from or 0, one.seq), default=None
    )


def _held(row: Any) -> Held:
    said = orjson.loads(bytes(row.payload))
    basis = Basis(**{name: said[name] for name in Basis.__dataclass_fields__})
    return Held(
        row.seq, row.record, said["value"], row.target, basis, row.recorded_at, row.valid_from, row.valid_to
    )
