"""`safelight case allocate`: decide whose a case is."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.casework import allocation, dates
from safelight.cli.case_state import CaseName
from safelight.cli.casework_options import First, Source, Why, acting, basis
from safelight.cli.options import Operation
from safelight.cli.output import console

To = Annotated[
    str, typer.Option("--to", help="Unit: a district (Vest), Kripos, Økokrim, or one abroad (SE:Polisen).")
]


def case_allocate(
    operation: Operation, case: CaseName, to: To, reason: Why, source: Source = "", first: First = ""
) -> None:
    """Decide which unit owns a case that nobody owns yet. `case show` says what the suspects' home districts propose."""
    with acting(operation, "case allocated", case) as (_door, act, who):
        entry = allocation.allocate(
            act,
            case,
            to,
            actor=who,
            basis=basis(source=source, reason=reason),
            since=dates.period(first).begin,
        )
    console().print(f"{case} is allocated, entry {entry.seq}.", markup=False)
