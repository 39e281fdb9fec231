"""`safelight case list`: the cases of the complex."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.casework import cases
from safelight.cli.casework_options import Day, SeenToday, as_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import show
from safelight.ledger.as_of import day_in_oslo


def case_list(
    operation: Operation, day: Day = "", seen_today: SeenToday = False, purpose: Purpose = "overview"
) -> None:
    """List cases: status and since when, owner, suspects, next deadline."""
    moment = as_of(day, seen_today)
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("cases", day) as look:
        rows = cases.every(look.reading, moment)
    show(
        "",
        ["case", "number", "title", "status", "since", "owner", "suspects", "deadline"],
        [
            (
                one.record.name,
                one.number,
                one.title,
                one.status,
                "" if one.since is None else day_in_oslo(one.since),
                one.owner.title if one.owner else "NOBODY",
                one.suspects,
                f"{one.deadline.kind} {one.deadline.date} ({one.deadline.level})" if one.deadline else "",
            )
            for one in rows
        ],
        right=["suspects"],
    )
