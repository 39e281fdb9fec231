"""`safelight victim state`: say one thing of a child."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework import victims
from safelight.casework.urgency import moments
from safelight.casework.victim_register import opened
from safelight.casework.victim_values import meant
from safelight.cli.casework_options import (
    Corrects,
    Grade,
    Nature,
    NatureOption,
    Source,
    Verified,
    VerifiedOption,
    Why,
    basis,
    graded,
)
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def victim_state(
    operation: Operation,
    child: Annotated[str, typer.Argument(help="Number of the child, such as V-014.", metavar="CHILD")],
    field: Annotated[
        str,
        typer.Argument(
            help="What is said: status, name, born, country, person, series, media, account, session, suspect, contact, "
            "material, access, planned, taken_by or note.",
            metavar="FIELD",
        ),
    ],
    value: Annotated[
        str,
        typer.Argument(
            help="The value: a day or time for contact and material; travel, stream or meeting for planned; stated, "
            "assessed or judged for access; the number or id of what it is linked to.",
            metavar="VALUE",
        ),
    ],
    begin: Annotated[
        str, typer.Option("--from", help="Since when it holds, or when the plan begins.", metavar="DAY")
    ] = "",
    end: Annotated[
        str, typer.Option("--to", help="Until when it holds, or when the plan ends.", metavar="DAY")
    ] = "",
    corrects: Corrects = None,
    source: Source = "",
    reason: Why = "",
    nature: NatureOption = Nature.fact,
    verified: VerifiedOption = Verified.unknown,
    grade: Grade = "",
    purpose: Purpose = "victims",
) -> None:
    """State one thing of a child, with its source: status, links, signs of contact, what is planned."""
    door = Door(existing(operation), who=who(), purpose=purpose)
    with door, door.consult("victim stated", f"{child} {field}") as look:
        opened(look.reading, door.who)
        rests = basis(nature, verified, graded(operation, grade), source, reason)
        planned = field == "planned"
        with look.reading.ledger.writing() as act:
            said, target = meant(look.reading, act, field, value, begin=begin, end=end, actor=door.who)
            entry = victims.state(
                act,
                child,
                field,
                said,
                target=target,
                actor=door.who,
                basis=rests,
                valid_from=moments(begin)[0] if begin and not planned else None,
                valid_to=moments(end)[1] + 1 if end and not planned else None,
                corrects=corrects,
            )
            look.reading.show(entry.subjects)
    console().print(f"{child}: {field}, entry {entry.seq}.", markup=False)
