"""`safelight ledger prepare`: the tables of a ledger in PostgreSQL, by the role that owns them."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, existing
from safelight.cli.output import console
from safelight.errors import Refused
from safelight.ledger.postgres import prepare


def ledger_prepare(
    operation: Operation,
    owner: Annotated[
        str,
        typer.Option(
            help="Address with the owner's role: postgresql://owner@host/database.", show_default=False
        ),
    ],
) -> None:
    """Bring the tables to this version of Safelight and give the application's role its rights again.

    The owner's address is used once and stored nowhere. Passwords come from ~/.pgpass or PGPASSWORD.
    """
    folder = existing(operation)
    if not folder.ledger_url.is_file():
        raise Refused("This operation's ledger lies in its folder.", "Nothing needs to be prepared.")
    prepare(owner, folder.ledger_url.read_text("utf-8").strip())
    console().print("The tables are of this version; the application's role can only append.", markup=False)
