"""`safelight person show`: what is known of a person, and on what basis."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework import cases, persons
from safelight.casework.persons import Past
from safelight.cli.casework_options import Day, SeenToday, as_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.cli.person_state import PersonName
from safelight.ledger.as_of import day_in_oslo
from safelight.ledger.records import Statement


def person_show(
    operation: Operation,
    person: PersonName,
    day: Day = "",
    seen_today: SeenToday = False,
    history: Annotated[bool, typer.Option("--history", help="Every statement, withdrawn ones too.")] = False,
    purpose: Purpose = "overview",
) -> None:
    """Show a person: every statement with nature, check, grades, source and period; joinings; cases with role."""
    moment = as_of(day, seen_today)
    with (
        Door(existing(operation), who=who(), purpose=purpose) as door,
        door.consult("person", person) as look,
    ):
        found = persons.person(look.reading, person, moment)
        past = persons.history(look.reading, person, moment) if history else []
        roles = cases.of_person(look.reading, [one.id for one in found.joined], moment)
    joined = ", ".join(one.name for one in found.joined if one.id != found.record.id)
    console().print(
        f"{found.record.name} {found.name}".strip() + (f" (with {joined})" if joined else ""), markup=False
    )
    there = found.home.district or "unknown"
    console().print(f"Home district: {there} ({found.home.because}).", markup=False)
    show("", STATEMENTS, [row(one) for one in found.said])
    if found.decisions:
        names = {one.id: one.name for one in found.joined}
        show(
            "",
            ["entry", "decision", "of", "and", "reason", "by", "on"],
            [
                (one.seq, one.field, names.get(one.record, one.record), names.get(one.target or "", one.target),
                 one.basis.reason, one.actor, day_in_oslo(one.recorded_at))
                for one in found.decisions
            ],
        )  # fmt: skip
    if roles:
        show(
            "",
            ["case", "role", "standing", "status"],
            [(one.case, one.role, one.standing, one.status) for one in roles],
        )
    if history:
        show("History", [*STATEMENTS, "ended"], [(*row(one.said), _ended(one)) for one in past])


STATEMENTS = (
    "entry",
    "what",
    "value",
    "nature",
    "checked",
    "grade",
    "source",
    "reason",
    "from",
    "to",
    "by",
    "stated",
)


def row(one: Statement) -> tuple[object, ...]:
    """A statement as a row of `STATEMENTS`."""
    return (
        one.seq,
        one.field,
        persons.words(one.field, one.value) or one.target or "",
        one.basis.nature,
        one.basis.verified,
        str(one.basis.grade),
        one.basis.source,
        one.basis.reason,
        "" if one.valid_from is None else day_in_oslo(one.valid_from),
        "" if one.valid_to is None else day_in_oslo(one.valid_to - 1),
        one.actor,
        day_in_oslo(one.recorded_at),
    )


def _ended(one: Past) -> str:
    if one.ended_by is None:
        return ""
    how = "withdrawn" if one.withdrawn else "followed"
    return f"{how} by entry {one.ended_by}, {one.actor}" + (f": {one.reason}" if one.reason else "")
