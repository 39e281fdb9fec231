"""`safelight identities decide`: two accounts are one person, or two, or it stays open."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access import identity_acts
from safelight.access.door import Door
from safelight.cli.identities_options import Account, ContentGrade, Reason, SourceGrade, Verdict
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console
from safelight.identities.conflicts import contradicted
from safelight.traces.moment import iso_utc

_ARE = {"same": "one person", "different": "two persons"}


def identities_decide(
    operation: Operation,
    a: Account,
    b: Account,
    decision: Annotated[Verdict, typer.Argument(help="Your decision.", metavar="DECISION")],
    reason: Reason,
    source_grade: Annotated[
        SourceGrade,
        typer.Option(help="How reliable the source is; X: cannot be assessed. E is of 5x5x5 alone."),
    ],
    content_grade: Annotated[
        ContentGrade,
        typer.Option(help="How accurate what it says is; X: cannot be assessed. 5 is of 5x5x5 alone."),
    ],
    handling: Annotated[str, typer.Option(help="Handling code, 1 to 5 (5x5x5 alone).")] = "",
    purpose: Purpose = "identities",
) -> None:
    """Decide whether two accounts are one person (same, different, undecided). It binds every later proposal."""
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        entry = door.identities.decide(
            a,
            b,
            decision.value,
            reason=reason,
            source_grade=source_grade.value,
            content_grade=content_grade.value,
            scheme=door.grading.name,
            handling=handling,
        )
        first, second = entry.subjects
        with door.consult("identity conflicts", f"{first} {second}") as look:
            clash = contradicted(identity_acts.standing(look.reading), first, second, decision.value)
        waits = door.identities.four_eyes and decision is not Verdict.undecided
    console().print(f"{first} and {second}: {decision.value}, entry {entry.seq}.", markup=False)
    if waits:
        console().print("It counts when a second person has confirmed it.", markup=False)
    for one in clash:
        console().print(
            f"It contradicts entry {one.seq}: {one.actor} decided on {iso_utc(one.recorded_at)} that {one.a} and {one.b} "
            f"are {_ARE[one.decision]}.",
            markup=False,
        )
