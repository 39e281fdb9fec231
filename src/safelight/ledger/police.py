"""From when to when an account is operated by police: what the statements about authorised operations say of accounts.

An account may have been a suspect's before and be one's again after; only its acts in between are an officer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from safelight.ledger import identities
from safelight.ledger.as_of import NOW
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import STATEMENTS
from safelight.ledger.vocabulary import AUTHORITY


@dataclass(frozen=True, slots=True)
class PolicePeriod:
    """An account in the hands of police, from `begin_us` to before `end_us` (µs UTC; None: open). `seq`: the statement,
    `authority`: the record of the operation."""

    account_id: str
    begin_us: int | None
    end_us: int | None
    authority: str
    seq: int


def periods(ledger: Ledger, known: int = NOW) -> list[PolicePeriod]:
    """All periods that were known by then, past ones too, by number of their statement."""
    row = STATEMENTS.c
    query = sa.select(row.seq, row.record, row.target, row.valid_from, row.valid_to).where(
        row.type == AUTHORITY,
        row.field == "account",
        row.recorded_at <= known,
        sa.or_(row.superseded_at.is_(None), row.superseded_at > known),
    )
    with ledger.store.reading() as connection:
        rows = connection.execute(query.order_by(row.seq)).all()
    return [_period(ledger, one) for one in rows]


def _period(ledger: Ledger, row: Any) -> PolicePeriod:
    """Of a period of an account that changed hands only what lies within it."""
    account = identities.account_of(row.target)
    begin, end = row.valid_from, row.valid_to
    tenure = None if account == row.target else identities.standing(ledger).tenure(row.target)
    if tenure is not None:
        begin = max((us for us in (begin, tenure.begin_us) if us is not None), default=None)
        end = min((us for us in (end, tenure.end_us) if us is not None), default=None)
    return PolicePeriod(account, begin, end, row.record, row.seq)
