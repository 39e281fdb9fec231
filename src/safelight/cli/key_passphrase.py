"""`safelight key passphrase`: change the passphrase."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.cli.options import Operation, Passphrase, existing, new_passphrase_from, unlocked
from safelight.cli.output import console
from safelight.ledger.keys import KeyRing


def key_passphrase(
    operation: Operation,
    passphrase_file: Passphrase = None,
    new_passphrase_file: Annotated[
        Path | None, typer.Option(help="File whose first line is the new passphrase.")
    ] = None,
) -> None:
    """Wrap the operation's key under a new passphrase; the recovery key stays."""
    folder = existing(operation)
    keys = unlocked(folder, passphrase_file)
    new = new_passphrase_from(new_passphrase_file)
    KeyRing.open(folder.keys).change_passphrase(keys, new)
    console().print("The passphrase is changed.")
