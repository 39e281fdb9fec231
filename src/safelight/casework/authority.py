"""Contact that police continue under an authorised operation: recorded, never performed. Safelight sends nothing.

The record says on what basis, by whose decision, for how long, within what limits, with which account and which officers.
From the moment of the take-over the account's acts are an officer's (`ledger/police.py`); the log itself is imported by the
parsers like any chat. What stands outside the authorised window is flagged (`authority_flags.py`), not judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import sqlalchemy as sa

from safelight.access.reading import Reading
from safelight.casework.circulars import in_force
from safelight.casework.urgency import moments
from safelight.errors import NotFound, Refused
from safelight.ledger import police, records
from safelight.ledger.as_of import NOW, PRESENT, AsOf, begin_of, day_of, end_of
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Writing
from safelight.ledger.police import PolicePeriod
from safelight.ledger.records import Basis, Record, Statement, newest
from safelight.ledger.set_clock import clock_for
from safelight.ledger.tables import STATEMENTS
from safelight.ledger.vocabulary import AUTHORITY, FIELDS
from safelight.messages import _

UNGRADED: Final = Basis()
#: What can be added to an operation after its decision.
ADDED: Final = ("officer", "wrote", "log", "partner", "shared", "report", "review", "limits", "note")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, as the paper says it. Days are written 2016-11-20; `end` and `review` are included.

    `taken_over`: the day or time from which police operate the account; empty: the first day of the period.
    """

    account: str
    basis: str
    number: str
    day: str
    approver: str
    role: str
    begin: str
    end: str
    scope: str
    limits: str
    review: str
    officers: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    taken_over: str = ""


@dataclass(frozen=True, slots=True)
class Authority:
    """One operation as it stands. Times are µs UTC, ends outside; `ended` is the last day's end where it ended early."""

    id: str
    name: str
    accounts: tuple[str, ...]
    periods: tuple[PolicePeriod, ...]
    values: Mapping[str, Any]
    """Values of the single fields: basis, circular, decision, approver, scope, limits, period, review, ended."""
    said: Sequence[Statement]
    begin_us: int | None
    end_us: int | None
    ended: bool
    review_due: bool
    """It runs, and the day by which it was to be reviewed is over: a new one is stated when it was."""

    def all(self, field: str) -> list[Statement]:
        """Every statement of a field that can have several."""
        return [one for one in self.said if one.field == field]


def add(
    act: Writing, decision: Decision, *, approvers: Sequence[str], actor: str, basis: Basis = UNGRADED
) -> Record:
    """Record an operation; `approvers` are the roles that may approve one (`[authority]` in operation.toml).

    The account is named by its id (`access.identity_acts.named`). The circular is the one in force on the day of the
    decision. Raises Refused for a role that may not approve, a day in the future, a period that ends before it begins or
    begins before its decision; NotFound where no circular is known.
    """
    _check(act, decision, approvers)
    circular = in_force(day_of(decision.day))
    made = records.make(act, AUTHORITY, actor=actor)
    begin, end = begin_of(decision.begin), end_of(decision.end) + 1
    given: list[tuple[str, Any]] = [
        ("basis", decision.basis.strip()),
        ("circular", circular.number),
        ("decision", {"number": decision.number.strip(), "day": decision.day}),
        ("approver", {"name": decision.approver.strip(), "role": decision.role}),
        ("period", {"from": decision.begin, "to": decision.end, "from_us": begin, "to_us": end}),
        ("scope", decision.scope.strip()),
        ("limits", decision.limits.strip()),
        ("review", decision.review),
    ]
    for field, value in given:
        records.state(act, made.id, field, value, actor=actor, basis=basis)
    for name in decision.officers:
        records.state(
            act, made.id, "officer", name.strip(), actor=actor, basis=basis, valid_from=begin, valid_to=end
        )
    for name in decision.partners:
        records.state(act, made.id, "partner", name.strip(), actor=actor, basis=basis)
    since = moment_of(decision.taken_over) if decision.taken_over else begin
    records.state(
        act, made.id, "account", "", target=decision.account, actor=actor, basis=basis, valid_from=since
    )
    return made


def state(
    act: Writing,
    name: str,
    field: str,
    value: str,
    *,
    actor: str,
    begin: str = "",
    end: str = "",
    to: str = "",
    ground: str = "",
    basis: Basis = UNGRADED,
) -> Entry:
    """Add to an operation: an officer (from `begin` to `end`), who wrote when (`wrote`), the log, a partner, what was shared
    (`to` whom, on what `ground`), a report, a new review date. Raises NotFound, Refused, BadInput."""
    of = _found(act, name)
    if field not in ADDED:
        raise Refused(
            _("%(field)s is nothing that is added to an operation.") % {"field": repr(field)},
            _("Use one of %(those)s.") % {"those": ", ".join(ADDED)},
        )
    if not value.strip():
        raise Refused(_("Nothing is said."), _("Give a value."))
    since, until = moment_of(begin) if begin else None, _end_of(end) if end else None
    if since is not None and until is not None and until <= since:
        raise Refused(_("It ends before it begins."), _("Give the earlier day first."))
    said: Any = value.strip()
    if field == "wrote":
        if since is None or until is None:
            raise Refused(
                _("Who wrote needs from when to when."), _("Give the beginning and the end of the watch.")
            )
        said = {"officer": said, "from_us": since, "to_us": until, "said": f"{begin} – {end}"}
        since = until = None
    elif field == "shared":
        if not to.strip() or not ground.strip():
            raise Refused(_("What was shared needs to whom and on what basis."), _("Give both."))
        said = {"what": said, "to": to.strip(), "basis": ground.strip(), "day": begin}
        since = until = None
    elif field == "review":
        said = day_of(said).isoformat()
    return records.state(act, of.id, field, said, actor=actor, basis=basis, valid_from=since, valid_to=until)


def end(act: Writing, name: str, day: str, *, reason: str, actor: str, handed_back: bool = False) -> Entry:
    """Record that an operation ended at the end of a day. The account stays in the hands of police unless it was handed back
    then. Raises NotFound, Refused: without reason, twice, before it began or in the future."""
    of = _found(act, name)
    if not reason.strip():
        raise Refused(_("The end needs its reason."), _("Say why it ended."))
    until = end_of(day) + 1
    row = STATEMENTS.c
    query = sa.select(row.seq, row.field, row.value, row.target, row.valid_from, row.valid_to)
    there = act.connection.execute(query.where(row.record == of.id, row.superseded_at.is_(None))).all()
    if any(one.field == "ended" for one in there):
        raise Refused(_("%(name)s has ended already.") % {"name": of.name}, _("See its page."))
    if begin_of(day) > act.now:
        raise Refused(_("%(day)s lies in the future.") % {"day": day}, _("Record it when it has ended."))
    period = next(orjson.loads(one.value) for one in there if one.field == "period")
    if until <= period["from_us"]:
        raise Refused(_("It had not begun on %(day)s.") % {"day": day}, _("Give a later day."))
    value = {"day": day, "to_us": until, "handed_back": handed_back}
    entry = records.state(act, of.id, "ended", value, actor=actor, basis=Basis(reason=reason.strip()))
    if handed_back:
        for one in there:
            if one.field == "account" and one.valid_to is None:
                records.state(
                    act, of.id, "account", "", target=one.target, actor=actor, basis=Basis(reason=reason.strip()),
                    valid_from=one.valid_from, valid_to=until, corrects=one.seq,
                )  # fmt: skip
    return entry


def every(reading: Reading, as_of: AsOf = PRESENT) -> list[Authority]:
    """All operations that were recorded by then, by number."""
    made = records.every(reading.ledger, AUTHORITY, as_of)
    return _read(reading, made, as_of)


def authority(reading: Reading, name: str, as_of: AsOf = PRESENT) -> Authority:
    """One operation by its number, such as A-001. Raises NotFound."""
    found = records.find(reading.ledger, name)
    if found.type != AUTHORITY or found.recorded_at > as_of.known:
        raise _unknown(name)
    return _read(reading, [found], as_of)[0]


def police_operated(reading: Reading) -> Mapping[str, Sequence[PolicePeriod]]:
    """Accounts that police operate, or did, each with its periods."""
    found: dict[str, list[PolicePeriod]] = {}
    for one in police.periods(reading.ledger):
        found.setdefault(one.account_id, []).append(one)
    return found


def moment_of(text: str) -> int:
    """A day's first microsecond in Oslo, or a time with its zone. Raises BadInput."""
    return moments(text)[0]


def _end_of(text: str) -> int:
    first, last = moments(text)
    return last if first == last else last + 1


def _read(reading: Reading, made: Sequence[Record], as_of: AsOf) -> list[Authority]:
    ids = [one.id for one in made]
    # What was so at another time belongs to the record too: an officer's watch, an account that was handed back.
    said = [
        one
        for one in records.statements(reading.ledger, record=ids, as_of=None)
        if one.recorded_at <= as_of.known and (one.superseded_at is None or one.superseded_at > as_of.known)
    ]
    known: list[PolicePeriod] = police.periods(reading.ledger, as_of.known)
    now = clock_for(reading.ledger.synthetic)() if as_of.true == NOW else as_of.true
    reading.show(ids)
    return [
        _one(
            now,
            of,
            [one for one in said if one.record == of.id],
            tuple(one for one in known if one.authority == of.id),
        )
        for of in made
    ]


def _one(now: int, of: Record, said: Sequence[Statement], periods: tuple[PolicePeriod, ...]) -> Authority:
    values: dict[str, Any] = {}
    for name, field in FIELDS[AUTHORITY].items():
        last = newest(one for one in said if one.field == name) if field.single else None
        if last is not None:
            values[name] = last.value
    period, ended = values.get("period", {}), values.get("ended")
    end_us = period.get("to_us")
    if ended and end_us is not None:
        end_us = min(end_us, ended["to_us"])
    accounts = tuple(dict.fromkeys(one.target for one in said if one.field == "account" and one.target))
    due = "review" in values and end_of(values["review"]) < now < (end_us or now)
    return Authority(
        of.id, of.name, accounts, periods, values, said, period.get("from_us"), end_us, bool(ended), due
    )


def _found(act: Writing, name: str) -> Record:
    found = records.within(act.connection, name)
    if found.type != AUTHORITY:
        raise _unknown(name)
    return found


def _unknown(name: str) -> NotFound:
    return NotFound(
        _("There is no authorised operation %(name)s.") % {"name": name},
        _("Name it by its number, such as A-001."),
    )


def _check(act: Writing, decision: Decision, approvers: Sequence[str]) -> None:
    if decision.role not in approvers:
        raise Refused(
            _("%(role)s may not approve such an operation.") % {"role": decision.role or "?"},
            _("It can be: %(values)s (operation.toml, [authority] approvers).")
            % {"values": ", ".join(approvers)},
        )
    needed = {
        _("the legal basis"): decision.basis, _("the number of the decision"): decision.number,
        _("who approved it"): decision.approver, _("the scope"): decision.scope, _("the limits"): decision.limits,
        _("the review date"): decision.review,
    }  # fmt: skip
    missing = [name for name, value in needed.items() if not value.strip()]
    if missing:
        raise Refused(_("Missing: %(what)s.") % {"what": ", ".join(missing)}, _("A record needs all of it."))
    decided, begin, last = day_of(decision.day), day_of(decision.begin), day_of(decision.end)
    if begin_of(decided) > act.now:
        raise Refused(
            _("%(day)s lies in the future.") % {"day": decision.day}, _("Record it once it is decided.")
        )
    if last < begin:
        raise Refused(_("The period ends before it begins."), _("Give the earlier day first."))
    if begin < decided:
        raise Refused(
            _("The period begins on %(begin)s, before the decision of %(day)s.")
            % {"begin": decision.begin, "day": decision.day},
            _("Nothing is authorised before it is decided."),
        )
    if not begin <= day_of(decision.review) <= last:
        raise Refused(_("The review date lies outside the period."), _("Give a day within it."))
