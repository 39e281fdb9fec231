"""`safelight person list`: the persons that are registered."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.casework import persons
from safelight.cli.casework_options import Day, SeenToday, as_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import show


def person_list(
    operation: Operation, day: Day = "", seen_today: SeenToday = False, purpose: Purpose = "overview"
) -> None:
    """List persons: name, category, home district, roles in cases. Joined ones stand once, under the lowest number."""
    moment = as_of(day, seen_today)
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("persons", day) as look:
        rows = persons.every(look.reading, moment)
    show(
        "",
        ["number", "name", "category", "home district", "roles", "accounts", "joined"],
        [
            (
                one.record.name,
                one.name,
                one.category,
                one.home.district or "unknown",
                ", ".join(one.roles),
                one.accounts,
                ", ".join(one.joined),
            )
            for one in rows
        ],
        right=["accounts"],
    )
