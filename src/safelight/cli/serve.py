"""`safelight serve`: the workbench."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, Passphrase, existing, unlocked
from safelight.web.serve import serve as serve_workbench


def serve(
    operation: Operation,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on this machine; 0 takes a free one.")
    ] = 8437,
    passphrase_file: Passphrase = None,
) -> None:
    """Serve the workbench on this machine alone, until Ctrl-C. Opens the operation's key once."""
    folder = existing(operation)
    keys = unlocked(folder, passphrase_file)
    serve_workbench(folder, keys=keys, port=port)
