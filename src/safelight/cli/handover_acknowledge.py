"""`safelight handover acknowledge`: the receiver has checked a package and taken it."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework.handover import make
from safelight.cli.handover_options import Number
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def handover_acknowledge(
    operation: Operation,
    handover: Number,
    by: Annotated[str, typer.Option(help="Who acknowledged it.")],
    note: Annotated[str, typer.Option(help="What else belongs in the log.")] = "",
    purpose: Purpose = "handover",
) -> None:
    """Write down that the receiver has checked a package and taken it."""
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        made = make.acknowledge(door, handover, by, note)
    console().print(f"{made.name} is acknowledged by {by}.", markup=False)
