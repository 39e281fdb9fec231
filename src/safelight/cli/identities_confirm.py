"""`safelight identities confirm`: the second person's word on a decision."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.cli.identities_options import Entry, Reason
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def identities_confirm(
    operation: Operation,
    entry: Entry,
    reason: Reason,
    agree: Annotated[
        bool, typer.Option("--agree/--disagree", help="Whether you come to the same decision.")
    ] = True,
    purpose: Purpose = "identities",
) -> None:
    """Confirm somebody else's decision as the second person, or disagree: then the pair is to be decided anew."""
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        said = door.identities.confirm(entry, agrees=agree, reason=reason)
    word = "confirmed" if agree else "not confirmed, to be decided anew"
    console().print(f"Entry {entry} is {word}; entry {said.seq}.", markup=False)
