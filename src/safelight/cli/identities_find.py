"""`safelight identities find`: which accounts may be one person."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.cli.options import Operation, existing
from safelight.cli.output import console
from safelight.cli.working import Working
from safelight.identities.run import find
from safelight.identities.triage.run import find_roles


def identities_find(
    operation: Operation,
    whole: Annotated[
        bool, typer.Option("--whole", help="Weigh all accounts anew, though only a few came or changed.")
    ] = False,
) -> None:
    """Weigh what speaks for and against accounts being one person, and propose persons. Nothing is decided by it.

    Decisions that people made are obeyed: what they called different is never put together again. Run it after an intake or
    after decisions; if nothing changed, it ends at once. Where a few of many accounts came or changed, they alone are
    weighed, by what is known from the last time that all were. Which accounts matter is found anew as well
    (`accounts triage`).
    """
    folder = existing(operation)
    with Working("steps") as working:
        found = find(folder, whole=whole, progress=working.show)
    screen = console()
    if not found.changed:
        screen.print("Nothing changed since the last time.", markup=False)
    if found.since is not None:
        screen.print(
            f"Accounts that came or changed since all were weighed: {found.since}. They alone were weighed anew; "
            "`--whole` weighs all.",
            markup=False,
        )
    screen.print(
        f"{found.weighed} pairs of accounts are kept: {found.proposals} proposals, {found.candidates} candidates; "
        f"{found.persons} proposed persons have several accounts.",
        markup=False,
    )
    # Roles take longer than a few accounts that came, and say nothing of these lines.
    with Working("roles") as working:
        find_roles(folder, whole=whole, progress=working.show)
