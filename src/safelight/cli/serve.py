"""`safelight serve`: the workbench."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, Passphrase, Purpose, existing, unlocked, who
from safelight.web.serve import serve as serve_workbench


def serve(
    operation: Operation,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on this machine; 0 takes a free one.")
    ] = 8437,
    passphrase_file: Passphrase = None,
    credential: Annotated[
        list[str] | None,
        typer.Option(help="Password or key to try on evidence that is encrypted. May be repeated."),
    ] = None,
    purpose: Purpose = "work in the workbench",
) -> None:
    """Serve the workbench on this machine alone, until Ctrl-C. Opens the operation's key once.

    The printed address works once, for whoever opens it first: start again for another one.
    """
    folder = existing(operation)
    keys = unlocked(folder, passphrase_file)
    serve_workbench(
        folder,
        who=who(),
        purpose=purpose,
        keys=keys,
        port=port,
        credentials=credential or (),
        announce=_announce,
    )


def _announce(address: str) -> None:
    """At once, also into a pipe: whoever waits for the address has nothing else to wait for."""
    print(f"Open {address}", flush=True)  # noqa: T201
    print("It works once. Stop with Ctrl-C.", flush=True)  # noqa: T201
