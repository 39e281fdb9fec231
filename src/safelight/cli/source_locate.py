"""`safelight source locate`: say where a source is now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.errors import NotFound, Refused
from safelight.intake.fingerprint import fingerprint
from safelight.ledger import sources
from safelight.ledger.ledger import Ledger


def source_locate(
    operation: Operation,
    source: Annotated[str, typer.Argument(help="Id or label of the source.", metavar="SOURCE")],
    location: Annotated[Path, typer.Argument(help="Where it is now.", metavar="LOCATION")],
    force: Annotated[
        bool, typer.Option(help="Take it though its fingerprint differs; kept in the ledger.")
    ] = False,
) -> None:
    """Tell Safelight that a source moved. Its ids stay; the fingerprint must fit, or --force must be given."""
    location = location.absolute()
    if not location.exists():
        raise NotFound(f"There is nothing at {location}.", "Check the path, or mount the evidence first.")
    with Ledger.open(existing(operation)) as ledger:
        registered = sources.find(ledger, source)
        fits = fingerprint(location) == registered.fingerprint
        if not fits and not force:
            raise Refused(
                f"{location} is not the source that was registered: its fingerprint differs.",
                "Check the path; if it must be used all the same, add --force.",
            )
        sources.locate(ledger, registered, location, who())
    console().print(f"{registered.label} is at {location} now.", markup=False)
