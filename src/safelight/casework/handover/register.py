"""The disclosure ledger: which handovers there are, what was to be given, who approved, what went to whom on which ground.

A handover is a record (`HO-007`) and statements about it. First it is prepared, which states the choice; where bytes of
items are to go a second person approves exactly that choice; and when its package is written it is stated what was given and
what was withheld, before the package comes to lie where it was asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import sqlalchemy as sa

from safelight.casework.handover.contents import Audience, Contents, Given, Language, Recipient
from safelight.errors import NotFound, Refused
from safelight.ledger import records, rights
from safelight.ledger.as_of import PRESENT, AsOf
from safelight.ledger.entry import canonical
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.records import Record, Statement, newest
from safelight.ledger.tables import STATEMENTS
from safelight.ledger.vocabulary import AUDIENCES, CASE, HANDOVER
from safelight.messages import _
from safelight.operation.age import recipient

LANGUAGES: Final[tuple[Language, ...]] = ("nb", "nn", "en")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be given. `accounts` and `conversations` besides those of the case's persons; `items`: ids of items."""

    case: str
    recipients: tuple[Recipient, ...]
    audience: Audience
    basis: str
    conditions: str
    language: Language = "nb"
    give: Given = "hashes"
    items: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    others: bool = False
    """Names of persons of category "other" are given too."""
    traces: bool = True
    """Messages, calls and transfers of the case's persons are given."""
    withheld: tuple[str, ...] = ()
    """`P-003=ground`: a record that is left out; `words=ground`: what else is withheld."""
    corrects: str = ""
    """Id of the handover that this one corrects."""

    @property
    def digest(self) -> str:
        """What an approval is bound to."""
        return hashlib.sha256(canonical(self.as_value())).hexdigest()

    @property
    def needs_approval(self) -> bool:
        """Bytes of items: any of them can hold pictures, an archive or a document as well."""
        return self.give == "bytes" and bool(self.items)

    def as_value(self) -> dict[str, Any]:
        """As it stands in the ledger."""
        said = asdict(self)
        return {**said, **{name: list(value) for name, value in said.items() if isinstance(value, tuple)}}

    @classmethod
    def of(cls, value: dict[str, Any]) -> Choice:
        """Out of the ledger."""
        lists = {
            name: tuple(value.get(name, ())) for name in ("items", "accounts", "conversations", "withheld")
        }
        given = tuple(Recipient(**one) for one in value["recipients"])
        return cls(**{**value, **lists, "recipients": given})


@dataclass(frozen=True, slots=True)
class Handover:
    """One handover as the list shows it. Times are µs UTC; None: not yet."""

    record: Record
    kind: str
    case: str
    """Number of the case (`C-001`) or empty."""
    recipients: tuple[Recipient, ...]
    audience: str
    basis: str
    conditions: str
    choice: Choice | None
    maker: str
    prepared_at: int
    approver: str
    approved_at: int | None
    given_at: int | None
    packed: dict[str, Any]
    """manifest (SHA-256), files, bytes, head (of the ledger), encrypted, signers, parts; empty until it is given."""
    gave: tuple[Statement, ...]
    withheld: tuple[dict[str, Any], ...]
    corrects: str
    corrected_by: tuple[str, ...]
    acknowledged: dict[str, Any] | None
    withdrawn: str
    """Why it was withdrawn before it was given; empty: it was not."""
    received: dict[str, Any] | None
    conflicts: tuple[Statement, ...]

    @property
    def status(self) -> str:
        """received, given, withdrawn, approved, waiting (for a second person) or prepared (no package is made yet)."""
        if self.kind == "received":
            return "received"
        if self.given_at is not None:
            return "acknowledged" if self.acknowledged else "given"
        if self.withdrawn:
            return "withdrawn"
        if self.approved_at is not None:
            return "approved"
        return "waiting" if self.choice and self.choice.needs_approval else "prepared"


def prepare(act: Writing, choice: Choice, *, actor: str) -> Record:
    """Write down what is to be given, to whom and why. Raises NotFound, Refused."""
    case = records.within(act.connection, choice.case)
    if case.type != CASE:
        raise Refused(
            _("%(name)s is no case.") % {"name": case.name}, _("Name the case that is handed over.")
        )
    _check(choice)
    made = records.make(act, HANDOVER, actor=actor)
    say = _Saying(act, made.id, actor)
    say("kind", "correction" if choice.corrects else "given")
    say("case", True, case.id)
    for one in choice.recipients:
        say("recipient", {"name": one.name, "key": one.key})
    say("audience", choice.audience)
    say("basis", choice.basis)
    say("conditions", choice.conditions)
    say("choice", choice.as_value())
    if choice.corrects:
        say("corrects", True, choice.corrects)
    return made


def withdraw(act: Writing, number: str, *, reason: str, actor: str) -> Record:
    """Withdraw what was prepared and not given. Raises NotFound, Refused (given or withdrawn already, received)."""
    found = _handover(act.connection, number)
    standing = _standing(act.connection, found.id)
    if not standing.get("choice"):
        raise Refused(
            _("%(name)s was received, not prepared here.") % {"name": found.name}, _("Name one of ours.")
        )
    if standing.get("manifest"):
        raise Refused(
            _("%(name)s was given already.") % {"name": found.name},
            _("What left the house is corrected: `safelight handover correct`."),
        )
    check_not_withdrawn(found.name, bool(standing.get("withdrawn")))
    if not reason.strip():
        raise Refused(_("A reason is needed, and none was given."), _("Say why, in one sentence."))
    _Saying(act, found.id, actor)("withdrawn", reason.strip())
    return found


def check_not_withdrawn(name: str, withdrawn: bool) -> None:
    """Raises Refused for what was withdrawn."""
    if withdrawn:
        raise Refused(_("%(name)s was withdrawn.") % {"name": name}, _("Prepare another one."))


def approve(act: Writing, number: str, *, reason: str, actor: str) -> Record:
    """Approve as the second person exactly what was prepared. Raises NotFound, Refused (one's own, given already)."""
    found = _handover(act.connection, number)
    standing = _standing(act.connection, found.id)
    choice = newest(standing.get("choice", ()))
    if choice is None:
        raise Refused(
            _("%(name)s was received, not prepared here.") % {"name": found.name}, _("Name one of ours.")
        )
    if choice.actor == actor:
        raise Refused(
            _("%(name)s is your own, and nobody is their own second person.") % {"name": found.name},
            _("Let somebody else approve it."),
        )
    if standing.get("manifest"):
        raise Refused(_("%(name)s was given already.") % {"name": found.name}, _("Prepare another one."))
    check_not_withdrawn(found.name, bool(standing.get("withdrawn")))
    if not reason.strip():
        raise Refused(_("A reason is needed, and none was given."), _("Say why, in one sentence."))
    say = _Saying(act, found.id, actor)
    say("approved", {"choice": Choice.of(choice.value).digest, "reason": reason.strip()})
    return found


def acknowledge(act: Writing, number: str, *, by: str, note: str, actor: str) -> Record:
    """Write down that the receiver has checked and taken it. Raises NotFound, Refused (not given yet, done already)."""
    found = _handover(act.connection, number)
    standing = _standing(act.connection, found.id)
    if not standing.get("manifest") or newest(standing.get("kind", ())) is None:
        raise Refused(_("%(name)s was not given yet.") % {"name": found.name}, _("Make its package first."))
    if standing.get("acknowledged"):
        raise Refused(_("%(name)s is acknowledged already.") % {"name": found.name}, "")
    if not by.strip():
        raise Refused(_("An acknowledgement names who gave it."), _("Say who received it."))
    _Saying(act, found.id, actor)("acknowledged", {"by": by.strip(), "note": note.strip()})
    return found


def give(act: Writing, handover: str, contents: Contents, packed: dict[str, Any], *, actor: str) -> None:
    """State what was given and what was withheld, now that the package is written. Raises Refused if that was said."""
    standing = _standing(act.connection, handover)
    if standing.get("manifest"):
        raise Refused(
            _("%(name)s was given already.") % {"name": contents.terms.number}, _("Prepare another one.")
        )
    check_not_withdrawn(contents.terms.number, bool(standing.get("withdrawn")))
    say = _Saying(act, handover, actor)
    say("manifest", packed)
    for record in contents.records:
        say("gave", {"what": record.type, "number": record.name}, record.id)
    for account in contents.accounts:
        for tenure in account.tenures:
            say("gave", {"what": "account", "number": account.native}, tenure)
    for exhibit in contents.exhibits:
        say("gave", {"what": "exhibit", "number": exhibit.number}, exhibit.key)
    for item in contents.items:
        if item.chosen:
            say("gave", {"what": "item", "number": item.name, "as": item.given}, item.item_id)
    for left in contents.left_out:
        say("withheld", asdict(left))


def every(ledger: Ledger, as_of: AsOf = PRESENT) -> list[Handover]:
    """All handovers, newest first, as of a moment."""
    made = records.every(ledger, HANDOVER, as_of)
    said: dict[str, dict[str, list[Statement]]] = {}
    for one in records.statements(ledger, type_=HANDOVER, as_of=as_of):
        said.setdefault(one.record, {}).setdefault(one.field, []).append(one)
    names = {one.id: one.name for type_ in (CASE, HANDOVER) for one in records.every(ledger, type_)}
    later: dict[str, list[str]] = {}
    for record in made:
        given = "manifest" in said.get(
            record.id, {}
        )  # a correction that was only prepared corrected nothing yet
        for one in said.get(record.id, {}).get("corrects", ()) if given else ():
            later.setdefault(one.target or "", []).append(record.name)
    return [
        _listed(record, said.get(record.id, {}), names, later.get(record.id, ())) for record in reversed(made)
    ]


def find(ledger: Ledger, number: str, as_of: AsOf = PRESENT) -> Handover:
    """One handover by number or id. Raises NotFound, Refused for another kind of record."""
    with ledger.store.reading() as connection:
        wanted = _handover(connection, number)
    found = next((one for one in every(ledger, as_of) if one.record.id == wanted.id), None)
    if found is None:
        raise NotFound(
            _("%(name)s was not there yet on that day.") % {"name": wanted.name}, _("Choose a later day.")
        )
    return found


def check_right(ledger: Ledger, who: str) -> None:
    """Raises Refused for somebody who may neither hand packages over nor take them in."""
    if not rights.holds(ledger, who, rights.HANDOVER):
        raise Refused(
            _("%(who)s does not hold the right to hand packages over or take them in.") % {"who": who},
            _("See `safelight right list`."),
        )


def _check(choice: Choice) -> None:
    if not choice.recipients or any(not one.name.strip() for one in choice.recipients):
        raise Refused(_("A handover names who receives it."), _("Name at least one receiver with --to."))
    if not choice.basis.strip() or not choice.conditions.strip():
        raise Refused(
            _("A handover needs its legal basis and its conditions of use."), _("Give both, in one sentence each.")
        )  # fmt: skip
    if choice.audience not in AUDIENCES or choice.language not in LANGUAGES:
        raise Refused(f"{choice.audience!r} or {choice.language!r} is not known.", "See the command's help.")
    if any(not all(part.strip() for part in one.partition("=")) for one in choice.withheld):
        raise Refused(
            _("What is withheld needs its ground."), _("Write it as 'P-003=ground', or in words: 'notes=ground'.")
        )  # fmt: skip
    for one in choice.recipients:
        if one.key:
            recipient(one.key)
    if choice.needs_approval and not all(one.key for one in choice.recipients):
        raise Refused(
            _("Bytes of items go only into a package that is encrypted to each named receiver."),
            _("Give their age keys, as in --to 'Øst=age1...', or give hashes alone."),
        )
    if len({bool(one.key) for one in choice.recipients}) > 1:
        raise Refused(
            _("Some receivers have a key and others have none."), _("Give all keys, or make two handovers.")
        )


def _handover(connection: sa.Connection, number: str) -> Record:
    found = records.within(connection, number)
    if found.type != HANDOVER:
        raise Refused(_("%(name)s is no handover.") % {"name": found.name}, _("Name one, such as HO-007."))
    return found


def _standing(connection: sa.Connection, handover: str) -> dict[str, list[Statement]]:
    """What holds of one handover, inside a transaction."""
    found: dict[str, list[Statement]] = {}
    for one in records.statements_within(connection, [STATEMENTS.c.record == handover, PRESENT.holds()]):
        found.setdefault(one.field, []).append(one)
    return found


class _Saying:
    def __init__(self, act: Writing, record: str, actor: str) -> None:
        self._act, self._record, self._actor = act, record, actor

    def __call__(self, field: str, value: Any, target: str | None = None) -> None:
        records.state(self._act, self._record, field, value, target=target, actor=self._actor)


def _listed(
    record: Record, said: dict[str, list[Statement]], names: dict[str, str], later: Sequence[str]
) -> Handover:
    def one(field: str) -> Statement | None:
        return newest(said.get(field, ()))

    def text(field: str) -> str:
        found = one(field)
        return str(found.value) if found else ""

    def target(field: str) -> str:
        found = one(field)
        return names.get(found.target or "", "") if found else ""

    choice, approved, packed = one("choice"), one("approved"), one("manifest")
    chosen = Choice.of(choice.value) if choice else None
    holds = approved is not None and (chosen is None or approved.value.get("choice") == chosen.digest)
    acknowledged, received = one("acknowledged"), one("received")
    return Handover(
        record=record,
        kind=text("kind"),
        case=target("case"),
        recipients=tuple(Recipient(**each.value) for each in said.get("recipient", ())),
        audience=text("audience"),
        basis=text("basis"),
        conditions=text("conditions"),
        choice=chosen,
        maker=choice.actor if choice else "",
        prepared_at=record.recorded_at,
        approver=approved.actor if approved and holds else "",
        approved_at=approved.recorded_at if approved and holds else None,
        given_at=packed.recorded_at if packed else None,
        packed=packed.value if packed else {},
        gave=tuple(said.get("gave", ())),
        withheld=_values(said.get("withheld", ())),
        corrects=target("corrects"),
        corrected_by=tuple(later),
        acknowledged=None if acknowledged is None else {**acknowledged.value, "at": acknowledged.recorded_at},
        withdrawn=text("withdrawn"),
        received=None if received is None else {**received.value, "at": received.recorded_at},
        conflicts=tuple(said.get("conflict", ())),
    )


def _values(found: Iterable[Statement]) -> tuple[dict[str, Any], ...]:
    return tuple(one.value for one in found)
