"""`safelight init`: a new operation."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, Passphrase, passphrase_from, who
from safelight.cli.output import console
from safelight.errors import AlreadyExists
from safelight.ledger import keylog
from safelight.ledger.keys import KeyRing
from safelight.ledger.ledger import Ledger
from safelight.ledger.place import check_place
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import Settings, write_settings


def init(
    operation: Operation,
    name: Annotated[str, typer.Option(help="Name of the operation; the folder's name if not given.")] = "",
    synthetic: Annotated[
        bool, typer.Option(help="Mark it as synthetic for good: training and demonstration.")
    ] = False,
    passphrase_file: Passphrase = None,
) -> None:
    """Make a new operation: its folder (0700), ledger, catalog and key.

    The recovery key is shown once. Write it down and lock it away: without the passphrase and without it, sealed
    pictures have to be made again from the evidence.
    """
    folder = OperationFolder(operation.absolute())
    if folder.root.exists() and (not folder.root.is_dir() or any(folder.root.iterdir())):
        raise AlreadyExists(f"{operation} is not empty.", "Choose a new folder.")
    check_place(folder.root)
    passphrase = passphrase_from(passphrase_file, new=True)
    folder.make()
    write_settings(folder.settings, Settings())
    ring, recovery = KeyRing.create(folder.keys, passphrase)
    with Ledger.create(folder, name=name or folder.root.name, actor=who(), synthetic=synthetic) as ledger:
        keylog.record(ledger, ring, actor=who(), reason="init")
        head = ledger.head()
    out = console()
    out.print(f"Operation {folder.root.name} is ready in {folder.root}.", markup=False)
    out.print(f"Recovery key (shown once, keep it on paper): {recovery}", markup=False)
    out.print(f"Head of the ledger: {head}", markup=False)
