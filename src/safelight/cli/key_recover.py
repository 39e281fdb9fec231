"""`safelight key recover`: set a new passphrase with the recovery key from paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, new_passphrase_from, recovery_from
from safelight.cli.output import console
from safelight.ledger.keys import KeyRing


def key_recover(
    operation: Operation,
    recovery_file: Annotated[
        Path | None, typer.Option(help="File whose first line is the recovery key; else it is asked for.")
    ] = None,
    new_passphrase_file: Annotated[
        Path | None, typer.Option(help="File whose first line is the new passphrase.")
    ] = None,
) -> None:
    """Open the operation's key with the recovery key from paper and set a new passphrase."""
    folder = existing(operation)
    ring = KeyRing.open(folder.keys)
    keys = ring.unlock_by_recovery(recovery_from(recovery_file))
    ring.change_passphrase(keys, new_passphrase_from(new_passphrase_file))
    console().print("The passphrase is changed.")
