"""`safelight exhibit correct`: correct what was registered of an exhibit."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from safelight.cli.exhibit_add import day
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.ledger import exhibits
from safelight.ledger.ledger import Ledger


def exhibit_correct(
    operation: Operation,
    exhibit: Annotated[str, typer.Argument(help="Number of the exhibit.", metavar="EXHIBIT")],
    reason: Annotated[str, typer.Option(help="Why it is corrected; kept in the ledger.")],
    id: Annotated[str | None, typer.Option("--id", help="Another number.")] = None,
    label: Annotated[str | None, typer.Option(help="What it is, in words.")] = None,
    seized: Annotated[
        date | None, typer.Option(parser=day, metavar="DAY", help="Day of the seizure, written 2016-01-12.")
    ] = None,
    officer: Annotated[str | None, typer.Option(help="Who seized it.")] = None,
    legal_basis: Annotated[str | None, typer.Option(help="Decision and provision.")] = None,
    acquired_hash: Annotated[
        str | None, typer.Option(help="Hash of the image stated at seizure: md5:..., sha1:... or sha256:...")
    ] = None,
) -> None:
    """Correct an exhibit by a later entry: what stood there before stays in the ledger. Its items keep their ids."""
    given = {
        "number": id,
        "label": label,
        "seized": seized,
        "officer": officer,
        "legal_basis": legal_basis,
        "acquired_hash": acquired_hash,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise typer.BadParameter("nothing was given to correct, for example --legal-basis")
    with Ledger.open(existing(operation)) as ledger:
        now = exhibits.correct(ledger, exhibit, actor=who(), purpose=reason, **changes)
    console().print(f"Exhibit {now.number} is corrected.", markup=False)
