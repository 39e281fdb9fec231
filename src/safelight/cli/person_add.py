"""`safelight person add`: a new person."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.casework import persons
from safelight.cli.casework_options import (
    Grade,
    Nature,
    NatureOption,
    Source,
    Verified,
    VerifiedOption,
    Why,
    acting,
    basis,
    graded,
)
from safelight.cli.options import Operation
from safelight.cli.output import console


def person_add(
    operation: Operation,
    name: Annotated[str, typer.Option(help="Name, if one is known.")] = "",
    category: Annotated[str, typer.Option(help="suspect, convicted, victim or other (LED art. 6).")] = "",
    nature: NatureOption = Nature.fact,
    verified: VerifiedOption = Verified.unknown,
    grade: Grade = "",
    source: Source = "",
    reason: Why = "",
) -> None:
    """Register a person, known by name or not. What else is known is stated with `safelight person state`."""
    given = basis(nature, verified, graded(operation, grade), source, reason)
    with acting(operation, "person added", name) as (_door, act, who):
        made = persons.add(act, actor=who, basis=given, name=name, category=category)
    console().print(f"{made.name} is registered.", markup=False)
