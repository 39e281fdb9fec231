"""The register of victims: what is done in it. Reading it is `victim_register.py`, behind a right of its own.

A child may be known through media or through chat alone, without a name. What is known of it are statements; that two
records are one child, or two, are decisions that can be undone and that the counting rule follows (`at_least.py`).
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from networkx.utils import UnionFind

from safelight.casework.urgency import REASONS
from safelight.errors import NotFound, Refused
from safelight.ledger import records
from safelight.ledger.as_of import PRESENT, begin_of, day_in_oslo, day_of
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Writing
from safelight.ledger.records import Basis, Record
from safelight.ledger.tables import RECORDS, STATEMENTS
from safelight.ledger.vocabulary import FIELDS, PREFIXES, VICTIM
from safelight.messages import _

SAME, DIFFERENT = "same_as", "different_from"
UNGRADED: Final = Basis()
#: What is stated of one child; whether two are one is decided by `same` and `different`.
STATED: Final = tuple(name for name in FIELDS[VICTIM] if name not in (SAME, DIFFERENT))


def add(
    act: Writing, *, actor: str, name: str = "", basis: Basis = UNGRADED, id_: str | None = None
) -> Record:
    """Register a child; without a name it is unidentified. Raises Refused."""
    made = records.make(act, VICTIM, actor=actor, id_=id_)
    if name.strip():
        records.state(act, made.id, "name", name.strip(), actor=actor, basis=basis)
    else:
        records.state(act, made.id, "status", "unidentified", actor=actor, basis=basis)
    return made


def state(
    act: Writing,
    child: str,
    field: str,
    value: Any = "",
    *,
    actor: str,
    target: str | None = None,
    basis: Basis = UNGRADED,
    valid_from: int | None = None,
    valid_to: int | None = None,
    corrects: int | None = None,
) -> Entry:
    """State one thing of a child. A status is dated now where nothing else is said.

    Raises NotFound, Refused for what the vocabulary does not allow and for days in the future or before the child's birth.
    """
    of = child_named(act.connection, child)
    if field not in STATED:
        raise Refused(
            _("%(field)s is nothing that is stated of a child.") % {"field": repr(field)},
            _("Use one of %(those)s.") % {"those": ", ".join(STATED)},
        )
    if field == "status" and valid_from is None:
        valid_from = act.now
    _check_days(act, of, field, value, valid_from)
    return records.state(
        act, of.id, field, value, actor=actor, target=target, basis=basis, valid_from=valid_from,
        valid_to=valid_to, corrects=corrects,
    )  # fmt: skip


def take(act: Writing, child: str, *, actor: str, free: bool = False) -> Entry:
    """Say that whoever acts takes care of a child, or (`free`) that nobody does any more. Raises NotFound."""
    return state(act, child, "taken_by", "" if free else actor, actor=actor, valid_from=act.now)


def same(act: Writing, a: str, b: str, *, actor: str, basis: Basis) -> Entry:
    """Decide that two records are one child. Raises Refused: for one record alone, for what is decided already, and where
    it would join two that were declared different, with that decision."""
    first, second, joined, different = _pair(act, a, b)
    if joined[first.id] == joined[second.id]:
        raise Refused(
            _("%(a)s and %(b)s are one child already.") % {"a": first.name, "b": second.name},
            _("Nothing needs to be done."),
        )
    ours = {joined[first.id], joined[second.id]}
    for row in different:
        if {joined[row.record], joined[row.target]} == ours:
            raise Refused(
                _("Entry %(seq)s says that %(a)s and %(b)s are two children; joining would make them one.")
                % {"seq": row.seq, "a": _name(act, row.record), "b": _name(act, row.target)},
                _("Take that decision back first, with its reason, or leave them apart."),
            )
    return records.state(act, first.id, SAME, "", target=second.id, actor=actor, basis=_reasoned(basis))


def different(act: Writing, a: str, b: str, *, actor: str, basis: Basis) -> Entry:
    """Decide that two records are two children. Raises Refused: for one record alone, for what is decided already, and
    where other decisions make them one, with these."""
    first, second, joined, apart = _pair(act, a, b)
    if joined[first.id] == joined[second.id]:
        made = ", ".join(str(seq) for seq in _joining(act, first.id, joined))
        raise Refused(
            _("%(a)s and %(b)s were joined into one child by entry %(made)s.")
            % {"a": first.name, "b": second.name, "made": made},
            _("Take that decision back first, with its reason."),
        )
    for row in apart:
        if {row.record, row.target} == {first.id, second.id}:
            raise Refused(
                _("Entry %(seq)s says so already.") % {"seq": row.seq}, _("Nothing needs to be done.")
            )
    return records.state(act, first.id, DIFFERENT, "", target=second.id, actor=actor, basis=_reasoned(basis))


def undo(act: Writing, seq: int, *, reason: str, actor: str) -> Entry:
    """Take back a statement or decision about children; it stays in the ledger. Raises NotFound, Refused without reason."""
    row = act.connection.execute(sa.select(STATEMENTS.c.type).where(STATEMENTS.c.seq == seq)).first()
    if row is None or row.type != VICTIM:
        raise NotFound(
            _("Entry %(seq)s says nothing of a child.") % {"seq": seq}, _("Look at the child's history.")
        )
    return records.withdraw(act, seq, reason=reason, actor=actor)


def child_named(connection: sa.Connection, name: str) -> Record:
    """The child's record with this number (`V-014`) or id. Raises NotFound, also for records of other kinds."""
    found = records.within(connection, name)
    if found.type != VICTIM:
        raise NotFound(
            _("There is no child %(name)s.") % {"name": name}, _("Name it by its number, such as V-014.")
        )
    return found


def _pair(act: Writing, a: str, b: str) -> tuple[Record, Record, UnionFind, list[Any]]:
    """Two records, what is joined with what, and the decisions that hold children apart."""
    first, second = child_named(act.connection, a), child_named(act.connection, b)
    if first.id == second.id:
        raise Refused(
            _("%(name)s is one record, not two.") % {"name": first.name}, _("Name two different ones.")
        )
    row = STATEMENTS.c
    query = sa.select(row.seq, row.record, row.target, row.field).where(
        row.type == VICTIM, row.field.in_((SAME, DIFFERENT)), PRESENT.holds()
    )
    decided = act.connection.execute(query).all()
    joined = UnionFind()
    for one in decided:
        if one.field == SAME:
            joined.union(one.record, one.target)
    return first, second, joined, [one for one in decided if one.field == DIFFERENT]


def _joining(act: Writing, child: str, joined: UnionFind) -> list[int]:
    """Entries that make one child out of a record and others."""
    row = STATEMENTS.c
    query = sa.select(row.seq, row.record).where(row.type == VICTIM, row.field == SAME, PRESENT.holds())
    return [
        one.seq
        for one in act.connection.execute(query.order_by(row.seq))
        if joined[one.record] == joined[child]
    ]


def _name(act: Writing, id_: str) -> str:
    number = act.connection.execute(sa.select(RECORDS.c.number).where(RECORDS.c.id == id_)).scalar()
    return f"{PREFIXES[VICTIM]}-{number or 0:03d}"


def _reasoned(basis: Basis) -> Basis:
    if not basis.reason.strip():
        raise Refused(_("A decision about two children needs its reason."), _("Say what it rests on."))
    return basis


def _check_days(act: Writing, of: Record, field: str, value: Any, valid_from: int | None) -> None:
    """Nothing that has happened lies in the future, and nothing of a child before its birth."""
    happened = [valid_from] if field not in ("planned", "born") else []
    if field in REASONS and isinstance(value, dict):
        happened.append(value.get("from_us"))
    born = _born(act, of)
    if field == "born":
        if day_of(str(value)) > day_in_oslo(act.now):
            raise Refused(_("The child is not born yet on that day."), _("Correct the day of birth."))
        return
    for us in happened:
        if us is not None and us > act.now and field != "planned":
            raise Refused(_("That lies in the future."), _("Give the day on which it was."))
        if us is not None and born is not None and us < born:
            raise Refused(
                _("%(child)s was born on %(day)s, after that.")
                % {"child": of.name, "day": day_in_oslo(born).isoformat()},
                _("Correct the one or the other."),
            )


def _born(act: Writing, of: Record) -> int | None:
    row = STATEMENTS.c
    query = sa.select(row.code).where(row.record == of.id, row.field == "born", PRESENT.holds())
    codes = [code for (code,) in act.connection.execute(query.order_by(row.seq)) if code]
    return begin_of(codes[-1]) if codes else None
