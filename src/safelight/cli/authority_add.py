"""`safelight authority add`: record an authorised operation."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.access.identity_acts import named
from safelight.casework import authority
from safelight.cli.casework_options import Grade, Source, basis, graded
from safelight.cli.identities_options import Account
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console
from safelight.operation.settings import read_settings


def authority_add(
    operation: Operation,
    account: Account,
    law: Annotated[str, typer.Option("--basis", help="Legal basis.")],
    decision: Annotated[str, typer.Option(help="Number of the decision.")],
    decided: Annotated[str, typer.Option(help="Day of the decision, 2016-11-07.", metavar="DAY")],
    approver: Annotated[str, typer.Option(help="Who approved it.")],
    role: Annotated[str, typer.Option(help="The approver's role, one of [authority] in operation.toml.")],
    begin: Annotated[str, typer.Option("--from", help="First day of the period.", metavar="DAY")],
    end: Annotated[str, typer.Option("--to", help="Last day of the period.", metavar="DAY")],
    scope: Annotated[str, typer.Option(help="What may be done.")],
    limits: Annotated[str, typer.Option(help="What may not.")],
    review: Annotated[str, typer.Option(help="Day by which it is reviewed.", metavar="DAY")],
    officer: Annotated[list[str] | None, typer.Option(help="Officer who may write; repeat it.")] = None,
    partner: Annotated[list[str] | None, typer.Option(help="Who takes part; repeat it.")] = None,
    taken_over: Annotated[
        str,
        typer.Option(
            help="Day or time (with zone) from which police operate the account; else the first day.",
            metavar="TIME",
        ),
    ] = "",
    source: Source = "",
    grade: Grade = "",
    purpose: Purpose = "authority",
) -> None:
    """Record that police continue a contact: basis, decision, approver, period, scope, limits, officers. Nothing is sent.

    The circular of the day of the decision is noted by itself. From the take-over on the account's acts are an officer's
    in every statistic, list of hits and proposal.
    """
    folder = existing(operation)
    with Door(folder, who=who(), purpose=purpose) as door, door.consult("authority added", account) as look:
        paper = authority.Decision(
            named(look.reading, account), law, decision, decided, approver, role, begin, end, scope, limits,
            review, tuple(officer or ()), tuple(partner or ()), taken_over,
        )  # fmt: skip
        approvers = read_settings(folder.settings).authority.approvers
        with look.reading.ledger.writing() as act:
            made = authority.add(
                act,
                paper,
                approvers=approvers,
                actor=door.who,
                basis=basis(grade=graded(operation, grade), source=source),
            )
            look.reading.show([made.id])
    console().print(f"{made.name}, entry {made.seq}.", markup=False)
