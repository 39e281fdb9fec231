"""`safelight handover withdraw`: what was prepared is not given."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework.handover import make
from safelight.cli.handover_options import Number
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console


def handover_withdraw(
    operation: Operation, handover: Number, reason: Annotated[str, typer.Option(help="Why it is not given.")]
) -> None:
    """Withdraw a handover that was prepared and never made. It stays in the ledger, and no package can be made of it."""
    with Door(existing(operation), who=who(), purpose=reason) as door:
        made = make.withdraw(door, handover, reason)
    console().print(f"{made.name} is withdrawn.", markup=False)
