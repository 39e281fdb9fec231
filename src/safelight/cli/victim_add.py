"""`safelight victim add`: register a child."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework import victims
from safelight.casework.victim_register import opened
from safelight.cli.casework_options import (
    Grade,
    Nature,
    NatureOption,
    Source,
    Verified,
    VerifiedOption,
    Why,
    basis,
    graded,
)
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def victim_add(
    operation: Operation,
    name: Annotated[str, typer.Option(help="Its name, where it is identified.")] = "",
    source: Source = "",
    reason: Why = "",
    nature: NatureOption = Nature.fact,
    verified: VerifiedOption = Verified.unknown,
    grade: Grade = "",
    purpose: Purpose = "victims",
) -> None:
    """Register a child, known by name or through media or chat alone. It gets a number, such as V-014."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("victim added") as look:
        opened(look.reading, door.who)
        rests = basis(nature, verified, graded(operation, grade), source, reason)
        with look.reading.ledger.writing() as act:
            made = victims.add(act, actor=door.who, name=name, basis=rests)
            look.reading.show([made.id])
    console().print(f"{made.name}, entry {made.seq}.", markup=False)
