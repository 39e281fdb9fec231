"""Whose a case becomes: the proposal from the suspects' home districts, a person's decision, and transfers between units.

Safelight proposes by the district in which a suspect lived on the day in question and says why; people allocate. A transfer
is a handover: the receiver owns the case from the day of the transfer, and until the receiver acknowledges or returns it,
it cannot be transferred again. A returned case is the former owner's again from the day of the return.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from safelight.access.reading import Reading
from safelight.casework import cases, dates, units
from safelight.casework.cases import Case, Role
from safelight.casework.dates import Period
from safelight.casework.held import held
from safelight.casework.units import Unit
from safelight.errors import Refused
from safelight.ledger import records
from safelight.ledger.as_of import PRESENT, AsOf, day_in_oslo
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Writing
from safelight.ledger.records import Basis, Record, Statement, newest
from safelight.ledger.vocabulary import HANDOVER
from safelight.messages import _

TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One district that a case could go to. `suspects`: those whose home district it is, with what that rests on."""

    unit: Unit
    suspects: tuple[Role, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, a sentence for each suspect."""
        return tuple(_reason(one) for one in self.suspects)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer of a case. `accepted`: None while the receiver has said nothing."""

    record: Record
    case: str
    recipient: str
    reason: str
    at: int
    """From when the receiver owns the case (µs UTC)."""
    actor: str
    accepted: bool | None
    by: str
    said: Statement | None


def propose(of: Case) -> list[Proposal]:
    """Districts in which suspects of a case lived, those of most suspects first; none where no home district is known."""
    found: dict[str, list[Role]] = {}
    for role in of.roles:
        if role.role == "suspect" and role.home.district:
            found.setdefault(role.home.district, []).append(role)
    made = [Proposal(Unit("district", name), tuple(roles)) for name, roles in found.items()]
    return sorted(made, key=lambda one: (-len(one.suspects), one.unit.name))


def unknown_homes(of: Case) -> list[Role]:
    """Suspects whose home district is not known, so that they propose nothing."""
    return [one for one in of.roles if one.role == "suspect" and not one.home.district]


def allocate(
    act: Writing, case: str, to: str, *, actor: str, basis: Basis, since: int | None = None
) -> Entry:
    """Decide who owns a case that nobody owns yet. `since`: from when (µs UTC; now). Raises Refused."""
    of = cases.within(act, case)
    begin = _begin(act, since)
    whose = newest(held(act, "owner", record=of.id))
    if whose is not None and (whose.valid_to is None or whose.valid_to > begin):
        raise Refused(
            _("%(case)s is %(unit)s's already, entry %(seq)s.")
            % {"case": of.name, "unit": Unit.of(whose.value).title, "seq": whose.seq},
            _("Transfer it with `safelight case transfer`."),
        )
    return _own(act, of, units.unit(to, day_in_oslo(begin)), begin, actor, basis)


def transfer(
    act: Writing, case: str, to: str, *, actor: str, basis: Basis, since: int | None = None
) -> Record:
    """Hand a case over to another unit, which is to acknowledge it; gives the record of the handover.

    Raises Refused where nobody owns it, where it is that unit's already, and where a transfer waits for its receiver.
    """
    of = cases.within(act, case)
    begin = _begin(act, since)
    if not basis.reason.strip():
        raise Refused(_("A reason is needed, and none was given."), _("Say why the case goes there."))
    waits = _waiting(act, of)
    if waits is not None:
        raise Refused(
            _("%(case)s was transferred already: %(number)s waits for %(unit)s.")
            % {"case": of.name, "number": waits[0].name, "unit": waits[1]},
            _(
                "Record that it was acknowledged or returned (`safelight case acknowledge`), then transfer it."
            ),
        )
    whose = newest(held(act, "owner", record=of.id))
    if whose is None or (whose.valid_to is not None and whose.valid_to <= begin):
        raise Refused(
            _("Nobody owns %(case)s, so nobody can transfer it.") % {"case": of.name},
            _("Allocate it with `safelight case allocate`."),
        )
    receiver = units.unit(to, day_in_oslo(begin))
    if Unit.of(whose.value) == receiver:
        raise Refused(
            _("%(case)s is %(unit)s's already, entry %(seq)s.")
            % {"case": of.name, "unit": receiver.title, "seq": whose.seq},
            _("Nothing needs to be done."),
        )
    _pass_on(act, of, whose, receiver, begin, actor, basis)
    records.state(act, of.id, "status", "transferred", actor=actor, basis=basis, valid_from=begin)
    made = records.make(act, HANDOVER, actor=actor)
    said: list[tuple[str, Any, str | None]] = [
        ("kind", TRANSFER, None),
        ("case", True, of.id),
        ("recipient", {"name": receiver.title, "key": ""}, None),
        ("basis", basis.reason, None),
    ]
    for field, value, target in said:
        records.state(act, made.id, field, value, actor=actor, target=target, basis=basis, valid_from=begin)
    return made


def acknowledge(
    act: Writing,
    case: str,
    *,
    actor: str,
    by: str,
    accepted: bool,
    basis: Basis,
    since: int | None = None,
) -> Entry:
    """Record that the receiver of a transfer took the case over, or returned it (`accepted` false). `by`: who said so.

    Raises Refused where no transfer waits.
    """
    of = cases.within(act, case)
    begin = _begin(act, since)
    basis = replace(basis, reason=basis.reason or ("taken over" if accepted else "returned"))
    if not by.strip():
        raise Refused(_("An acknowledgement needs who gave it."), _("Name the person or unit."))
    waits = _waiting(act, of)
    if waits is None:
        raise Refused(
            _("No transfer of %(case)s waits for anybody.") % {"case": of.name},
            _("See `safelight case show`."),
        )
    handover, _receiver, at = waits
    if begin < at:
        raise Refused(
            _("%(case)s was transferred on %(day)s.") % {"case": of.name, "day": day_in_oslo(at).isoformat()},
            _("Give a day from then on."),
        )
    if not accepted:
        _give_back(act, of, begin, actor, basis)
    value = {"by": by.strip(), "accepted": accepted}
    return records.state(act, handover.id, "acknowledged", value, actor=actor, basis=basis, valid_from=begin)


def transfers(reading: Reading, case: str, as_of: AsOf = PRESENT) -> list[Transfer]:
    """Every transfer of a case (id), the newest first, as of a moment."""
    ledger = reading.ledger
    made = []
    for pointer in records.statements(ledger, type_=HANDOVER, field="case", target=case, as_of=as_of):
        said = {one.field: one for one in records.statements(ledger, record=pointer.record, as_of=as_of)}
        if "kind" not in said or said["kind"].value != TRANSFER:
            continue
        told = said.get("acknowledged")
        value: Any = told.value if told and isinstance(told.value, dict) else {}
        record = records.find(ledger, pointer.record)
        made.append(
            Transfer(
                record, case, _named(said.get("recipient")), pointer.basis.reason,
                pointer.valid_from or pointer.recorded_at, pointer.actor,
                bool(value.get("accepted")) if told else None, str(value.get("by") or ""), told,
            )
        )  # fmt: skip
    reading.show(one.record.id for one in made)
    return sorted(made, key=lambda one: -one.record.number)


def waiting(found: Sequence[Transfer]) -> Transfer | None:
    """The transfer that waits for its receiver."""
    return next((one for one in found if one.accepted is None), None)


def _reason(role: Role) -> str:
    who = f"{role.person.name} {role.name}".strip()
    values = {"who": who, "district": role.home.district, "number": role.home.municipality}
    if role.home.because == "stated":
        return _("%(who)s: home district %(district)s, as stated.") % values
    return _("%(who)s lives in municipality %(number)s, which is in %(district)s.") % values


def _begin(act: Writing, since: int | None) -> int:
    dates.not_in_future(since, act.now)
    return act.now if since is None else since


def _own(act: Writing, of: Record, unit: Unit, begin: int, actor: str, basis: Basis) -> Entry:
    return cases.state(act, of.id, "owner", unit.value, actor=actor, basis=basis, holds=Period(begin))


def _pass_on(
    act: Writing, of: Record, whose: Statement, receiver: Unit, begin: int, actor: str, basis: Basis
) -> None:
    """End one ownership and begin the next at a moment: the first is stated anew with its end."""
    if whose.valid_from is not None and whose.valid_from >= begin:
        if whose.valid_from > begin:
            raise Refused(
                _("%(unit)s owns %(case)s since %(day)s.")
                % {
                    "unit": Unit.of(whose.value).title,
                    "case": of.name,
                    "day": day_in_oslo(whose.valid_from).isoformat(),
                },
                _("Give a later day."),
            )
        records.withdraw(act, whose.seq, reason=basis.reason, actor=actor)
    else:
        records.state(
            act, of.id, "owner", whose.value, actor=actor, basis=whose.basis, valid_from=whose.valid_from,
            valid_to=begin, corrects=whose.seq,
        )  # fmt: skip
    _own(act, of, receiver, begin, actor, basis)


def _waiting(act: Writing, of: Record) -> tuple[Record, str, int] | None:
    """The transfer that waits: its record, receiver and moment."""
    for pointer in reversed(held(act, "case", target=of.id)):
        kind = newest(held(act, "kind", record=pointer.record))
        if kind is None or kind.value != TRANSFER or held(act, "acknowledged", record=pointer.record):
            continue
        receiver = newest(held(act, "recipient", record=pointer.record))
        begun = pointer.valid_from or pointer.recorded_at
        return records.within(act.connection, pointer.record), _named(receiver), begun
    return None


def _named(recipient: Statement | None) -> str:
    return str(recipient.value["name"]) if recipient and isinstance(recipient.value, dict) else ""


def _give_back(act: Writing, of: Record, begin: int, actor: str, basis: Basis) -> None:
    """The former owner has the case again, in the state that it had before the transfer."""
    owners = sorted(held(act, "owner", record=of.id), key=lambda one: (one.valid_from or 0, one.seq))
    if len(owners) < 2:
        raise Refused(_("Nobody owned %(case)s before.") % {"case": of.name}, _("Transfer it instead."))
    _pass_on(act, of, owners[-1], Unit.of(owners[-2].value), begin, actor, basis)
    before = newest(one for one in held(act, "status", record=of.id) if one.value != "transferred")
    status = before.value if before else "opened"
    records.state(act, of.id, "status", status, actor=actor, basis=basis, valid_from=begin)
