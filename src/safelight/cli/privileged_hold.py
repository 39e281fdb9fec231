"""`safelight privileged hold`: take privileged material out of everybody's sight, for a named reviewer."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework.privileged import accounts_to_hold
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.errors import Refused
from safelight.intake.privileged import hold


def privileged_hold(
    operation: Operation,
    reviewer: Annotated[str, typer.Option(help="Who alone may read it; holds the right `privileged`.")],
    key: Annotated[str, typer.Option(help="The reviewer's age recipient, age1...")],
    reason: Annotated[str, typer.Option(help="Why it is privileged; kept with the decision.")],
    item: Annotated[
        list[str] | None, typer.Option(help="Id of an item, with what lies in it. Repeatable.")
    ] = None,
    conversation: Annotated[
        list[str] | None, typer.Option(help="Id of a conversation, with all its copies. Repeatable.")
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(help="Id of an account: all it wrote and received. Repeatable.")
    ] = None,
    person: Annotated[
        list[str] | None, typer.Option(help="A person: all that one's accounts. Repeatable.")
    ] = None,
) -> None:
    """Hold items, conversations, accounts or persons as privileged (a lawyer's mail, a doctor's chat).

    When this returns, no file of the operation holds a word of it but one that only the reviewer's key opens. Findings
    that rest on it are withdrawn. The evidence is not changed; the bytes of files in which it lies are closed.
    """
    folder = existing(operation)
    given = {"item": item or [], "conversation": conversation or [], "account": account or []}
    if person:
        with (
            Door(folder, who=who(), purpose=reason) as door,
            door.consult("privileged", " ".join(person)) as look,
        ):
            theirs = accounts_to_hold(look.reading, person)
        given["account"] = [*given["account"], *theirs]
    named = [(what, ids) for what, ids in given.items() if ids]
    if len(named) != 1:
        raise Refused(
            "One hold names items, conversations, or accounts and persons.", "Give a command for each."
        )
    (what, ids) = named[0]
    done = hold(folder, what, ids, reviewer=reviewer, recipient_key=key, reason=reason, actor=who())
    out = console()
    out.print(
        f"Hold {done.hold.seq}: {sum(done.rows.values())} rows taken out, bytes of {done.closed} items closed.",
        markup=False,
    )
    for table, count in sorted(done.rows.items()):
        out.print(f"  {table} {count}", markup=False)
