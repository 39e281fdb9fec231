"""The custody log of an exhibit: who had it, where, since when, and in what state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from safelight.errors import Refused
from safelight.ledger import exhibits, kinds
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import CUSTODY

ACTS: Final = ("received", "moved", "sealed", "returned")


@dataclass(frozen=True, slots=True)
class Custody:
    """One custody act. `exhibit` is the exhibit's key; times are microseconds UTC."""

    seq: int
    exhibit: str
    act: str
    place: str
    person: str
    happened_at: int
    note: str
    actor: str
    recorded_at: int


def record(
    ledger: Ledger,
    exhibit: Exhibit | str,
    act: str,
    *,
    place: str,
    person: str,
    when: datetime | int,
    note: str = "",
    actor: str,
    corrects: int | None = None,
) -> Custody:
    """Write down one act (`ACTS`). `when` is a time with its zone, or microseconds UTC.

    A mistake is corrected by a later act that names the earlier one's entry. Raises NotFound, Refused.
    """
    if act not in ACTS:
        raise Refused(f"{act!r} is not a custody act.", f"Use one of {', '.join(ACTS)}.")
    if isinstance(when, datetime):
        if when.tzinfo is None:
            raise Refused(
                "The time of a custody act needs its zone.", "Write it as 2016-01-12T09:30:00+01:00."
            )
        happened_at = int(when.timestamp() * 1_000_000)
    else:
        happened_at = when
    if "\x00" in place + person + note:
        raise Refused("Place, person and note cannot hold a NUL character.", "Leave it out.")
    payload: dict[str, Any] = {
        "act": act,
        "place": place,
        "person": person,
        "happened_at": happened_at,
        "note": note,
    }
    kind = kinds.CUSTODY_RECORDED
    with ledger.writing() as writing:
        key = exhibits.within(writing.connection, exhibit).key
        entry = writing.append(
            kind.name, payload, verb=kind.verb, actor=actor, subjects=[key],
            valid_from=happened_at, corrects=corrects,
        )  # fmt: skip
        row = (
            writing.connection.execute(sa.select(CUSTODY).where(CUSTODY.c.seq == entry.seq)).mappings().one()
        )
        return Custody(**row)


def chain(ledger: Ledger, exhibit: Exhibit | str) -> list[Custody]:
    """The custody acts of an exhibit in the order in which they were recorded. Raises NotFound."""
    with ledger.store.reading() as connection:
        key = exhibits.within(connection, exhibit).key
        query = sa.select(CUSTODY).where(CUSTODY.c.exhibit == key).order_by(CUSTODY.c.seq)
        return [Custody(**row) for row in connection.execute(query).mappings()]
