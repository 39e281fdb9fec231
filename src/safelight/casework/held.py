"""What is stated of a record inside a writing transaction, so that an act is checked against what cannot change meanwhile.

All statements that were neither followed nor withdrawn, whatever their periods: a check concerns the past and the future.
"""

from __future__ import annotations

from safelight.ledger import records
from safelight.ledger.ledger import Writing
from safelight.ledger.records import Statement
from safelight.ledger.tables import STATEMENTS


def held(
    act: Writing, field: str, *, record: str | None = None, target: str | None = None
) -> list[Statement]:
    """Statements of a field about a record, or that point at one, by number."""
    row = STATEMENTS.c
    where = [row.field == field, row.superseded_at.is_(None)]
    if record is not None:
        where.append(row.record == record)
    if target is not None:
        where.append(row.target == target)
    return records.statements_within(act.connection, where)
