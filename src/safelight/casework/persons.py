"""Persons: what is stated of each, on what basis, from when to when; who is joined with whom; which accounts are theirs.

A person is a record (`ledger/records.py`); all that is known of it are statements with nature, check, grades, source and
reason (Directive (EU) 2016/680 art. 6 and 7). Joined persons (`joining.py`) are read as one, under the lowest number.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from safelight.access.reading import Reading
from safelight.casework import births, dates, districts, held, joining
from safelight.casework.dates import ALWAYS, Period
from safelight.casework.districts import Home
from safelight.casework.joining import DIFFERENT, SAME
from safelight.casework.part import ROWS, Part, within_list
from safelight.errors import Refused
from safelight.identities.constraints import constraints
from safelight.ledger import identities, kinds, records
from safelight.ledger.as_of import NOW, PRESENT, AsOf, begin_of, day_in_oslo
from safelight.ledger.entry import Entry
from safelight.ledger.identity_law import FOLLOWED, Law, Row
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.records import Basis, Record, Statement, newest
from safelight.ledger.tables import RECORDS, STATEMENTS
from safelight.ledger.vocabulary import CATEGORIES, FIELDS, PERSON, PREFIXES
from safelight.messages import _

__all__ = [
    "CATEGORIES", "Listed", "Past", "Person", "accounts_of", "add", "every", "history", "listed", "person", "spoken",
    "state", "with_accounts", "withdraw", "words",
]  # fmt: skip

_LONGEST: Final = 2000
#: Sorts of identifiers that pages know a word for; any other is allowed and shown as it was written.
IDENTIFIER_KINDS: Final = ("national id", "phone", "e-mail", "bank account", "passport", "handle")


@dataclass(frozen=True, slots=True)
class Past:
    """One statement in the history. `ended_by`: the entry that followed or withdrew it, with who, when and why."""

    said: Statement
    ended_by: int | None
    withdrawn: bool
    actor: str
    reason: str
    recorded_at: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list. `joined`: numbers of those that are one with it."""

    record: Record
    name: str
    category: str
    identified: bool
    home: Home
    joined: tuple[str, ...]
    roles: tuple[str, ...]
    accounts: int


@dataclass(frozen=True, slots=True)
class Person:
    """One person with all that are one with it, as of a moment."""

    record: Record
    joined: tuple[Record, ...]
    said: tuple[Statement, ...]
    """What holds, of all joined records, without what joins or parts them."""
    decisions: tuple[Statement, ...]
    """`same_as` and `different_from` in force, whose target or record is one of them."""
    home: Home
    tenures: tuple[str, ...]
    """Accounts in a period: stated, and those that decisions make one with them."""

    def one(self, field: str) -> Statement | None:
        """The statement of a single field that counts."""
        return newest(self.of(field))

    def of(self, field: str) -> list[Statement]:
        """Statements of a field, the newest first."""
        return sorted((one for one in self.said if one.field == field), key=lambda one: -one.seq)

    @property
    def name(self) -> str:
        """Its name, or its number where none is known."""
        found = self.one("name")
        return str(found.value) if found else self.record.name


def add(act: Writing, *, actor: str, basis: Basis, name: str = "", category: str = "") -> Record:
    """A new person, with a name and a category if they are known. Raises Refused."""
    made = records.make(act, PERSON, actor=actor)
    for field, value in (("name", name), ("category", category)):
        if value:
            state(act, made.id, field, value, actor=actor, basis=basis)
    return made


def state(
    act: Writing,
    person: str,
    field: str,
    value: Any,
    *,
    actor: str,
    basis: Basis,
    target: str | None = None,
    holds: Period = ALWAYS,
    corrects: int | None = None,
) -> Entry:
    """Say one thing of a person. `holds`: from when to when it is true; `corrects`: the entry that it takes the place of.

    Raises NotFound; Refused for what the vocabulary does not allow, without source or reason, for dates in the future or
    before birth, for a district that was not there then, and for an account that is another person's.
    """
    of = records.within(act.connection, person)
    if of.type != PERSON:
        raise Refused(_("%(name)s is no person.") % {"name": of.name}, _("Name a person, such as P-031."))
    if field in (SAME, DIFFERENT):
        raise Refused(
            _("Who is one with whom is decided, not stated."),
            _("Use `safelight person merge` or `different`."),
        )
    if not (basis.source.strip() or basis.reason.strip()):
        raise Refused(
            _("A statement needs what it rests on."), _("Name its source, or give the reason for it.")
        )
    if field == "category" and not basis.source.strip():
        raise Refused(_("A category needs its source."), _("Name the decision or paper that it comes from."))
    for us in (holds.begin, holds.end, basis.claimed_at):
        dates.not_in_future(us, act.now)
    if field in FIELDS[PERSON]:
        value = (
            _CHECKS.get(field, _text)(act, of, value, holds) if not FIELDS[PERSON][field].values else value
        )
    if field == "account" and target:
        _free(act, of, target)
    _after_birth(act, of, field, value, holds.begin)
    return records.state(
        act, of.id, field, value, actor=actor, target=target, basis=basis, valid_from=holds.begin,
        valid_to=holds.end, corrects=corrects,
    )  # fmt: skip


def withdraw(act: Writing, seq: int, *, reason: str, actor: str) -> Entry:
    """Take a statement or a joining back; it stays in the history. Raises NotFound, Refused without a reason."""
    return held.withdraw(act, seq, PERSON, reason=reason, actor=actor)


def person(reading: Reading, name: str, as_of: AsOf = PRESENT) -> Person:
    """One person by number or id, with all that are one with it. Raises NotFound."""
    ledger = reading.ledger
    asked = records.find(ledger, name)
    if asked.type != PERSON:
        raise Refused(_("%(name)s is no person.") % {"name": asked.name}, _("Name a person, such as P-031."))
    of = joining.classes(ledger, PERSON, as_of)
    members = of.of(asked.id)
    found = records.statements(ledger, record=members, as_of=as_of)
    pointed = records.statements(ledger, type_=PERSON, field=(SAME, DIFFERENT), as_of=as_of)
    decisions = [one for one in pointed if one.record in members or one.target in members]
    joined = tuple(records.find(ledger, one) for one in members)
    reading.show(members)
    return Person(
        record=next(one for one in joined if one.id == of.one(asked.id)),
        joined=joined,
        said=tuple(one for one in found if one.field not in (SAME, DIFFERENT)),
        decisions=tuple(decisions),
        home=districts.homes(ledger, as_of, members, of.head).get(of.one(asked.id), Home(None, "unknown")),
        tenures=_tenures(ledger, [one for one in found if one.field == "account"], as_of),
    )


def every(reading: Reading, as_of: AsOf = PRESENT) -> list[Listed]:
    """Every person that had been made by then, joined ones once, by number."""
    return list(listed(reading, as_of, 0, sys.maxsize).rows)


def listed(reading: Reading, as_of: AsOf, first: int, count: int = ROWS) -> Part[Listed]:
    """A part of that list: what is known is read of those alone who stand in it."""
    ledger = reading.ledger
    made = {one.id: one for one in records.every(ledger, PERSON, as_of)}
    of = joining.classes(ledger, PERSON, as_of)
    heads = [one for one in made.values() if of.one(one.id) == one.id]
    first = within_list(first, count, len(heads))
    shown = heads[first : first + count]
    members = None if len(shown) == len(heads) else [id_ for one in shown for id_ in of.of(one.id)]
    fields = ("name", "category", "identified", "account")
    said: dict[tuple[str, str], list[Statement]] = {}
    for one in records.statements(ledger, record=members, type_=PERSON, field=fields, as_of=as_of):
        said.setdefault((of.one(one.record), one.field), []).append(one)
    roles: dict[str, set[str]] = {}
    for one in records.statements(ledger, type_="case", field="role", target=members, as_of=as_of):
        roles.setdefault(of.one(one.target or ""), set()).add(str(one.value))
    homes = districts.homes(ledger, as_of, members, of.head)

    def value(id_: str, field: str) -> str:
        found = newest(said.get((id_, field), ()))
        return str(found.value) if found else ""

    reading.show(id_ for one in shown for id_ in of.of(one.id) if id_ in made)
    rows = [
        Listed(
            record=record,
            name=value(record.id, "name"),
            category=value(record.id, "category"),
            identified=value(record.id, "identified") == "yes",
            home=homes.get(record.id, Home(None, "unknown")),
            joined=tuple(made[one].name for one in of.of(record.id) if one != record.id and one in made),
            roles=tuple(sorted(roles.get(record.id, ()))),
            accounts=len({one.target for one in said.get((record.id, "account"), ())}),
        )
        for record in shown
    ]
    return Part(tuple(rows), first, count, len(heads))


def history(reading: Reading, name: str, as_of: AsOf = PRESENT) -> list[Past]:
    """Every statement of a record that had been made by then, in order, with what ended it. Raises NotFound."""
    ledger = reading.ledger
    of = records.find(ledger, name)
    reading.show([of.id])
    ended: dict[int, Entry] = {}
    for entry in ledger.entries(
        kinds=[kinds.STATEMENT_MADE.name, kinds.STATEMENT_WITHDRAWN.name], subject=of.id
    ):
        if entry.corrects is not None and entry.recorded_at <= as_of.known:
            ended[entry.corrects] = entry
    return [
        _past(ledger, one, ended.get(one.seq))
        for one in records.statements(ledger, record=of.id, as_of=None)
        if one.recorded_at <= as_of.known
    ]


def accounts_of(ledger: Ledger, members: Sequence[str], as_of: AsOf = PRESENT) -> tuple[str, ...]:
    """Accounts in a period (tenure ids) of joined persons: stated, and those that decisions make one with them."""
    return _tenures(ledger, records.statements(ledger, record=members, field="account", as_of=as_of), as_of)


def spoken(reading: Reading, ids: Iterable[str | None]) -> dict[str, str]:
    """Numbers of records by id (`P-031`), of those that are records."""
    wanted = sorted({one for one in ids if one})
    if not wanted:
        return {}
    query = sa.select(RECORDS.c.id, RECORDS.c.type, RECORDS.c.number).where(RECORDS.c.id.in_(wanted))
    with reading.ledger.store.reading() as connection:
        return {
            row.id: f"{PREFIXES.get(row.type, '?')}-{row.number:03d}" for row in connection.execute(query)
        }


def with_accounts(reading: Reading, tenures: Sequence[str]) -> list[str]:
    """Numbers of the registered persons of whom one of these accounts in a period is stated now."""
    found = [
        one
        for tenure in tenures
        for one in records.statements(reading.ledger, type_=PERSON, field="account", target=tenure)
    ]
    return sorted(set(spoken(reading, [one.record for one in found]).values()))


def words(field: str, value: Any) -> str:
    """A statement's value as a line of text."""
    if isinstance(value, dict):
        if field == "address":
            return ", ".join(part for part in (value.get("text"), value.get("municipality")) if part)
        return " ".join(str(part) for part in value.values() if part not in (None, ""))
    return "" if value is True else str(value)


def _past(ledger: Ledger, said: Statement, end: Entry | None) -> Past:
    if end is None:
        return Past(said, None, False, "", "", None)
    payload = ledger.payload(end.seq) or {}
    withdrawn = end.kind == kinds.STATEMENT_WITHDRAWN.name
    return Past(said, end.seq, withdrawn, end.actor, payload.get("reason", ""), end.recorded_at)


def _tenures(ledger: Ledger, stated: Iterable[Statement], as_of: AsOf) -> tuple[str, ...]:
    named = {one.target for one in stated if one.target}
    if not named:
        return ()
    given = constraints(_standing(ledger, as_of))
    tops = {given.people(one) for one in named}
    return tuple(sorted(named | {one for one, top in given.person.items() if top in tops}))


def _standing(ledger: Ledger, as_of: AsOf) -> identities.Standing:
    """What was decided about accounts, as known then."""
    if as_of.known == NOW:
        return identities.standing(ledger)
    law = Law()
    law.follow(
        Row(
            one.seq, one.kind, one.actor, one.recorded_at, one.subjects, one.corrects, ledger.payload(one.seq)
        )
        for one in ledger.entries(kinds=FOLLOWED)
        if one.recorded_at <= as_of.known
    )
    return law.standing()


def _free(act: Writing, of: Record, tenure: str) -> None:
    """An account in a period is one person's. Raises Refused with who has it."""
    row = STATEMENTS.c
    query = sa.select(row.seq, row.record).where(
        row.type == PERSON, row.field == "account", row.target == tenure, row.superseded_at.is_(None)
    )
    of_one = joining.classes_within(act.connection, PERSON)
    for found in act.connection.execute(query):
        other = records.within(act.connection, found.record)
        if of_one.one(other.id) == of_one.one(of.id):
            raise Refused(
                _("This account is stated of %(name)s already, entry %(seq)s.")
                % {"name": other.name, "seq": found.seq},
                _("Nothing needs to be done."),
            )
        raise Refused(
            _("This account is %(name)s's, entry %(seq)s.") % {"name": other.name, "seq": found.seq},
            _("Merge the two, take that entry back, or split the account into periods."),
        )


def _after_birth(act: Writing, of: Record, field: str, value: Any, begin: int | None) -> None:
    """Nothing holds of a person before birth; a birth stated late is held against what was stated before it."""
    members = joining.classes_within(act.connection, PERSON).of(of.id)
    if field == "born":
        births.refuse_after(act, members, of.name, str(value))
        return
    births.refuse_before(act, members, of.name, day_in_oslo(begin) if begin is not None else None)
    if field == "died":
        births.refuse_before(act, members, of.name, dates.partial(value)[1])


def _text(_act: Writing, _of: Record, value: Any, _holds: Period) -> Any:
    if isinstance(value, str):
        value = value.strip()
        if not value or len(value) > _LONGEST:
            raise Refused(_("There is no text, or too much of it."), _("Say it in a few words."))
    return value


def _date(act: Writing, _of: Record, value: Any, _holds: Period) -> str:
    first, _last = dates.partial(str(value))
    dates.not_in_future(begin_of(first), act.now)
    return str(value).strip()


def _identifier(_act: Writing, _of: Record, value: Any, _holds: Period) -> Mapping[str, str]:
    parts = _parts(value, ("kind", "value"))
    if not parts["kind"] or not parts["value"]:
        raise Refused(
            _("An identifier needs its kind and its value."), _("For example: phone=+47 900 00 000.")
        )
    return parts


def _address(_act: Writing, _of: Record, value: Any, _holds: Period) -> Mapping[str, str]:
    parts = _parts(value, ("text", "municipality"))
    number = parts["municipality"]
    if not parts["text"] and not number:
        raise Refused(_("The address is empty."), _("Give its text, the municipality's number, or both."))
    if number and not (len(number) == 4 and number.isdecimal() and number.isascii()):
        raise Refused(
            _("“%(number)s” is no number of a municipality.") % {"number": number},
            _("It has four digits, as in 4601; leave it out if the address lies abroad."),
        )
    return parts


def _district(act: Writing, _of: Record, value: Any, holds: Period) -> str:
    """The district as it was all the time for which it is stated."""
    begin = day_in_oslo(act.now if holds.begin is None else holds.begin)
    last: date = holds.last_day or begin
    return districts.district(districts.district(str(value), begin).name, last).name


def _parts(value: Any, names: Sequence[str]) -> dict[str, str]:
    if not isinstance(value, Mapping) or not set(value) <= set(names):
        raise Refused(
            _("This needs its parts: %(names)s.") % {"names": ", ".join(names)},
            _("Give each of them that is known."),
        )
    return {name: str(value.get(name) or "").strip() for name in names}


_CHECKS: Final[Mapping[str, Callable[[Writing, Record, Any, Period], Any]]] = {
    "born": _date,
    "died": _date,
    "identifier": _identifier,
    "address": _address,
    "district": _district,
}
