"""`safelight right grant`: give somebody a right."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.casework_options import Why
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.ledger import rights
from safelight.ledger.ledger import Ledger

Somebody = Annotated[str, typer.Argument(help="Name of the user at the computer.", metavar="PERSON")]
Right = Annotated[str, typer.Argument(help="One of victims, privileged or handover.", metavar="RIGHT")]


def right_grant(operation: Operation, person: Somebody, right: Right, reason: Why) -> None:
    """Give somebody a right: to the register of victims (victims), to review what is privileged, to approve handovers. A
    right is everybody's until it is first granted; from then on it is theirs alone who hold it."""
    with Ledger.open(existing(operation)) as ledger:
        entry = rights.grant(ledger, person, right, reason=reason, actor=who())
    console().print(f"{person} has the right {right}, entry {entry.seq}.", markup=False)
