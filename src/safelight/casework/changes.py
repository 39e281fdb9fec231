"""What is new between two days, and what caused it: each row that one figure gained or lost, by why.

A row is new because it was identified, opened or registered, because something was corrected, or because it was received
from another operation; it is gone because something was corrected or withdrawn, or because it was joined with another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from safelight.casework import figures
from safelight.casework.allocation import TRANSFER
from safelight.casework.figure import Asked, Row
from safelight.ledger import kinds
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import RECORDS, STATEMENTS
from safelight.ledger.vocabulary import HANDOVER, VICTIM
from safelight.messages import _

#: Figures of which the rows are compared.
COMPARED: Final = (
    "suspects", "suspects_own", "cases", "cases_own", "cases_other", "cases_abroad", "exhibits", "children",
)  # fmt: skip
#: Figures of which only the value is.
VALUES: Final = ("districts", "accounts", "items", "bytes", "seized")
_CHUNK: Final = 1000
_NEW: Final[Mapping[str, str]] = {
    "person": "identified",
    "victim": "identified",
    "case": "opened",
    "exhibit": "registered",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One figure on two days. `gained` and `lost`: rows by cause."""

    name: str
    before: int | None
    after: int | None
    gained: Mapping[str, Sequence[Row]]
    lost: Mapping[str, Sequence[Row]]

    @property
    def difference(self) -> int | None:
        """How many more; None where one of them is not known."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def causes(self) -> Mapping[str, int]:
        """How many rows each cause brought or took."""
        counted = Counter({cause: len(rows) for cause, rows in self.gained.items()})
        counted.update({cause: len(rows) for cause, rows in self.lost.items()})
        return counted


@dataclass(frozen=True, slots=True)
class Correction:
    """A statement that took the place of another, or that was withdrawn. Times are µs UTC."""

    seq: int
    record: str
    name: str
    field: str
    before: object
    after: object
    recorded_at: int


def words() -> Mapping[str, str]:
    """The causes, in the language in use."""
    return {
        "identified": _("identified"),
        "opened": _("opened"),
        "registered": _("registered"),
        "corrected": _("corrected"),
        "received": _("received"),
        "withdrawn": _("withdrawn"),
        "joined": _("joined with another"),
        "moved": _("moved to another owner"),
    }


def compare(before: Asked, after: Asked) -> list[Change]:
    """Every figure that can be compared, whether it changed or not."""
    made = []
    for name in COMPARED:
        if name == "children" and not after.victims:
            continue
        if name.endswith("_own") and not after.own:
            continue
        one, other = figures.rows(before, name), figures.rows(after, name)
        made.append(_change(name, one, other, after.ledger))
    for name in VALUES:
        made.append(Change(name, figures.one(before, name).value, figures.one(after, name).value, {}, {}))
    return made


def corrections(asked: Asked, after: int, until: int) -> list[Correction]:
    """Statements that others took the place of, or that were withdrawn, between two moments, the newest first.

    Left out are owners of cases, whose end is stated by the same act, deadlines, which are withdrawn when they were met, and
    children for who may not see their register.
    """
    old, new = STATEMENTS.alias("old"), STATEMENTS.alias("new")
    query = (
        sa.select(old.c.seq, old.c.record, old.c.field, old.c.superseded_at, new.c.seq.label("by"))
        .select_from(
            old.outerjoin(
                new,
                sa.and_(
                    new.c.record == old.c.record,
                    new.c.field == old.c.field,
                    new.c.recorded_at == old.c.superseded_at,
                    new.c.seq > old.c.seq,
                ),
            )
        )
        .where(
            old.c.superseded_at > after,
            old.c.superseded_at <= until,
            old.c.field.not_in(("owner", "deadline")),
        )
        .order_by(old.c.superseded_at.desc(), old.c.seq)
    )
    if not asked.victims:
        query = query.where(old.c.type != VICTIM)
    with asked.ledger.store.reading() as connection:
        current = asked.current(connection)
        found = connection.execute(query).all()
        spoken = current.spoken([row.record for row in found])
        said = current.said([seq for row in found for seq in (row.seq, row.by)])
    return [
        Correction(
            row.seq, row.record, spoken[row.record], row.field, said[row.seq].value,
            said[row.by].value if row.by in said else None, row.superseded_at,
        )
        for row in found
    ]  # fmt: skip


def transfers(ledger: Ledger, after: int, until: int) -> int:
    """How many cases were handed over to another unit between two moments."""
    row = STATEMENTS.c
    query = sa.select(sa.func.count(sa.distinct(row.record))).where(
        row.type == HANDOVER,
        row.field == "kind",
        row.code == TRANSFER,
        row.recorded_at > after,
        row.recorded_at <= until,
    )
    with ledger.store.reading() as connection:
        return int(connection.execute(query).scalar_one())


def _change(name: str, one: Sequence[Row], other: Sequence[Row], ledger: Ledger) -> Change:
    was, now = {row.id: row for row in one}, {row.id: row for row in other}
    gained = [row for id_, row in now.items() if id_ not in was]
    lost = [row for id_, row in was.items() if id_ not in now]
    there = {also for row in other for also in row.also}
    facts = _Facts(ledger, [*gained, *lost])
    return Change(
        name,
        len(one),
        len(other),
        _by_cause((facts.gained(row), row) for row in gained),
        _by_cause(("joined" if row.name in there else facts.lost(row, name), row) for row in lost),
    )


def _by_cause(found: Iterable[tuple[str, Row]]) -> Mapping[str, Sequence[Row]]:
    made: dict[str, list[Row]] = {}
    for cause, row in found:
        made.setdefault(cause, []).append(row)
    return made


class _Facts:
    """What the ledger says of the rows' entries: which follow another one, which were withdrawn, what was received."""

    def __init__(self, ledger: Ledger, rows: Sequence[Row]) -> None:
        ids = sorted({row.id for row in rows if row.id})
        query = sa.select(RECORDS.c.id).where(RECORDS.c.received_from != "")
        with ledger.store.reading() as connection:
            self._received = frozenset(connection.execute(query).scalars())
        self._correcting: set[int] = set()
        self._withdrawn: set[int] = set()
        follow = [kinds.STATEMENT_MADE.name, kinds.STATEMENT_WITHDRAWN.name]
        for at in range(0, len(ids), _CHUNK):
            for entry in ledger.entries(kinds=follow, subject=ids[at : at + _CHUNK]):
                if entry.kind == kinds.STATEMENT_WITHDRAWN.name:
                    self._withdrawn.add(entry.corrects or 0)
                elif entry.corrects is not None:
                    self._correcting.add(entry.seq)

    def gained(self, row: Row) -> str:
        """Why a row is there."""
        if row.id in self._received:
            return "received"
        if any(seq in self._correcting for seq in row.entries):
            return "corrected"
        return _NEW.get(row.kind, "registered")

    def lost(self, row: Row, name: str) -> str:
        """Why a row is there no more."""
        if any(seq in self._withdrawn for seq in row.entries):
            return "withdrawn"
        return "moved" if name.startswith("cases_") else "corrected"
