"""`safelight cat`: the bytes of an item, read back out of its source."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.cli.options import Operation, existing, who
from safelight.errors import AlreadyExists, Refused, SafelightError
from safelight.evidence.model import EvidenceError


def cat(
    operation: Operation,
    item: Annotated[str, typer.Argument(help="Id of the item, or its first ten characters.", metavar="ITEM")],
    reason: Annotated[
        str, typer.Option(help="Why the bytes leave the house; kept in the audit as a disclosure.")
    ],
    output: Annotated[
        Path | None, typer.Option(help="File to write to; else standard output (never a terminal).")
    ] = None,
    credential: Annotated[
        list[str] | None, typer.Option(help="Password or key to try on what is encrypted. May be repeated.")
    ] = None,
) -> None:
    """Write the bytes of one item, read out of its source just now. Logged as a disclosure."""
    if output is not None and output.exists():
        raise AlreadyExists(f"{output} exists already.", "Name a new file.")
    if output is None and sys.stdout.isatty():
        raise Refused("Bytes are not written to a terminal.", "Add --output FILE or send them to a program.")
    try:
        with (
            Door(existing(operation), who=who(), purpose=reason) as door,
            door.stream(item, reason, credential or ()) as chunks,
        ):
            if output is None:
                sys.stdout.buffer.writelines(chunks)
                sys.stdout.buffer.flush()
            else:
                with output.open("xb") as target:
                    target.writelines(chunks)
    except EvidenceError as error:
        raise SafelightError(
            f"The bytes of {item} cannot be read ({error.cause}): {error.detail}.",
            "Add --credential."
            if error.cause == "encrypted"
            else "`safelight failures` says what else failed.",
        ) from error
