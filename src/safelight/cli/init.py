"""`safelight init`: a new operation."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, Passphrase, passphrase_from, who
from safelight.cli.output import console
from safelight.errors import AlreadyExists, BadInput
from safelight.ledger import keylog
from safelight.ledger.keys import KeyRing
from safelight.ledger.ledger import Ledger
from safelight.ledger.place import check_place
from safelight.ledger.postgres import address, prepare
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import Settings, write_settings


def init(
    operation: Operation,
    name: Annotated[str, typer.Option(help="Name of the operation; the folder's name if not given.")] = "",
    synthetic: Annotated[
        bool, typer.Option(help="Mark it as synthetic for good: training and demonstration.")
    ] = False,
    ledger: Annotated[
        str, typer.Option(help="Keep the ledger in PostgreSQL: postgresql://role@host/database.")
    ] = "",
    ledger_owner: Annotated[
        str, typer.Option(help="Address of the same database with the role that is to own the tables.")
    ] = "",
    passphrase_file: Passphrase = None,
) -> None:
    """Make a new operation: its folder (0700), ledger, catalog and key.

    The recovery key is shown once. Write it down and lock it away: without the passphrase and without it, sealed
    pictures have to be made again from the evidence.

    With --ledger, the role named there can only append; the owner's role makes the tables, and its address is not
    kept. Passwords come from ~/.pgpass or PGPASSWORD.
    """
    folder = OperationFolder(operation.absolute())
    if folder.root.exists() and (not folder.root.is_dir() or any(folder.root.iterdir())):
        raise AlreadyExists(f"{operation} is not empty.", "Choose a new folder.")
    check_place(folder.root)
    if bool(ledger) != bool(ledger_owner):
        raise BadInput(
            "A ledger in PostgreSQL needs two roles: one that appends and one that owns the tables.",
            "Give both --ledger and --ledger-owner.",
        )
    passphrase = passphrase_from(passphrase_file, new=True)
    if ledger:
        prepare(ledger_owner, ledger, new=True)
    folder.make()
    if ledger:
        folder.ledger_url.write_text(address(ledger).render_as_string() + "\n", "utf-8")
        folder.ledger_url.chmod(0o600)
    write_settings(folder.settings, Settings())
    ring, recovery = KeyRing.create(folder.keys, passphrase)
    with Ledger.create(folder, name=name or folder.root.name, actor=who(), synthetic=synthetic) as made:
        keylog.record(made, ring, actor=who(), reason="init")
        head = made.head()
    out = console()
    out.print(f"Operation {folder.root.name} is ready in {folder.root}.", markup=False)
    out.print(f"Recovery key (shown once, keep it on paper): {recovery}", markup=False)
    out.print(f"Head of the ledger: {head}", markup=False)
