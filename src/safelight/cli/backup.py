"""`safelight backup`: a consistent copy, also while an intake runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console, human_bytes
from safelight.ledger import audit
from safelight.ledger.backup import backup as write_backup
from safelight.ledger.ledger import Ledger


def backup(
    operation: Operation,
    destination: Annotated[
        Path, typer.Argument(help="A new or empty folder, best on another disk.", metavar="DESTINATION")
    ],
    reason: Annotated[str, typer.Option(help="Why the copy is made; kept in the audit.")] = "backup",
) -> None:
    """Copy ledger, catalog, keys and hash sets (not the evidence) into a folder, with a manifest. Works during an intake."""
    folder = existing(operation)
    with Ledger.open(folder) as ledger:
        audit.disclose(
            ledger, actor=who(), purpose=reason, recipient=who(), what={"backup": str(destination.absolute())}
        )
    done = write_backup(folder, destination)
    console().print(
        f"{done.files} files, {human_bytes(done.size)} in {destination}. Head of the ledger: {done.head}",
        markup=False,
    )
