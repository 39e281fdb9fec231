"""`safelight handover key trust`: somebody else's key is theirs, and how one knows."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.errors import BadInput
from safelight.ledger import signers
from safelight.ledger.ledger import Ledger


def handover_key_trust(
    operation: Operation,
    public: Annotated[str, typer.Argument(help="The public key, 64 hexadecimal digits.", metavar="PUBLIC")],
    name: Annotated[str, typer.Option(help="Whose key it is.")],
    reason: Annotated[str, typer.Option(help="How you know.")],
) -> None:
    """Trust somebody's signing key: what it signed is imported from now on."""
    try:
        key = bytes.fromhex(public)
    except ValueError:
        raise BadInput(f"{public!r} is no public key.", "It has 64 hexadecimal digits.") from None
    with Ledger.open(existing(operation)) as ledger:
        entry = signers.trust(ledger, key, name, reason=reason, actor=who())
    console().print(f"{name}: {entry.subjects[0]} is trusted, entry {entry.seq}.", markup=False)
