"""`safelight clock withdraw`: take a decision about a clock back."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.ledger import clocks
from safelight.ledger.ledger import Ledger


def clock_withdraw(
    operation: Operation,
    entry: Annotated[
        int, typer.Argument(help="Number of the entry, as `clock list` shows it.", metavar="ENTRY")
    ],
    reason: Annotated[str, typer.Option(help="Why; kept in the ledger.")],
) -> None:
    """Take a decision about a clock or a zone back. It stays in the ledger."""
    with Ledger.open(existing(operation)) as ledger:
        clocks.withdraw(ledger, entry, reason=reason, actor=who())
    console().print(f"Entry {entry} is withdrawn.", markup=False)
