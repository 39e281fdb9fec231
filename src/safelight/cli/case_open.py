"""`safelight case open`: a new case."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.casework import allocation, cases, dates
from safelight.cli.casework_options import First, Source, Why, acting, basis
from safelight.cli.options import Operation
from safelight.cli.output import console
from safelight.operation.settings import read_settings


def case_open(
    operation: Operation,
    reason: Why,
    number: Annotated[
        str, typer.Option(help="The unit's own number; without it the next one by [cases] number_pattern.")
    ] = "",
    title: Annotated[str, typer.Option(help="A few words.")] = "",
    kind: Annotated[str, typer.Option(help="What sort of case it is, as the unit says it.")] = "",
    owner: Annotated[
        str, typer.Option(help="Unit that owns it: Vest, Kripos, SE:Polisen. Without it nobody yet.")
    ] = "",
    source: Source = "",
    first: First = "",
) -> None:
    """Open a case. People, provisions and deadlines are stated with `safelight case state`."""
    given, opened = basis(source=source, reason=reason), dates.period(first)
    with acting(operation, "case opened", number) as (door, act, who):
        settings = read_settings(door.folder.settings).cases
        made = cases.open_case(
            act,
            actor=who,
            basis=given,
            settings=settings,
            number=number,
            title=title,
            kind=kind,
            opened=opened,
        )
        if owner:
            allocation.allocate(act, made.id, owner, actor=who, basis=given, since=opened.begin)
    console().print(f"{made.name} is open.", markup=False)
