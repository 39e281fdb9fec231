"""`safelight handover import`: what another operation gave is taken over."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework.handover import received
from safelight.cli.handover_options import Identity, Package
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console

#: Differences of traces that are printed.
_SHOWN = 20


def handover_import(
    operation: Operation,
    package: Package,
    identity: Identity = None,
    unknown_signer: Annotated[
        str, typer.Option(help="Why it is imported although nobody vouched for who signed it.")
    ] = "",
    purpose: Purpose = "handover",
) -> None:
    """Check a package and take over its persons, accounts and decisions, marked as received. Conflicts are shown.

    What we say ourselves is never overwritten, and importing twice adds nothing.
    """
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        done = received.import_package(door, package, identity, unknown_signer)
    out = console()
    new = ", ".join(f"{count} {table}" for table, count in done.traces.items())
    if done.again:
        what = f"only what was missing: {new}" if new else "nothing was added"
        out.print(f"It was imported before, as {done.number}: {what}.", markup=False)
        return
    out.print(
        f"{done.number}: {done.sender_number} of {done.operation}. {done.records} records, {done.statements} statements, "
        f"{done.withdrawn} taken back, {done.accounts} accounts, {done.decisions} decisions about accounts; "
        f"{done.known} were here already.",
        markup=False,
    )
    if done.traces or done.traces_known:
        out.print(
            f"Traces and items, received from {done.operation}: {new or 'none'} new; {done.traces_known} were here already.",
            markup=False,
        )
    if done.traces_differ:
        out.print(f"{done.traces_differ} traces or items read otherwise here: ours stand.", markup=False)
    for differs in done.differences[:_SHOWN]:
        out.print(
            f"Conflict, {differs.trace_id} in {differs.table}, {differs.column}: they read “{differs.theirs}”, we read "
            f"“{differs.ours}”.",
            markup=False,
        )
    if len(done.differences) > _SHOWN:
        out.print(f"The page of {done.number} shows more of them.", markup=False)
    for one in done.conflicts:
        out.print(
            f"Conflict, {one.about} {one.field}: they say {one.theirs}, we say {one.ours} (entry {one.own}). "
            "Ours stands until somebody decides.",
            markup=False,
        )
