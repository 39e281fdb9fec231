"""`safelight identities find`: which accounts may be one person."""

from __future__ import annotations

from safelight.cli.options import Operation, existing
from safelight.cli.output import console
from safelight.cli.working import Working
from safelight.identities.run import find
from safelight.identities.triage.run import find_roles


def identities_find(operation: Operation) -> None:
    """Weigh what speaks for and against accounts being one person, and propose persons. Nothing is decided by it.

    Decisions that people made are obeyed: what they called different is never put together again. Run it after an intake or
    after decisions; if nothing changed, it ends at once. Which accounts matter is found anew as well (`accounts triage`).
    """
    folder = existing(operation)
    with Working("steps") as working:
        found = find(folder, progress=working.show)
    with Working("roles") as working:
        find_roles(folder, progress=working.show)
    screen = console()
    if not found.changed:
        screen.print("Nothing changed since the last time.", markup=False)
    screen.print(
        f"{found.weighed} pairs of accounts are kept: {found.proposals} proposals, {found.candidates} candidates; "
        f"{found.persons} proposed persons have several accounts.",
        markup=False,
    )
