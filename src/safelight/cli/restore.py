"""`safelight restore`: an operation out of a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.cli.output import console, human_bytes
from safelight.ledger.backup import restore as read_backup


def restore(
    backup: Annotated[Path, typer.Argument(help="Folder of the backup.", metavar="BACKUP")],
    operation: Annotated[Path, typer.Argument(help="New folder for the operation.", metavar="OPERATION")],
) -> None:
    """Make an operation out of a backup: every byte is compared with the manifest, then the chain is verified."""
    done = read_backup(backup, operation)
    console().print(
        f"{done.files} files, {human_bytes(done.size)} in {operation}. Head of the ledger: {done.head}",
        markup=False,
    )
