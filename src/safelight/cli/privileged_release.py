"""`safelight privileged release`: the reviewer finds that it is not privileged."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.cli.privileged_review import HoldNumber, Identity
from safelight.intake.privileged import release
from safelight.operation.age import identities


def privileged_release(
    operation: Operation,
    hold: HoldNumber,
    identity: Identity,
    reason: Annotated[str, typer.Option(help="On what decision; kept with it.")],
) -> None:
    """Put what was held back, searchable and readable for everybody who may read the rest."""
    rows = release(existing(operation), hold, identities(identity), reason=reason, actor=who())
    console().print(
        f"{rows} rows are back. Run `safelight identities find` for what rests on them.", markup=False
    )
