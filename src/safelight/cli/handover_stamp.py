"""`safelight handover stamp`: ask for a time stamp over a package, and check the answer; by files, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.casework.handover import stamp
from safelight.cli.handover_options import Identity, Package
from safelight.cli.output import console
from safelight.errors import AlreadyExists, Refused


def handover_stamp(
    package: Package,
    request: Annotated[
        Path | None, typer.Option(help="Write the request here; carry it to the time stamping authority.")
    ] = None,
    response: Annotated[Path | None, typer.Option(help="The authority's response, to be checked.")] = None,
    root: Annotated[
        list[Path] | None, typer.Option(help="Root certificate that you trust, as PEM. Repeat for several.")
    ] = None,
    identity: Identity = None,
) -> None:
    """Ask for a time stamp (RFC 3161) over a package, or check the answer. Nothing is sent: both are files to carry."""
    if (request is None) == (response is None):
        raise Refused("Write a request, or check a response.", "Give --request or --response.")
    if request is not None:
        if request.exists():
            raise AlreadyExists(f"{request} is there already.", "Choose another place.")
        request.write_bytes(stamp.request(package, identity))
        console().print(f"Carry {request} to the time stamping authority.", markup=False)
    elif response is not None:
        if not root:
            raise Refused("A stamp is checked against a root certificate.", "Give it with --root.")
        found = stamp.check(package, response, root, identity)
        console().print(f"Stamped at {found.at:%Y-%m-%d %H:%M:%S} UTC, serial {found.serial}.", markup=False)
