"""What is stated of a record inside a writing transaction, so that an act is checked against what cannot change meanwhile.

All statements that were neither followed nor withdrawn, whatever their periods: a check concerns the past and the future.
"""

from __future__ import annotations

from safelight.errors import NotFound
from safelight.ledger import records
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Writing
from safelight.ledger.records import Statement
from safelight.ledger.tables import STATEMENTS
from safelight.messages import _


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


def withdraw(act: Writing, seq: int, type_: str, *, reason: str, actor: str) -> Entry:
    """Take a statement about a record of this type back; it stays in the history.

    Raises Refused without a reason; NotFound for an entry that states nothing of such a record, whatever else it is: the
    page or command of one type is no way to what another right guards.
    """
    row = STATEMENTS.c
    where = [row.seq == seq, row.type == type_]
    if not records.statements_within(act.connection, where):
        raise NotFound(
            _("Entry %(seq)s states nothing that can be taken back here.") % {"seq": seq},
            _("Look at the record's history for the number."),
        )
    return records.withdraw(act, seq, reason=reason, actor=actor)
