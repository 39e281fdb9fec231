"""`safelight clock correct`: state that an exhibit's clock was wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.clock_options import Begin, End, Exhibit, Formats, Reason, microseconds
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.ledger import clocks
from safelight.ledger.ledger import Ledger


def clock_correct(
    operation: Operation,
    exhibit: Exhibit,
    seconds: Annotated[
        int,
        typer.Argument(
            help="Seconds to add to the times as found: a clock 90 s fast needs -90.", metavar="SECONDS"
        ),
    ],
    reason: Reason,
    begin: Begin = None,
    end: End = None,
    form: Formats = None,
) -> None:
    """State that an exhibit's clock was wrong. Times are shown as found beside it; comparisons use the corrected ones."""
    with Ledger.open(existing(operation)) as ledger:
        entry = clocks.correct(
            ledger,
            exhibit,
            seconds,
            reason=reason,
            actor=who(),
            begin=microseconds(begin),
            end=microseconds(end),
            formats=form or (),
        )
    console().print(f"{exhibit}: {seconds:+d} s, entry {entry.seq}.", markup=False)
