"""`safelight clock zone`: assume the zone of wall-clock times."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.clock_options import Begin, End, Exhibit, Formats, Reason, microseconds
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.ledger import clocks
from safelight.ledger.ledger import Ledger


def clock_zone(
    operation: Operation,
    exhibit: Exhibit,
    zone: Annotated[
        str, typer.Argument(help="Time zone, such as Europe/Oslo or Asia/Manila.", metavar="ZONE")
    ],
    reason: Reason,
    begin: Begin = None,
    end: End = None,
    form: Formats = None,
) -> None:
    """Assume the zone of wall-clock times that state none (many logs). It is shown as assumed, with your name."""
    with Ledger.open(existing(operation)) as ledger:
        entry = clocks.assume_zone(
            ledger,
            exhibit,
            zone,
            reason=reason,
            actor=who(),
            begin=microseconds(begin),
            end=microseconds(end),
            formats=form or (),
        )
    console().print(f"{exhibit}: {zone} assumed, entry {entry.seq}.", markup=False)
