"""Accounts and exhibits that another operation gave in a handover: which one, and under which number.

State is a pure function of the statements about handovers that were received (`casework/handover/takeover.py` makes them);
nothing else says where a trace or an account came from, so that taking a handover's statements back takes the mark away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from safelight.ledger.identity_law import account_of
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import RECORDS, STATEMENTS
from safelight.ledger.vocabulary import HANDOVER, PREFIXES


@dataclass(frozen=True, slots=True)
class Received:
    """What a received handover says of an account or exhibit. `number`: the exhibit's there, or the account's native id;
    `handover`: our number of it (HO-003); `operation`: who gave it."""

    number: str
    handover: str
    operation: str


def exhibits(ledger: Ledger) -> Mapping[str, Received]:
    """Exhibits of other operations that received handovers name, by key; the first handover that named one counts."""
    return _named(ledger, "exhibit")


def accounts(ledger: Ledger) -> Mapping[str, Received]:
    """Accounts that received handovers name, by id; the first handover that named one counts."""
    found: dict[str, Received] = {}
    for tenure, one in _named(ledger, "account").items():
        found.setdefault(account_of(tenure), one)
    return found


def _named(ledger: Ledger, what: str) -> Mapping[str, Received]:
    row, of = STATEMENTS.c, RECORDS.c
    said = (
        sa.select(row.seq, row.record, row.field, row.target, row.value, of.number)
        .join(RECORDS, of.id == row.record)
        .where(of.type == HANDOVER, of.received_from != "", row.superseded_at.is_(None))
        .where(row.field.in_(("received", "gave")))
        .order_by(row.seq)
    )
    with ledger.store.reading() as connection:
        rows = connection.execute(said).all()
    senders = {
        one.record: str(orjson.loads(one.value)["operation"]) for one in rows if one.field == "received"
    }
    found: dict[str, Received] = {}
    for one in rows:
        value = orjson.loads(one.value) if one.field == "gave" else {}
        if value.get("what") == what and one.target:
            name = f"{PREFIXES[HANDOVER]}-{one.number:03d}"
            found.setdefault(one.target, Received(str(value["number"]), name, senders.get(one.record, "")))
    return found
