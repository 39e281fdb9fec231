"""`safelight privileged review`: what is held, for the named reviewer alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.intake.privileged import review
from safelight.ledger import audit
from safelight.ledger.ledger import Ledger
from safelight.operation.age import identities

HoldNumber = Annotated[int, typer.Argument(help="Number of the hold.", metavar="HOLD")]
Identity = Annotated[Path, typer.Option(help="File with the reviewer's age identity.")]


def privileged_review(
    operation: Operation,
    hold: HoldNumber,
    identity: Identity,
    reason: Annotated[str, typer.Option(help="Why you read it; kept in the audit as a consultation.")],
) -> None:
    """Print every row that is held, a line of JSON each. Logged before the first one is shown."""
    folder = existing(operation)
    rows = review(folder, hold, identities(identity), actor=who())
    first = next(rows, None)
    with Ledger.open(folder) as ledger:
        what = {"page": "privileged review", "query": str(hold)}
        audit.consult(ledger, actor=who(), purpose=reason, what=what, subjects=[f"entry:{hold}"])
    while first is not None:
        table, row = first
        sys.stdout.write(json.dumps({"table": table, **row}, ensure_ascii=False, default=str) + "\n")
        first = next(rows, None)
