"""`safelight privileged destroy`: the reviewer finds that nobody may ever read it."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.cli.privileged_review import HoldNumber
from safelight.intake.privileged import destroy


def privileged_destroy(
    operation: Operation,
    hold: HoldNumber,
    reason: Annotated[str, typer.Option(help="On what decision; kept with it.")],
) -> None:
    """Delete what was held. Later runs leave it out too; the evidence itself is never changed."""
    destroy(existing(operation), hold, reason=reason, actor=who())
    console().print("Destroyed. Later runs leave it out; the bytes of its files stay closed.", markup=False)
