"""`safelight person state`: one thing that is known of a person, and on what basis."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from safelight.access.door import Door
from safelight.access.identity_acts import named
from safelight.casework import dates, persons
from safelight.cli.casework_options import (
    Claimed,
    Corrects,
    First,
    Grade,
    Last,
    Nature,
    NatureOption,
    Source,
    Verified,
    VerifiedOption,
    Why,
    basis,
    graded,
)
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.errors import Refused
from safelight.ledger.vocabulary import FIELDS, PERSON

PersonName = Annotated[
    str, typer.Argument(help="The person's number, such as P-031, or id.", metavar="PERSON")
]


def person_state(
    operation: Operation,
    person: PersonName,
    field: Annotated[
        str, typer.Argument(help="One of name, alias, category, born, address ...", metavar="FIELD")
    ],
    value: Annotated[
        str,
        typer.Argument(
            help="What is so: a text, a date, phone=+47 900 00 000 (identifier), an account, or the kind of a relation.",
            metavar="VALUE",
        ),
    ],
    municipality: Annotated[str, typer.Option(help="Of an address: number of the municipality.")] = "",
    target: Annotated[str, typer.Option(help="Of a relation: the other person's number.")] = "",
    nature: NatureOption = Nature.fact,
    verified: VerifiedOption = Verified.unknown,
    grade: Grade = "",
    source: Source = "",
    reason: Why = "",
    claimed: Claimed = "",
    first: First = "",
    last: Last = "",
    corrects: Corrects = None,
) -> None:
    """State one thing of a person, from when to when, with its basis. Nothing that was stated before is changed: a later
    statement takes its place (--corrects), or both stand with their periods."""
    known = FIELDS[PERSON].get(field)
    if known is None:
        raise Refused(f"Nothing is called {field!r} of a person.", f"Use one of {', '.join(FIELDS[PERSON])}.")
    given, holds = (
        basis(nature, verified, graded(operation, grade), source, reason, claimed),
        dates.period(first, last),
    )
    actor = who()
    with (
        Door(existing(operation), who=actor, purpose="person stated") as door,
        door.consult("person stated", person) as look,
    ):
        at = named(look.reading, value) if known.target == "account" else target or None
        said = True if known.target == "account" else _said(field, value, municipality)
        with look.reading.ledger.writing() as act:
            entry = persons.state(
                act, person, field, said, actor=actor, basis=given, target=at, holds=holds, corrects=corrects
            )
    console().print(f"{person}: {field} is stated, entry {entry.seq}.", markup=False)


def _said(field: str, value: str, municipality: str) -> Any:
    if field == "address":
        return {"text": value, "municipality": municipality}
    if field == "identifier":
        kind, _equals, own = value.partition("=")
        return {"kind": kind, "value": own}
    return value
