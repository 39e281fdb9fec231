"""Which hash sets the operation uses: registered with their origin, withdrawn but never forgotten."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from safelight.errors import AlreadyExists, NotFound, Refused
from safelight.ledger import kinds
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import HASHSETS


@dataclass(frozen=True, slots=True)
class HashSet:
    """One set. `info` is what the reader of the set wrote of it (name, origin, format, counts, SHA-256 of the
    file).

    Times are microseconds UTC; `withdrawn_at` is None while the set is in use.
    """

    set_id: str
    info: dict[str, Any]
    seq: int
    recorded_at: int
    withdrawn_at: int | None

    @property
    def name(self) -> str:
        return str(self.info.get("name", self.set_id))


def register(ledger: Ledger, info: dict[str, Any], actor: str) -> HashSet:
    """Register a set. Its id is `info["set_id"]`, or a random one. Raises AlreadyExists for an id in use."""
    set_id = str(info.get("set_id") or uuid.uuid4())
    kind = kinds.HASHSET_REGISTERED
    with ledger.writing() as act:
        if _rows(act.connection, HASHSETS.c.set_id == set_id):
            raise AlreadyExists(
                f"Hash set {set_id} is registered already.", "`safelight known list` shows it."
            )
        act.append(kind.name, {"info": info}, verb=kind.verb, actor=actor, subjects=[set_id])
        return _rows(act.connection, HASHSETS.c.set_id == set_id)[0]


def every(ledger: Ledger, *, withdrawn: bool = False) -> list[HashSet]:
    """The sets in use, in the order of registration; with `withdrawn` the withdrawn ones too."""
    with ledger.store.reading() as connection:
        return _rows(connection, sa.true() if withdrawn else HASHSETS.c.withdrawn_at.is_(None))


def find(ledger: Ledger, set_id: str) -> HashSet:
    """One set by its id, withdrawn or not. Raises NotFound."""
    with ledger.store.reading() as connection:
        return _one(connection, set_id)


def withdraw(ledger: Ledger, set_id: str, *, reason: str, actor: str) -> HashSet:
    """Stop using a set; its hits so far stay explained. Raises NotFound, Refused without a reason."""
    if not reason.strip():
        raise Refused("A hash set is withdrawn for a reason, and none was given.", "Give a reason.")
    kind = kinds.HASHSET_WITHDRAWN
    with ledger.writing() as act:
        now = _one(act.connection, set_id)
        if now.withdrawn_at is None:
            act.append(
                kind.name,
                {"reason": reason},
                verb=kind.verb,
                actor=actor,
                subjects=[set_id],
                corrects=now.seq,
            )
        return _one(act.connection, set_id)


def _one(connection: sa.Connection, set_id: str) -> HashSet:
    found = _rows(connection, HASHSETS.c.set_id == set_id)
    if not found:
        raise NotFound(f"There is no hash set {set_id}.", "`safelight known list` shows the sets.")
    return found[0]


def _rows(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[HashSet]:
    query = sa.select(HASHSETS).where(condition).order_by(HASHSETS.c.seq)
    return [
        HashSet(row.set_id, orjson.loads(row.info), row.seq, row.recorded_at, row.withdrawn_at)
        for row in connection.execute(query)
    ]
