"""`safelight person withdraw`: take a statement about a person back."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.casework import persons
from safelight.cli.casework_options import Why, acting
from safelight.cli.options import Operation
from safelight.cli.output import console


def person_withdraw(
    operation: Operation,
    entry: Annotated[
        int, typer.Argument(help="Number of the entry, as `person show` shows it.", metavar="ENTRY")
    ],
    reason: Why,
) -> None:
    """Take back one statement or decision. It stays in the history, with your reason."""
    with acting(operation, "statement withdrawn", str(entry)) as (_door, act, who):
        persons.withdraw(act, entry, reason=reason, actor=who)
    console().print(f"Entry {entry} no longer holds.", markup=False)
