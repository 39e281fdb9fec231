"""`safelight identities split`: an account changed hands."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.cli.identities_options import Account, Reason, moment
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def identities_split(
    operation: Operation,
    account: Account,
    at: Annotated[
        str, typer.Option(help="First moment of the new owner; UTC unless a zone is given.", metavar="TIME")
    ],
    reason: Reason,
    purpose: Purpose = "identities",
) -> None:
    """State that an account changed hands. Decisions about the whole account then bind neither part until made anew."""
    at_us = round(moment(at).timestamp() * 1_000_000)
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        entry = door.identities.split(account, at_us, at, reason=reason)
    (found,) = entry.subjects
    console().print(f"{found} until then, {found}@{at_us} from then on, entry {entry.seq}.", markup=False)
