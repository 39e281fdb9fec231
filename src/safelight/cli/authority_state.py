"""`safelight authority state`: add to an authorised operation."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework import authority
from safelight.cli.casework_options import Grade, Source, Why, basis, graded
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def authority_state(
    operation: Operation,
    name: Annotated[str, typer.Argument(help="Number of the operation, such as A-001.", metavar="AUTHORITY")],
    field: Annotated[
        str,
        typer.Argument(
            help="Officer, wrote (who was at the keyboard), log, partner, shared, report, review, limits or note.",
            metavar="FIELD",
        ),
    ],
    value: Annotated[
        str, typer.Argument(help="What is said; the officer's name for wrote.", metavar="VALUE")
    ],
    begin: Annotated[str, typer.Option("--from", help="From which day or time.", metavar="TIME")] = "",
    end: Annotated[str, typer.Option("--to", help="Until which day or time.", metavar="TIME")] = "",
    to: Annotated[str, typer.Option("--with", help="With whom it was shared.")] = "",
    ground: Annotated[str, typer.Option(help="On what basis it was shared.")] = "",
    source: Source = "",
    reason: Why = "",
    grade: Grade = "",
    purpose: Purpose = "authority",
) -> None:
    """Add an officer, who wrote when, the log, a partner, what was shared with whom on which basis, a report, a review."""
    door = Door(existing(operation), who=who(), purpose=purpose)
    with door, door.consult("authority stated", f"{name} {field}") as look:
        with look.reading.ledger.writing() as act:
            entry = authority.state(
                act, name, field, value, actor=door.who, begin=begin, end=end, to=to, ground=ground,
                basis=basis(grade=graded(operation, grade), source=source, reason=reason),
            )  # fmt: skip
        look.reading.show(entry.subjects)
    console().print(f"{name}: {field}, entry {entry.seq}.", markup=False)
