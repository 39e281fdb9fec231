"""Takes a checked package over into another operation: the same records, accounts and decisions, marked as received.

Invariants:

- Ids stay: a record, an account and a decision about accounts are the same here as there. What is taken over says where it
  comes from (`Record.received_from`, the source of a statement, the purpose of a decision), claims the sender's date
  (`claimed_at`), and is recorded when it was imported.
- Nothing of our own is overwritten. Where the sender says otherwise than we do of a field with one value, or decides
  otherwise about two accounts, that stands as a conflict of the handover and counts nowhere until a person states it.
- Importing twice, or a later package that repeats what an earlier one gave, adds nothing: each statement is known by the
  sender's operation and its entry there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as field_
from typing import Any, Final
from zoneinfo import available_timezones

import sqlalchemy as sa

from safelight.casework import joining
from safelight.casework.handover.opened import Opened
from safelight.casework.handover.received_differences import Difference
from safelight.casework.joining import DIFFERENT, SAME
from safelight.errors import BadInput, Refused
from safelight.ledger import clocks, exhibits, identities, kinds, records
from safelight.ledger.as_of import NOW
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.identity_law import Standing, account_of
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.records import Basis, Record, Statement
from safelight.ledger.tables import STATEMENTS
from safelight.ledger.vocabulary import CASE, FIELDS, HANDOVER, VICTIM
from safelight.messages import _

#: What marks the source of a statement as received: `received:<operation>:<entry> <the sender's own source>`.
_ORIGIN: Final = "received:"


@dataclass(frozen=True, slots=True)
class Conflict:
    """The sender says otherwise than we do. `own`: our entry; `theirs` and `ours` in a few words."""

    about: str
    field: str
    theirs: str
    ours: str
    own: int
    child: bool = field_(default=False, compare=False)
    """It is about a child of the register, which not everybody may see."""


@dataclass(slots=True)
class Imported:
    """What an import did. `again`: this package was imported before, and nothing was written."""

    number: str
    operation: str
    sender_number: str
    again: bool = False
    records: int = 0
    statements: int = 0
    withdrawn: int = 0
    decisions: int = 0
    accounts: int = 0
    traces: Mapping[str, int] = field_(default_factory=dict)
    """Rows that are new in the catalog, by table: traces, and the items that they were read out of or that were chosen."""
    traces_known: int = 0
    """Rows that were there already, or are our own that came back."""
    traces_differ: int = 0
    """Rows that read otherwise here: ours stand."""
    known: int = 0
    """Statements and decisions that were here already."""
    conflicts: list[Conflict] = field_(default_factory=list)
    differences: Sequence[Difference] = ()
    """The first of what those differ in, with both readings."""


def origin_of(source: str) -> tuple[str, int] | None:
    """Operation and entry that a received statement comes from; None for our own."""
    if not source.startswith(_ORIGIN):
        return None
    operation, _colon, entry = source.removeprefix(_ORIGIN).partition(" ")[0].partition(":")
    return (operation, int(entry)) if entry.isdecimal() else None


def _plain(source: str) -> str:
    """A statement's source without the mark."""
    return source.partition(" ")[2] if origin_of(source) else source


class Takeover:
    """One import inside the writing transaction."""

    def __init__(
        self, act: Writing, ledger: Ledger, given: Mapping[str, Any], package: Opened, actor: str, why: str
    ) -> None:
        self._act, self._given, self._package, self._actor, self._why = act, given, package, actor, why
        self._operation: str = given["operation_id"]
        self._here = ledger.operation_id
        self._standing: Standing = identities.standing(ledger)
        self._here_clocks = clocks.every(ledger)
        self._own_exhibits = {one.key for one in exhibits.every(ledger)}
        self._done = Imported("", str(given["operation"]), str(given["terms"]["number"]))
        self._entries: dict[int, int] = {}
        """The sender's entry -> ours."""

    def run(self) -> Imported:
        before = self._imported_before()
        if before is not None:
            self._done.number, self._done.again = before, True
            return self._done
        try:
            self._records()
            handover = self._handover()
            self._statements(handover)
            self._accounts(handover)
            self._decisions(handover)
            self._clocks(handover)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadInput(
                _("The package's records cannot be read: %(why)s.") % {"why": repr(error)},
                _("Nothing was imported."),
            ) from error
        return self._done

    def _imported_before(self) -> str | None:
        row = STATEMENTS.c
        for one in records.statements_within(
            self._act.connection, [row.type == HANDOVER, row.field == "received"]
        ):
            if one.value.get("manifest") == self._package.manifest:
                return records.within(self._act.connection, one.record).name
        return None

    def _records(self) -> None:
        for one in self._given["records"]:
            if one["type"] not in FIELDS:
                raise ValueError(f"there is no kind of record {one['type']!r}")
            there = _record(self._act, one["id"])
            if there is None:
                made = records.make(
                    self._act,
                    one["type"],
                    actor=self._actor,
                    id_=str(one["id"]),
                    received_from=self._operation,
                )
                self._done.records += 1
                assert made.id == one["id"]
            elif there.type != one["type"]:
                raise Refused(
                    _("%(name)s has the same id here as a %(type)s of the package.")
                    % {"name": there.name, "type": one["type"]},
                    _("Nothing was imported: tell the sender that the ids of two operations collide."),
                )

    def _handover(self) -> Record:
        """The handover as a record of ours. Its id is the sender's, unless another package bears that already."""
        terms = self._given["terms"]
        id_ = None if _record(self._act, terms["id"]) else str(terms["id"])
        made = records.make(self._act, HANDOVER, actor=self._actor, id_=id_, received_from=self._operation)
        self._done.number = made.name

        def say(field_: str, value: Any, target: str | None = None) -> None:
            basis = Basis(claimed_at=int(terms["made_at"]))
            records.state(self._act, made.id, field_, value, target=target, actor=self._actor, basis=basis)

        say("kind", "received")
        if (_record(self._act, self._given["case"]) or made).type == CASE:
            say("case", True, self._given["case"])
        for one in terms["recipients"]:
            say("recipient", {"name": str(one["name"]), "key": str(one["key"])})
        say("audience", terms["audience"])
        say("basis", str(terms["basis"]))
        say("conditions", str(terms["conditions"]))
        say(
            "received",
            {
                "operation": self._done.operation, "operation_id": self._operation, "number": terms["number"],
                "manifest": self._package.manifest, "head": self._package.head,
                "signers": [list(one) for one in self._package.signers], "unknown_signer": self._why,
            },
        )  # fmt: skip
        return made

    def _statements(self, handover: Record) -> None:
        known = self._known()
        superseded = {int(seq): by for seq, by in self._given["superseded_by"].items()}
        withdrawn = {int(seq): str(reason) for seq, reason in self._given["withdrawn"].items()}
        for said in sorted(self._given["statements"], key=lambda one: int(one["seq"])):
            seq = int(said["seq"])
            origin = origin_of(str(said["basis"]["source"])) or (self._operation, seq)
            if origin[0] == self._here:  # what we gave comes back: it is here under its own number
                self._entries[seq] = origin[1]
                self._done.known += 1
            elif origin in known:
                if known[origin].field != "conflict":
                    self._entries[seq] = known[origin].seq
                self._done.known += 1
            else:
                self._one_statement(said, origin, superseded, handover)
            ours = self._entries.get(seq)
            if seq in withdrawn and ours is not None and self._stands(ours):
                records.withdraw(
                    self._act, ours, reason=f"{_ORIGIN}{self._operation}:{superseded[seq]} {withdrawn[seq]}",
                    actor=self._actor,
                )  # fmt: skip
                self._done.withdrawn += 1

    def _one_statement(
        self,
        said: Mapping[str, Any],
        origin: tuple[str, int],
        superseded: Mapping[int, int],
        handover: Record,
    ) -> None:
        seq, record, name = int(said["seq"]), str(said["record"]), str(said["field"])
        corrects = next((self._entries.get(old) for old, by in superseded.items() if by == seq), None)
        if corrects is not None and not self._stands(corrects):
            corrects = None
        own = self._own_conflict(said) if seq not in superseded else None
        basis = said["basis"]
        taken = Basis(
            nature=basis["nature"], verified=basis["verified"], source_grade=basis["source_grade"],
            content_grade=basis["content_grade"], reason=str(basis["reason"]),
            source=f"{_ORIGIN}{origin[0]}:{origin[1]} {_plain(str(basis['source']))}".rstrip(),
            claimed_at=int(basis["claimed_at"] or said["recorded_at"]), scheme=basis.get("scheme", "4x4"),
            handling=basis.get("handling", ""),
        )  # fmt: skip
        if own is not None:
            theirs, ours = _few(said["value"], said["target"]), _few(own.value, own.target)
            self._conflict(handover, record, name, said, own.seq, theirs, ours)
            if corrects is not None:  # what it took the place of there does not hold here in its stead
                why = f"{_ORIGIN}{origin[0]}:{origin[1]} {handover.name}"
                records.withdraw(self._act, corrects, reason=why, actor=self._actor)
            return
        entry = records.state(
            self._act, record, name, said["value"], target=said["target"], actor=self._actor, basis=taken,
            valid_from=said["valid_from"], valid_to=said["valid_to"], corrects=corrects,
        )  # fmt: skip
        self._entries[seq] = entry.seq
        self._done.statements += 1

    def _own_conflict(self, said: Mapping[str, Any]) -> Statement | None:
        """What we ourselves say of the same field at the same time, if that is something else."""
        record = records.within(self._act.connection, str(said["record"]))
        known = FIELDS[record.type].get(str(said["field"]))
        row = STATEMENTS.c
        if known is not None and known.name in (SAME, DIFFERENT):
            return self._tie_against(record, known.name, str(said["target"]))
        if known is None or not known.single:
            return None
        where = [row.record == record.id, row.field == known.name, row.superseded_at.is_(None)]
        return next(
            (
                one
                for one in records.statements_within(self._act.connection, where)
                if (origin_of(one.basis.source) or ("",))[0] != self._operation
                and (one.value, one.target) != (said["value"], said["target"])
                and _overlap(one, said)
            ),
            None,
        )

    def _tie_against(self, record: Record, field_: str, target: str) -> Statement | None:
        """What forbids to join two records, or to declare them different, also through a chain of others."""
        of = joining.classes_within(self._act.connection, record.type)
        one, other = set(of.of(record.id)), set(of.of(target))
        if field_ == DIFFERENT and target not in one:
            return None
        for tie in joining.ties_within(
            self._act.connection, record.type, SAME if field_ == DIFFERENT else DIFFERENT
        ):
            ends = {tie.a, tie.b}
            if (ends <= one) if field_ == DIFFERENT else (ends & one and ends & other):
                return records.statements_within(self._act.connection, [STATEMENTS.c.seq == tie.seq])[0]
        return None

    def _accounts(self, handover: Record) -> None:
        for one in self._given["accounts"]:
            for tenure in one["tenures"]:
                told = {"what": "account", "number": str(one["native"]), "network": one["network"],
                        "instance": one["instance"], "name": str(one["name"])}  # fmt: skip
                records.state(self._act, handover.id, "gave", told, target=str(tenure), actor=self._actor)
            self._done.accounts += 1
        for one in self._given.get("exhibits", ()):
            told = {"what": "exhibit", "number": str(one["number"]), "name": str(one["label"])}
            records.state(self._act, handover.id, "gave", told, target=str(one["key"]), actor=self._actor)
        for one in self._given["records"]:
            told = {"what": str(one["type"]), "number": str(one["name"])}
            records.state(self._act, handover.id, "gave", told, target=str(one["id"]), actor=self._actor)

    def _decisions(self, handover: Record) -> None:
        """Splits first: they make the periods that decisions speak of."""
        for one in self._given["splits"]:
            account, at = str(one["account_id"]), int(one["at_us"])
            if any(tenure.begin_us == at for tenure in self._standing.tenures_of(account)):
                self._done.known += 1
            elif len(self._standing.tenures_of(account)) > 1 or self._decided_about(account):
                shaped = max(tenure.seq for tenure in self._standing.tenures_of(account))
                self._conflict(
                    handover, handover.id, "split", one, shaped, f"{account} {one['at_text']}", account
                )
            else:
                payload = {"at_us": at, "at_text": str(one["at_text"]), "reason": str(one["reason"])}
                self._decide(kinds.TENURE_SPLIT, payload, [account], one)
        now = {(one.a, one.b): one for one in self._standing.in_force}
        for one in self._given["identities"]:
            first, second = sorted((str(one["a"]), str(one["b"])))
            mine = now.get((first, second))
            if one["decision"] not in identities.DECISIONS or first == second:
                raise ValueError(f"{one['decision']!r} is no decision")
            if mine is not None and mine.decision == one["decision"]:
                self._done.known += 1
            elif mine is not None and mine.decision != "undecided":
                self._conflict(
                    handover, handover.id, "identity", one, mine.seq, f"{first} {second}: {one['decision']}",
                    mine.decision,
                )  # fmt: skip
            else:
                periods = [_period(name, self._given["splits"]) for name in (first, second)]
                payload = {
                    "decision": one["decision"], "reason": str(one["reason"]), "source_grade": one["source_grade"],
                    "content_grade": one["content_grade"], "scheme": one.get("scheme", "4x4"),
                    "handling": one.get("handling", ""), "seen": one["seen"], "periods": periods, "four_eyes": False,
                }  # fmt: skip
                self._decide(kinds.IDENTITY_DECIDED, payload, [first, second], one)

    def _clocks(self, handover: Record) -> None:
        """Decisions about the clocks of the sender's exhibits; those of our own exhibits stand as we decided them."""
        numbers = {str(one["key"]): str(one["number"]) for one in self._given.get("exhibits", ())}
        for one in self._given.get("clocks", ()):
            exhibit = str(one["exhibit"])
            if exhibit not in numbers:
                raise ValueError(f"a clock of {exhibit!r}, which is no exhibit of the package")
            what = (
                {"seconds": int(one["seconds"])} if one["seconds"] is not None else {"zone": str(one["zone"])}
            )
            if "zone" in what and what["zone"] not in available_timezones():
                raise ValueError(f"{what['zone']!r} is no time zone")
            same = [each for each in self._here_clocks if _alike(each, one)]
            if same:
                self._done.known += 1
            elif exhibit in self._own_exhibits:
                mine = max((each.seq for each in self._here_clocks if each.exhibit == exhibit), default=0)
                theirs = f"{numbers[exhibit]} {next(iter(what.values()))}"
                self._conflict(
                    handover, handover.id, "clock", one, mine, theirs, f"entry {mine}" if mine else "–"
                )
            else:
                begin, end = (None if one[name] is None else int(one[name]) for name in ("begin", "end"))
                payload = {**what, "begin": begin, "end": end, "formats": sorted(map(str, one["formats"])),
                           "reason": str(one["reason"])}  # fmt: skip
                self._decide(kinds.CLOCK_DECIDED, payload, [exhibit], one)

    def _decided_about(self, account: str) -> bool:
        return any(account in (account_of(one.a), account_of(one.b)) for one in self._standing.in_force)

    def _decide(
        self, kind: kinds.Kind, payload: dict[str, Any], subjects: Sequence[str], said: Mapping[str, Any]
    ) -> None:
        self._act.append(
            kind.name, payload, verb=kind.verb, actor=self._actor, subjects=subjects,
            purpose=f"{_ORIGIN}{self._operation}:{said['seq']} {said['actor']}", valid_from=int(said["recorded_at"]),
        )  # fmt: skip
        self._done.decisions += 1

    def _conflict(
        self,
        handover: Record,
        about: str,
        name: str,
        said: Mapping[str, Any],
        own: int,
        theirs: str,
        ours: str,
    ) -> None:
        record = _record(self._act, about) or handover
        kept = {key: value for key, value in said.items() if key not in ("superseded_at", "basis")}
        value = {"field": name, "theirs": theirs, "ours": ours, "own": own, "said": kept}
        basis = Basis(claimed_at=int(said["recorded_at"]), source=f"{_ORIGIN}{self._operation}:{said['seq']}")
        records.state(self._act, handover.id, "conflict", value, target=about, actor=self._actor, basis=basis)
        child = VICTIM in (record.type, name)
        self._done.conflicts.append(Conflict(record.name, name, theirs, ours, own, child))

    def _known(self) -> dict[tuple[str, int], Statement]:
        """Statements of the package's records that were received before, and conflicts, by where they come from."""
        ids = [str(one["id"]) for one in self._given["records"]]
        row = STATEMENTS.c
        where = [sa.or_(row.record.in_(ids), sa.and_(row.type == HANDOVER, row.field == "conflict"))]
        found: dict[tuple[str, int], Statement] = {}
        for one in records.statements_within(self._act.connection, where):
            origin = origin_of(one.basis.source)
            if origin is not None:
                found[origin] = one
        return found

    def _stands(self, seq: int) -> bool:
        row = STATEMENTS.c
        where = [row.seq == seq, row.superseded_at.is_(None)]
        return bool(records.statements_within(self._act.connection, where))


def _record(act: Writing, id_: object) -> Record | None:
    return records.known(act.connection, str(id_))


def _few(value: Any, target: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part not in (None, ""))
    return str(target if value is True else value)


def _alike(one: ClockDecision, said: Mapping[str, Any]) -> bool:
    return (one.exhibit, one.seconds, one.zone, one.begin, one.end, list(one.formats)) == (
        said["exhibit"], said["seconds"], said["zone"], said["begin"], said["end"], sorted(said["formats"]),
    )  # fmt: skip


def _overlap(one: Statement, said: Mapping[str, Any]) -> bool:
    return (said["valid_from"] or 0) < (one.valid_to or NOW) and (one.valid_from or 0) < (
        said["valid_to"] or NOW
    )


def _period(tenure: str, splits: Iterable[Mapping[str, Any]]) -> list[int | None]:
    """The period of a tenure, out of the splits that came along."""
    account = account_of(tenure)
    at = sorted(int(one["at_us"]) for one in splits if one["account_id"] == account)
    if tenure == account:
        return [None, at[0] if at else None]
    begin = int(tenure.rpartition("@")[2])
    return [begin, next((one for one in at if one > begin), None)]
