"""`safelight case acknowledge`: the receiver of a transfer took the case over, or returned it."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.casework import allocation, dates
from safelight.cli.case_state import CaseName
from safelight.cli.casework_options import First, Source, Why, acting, basis
from safelight.cli.options import Operation
from safelight.cli.output import console


def case_acknowledge(
    operation: Operation,
    case: CaseName,
    by: Annotated[str, typer.Option(help="Who says so: the person or unit that received it.")],
    reason: Why = "",
    returned: Annotated[bool, typer.Option("--returned", help="It was not taken over but returned.")] = False,
    source: Source = "",
    first: First = "",
) -> None:
    """Record the receiver's answer. A returned case is the former owner's again."""
    with acting(operation, "case acknowledged", case) as (_door, act, who):
        entry = allocation.acknowledge(
            act, case, actor=who, by=by, accepted=not returned, basis=basis(source=source, reason=reason),
            since=dates.period(first).begin,
        )  # fmt: skip
    console().print(
        f"{case} is {'returned' if returned else 'acknowledged'}, entry {entry.seq}.", markup=False
    )
