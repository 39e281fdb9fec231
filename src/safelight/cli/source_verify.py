"""`safelight source verify`: read a disk image whole and compare it with the hashes that were stated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import show
from safelight.intake.imagecheck import check_image
from safelight.ledger.ledger import Ledger


def source_verify(
    operation: Operation, source: Annotated[str, typer.Argument(help="Id or label of the source.")]
) -> None:
    """Read the image whole and compare: hashes embedded in it, and the hash stated at seizure.

    Each is printed as matched, differed or NOT CHECKED, and the result is kept in the ledger.
    """
    with Ledger.open(existing(operation)) as ledger:
        results = check_image(ledger, source, actor=who())
    show("", ["algorithm", "stated by", "stated", "computed", "result"], results)
