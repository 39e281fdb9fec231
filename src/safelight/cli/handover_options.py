"""Arguments that the verbs of handovers share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.casework.handover.contents import Recipient

Number = Annotated[str, typer.Argument(help="Number of the handover, such as HO-007.", metavar="HANDOVER")]
Package = Annotated[Path, typer.Argument(help="The package: a folder or a file.", metavar="PACKAGE")]
Identity = Annotated[
    Path | None, typer.Option("--identity", help="File with the age identity that opens an encrypted package.")
]  # fmt: skip
Fingerprint = Annotated[
    list[str] | None,
    typer.Option(
        "--fingerprint",
        metavar="HEX",
        help="SHA-256 of the signer's public key, known from elsewhere than the package; repeat it for two signers.",
    ),
]


def receiver(text: str) -> Recipient:
    """`Øst=age1...` or `Øst` alone."""
    name, _, key = text.partition("=")
    return Recipient(name.strip(), key.strip())
