"""`safelight key recover`: set a new passphrase with the recovery key from paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, passphrase_from
from safelight.cli.output import console
from safelight.ledger.keys import KeyRing


def key_recover(
    operation: Operation,
    new_passphrase_file: Annotated[
        Path | None, typer.Option(help="File whose first line is the new passphrase.")
    ] = None,
) -> None:
    """Open the operation's key with the recovery key (asked for) and set a new passphrase."""
    folder = existing(operation)
    ring = KeyRing.open(folder.keys)
    keys = ring.unlock_by_recovery(typer.prompt("Recovery key", hide_input=True, err=True).strip())
    ring.change_passphrase(keys, passphrase_from(new_passphrase_file, new=True, prompt="New passphrase"))
    console().print("The passphrase is changed.")
