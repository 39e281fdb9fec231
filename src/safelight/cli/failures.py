"""`safelight failures`: what could not be read, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.access.filter import ItemFilter
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, short_id, show


def failures(
    operation: Operation,
    cause: Annotated[
        str, typer.Option(help="Only this cause: crash, time limit, encrypted, unsupported ...")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="Rows, at most.")] = 100,
    purpose: Purpose = "overview",
) -> None:
    """List failures: place, part, cause and one sentence. Nothing else was lost with them."""
    chosen = ItemFilter.from_pairs([("failed", cause)])
    with (
        Door(existing(operation), who=who(), purpose=purpose) as door,
        door.consult("failures", cause) as look,
    ):
        page = look.failures(chosen, limit=limit)
        total = sum(group.failures for group in look.failure_groups(chosen))
    if not page.rows:
        console().print(f"No failures with the cause {cause}." if cause else "No failures.", markup=False)
        return
    show(
        "",
        ["cause", "stage", "part", "place", "detail", "item"],
        [(f.cause, f.stage, f.inspector, f.place, f.detail, short_id(f.item_id)) for f in page.rows],
    )
    console().print(f"{len(page.rows)} of {total} failures", markup=False)
