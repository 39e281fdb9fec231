"""`safelight exhibit add`: register an exhibit with its legal basis."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.ledger import exhibits
from safelight.ledger.ledger import Ledger


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write year, month and day: 2016-01-12.") from None


def exhibit_add(
    operation: Operation,
    id: Annotated[str, typer.Option("--id", help="Number of the exhibit, as the unit writes it.")],
    label: Annotated[str, typer.Option(help="What it is, in words.")],
    seized: Annotated[
        date, typer.Option(parser=day, metavar="DAY", help="Day of the seizure, written 2016-01-12.")
    ],
    officer: Annotated[str, typer.Option(help="Who seized it.")],
    legal_basis: Annotated[
        str, typer.Option(help="Decision and provision. Without it nothing is taken in.")
    ] = "",
    acquired_hash: Annotated[
        str, typer.Option(help="Hash of the image stated at seizure: md5:..., sha1:... or sha256:...")
    ] = "",
) -> None:
    """Register an exhibit: one seized thing, with its legal basis. A hash stated at seizure is compared at intake."""
    with Ledger.open(existing(operation)) as ledger:
        exhibit = exhibits.add(
            ledger,
            number=id,
            label=label,
            seized=seized,
            legal_basis=legal_basis,
            officer=officer,
            acquired_hash=acquired_hash or None,
            actor=who(),
        )
    console().print(f"Exhibit {exhibit.number} is registered.", markup=False)
    if not exhibit.legal_basis:
        console().print(
            "It has no legal basis yet, so nothing can be taken into it; state it with `safelight exhibit correct`.",
            markup=False,
        )
