"""`safelight victim same`: two records are one child."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework import victims
from safelight.casework.victim_register import opened
from safelight.cli.casework_options import Grade, Nature, basis, graded
from safelight.cli.identities_options import Reason
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def victim_same(
    operation: Operation,
    a: Annotated[str, typer.Argument(help="One record, such as V-014.", metavar="CHILD")],
    b: Annotated[str, typer.Argument(help="The other.", metavar="CHILD")],
    reason: Reason,
    grade: Grade = "",
    purpose: Purpose = "victims",
) -> None:
    """Decide that two records are one child. `victim undo` takes it back; no number is ever rewritten."""
    door = Door(existing(operation), who=who(), purpose=purpose)
    with door, door.consult("victims decided", f"{a} {b}") as look:
        opened(look.reading, door.who)
        rests = basis(Nature.assessment, grade=graded(operation, grade), reason=reason)
        with look.reading.ledger.writing() as act:
            entry = victims.same(act, a, b, actor=door.who, basis=rests)
            look.reading.show(entry.subjects)
    console().print(f"{a} and {b}: one child, entry {entry.seq}.", markup=False)
