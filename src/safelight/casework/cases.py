"""Cases: number, kind, provisions, people with role and standing, owner, status ladder, exhibits and deadlines.

A case is a record; a person's role and standing in it are statements about the case, so that they never become a trait of
the person. Who owns it is one unit at any time; it changes by allocation and transfer (`allocation.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from safelight.access.reading import Reading
from safelight.casework import (
    births,
    case_numbers,
    dates,
    deadlines,
    districts,
    held,
    joining,
    provisions,
    units,
)
from safelight.casework.dates import ALWAYS, Period
from safelight.casework.deadlines import Deadline
from safelight.casework.districts import Home
from safelight.casework.part import ROWS, Part, within_list
from safelight.casework.provisions import Provision
from safelight.casework.units import Unit
from safelight.errors import NotFound, Refused
from safelight.ledger import records
from safelight.ledger.as_of import PRESENT, AsOf, begin_of, day_in_oslo
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.records import Basis, Record, Statement, newest
from safelight.ledger.tables import EXHIBITS, STATEMENTS
from safelight.ledger.vocabulary import CASE, CASE_STATUS, FIELDS, LADDER, PERSON, ROLES
from safelight.messages import _
from safelight.operation.settings import CaseSettings

__all__ = [
    "CASE_STATUS", "LADDER", "ROLES", "Case", "Listed", "Role", "RoleIn", "case", "every", "listed", "of_person",
    "open_case", "state", "withdraw",
]  # fmt: skip

_LONGEST: Final = 2000
ENDED: Final = ("judged", "closed")


@dataclass(frozen=True, slots=True)
class Role:
    """One person in a case. `standing`: the rung of the ladder (mistenkt, siktet, tiltalt, domfelt); empty: none."""

    person: Record
    name: str
    role: str
    said: Statement
    standing: Statement | None
    home: Home

    @property
    def rung(self) -> str:
        """The rung, empty for none."""
        return str(self.standing.value) if self.standing else ""


@dataclass(frozen=True, slots=True)
class RoleIn:
    """One case that a person has a role in. `case`: its number aloud; `number`: the unit's own."""

    record: str
    case: str
    number: str
    role: str
    standing: str
    status: str
    owner: Unit | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list."""

    record: Record
    number: str
    title: str
    status: str
    since: int | None
    owner: Unit | None
    suspects: int
    deadline: Deadline | None


@dataclass(frozen=True, slots=True)
class Case:
    """One case as of a moment."""

    record: Record
    said: tuple[Statement, ...]
    roles: tuple[Role, ...]
    deadlines: tuple[Deadline, ...]
    owner: Unit | None
    provisions: tuple[tuple[Provision, Statement], ...]
    exhibits: tuple[tuple[str, Statement], ...]
    """Number of each exhibit."""

    def one(self, field: str) -> Statement | None:
        """The statement of a single field that counts."""
        return newest(self.of(field))

    def of(self, field: str) -> list[Statement]:
        """Statements of a field that hold, the newest first."""
        return sorted((one for one in self.said if one.field == field), key=lambda one: -one.seq)

    def text(self, field: str) -> str:
        """The value of a single field as text; empty where nothing is stated."""
        found = self.one(field)
        return str(found.value) if found else ""


def open_case(
    act: Writing,
    *,
    actor: str,
    basis: Basis,
    settings: CaseSettings,
    number: str = "",
    title: str = "",
    kind: str = "",
    opened: Period = ALWAYS,
) -> Record:
    """A new case with its number, opened on a day (now, where none is given). Raises Refused."""
    year = day_in_oslo(act.now if opened.begin is None else opened.begin).year
    pattern, unit = settings.number_pattern, settings.unit
    number = (
        case_numbers.checked(number, pattern, unit)
        if number
        else case_numbers.following(_numbers(act), pattern, unit, year)
    )
    made = records.make(act, CASE, actor=actor)
    holds = Period(act.now) if opened.begin is None else opened
    for field, value in (("number", number), ("title", title), ("kind", kind)):
        if value:
            state(act, made.id, field, value, actor=actor, basis=basis)
    state(act, made.id, "status", "opened", actor=actor, basis=basis, holds=holds)
    return made


def state(
    act: Writing,
    case: str,
    field: str,
    value: Any,
    *,
    actor: str,
    basis: Basis,
    target: str | None = None,
    holds: Period = ALWAYS,
    corrects: int | None = None,
) -> Entry:
    """Say one thing of a case.

    Values: a status, a person's role or standing (`target` is the person), `2005 § 305` or a mapping (provision), a unit's
    name (owner), `detention=2017-01-20` or a mapping (deadline), an exhibit's number (exhibit), else a text. Raises
    NotFound; Refused for what the vocabulary does not allow, without source or reason, for a beginning in the future, a
    second owner at the same time, a standing of nobody suspected, a role or standing before the person was born.
    """
    of = within(act, case)
    if not (basis.source.strip() or basis.reason.strip()):
        raise Refused(
            _("A statement needs what it rests on."), _("Name its source, or give the reason for it.")
        )
    for us in (holds.begin, basis.claimed_at):
        dates.not_in_future(us, act.now)
    if field in ("status", "standing") and holds == ALWAYS and corrects is None:
        # A step begins when it is taken: without a beginning it would count before every step that has one.
        # It is the day that begins, and no earlier step of it: of one moment what is said last counts.
        today = begin_of(day_in_oslo(act.now).isoformat())
        earlier = held.held(act, field, record=of.id, target=target)
        holds = Period(max([today, *(one.valid_from or 0 for one in earlier)]))
    if field in (joining.SAME, joining.DIFFERENT):
        raise Refused(_("Cases are not joined."), _("Withdraw what was opened twice, with the reason."))
    if field in FIELDS[CASE]:
        check: Callable[..., Any] = _CHECKS.get(field, _text)
        made = check(act, of, value, target, holds, corrects)
        if field in ("role", "standing") and target and holds.begin is not None:
            who = records.within(act.connection, target)
            members = joining.classes_within(act.connection, PERSON).of(who.id)
            births.refuse_before(act, members, who.name, day_in_oslo(holds.begin))
        if field == "exhibit":
            target, made = str(made), True
        value = made
    return records.state(
        act, of.id, field, value, actor=actor, target=target, basis=basis, valid_from=holds.begin, valid_to=holds.end,
        corrects=corrects,
    )  # fmt: skip


def withdraw(act: Writing, seq: int, *, reason: str, actor: str) -> Entry:
    """Take a statement about a case back; it stays in the history. Raises NotFound, Refused without a reason."""
    return held.withdraw(act, seq, CASE, reason=reason, actor=actor)


def within(act: Writing, name: str) -> Record:
    """The case of this number: `C-001`, the unit's own number, or an id. Raises NotFound, Refused for another record."""
    of = records.within(act.connection, _by_number(act, name.strip()) or name)
    if of.type != CASE:
        raise Refused(_("%(name)s is no case.") % {"name": of.name}, _("Name a case, such as C-001."))
    return of


def found(ledger: Ledger, name: str) -> Record:
    """The same outside a transaction."""
    for one in records.statements(ledger, type_=CASE, field="number"):
        if one.value == name.strip():
            return records.find(ledger, one.record)
    of = records.find(ledger, name)
    if of.type != CASE:
        raise Refused(_("%(name)s is no case.") % {"name": of.name}, _("Name a case, such as C-001."))
    return of


def case(reading: Reading, name: str, as_of: AsOf = PRESENT) -> Case:
    """One case. Raises NotFound."""
    ledger = reading.ledger
    of = found(ledger, name)
    said = records.statements(ledger, record=of.id, as_of=as_of)
    reading.show([of.id])
    owner_said = newest(one for one in said if one.field == "owner")
    numbers = {key: number for number, key in reading.numbers.items()}
    return Case(
        record=of,
        said=tuple(said),
        roles=_roles(ledger, said, as_of),
        deadlines=tuple(deadlines.every(ledger, as_of, [of.id])),
        owner=Unit.of(owner_said.value) if owner_said else None,
        provisions=tuple((Provision.of(one.value), one) for one in said if one.field == "provision"),
        exhibits=tuple(
            (numbers.get(one.target or "", one.target or ""), one) for one in said if one.field == "exhibit"
        ),
    )


def every(reading: Reading, as_of: AsOf = PRESENT) -> list[Listed]:
    """Every case that had been made by then, by number."""
    return list(listed(reading, as_of, 0, sys.maxsize).rows)


def listed(reading: Reading, as_of: AsOf, first: int, count: int = ROWS) -> Part[Listed]:
    """A part of that list: what is stated is read of the cases alone that stand in it."""
    ledger = reading.ledger
    made = records.every(ledger, CASE, as_of)
    first = within_list(first, count, len(made))
    shown = made[first : first + count]
    ids = None if len(shown) == len(made) else [one.id for one in shown]
    fields = ("number", "title", "status", "owner", "role")
    said = _by_case(records.statements(ledger, record=ids, type_=CASE, field=fields, as_of=as_of))
    due: dict[str, Deadline] = {}
    for one in deadlines.every(ledger, as_of, ids):
        due.setdefault(one.case, one)
    reading.show(one.id for one in shown)
    rows = [_listed(one, said.get(one.id, {}), due.get(one.id)) for one in shown]
    return Part(tuple(rows), first, count, len(made))


def of_person(reading: Reading, members: Sequence[str], as_of: AsOf = PRESENT) -> list[RoleIn]:
    """Cases in which a person (all records that are one) has a role, as of a moment."""
    ledger = reading.ledger
    mine = [
        one
        for member in members
        for one in records.statements(
            ledger, type_=CASE, field=("role", "standing"), target=member, as_of=as_of
        )
    ]
    ids = sorted({one.record for one in mine})
    if not ids:
        return []
    said = _by_case(records.statements(ledger, record=ids, field=("number", "status", "owner"), as_of=as_of))
    reading.show(ids)
    rows = []
    for id_ in ids:
        own = said.get(id_, {})
        listed = _listed(records.find(ledger, id_), own, None)
        rung = newest(one for one in mine if one.record == id_ and one.field == "standing")
        rows += [
            RoleIn(
                id_, listed.record.name, listed.number, str(role),
                str(rung.value) if rung and role == "suspect" else "", listed.status, listed.owner,
            )
            for role in sorted({one.value for one in mine if one.record == id_ and one.field == "role"})
        ]  # fmt: skip
    return sorted(rows, key=lambda one: (one.case, one.role))


def _by_case(found: Sequence[Statement]) -> dict[str, dict[str, list[Statement]]]:
    said: dict[str, dict[str, list[Statement]]] = {}
    for one in found:
        said.setdefault(one.record, {}).setdefault(one.field, []).append(one)
    return said


def _listed(record: Record, said: Mapping[str, Sequence[Statement]], due: Deadline | None) -> Listed:
    last = {field: newest(said.get(field, ())) for field in ("number", "title", "status", "owner")}
    status, whose = last["status"], last["owner"]
    return Listed(
        record=record,
        number=str(last["number"].value) if last["number"] else "",
        title=str(last["title"].value) if last["title"] else "",
        status=str(status.value) if status else "",
        since=status.valid_from or status.recorded_at if status else None,
        owner=Unit.of(whose.value) if whose else None,
        suspects=len({one.target for one in said.get("role", ()) if one.value == "suspect"}),
        deadline=due,
    )


def _roles(ledger: Ledger, said: Sequence[Statement], as_of: AsOf) -> tuple[Role, ...]:
    """People with role and standing; joined persons once in each role."""
    of = joining.classes(ledger, PERSON, as_of)
    people = {member for one in said if one.field == "role" and one.target for member in of.of(one.target)}
    if not people:
        return ()
    names: dict[str, list[Statement]] = {}
    for one in records.statements(ledger, record=sorted(people), field="name", as_of=as_of):
        names.setdefault(of.one(one.record), []).append(one)
    homes = districts.homes(ledger, as_of, sorted(people), of.head)
    made: dict[tuple[str, str], Role] = {}
    for one in said:
        if one.field != "role" or not one.target:
            continue
        head = of.one(one.target)
        rung = newest(
            other for other in said if other.field == "standing" and of.one(other.target or "") == head
        )
        record, name = records.find(ledger, head), newest(names.get(head, ()))
        made[head, str(one.value)] = Role(
            record, str(name.value) if name else "", str(one.value), one,
            rung if one.value == "suspect" else None, homes.get(head, Home(None, "unknown")),
        )  # fmt: skip
    return tuple(sorted(made.values(), key=lambda one: (ROLES.index(one.role), one.person.number)))


def _numbers(act: Writing) -> list[str]:
    """Numbers in use."""
    row = STATEMENTS.c
    query = sa.select(row.code).where(row.type == CASE, row.field == "number", row.superseded_at.is_(None))
    return list(act.connection.execute(query).scalars())


def _by_number(act: Writing, number: str) -> str | None:
    """The case (id) of a number in use."""
    row = STATEMENTS.c
    query = sa.select(row.record).where(
        row.type == CASE, row.field == "number", row.superseded_at.is_(None), row.code == number
    )
    return act.connection.execute(query).scalar() if number else None


def _text(_act: Writing, _of: Record, value: Any, *_more: Any) -> Any:
    if isinstance(value, str):
        value = value.strip()
        if not value or len(value) > _LONGEST:
            raise Refused(_("There is no text, or too much of it."), _("Say it in a few words."))
    return value


def _number(act: Writing, of: Record, value: Any, *_more: Any) -> str:
    number = str(_text(act, of, value))
    used = _by_number(act, number)
    if used is not None and used != of.id:
        raise Refused(
            _("There is a case %(number)s already, %(name)s.")
            % {"number": number, "name": records.within(act.connection, used).name},
            _("Look at it, or give another number."),
        )
    return number


def _provision(_act: Writing, _of: Record, value: Any, *_more: Any) -> Mapping[str, str]:
    if isinstance(value, Mapping):
        section = " ".join(part for part in (value.get("section"), value.get("part")) if part)
        return provisions.provision(f"{value.get('code', '')} § {section}", value.get("version") or "").value
    return provisions.provision(str(value)).value


def _deadline(_act: Writing, _of: Record, value: Any, *_more: Any) -> Mapping[str, str]:
    if isinstance(value, Mapping):
        return deadlines.deadline(str(value.get("kind", "")), str(value.get("date", "")))
    kind, _equals, day = str(value).partition("=")
    return deadlines.deadline(kind.strip(), day.strip())


def _owner(act: Writing, of: Record, value: Any, _target: Any, holds: Period, corrects: int | None) -> Any:
    """One owner at any time: a statement that overlaps another's period is refused, unless it takes its place."""
    for one in held.held(act, "owner", record=of.id):
        if one.seq != corrects and _overlap(holds, Period(one.valid_from, one.valid_to)):
            raise Refused(
                _("%(name)s has an owner then: %(unit)s, entry %(seq)s. Two units never own a case at once.")
                % {"name": of.name, "unit": Unit.of(one.value).title, "seq": one.seq},
                _("Transfer the case with `safelight case transfer`, or correct that entry."),
            )
    whose = Unit.of(value) if isinstance(value, Mapping) else None
    if whose is not None and whose.kind == "foreign":
        return units.unit(f"{whose.country}:{whose.name}", day_in_oslo(act.now)).value
    day = day_in_oslo(act.now if holds.begin is None else holds.begin)
    return units.unit(str(value), day).value


def _overlap(one: Period, other: Period) -> bool:
    return (one.begin is None or other.end is None or one.begin < other.end) and (
        other.begin is None or one.end is None or other.begin < one.end
    )


def _status(act: Writing, of: Record, value: Any, _target: Any, holds: Period, corrects: int | None) -> Any:
    opened = next((one for one in held.held(act, "status", record=of.id) if one.value == "opened"), None)
    if value == "transferred":
        raise Refused(_("A case is transferred to a unit."), _("Use `safelight case transfer`."))
    first = opened.valid_from if opened and opened.seq != corrects else None
    if first is not None and holds.begin is not None and holds.begin < first and value in CASE_STATUS:
        raise Refused(
            _("%(name)s was opened on %(day)s.") % {"name": of.name, "day": day_in_oslo(first).isoformat()},
            _("Give a day from then on, or correct when it was opened."),
        )
    return value


def _role(act: Writing, of: Record, value: Any, target: Any, _holds: Period, corrects: int | None) -> Any:
    who = records.within(act.connection, target or "")
    for one in held.held(act, "role", record=of.id):
        if (one.target, one.value) == (who.id, value) and one.seq != corrects and one.valid_to is None:
            raise Refused(
                _("%(person)s has this role already, entry %(seq)s.") % {"person": who.name, "seq": one.seq},
                _("Nothing needs to be done."),
            )
    return value


def _standing(act: Writing, of: Record, value: Any, target: Any, *_more: Any) -> Any:
    who = records.within(act.connection, target or "")
    same = joining.classes_within(act.connection, PERSON)
    suspects = {
        same.one(one.target or "") for one in held.held(act, "role", record=of.id) if one.value == "suspect"
    }
    if same.one(who.id) not in suspects:
        raise Refused(
            _("%(person)s is no suspect in %(case)s.") % {"person": who.name, "case": of.name},
            _("State the role first: role suspect."),
        )
    return value


def _exhibit(act: Writing, _of: Record, value: Any, target: Any, *_more: Any) -> str:
    wanted = str(target or value)
    row = act.connection.execute(
        sa.select(EXHIBITS.c.key).where(sa.or_(EXHIBITS.c.number == wanted, EXHIBITS.c.key == wanted))
    ).first()
    if row is None:
        raise NotFound(
            _("There is no exhibit %(number)s.") % {"number": wanted}, _("See `safelight exhibit list`.")
        )
    return str(row.key)


_CHECKS: Final[Mapping[str, Callable[..., Any]]] = {
    "number": _number,
    "provision": _provision,
    "deadline": _deadline,
    "owner": _owner,
    "status": _status,
    "role": _role,
    "standing": _standing,
    "exhibit": _exhibit,
}
