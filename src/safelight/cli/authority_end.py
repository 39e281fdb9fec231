"""`safelight authority end`: an authorised operation has ended."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework import authority
from safelight.cli.identities_options import Reason
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def authority_end(
    operation: Operation,
    name: Annotated[str, typer.Argument(help="Number of the operation, such as A-001.", metavar="AUTHORITY")],
    day: Annotated[str, typer.Argument(help="Its last day.", metavar="DAY")],
    reason: Reason,
    handed_back: Annotated[
        bool, typer.Option(help="The account is its owner's again; else it stays in the hands of police.")
    ] = False,
    purpose: Purpose = "authority",
) -> None:
    """Record that an operation ended, before its period is over or with it. Later messages of the account are flagged."""
    door = Door(existing(operation), who=who(), purpose=purpose)
    with door, door.consult("authority ended", name) as look:
        with look.reading.ledger.writing() as act:
            entry = authority.end(act, name, day, reason=reason, actor=door.who, handed_back=handed_back)
        look.reading.show(entry.subjects)
    console().print(f"{name} ended on {day}, entry {entry.seq}.", markup=False)
