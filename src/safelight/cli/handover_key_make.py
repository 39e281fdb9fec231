"""`safelight handover key make`: a key that signs packages."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework.handover import keys
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def handover_key_make(
    operation: Operation,
    name: Annotated[str, typer.Option(help="Who signs with it.")],
    purpose: Purpose = "signing key",
) -> None:
    """Make a signing key. Its private half stays here, sealed by the operation's key."""
    folder = existing(operation)
    with Door(folder, who=who(), purpose=purpose) as door, door.consult("signing key made", name) as look:
        made = keys.make(folder, look.reading.ledger, name, actor=who())
    console().print(f"{made.name}: fingerprint {made.fingerprint}", markup=False)
    console().print(f"public key {made.public.hex()}", markup=False)
