"""`safelight source verify`: read a disk image whole and compare it with the hashes that were stated."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import show
from safelight.intake.run import verify_source

#: Who stated the hash: only the seizure ties an image to the seized thing.
BY = {"stated": "the seizure", "image": "the image itself"}


def source_verify(
    operation: Operation,
    source: Annotated[str, typer.Argument(help="Id or label of the source.", metavar="SOURCE")],
) -> None:
    """Read the image whole and compare: hashes embedded in it, and the hash stated at seizure.

    Each is printed as matched, differed or NOT CHECKED, and the result is kept in the ledger.
    """
    results = verify_source(existing(operation), source, actor=who())
    show(
        "",
        ["stated by", "algorithm", "stated", "computed", "result", "why not"],
        [
            (
                "the seizure" if r.origin == "stated" else "the image itself",
                r.algorithm,
                r.expected,
                r.found,
                r.result,
                r.reason,
            )
            for r in results
        ],
    )
