"""`safelight identities share`: an account that several people used."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.cli.identities_options import Account, Reason
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def identities_share(
    operation: Operation,
    account: Account,
    reason: Reason,
    shared: Annotated[
        bool, typer.Option("--several/--one", help="Whether several people used it, or one alone.")
    ] = True,
    purpose: Purpose = "identities",
) -> None:
    """State that several people used an account: then nobody is linked with anybody through it."""
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        entry = door.identities.share(account, shared, reason=reason)
    word = "shared by several people" if shared else "used by one person"
    console().print(f"{entry.subjects[0]}: {word}, entry {entry.seq}.", markup=False)
