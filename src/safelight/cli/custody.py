"""`safelight exhibit custody`: record or show where an exhibit was and who held it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.ledger import custody as records
from safelight.ledger import exhibits
from safelight.ledger.ledger import Ledger
from safelight.traces.moment import iso_utc


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise typer.BadParameter(f"{text!r} is no time with its zone; write it as 2016-01-12T14:30+01:00.")
    return found


class Act(StrEnum):
    """What happened to the exhibit."""

    received = "received"
    moved = "moved"
    sealed = "sealed"
    returned = "returned"


def custody(
    operation: Operation,
    exhibit: Annotated[str, typer.Argument(help="Number of the exhibit.", metavar="EXHIBIT")],
    act: Annotated[
        Act | None, typer.Argument(help="received, moved, sealed or returned; without it the log is shown.", metavar="ACT")
    ] = None,
    place: Annotated[str, typer.Option(help="Where.")] = "",
    person: Annotated[str, typer.Option(help="By whom.")] = "",
    when: Annotated[
        datetime | None,
        typer.Option(
            parser=_moment, metavar="TIME", help="When, with zone: 2016-01-12T14:30+01:00. Now if not given."
        ),
    ] = None,
    note: Annotated[str, typer.Option(help="What else belongs in the log.")] = "",
    purpose: Purpose = "overview",
) -> None:  # fmt: skip
    """Record a custody entry, or show the exhibit's custody log."""
    folder = existing(operation)
    if act is not None:
        with Ledger.open(folder) as ledger:
            found = exhibits.find(ledger, exhibit)
            records.record(
                ledger,
                found,
                act.value,
                place=place,
                person=person or who(),
                when=when or datetime.now(UTC),
                note=note,
                actor=who(),
            )
        console().print(f"{exhibit}: {act.value} is recorded.", markup=False)
        return
    with Door(folder, who=who(), purpose=purpose) as door, door.consult("exhibit custody", exhibit) as look:
        card = look.exhibit(exhibit)
    show(
        f"Custody of {card.number}",
        ["entry", "act", "when", "by", "place", "note"],
        [(e.seq, e.act, iso_utc(e.at_us), e.by, e.place, e.note) for e in card.custody],
    )
