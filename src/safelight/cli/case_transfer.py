"""`safelight case transfer`: hand a case over to another unit."""

from __future__ import annotations

from safelight.casework import allocation, dates
from safelight.cli.case_allocate import To
from safelight.cli.case_state import CaseName
from safelight.cli.casework_options import First, Source, Why, acting, basis
from safelight.cli.options import Operation
from safelight.cli.output import console


def case_transfer(
    operation: Operation, case: CaseName, to: To, reason: Why, source: Source = "", first: First = ""
) -> None:
    """Transfer a case. The receiver owns it from that day; until `case acknowledge` it cannot be transferred again."""
    with acting(operation, "case transferred", case) as (_door, act, who):
        made = allocation.transfer(
            act,
            case,
            to,
            actor=who,
            basis=basis(source=source, reason=reason),
            since=dates.period(first).begin,
        )
    console().print(
        f"{case} is transferred, handover {made.name}; it waits for acknowledgement.", markup=False
    )
