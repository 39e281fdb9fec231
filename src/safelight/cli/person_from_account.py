"""`safelight person from-account`: a person made out of an account and those that stand with it."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework import from_account
from safelight.cli.casework_options import Grade, Source, Why, basis, graded
from safelight.cli.identities_options import Account
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console


def person_from_account(
    operation: Operation,
    account: Account,
    reason: Why,
    name: Annotated[str, typer.Option(help="Name, if one is known.")] = "",
    category: Annotated[str, typer.Option(help="suspect, convicted, victim or other (LED art. 6).")] = "",
    proposed: Annotated[
        bool, typer.Option("--proposed", help="With the accounts that are only proposed, as assessments.")
    ] = False,
    grade: Grade = "",
    source: Source = "",
) -> None:
    """Register a person with an account and all that were decided to be the same person's, in one act."""
    given = basis(grade=graded(operation, grade), source=source, reason=reason)
    actor = who()
    with (
        Door(existing(operation), who=actor, purpose="person from account") as door,
        door.consult("person from account", account) as look,
    ):
        found = from_account.accounts(look.reading, account)
        with look.reading.ledger.writing() as act:
            made = from_account.make(
                act, found, actor=actor, basis=given, name=name, category=category, with_proposed=proposed
            )
    taken = len(found.decided) + (len(found.proposed) if proposed else 0)
    console().print(f"{made.name} is registered with {taken} account{'s' * (taken != 1)}.", markup=False)
    if found.proposed and not proposed:
        console().print(
            f"{len(found.proposed)} more are proposed, and nobody decided about them: see `safelight identities list`.",
            markup=False,
        )
