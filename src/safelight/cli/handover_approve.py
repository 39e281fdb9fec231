"""`safelight handover approve`: a second person approves what was prepared."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework.handover import make
from safelight.cli.handover_options import Number
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console


def handover_approve(
    operation: Operation, handover: Number, reason: Annotated[str, typer.Option(help="Why you approve it.")]
) -> None:
    """Approve as the second person exactly what was prepared."""
    with Door(existing(operation), who=who(), purpose=reason) as door:
        made = make.approve(door, handover, reason)
    console().print(f"{made.name} is approved by {who()}.", markup=False)
