"""What each act of a replayed script does: the same functions that pages and commands call, with the ids of the script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from safelight.casework import allocation, cases, persons, victims
from safelight.casework.dates import period
from safelight.casework.held import held
from safelight.errors import NotFound
from safelight.ledger import exhibits, records
from safelight.ledger.ledger import Ledger, Writing
from safelight.ledger.records import Basis
from safelight.ledger.vocabulary import CASE, PERSON

Line = Mapping[str, Any]


def _basis(line: Line) -> Basis:
    return Basis("fact", "yes", "A", "1", str(line.get("source", "")), str(line.get("reason", "")))


def _more(act: Writing, line: Line, record: str) -> dict[str, Any]:
    """What the keyword arguments of every `state` have in common."""
    found = {"target": line.get("target"), "basis": _basis(line)}
    if line.get("corrects"):
        found["corrects"] = _standing(act, record, line["field"])
    return found


def _standing(act: Writing, record: str, field: str) -> int:
    """The newest statement of a record's field that stands."""
    found = held(act, field, record=record)
    if not found:
        raise NotFound(
            f"Nothing is said of {field!r} of {record}.", "The script does not fit what was replayed."
        )
    return max(one.seq for one in found)


def _exhibit_add(ledger: Ledger, line: Line, actor: str) -> None:
    if line["number"] in {one.number for one in exhibits.every(ledger)}:
        return  # registered by hand or by an earlier replay
    names = ("number", "label", "seized", "legal_basis", "officer", "size")
    exhibits.add(ledger, actor=actor, **{name: line[name] for name in names})


def _exhibit_correct(ledger: Ledger, line: Line, actor: str) -> None:
    exhibits.correct(ledger, line["number"], actor=actor, purpose=line["reason"], size=line["size"])


def _person(act: Writing, line: Line, actor: str) -> None:
    records.make(act, PERSON, actor=actor, id_=line["id"])


def _person_state(act: Writing, line: Line, actor: str) -> None:
    persons.state(
        act, line["person"], line["field"], line["value"], actor=actor,
        holds=period(line.get("from", "")), **_more(act, line, line["person"]),
    )  # fmt: skip


def _case(act: Writing, line: Line, actor: str) -> None:
    records.make(act, CASE, actor=actor, id_=line["id"])


def _case_state(act: Writing, line: Line, actor: str) -> None:
    cases.state(
        act, line["case"], line["field"], line["value"], actor=actor,
        holds=period(line.get("from", "")), **_more(act, line, line["case"]),
    )  # fmt: skip


def _allocate(act: Writing, line: Line, actor: str) -> None:
    allocation.allocate(act, line["case"], line["to"], actor=actor, basis=_basis(line))


def _transfer(act: Writing, line: Line, actor: str) -> None:
    allocation.transfer(act, line["case"], line["to"], actor=actor, basis=_basis(line))


def _acknowledge(act: Writing, line: Line, actor: str) -> None:
    allocation.acknowledge(act, line["case"], actor=actor, by=line["by"], accepted=True, basis=_basis(line))


def _victim(act: Writing, line: Line, actor: str) -> None:
    victims.add(act, actor=actor, basis=_basis(line), id_=line["id"])


def _victim_state(act: Writing, line: Line, actor: str) -> None:
    victims.state(
        act, line["victim"], line["field"], line["value"], actor=actor,
        valid_from=period(line.get("from", "")).begin, **_more(act, line, line["victim"]),
    )  # fmt: skip


def _same(act: Writing, line: Line, actor: str) -> None:
    victims.same(act, line["victim"], line["other"], actor=actor, basis=_basis(line))


def _different(act: Writing, line: Line, actor: str) -> None:
    victims.different(act, line["victim"], line["other"], actor=actor, basis=_basis(line))


def _withdraw(act: Writing, line: Line, actor: str) -> None:
    records.withdraw(act, _standing(act, line["record"], line["field"]), reason=line["reason"], actor=actor)


#: Acts that have a transaction of their own.
EXHIBITS: Final[Mapping[str, Callable[[Ledger, Line, str], None]]] = {
    "exhibit.add": _exhibit_add,
    "exhibit.correct": _exhibit_correct,
}
#: Acts of which those of a day stand in one transaction.
ACTS: Final[Mapping[str, Callable[[Writing, Line, str], None]]] = {
    "person": _person,
    "person.state": _person_state,
    "case": _case,
    "case.state": _case_state,
    "case.allocate": _allocate,
    "case.transfer": _transfer,
    "case.acknowledge": _acknowledge,
    "victim": _victim,
    "victim.state": _victim_state,
    "victim.same": _same,
    "victim.different": _different,
    "withdraw": _withdraw,
}
