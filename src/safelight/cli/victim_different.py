"""`safelight victim different`: records are different children, any two of them."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework import victims
from safelight.casework.victim_register import opened
from safelight.cli.casework_options import Grade, Nature, basis, graded
from safelight.cli.identities_options import Reason
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console
from safelight.errors import Refused


def victim_different(
    operation: Operation,
    children: Annotated[
        list[str], typer.Argument(help="Two records or more, such as V-014 V-015.", metavar="CHILD...")
    ],
    reason: Reason,
    grade: Grade = "",
    purpose: Purpose = "victims",
) -> None:
    """Decide that records are different children, any two of them. `victim undo` takes a decision back."""
    if len(children) < 2:
        raise Refused("One record alone is different from none.", "Name two or more.")
    door = Door(existing(operation), who=who(), purpose=purpose)
    with door, door.consult("victims decided", " ".join(children)) as look:
        opened(look.reading, door.who)
        rests = basis(Nature.assessment, grade=graded(operation, grade), reason=reason)
        made = []
        with look.reading.ledger.writing() as act:
            for a, b in combinations(children, 2):
                entry = victims.different(act, a, b, actor=door.who, basis=rests)
                made.append((a, b, entry.seq))
                look.reading.show(entry.subjects)
    for a, b, seq in made:
        console().print(f"{a} and {b}: two children, entry {seq}.", markup=False)
