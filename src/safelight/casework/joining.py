"""Records that are one: joined by a decision that can be undone, never by rewriting an id.

`same_as` joins two records of a type (persons, victims), `different_from` declares two to be different. Joined ones form
classes, also through a chain; a joining that would put two declared different into one class is refused, and so is
declaring different what is joined. Undoing is a withdrawal, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from safelight.casework import births
from safelight.errors import NotFound, Refused
from safelight.ledger import records
from safelight.ledger.as_of import PRESENT, AsOf, day_in_oslo
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.records import Basis, Record
from safelight.ledger.tables import ENTRIES, RECORDS, STATEMENTS
from safelight.ledger.vocabulary import PERSON
from safelight.messages import _

SAME, DIFFERENT = "same_as", "different_from"


@dataclass(frozen=True, slots=True)
class Tie:
    """A decision in force about two records."""

    seq: int
    a: str
    b: str
    actor: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Classes:
    """Who is joined with whom. `head` names each joined record's class by its member with the lowest number."""

    head: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]

    def of(self, record: str) -> tuple[str, ...]:
        """All records that are one with this one, itself among them, by number."""
        return self.members.get(self.head.get(record, record), (record,))

    def one(self, record: str) -> str:
        """The record that stands for its class."""
        return self.head.get(record, record)


def join(act: Writing, a: str, b: str, *, actor: str, basis: Basis) -> Entry:
    """Decide that two records are one. Raises Refused: with itself, joined already, without a reason, or where a decision
    says that they, or others joined with them, are different; of persons also where one is said to have been somewhere or
    something before the other was born."""
    first, second = _two(act, a, b, basis)
    of = classes_within(act.connection, first.type)
    if of.one(first.id) == of.one(second.id):
        raise Refused(
            _("%(a)s and %(b)s are joined already.") % {"a": first.name, "b": second.name},
            _("Nothing needs to be done."),
        )
    one, other = set(of.of(first.id)), set(of.of(second.id))
    for tie in ties_within(act.connection, first.type, DIFFERENT):
        if {tie.a, tie.b} & one and {tie.a, tie.b} & other:
            raise Refused(
                _("%(a)s and %(b)s cannot be joined: %(told)s")
                % {"a": first.name, "b": second.name, "told": told(act.connection, tie, DIFFERENT)},
                _("Take that decision back first, if it is wrong."),
            )
    if first.type == PERSON:
        births.refuse_after(act, one | other, f"{first.name} = {second.name}")
    return records.state(act, first.id, SAME, True, target=second.id, actor=actor, basis=basis)


def declare_different(act: Writing, a: str, b: str, *, actor: str, basis: Basis) -> Entry:
    """Decide that two records are different. Raises Refused: with itself, decided already, without a reason, or where
    they are joined."""
    first, second = _two(act, a, b, basis)
    for tie in ties_within(act.connection, first.type, DIFFERENT):
        if {tie.a, tie.b} == {first.id, second.id}:
            raise Refused(told(act.connection, tie, DIFFERENT), _("Nothing needs to be done."))
    of = classes_within(act.connection, first.type)
    if of.one(first.id) == of.one(second.id):
        inside = set(of.of(first.id))
        by = " ".join(
            told(act.connection, tie, SAME)
            for tie in ties_within(act.connection, first.type, SAME)
            if tie.a in inside
        )
        raise Refused(
            _("%(a)s and %(b)s are joined: %(told)s") % {"a": first.name, "b": second.name, "told": by},
            _("Undo what joins them first, if it is wrong."),
        )
    return records.state(act, first.id, DIFFERENT, True, target=second.id, actor=actor, basis=basis)


def part(act: Writing, a: str, b: str, *, reason: str, actor: str, field: str = SAME) -> list[Entry]:
    """Take back every decision that names these two as one (or, by `field`, as different). Raises NotFound for none."""
    first, second = (records.within(act.connection, name) for name in (a, b))
    found = [
        tie
        for tie in ties_within(act.connection, first.type, field)
        if {tie.a, tie.b} == {first.id, second.id}
    ]
    if not found:
        raise NotFound(
            _("No decision in force says this of %(a)s and %(b)s themselves.")
            % {"a": first.name, "b": second.name},
            _("Look at the decisions of both: a chain of several may join them."),
        )
    return [records.withdraw(act, tie.seq, reason=reason, actor=actor) for tie in found]


def classes(ledger: Ledger, type_: str, as_of: AsOf = PRESENT) -> Classes:
    """Who is one with whom, as of a moment: one query."""
    with ledger.store.reading() as connection:
        return classes_within(connection, type_, as_of)


def classes_within(connection: sa.Connection, type_: str, as_of: AsOf = PRESENT) -> Classes:
    """The same inside a transaction."""
    row = STATEMENTS.c
    query = sa.select(row.record, row.target).where(row.type == type_, row.field == SAME, as_of.holds())
    pairs = [(one.record, one.target) for one in connection.execute(query)]
    named = {id_ for pair in pairs for id_ in pair}
    if not named:
        return Classes({}, {})
    of_type = sa.select(RECORDS.c.id, RECORDS.c.number).where(RECORDS.c.type == type_)
    numbers = {one.id: one.number for one in connection.execute(of_type) if one.id in named}
    return grouped(pairs, numbers)


def grouped(pairs: Iterable[tuple[str, str]], numbers: Mapping[str, int]) -> Classes:
    """Classes of joined pairs; `numbers` say whose stands for each."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        while parent.setdefault(one, one) != one:
            parent[one] = one = parent[parent[one]]
        return one

    for a, b in pairs:
        parent[root(a)] = root(b)
    found: dict[str, list[str]] = {}
    for one in sorted(parent, key=lambda id_: (numbers.get(id_, 0), id_)):
        found.setdefault(root(one), []).append(one)
    members = {group[0]: tuple(group) for group in found.values()}
    return Classes({one: head for head, group in members.items() for one in group}, members)


def ties_within(connection: sa.Connection, type_: str, field: str, as_of: AsOf = PRESENT) -> list[Tie]:
    """Decisions in force of one sort, in order."""
    row = STATEMENTS.c
    query = (
        sa.select(row.seq, row.record, row.target, row.recorded_at, ENTRIES.c.actor)
        .join(ENTRIES, ENTRIES.c.seq == row.seq)
        .where(row.type == type_, row.field == field, as_of.holds())
        .order_by(row.seq)
    )
    return [
        Tie(one.seq, one.record, one.target, one.actor, one.recorded_at) for one in connection.execute(query)
    ]


def told(connection: sa.Connection, tie: Tie, field: str) -> str:
    """A decision in a sentence."""
    a, b = (records.within(connection, one).name for one in (tie.a, tie.b))
    said = (
        _("entry %(seq)s by %(actor)s on %(day)s joins %(a)s and %(b)s.")
        if field == SAME
        else _("entry %(seq)s by %(actor)s on %(day)s says that %(a)s and %(b)s are different.")
    )
    values = {"seq": tie.seq, "actor": tie.actor, "day": day_in_oslo(tie.recorded_at), "a": a, "b": b}
    return said % values


def _two(act: Writing, a: str, b: str, basis: Basis) -> tuple[Record, Record]:
    first, second = (records.within(act.connection, name) for name in (a, b))
    if first.id == second.id:
        raise Refused(_("%(a)s was named twice.") % {"a": first.name}, _("Name two different ones."))
    if first.type != second.type:
        raise Refused(
            _("%(a)s and %(b)s are of different kinds.") % {"a": first.name, "b": second.name},
            _("Name two of a kind."),
        )
    if not basis.reason.strip():
        raise Refused(_("A reason is needed, and none was given."), _("Say what it rests on."))
    return first, second
