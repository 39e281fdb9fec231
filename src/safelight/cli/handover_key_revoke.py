"""`safelight handover key revoke`: a signing key counts no more."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.ledger import signers
from safelight.ledger.ledger import Ledger


def handover_key_revoke(
    operation: Operation,
    fingerprint: Annotated[
        str, typer.Argument(help="Fingerprint of the key, or eight digits of it.", metavar="FINGERPRINT")
    ],
    reason: Annotated[str, typer.Option(help="What happened.")],
) -> None:
    """Revoke a signing key, ours or another's: it signs nothing more, and nothing signed by it is imported."""
    with Ledger.open(existing(operation)) as ledger:
        entry = signers.revoke(ledger, fingerprint, reason=reason, actor=who())
    console().print(f"{entry.subjects[0]} is revoked, entry {entry.seq}.", markup=False)
