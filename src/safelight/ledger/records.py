"""Records (a person, a victim, a case ...) and statements about them: acts that append, and reads as of any moment.

A record is a random UUID with a number to say aloud; nothing else about it is fixed. What is known of it are statements,
each an entry of its own: one follows another by `corrects`, or is withdrawn, and is never changed. Two records that are
one are joined by a statement (`same_as`), so that their ids last and the joining can be undone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson
import sqlalchemy as sa

from safelight.errors import NotFound, Refused
from safelight.ledger import kinds
from safelight.ledger.as_of import PRESENT, AsOf
from safelight.ledger.entry import Entry
from safelight.ledger.grading import Graded, check
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.tables import ENTRIES, PAYLOADS, RECORDS, STATEMENTS
from safelight.ledger.vocabulary import FIELDS, PREFIXES, Field

#: Fact or assessment, kept apart (LED art. 7); whether anybody checked it ("ikke-verifisert opplysning").
NATURES: Final = ("fact", "assessment")
VERIFIED: Final = ("yes", "no", "unknown")


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `received_from`: the operation that handed it over; empty for our own."""

    id: str
    type: str
    number: int
    received_from: str
    seq: int
    recorded_at: int

    @property
    def name(self) -> str:
        """`P-031`: what people say aloud."""
        return f"{PREFIXES.get(self.type, '?')}-{self.number:03d}"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a statement rests on. Grades are of their `scheme` (`grading.py`); `claimed_at`: the date that a sender or a late
    entry claims for it (µs UTC), which proves nothing about when we knew."""

    nature: Literal["fact", "assessment"] = "fact"
    verified: Literal["yes", "no", "unknown"] = "unknown"
    source_grade: str = "X"
    content_grade: str = "X"
    source: str = ""
    reason: str = ""
    claimed_at: int | None = None
    scheme: str = "4x4"
    handling: str = ""

    @property
    def grade(self) -> Graded:
        """Source, information and handling, with the scheme that they are of."""
        return Graded(self.scheme, self.source_grade, self.content_grade, self.handling)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as it stands in the ledger. Times are µs UTC; `superseded_at`: when it was followed or withdrawn."""

    seq: int
    record: str
    field: str
    value: Any
    target: str | None
    basis: Basis
    actor: str
    recorded_at: int
    superseded_at: int | None
    valid_from: int | None
    valid_to: int | None


def make(act: Writing, type_: str, *, actor: str, id_: str | None = None, received_from: str = "") -> Record:
    """A new record with the next number of its type. `id_` comes with what was received. Raises Refused."""
    if type_ not in FIELDS:
        raise Refused(f"There is no kind of record {type_!r}.", f"Use one of {', '.join(FIELDS)}.")
    record = id_ or str(uuid.uuid4())
    if id_ and act.connection.execute(sa.select(RECORDS.c.id).where(RECORDS.c.id == id_)).first():
        raise Refused(f"There is a record {id_} already.", "Look at it, and state what is new.")
    last = act.connection.execute(sa.select(sa.func.max(RECORDS.c.number)).where(RECORDS.c.type == type_))
    number = (last.scalar() or 0) + 1
    kind = kinds.RECORD_MADE
    entry = act.append(
        kind.name,
        {"type": type_, "number": number, "received_from": received_from},
        verb=kind.verb,
        actor=actor,
        subjects=[record],
    )
    return Record(record, type_, number, received_from, entry.seq, entry.recorded_at)


def state(
    act: Writing,
    record: str,
    field: str,
    value: Any,
    *,
    actor: str,
    target: str | None = None,
    basis: Basis = Basis(),
    valid_from: int | None = None,
    valid_to: int | None = None,
    corrects: int | None = None,
) -> Entry:
    """Say one thing of a record, from when to when it holds. `corrects`: the statement that this one takes the place of.

    Raises NotFound for a record or statement that is not, Refused for what the vocabulary does not allow.
    """
    of = within(act.connection, record)
    known = _field(of.type, field)
    _check_value(known, value, target)
    _check_basis(basis)
    if known.target in FIELDS or known.target == "own":
        other = within(act.connection, target or "")
        wanted = of.type if known.target == "own" else known.target
        if other.type != wanted:
            raise Refused(f"{other.name} is no {wanted}.", f"Name a {wanted}.")
        if other.id == of.id:
            raise Refused(f"{of.name} cannot point at itself.", "Name another one.")
        target = other.id
    if corrects is not None:
        _check_corrected(act.connection, corrects, of.id, field)
    kind = kinds.STATEMENT_MADE
    return act.append(
        kind.name,
        {
            "field": field, "value": value, "nature": basis.nature, "verified": basis.verified,
            "source_grade": basis.source_grade, "content_grade": basis.content_grade, "source": basis.source,
            "reason": basis.reason, "claimed_at": basis.claimed_at, "scheme": basis.scheme, "handling": basis.handling,
        },
        verb=kind.verb,
        actor=actor,
        subjects=[of.id, *([target] if target else [])],
        valid_from=valid_from,
        valid_to=valid_to,
        corrects=corrects,
    )  # fmt: skip


def withdraw(act: Writing, seq: int, *, reason: str, actor: str) -> Entry:
    """Take a statement back; it stays in the ledger. Raises NotFound, Refused without a reason."""
    if not reason.strip():
        raise Refused("Taking a statement back needs its reason.", "Say what it rests on.")
    row = act.connection.execute(
        sa.select(STATEMENTS.c.record).where(STATEMENTS.c.seq == seq, STATEMENTS.c.superseded_at.is_(None))
    ).first()
    if row is None:
        raise NotFound(f"Entry {seq} is no statement in force.", "Look at the record's history.")
    kind = kinds.STATEMENT_WITHDRAWN
    return act.append(
        kind.name,
        {"reason": reason.strip()},
        verb=kind.verb,
        actor=actor,
        subjects=[f"entry:{seq}", row.record],
        corrects=seq,
    )


def within(connection: sa.Connection, name: str) -> Record:
    """The record with this id or number (`P-031`). Raises NotFound."""
    prefix, _dash, number = name.rpartition("-")
    types = [type_ for type_, mark in PREFIXES.items() if mark == prefix.upper()]
    where = RECORDS.c.id == name
    if types and number.isdecimal():
        where = sa.and_(RECORDS.c.type == types[0], RECORDS.c.number == int(number))
    row = connection.execute(sa.select(RECORDS).where(where)).first()
    if row is None:
        raise NotFound(f"There is no record {name!r}.", "Name it by its number, such as P-031, or its id.")
    return _record(row)


def known(connection: sa.Connection, id_: str) -> Record | None:
    """The record of an id; None where there is none."""
    row = connection.execute(sa.select(RECORDS).where(RECORDS.c.id == id_)).first()
    return None if row is None else _record(row)


def find(ledger: Ledger, name: str) -> Record:
    """The record with this id or number. Raises NotFound."""
    with ledger.store.reading() as connection:
        return within(connection, name)


def every(ledger: Ledger, type_: str, as_of: AsOf = PRESENT) -> list[Record]:
    """All records of a type that had been made by then, by number."""
    query = sa.select(RECORDS).where(RECORDS.c.type == type_, RECORDS.c.recorded_at <= as_of.known)
    with ledger.store.reading() as connection:
        return [_record(row) for row in connection.execute(query.order_by(RECORDS.c.number))]


def statements(
    ledger: Ledger,
    *,
    record: str | Sequence[str] | None = None,
    type_: str | None = None,
    field: str | Sequence[str] | None = None,
    target: str | Sequence[str] | None = None,
    as_of: AsOf | None = PRESENT,
) -> list[Statement]:
    """Statements by number that stood and held at a moment; `as_of=None`: every one ever made.

    Of a single field all that hold are given; `newest` chooses.
    """
    where: list[sa.ColumnElement[bool]] = [
        column.in_([value] if isinstance(value, str) else list(value))
        for column, value in (
            (STATEMENTS.c.record, record),
            (STATEMENTS.c.type, type_),
            (STATEMENTS.c.field, field),
            (STATEMENTS.c.target, target),
        )
        if value is not None
    ]
    if as_of is not None:
        where.append(as_of.holds())
    with ledger.store.reading() as connection:
        return statements_within(connection, where)


def statements_within(connection: sa.Connection, where: Iterable[sa.ColumnElement[bool]]) -> list[Statement]:
    """The same inside a transaction, by conditions on the rows of `state_statements`."""
    query = (
        sa.select(STATEMENTS, PAYLOADS.c.payload, ENTRIES.c.actor)
        .join(PAYLOADS, PAYLOADS.c.seq == STATEMENTS.c.seq)
        .join(ENTRIES, ENTRIES.c.seq == STATEMENTS.c.seq)
        .where(*where)
        .order_by(STATEMENTS.c.seq)
    )
    return [_statement(row) for row in connection.execute(query)]


def newest(found: Iterable[Statement]) -> Statement | None:
    """Of several statements of a single field the one that counts: what began last, then what was said last."""
    return max(
        found, key=lambda one: (one.valid_from is not None, one.valid_from or 0, one.seq), default=None
    )


def _record(row: Any) -> Record:
    return Record(row.id, row.type, row.number, row.received_from, row.seq, row.recorded_at)


def _statement(row: Any) -> Statement:
    said = orjson.loads(bytes(row.payload))
    basis = Basis(**{name: said[name] for name in Basis.__dataclass_fields__ if name in said})
    return Statement(
        row.seq, row.record, row.field, said["value"], row.target, basis, row.actor, row.recorded_at,
        row.superseded_at, row.valid_from, row.valid_to,
    )  # fmt: skip


def _field(type_: str, name: str) -> Field:
    known = FIELDS.get(type_, {})
    if name not in known:
        raise Refused(f"Nothing is called {name!r} of a {type_}.", f"Use one of {', '.join(known)}.")
    return known[name]


def _check_value(field: Field, value: Any, target: str | None) -> None:
    if field.values and value not in field.values:
        raise Refused(f"{value!r} is no {field.name}.", f"Use one of {', '.join(field.values)}.")
    if bool(field.target) != bool(target):
        needed = f"points at a {field.target}" if field.target else "points at nothing"
        raise Refused(f"{field.name!r} {needed}.", "See the vocabulary in docs/casework.md.")


def _check_basis(basis: Basis) -> None:
    for value, allowed in (
        (basis.nature, NATURES),
        (basis.verified, VERIFIED),
    ):
        if value not in allowed:
            raise Refused(f"{value!r} is not allowed here.", f"Use one of {', '.join(allowed)}.")
    check(basis.grade)


def _check_corrected(connection: sa.Connection, seq: int, record: str, field: str) -> None:
    row = connection.execute(sa.select(STATEMENTS).where(STATEMENTS.c.seq == seq)).first()
    if row is None or row.record != record or row.field != field:
        raise NotFound(f"Entry {seq} says nothing of this, so nothing corrects it.", "See the history.")
    if row.superseded_at is not None:
        raise Refused(f"Entry {seq} was followed or withdrawn already.", "Correct what holds now.")
