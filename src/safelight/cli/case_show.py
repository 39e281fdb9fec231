"""`safelight case show`: one case, whose it is and where it could go."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.casework import allocation, cases
from safelight.cli.case_state import CaseName
from safelight.cli.casework_options import Day, SeenToday, as_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.cli.person_show import STATEMENTS, row
from safelight.ledger.as_of import day_in_oslo


def case_show(
    operation: Operation,
    case: CaseName,
    day: Day = "",
    seen_today: SeenToday = False,
    purpose: Purpose = "overview",
) -> None:
    """Show a case: owner, status, people with role and standing, deadlines, transfers, and where suspects' homes point."""
    moment = as_of(day, seen_today)
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("case", case) as look:
        found = cases.case(look.reading, case, moment)
        moved = allocation.transfers(look.reading, found.record.id, moment)
        sees_victims = door.holds("victims")
    told = " ".join(part for part in (found.record.name, found.text("number"), found.text("title")) if part)
    console().print(told, markup=False)
    whose = found.owner.title if found.owner else "NOBODY"
    console().print(f"Status: {found.text('status') or 'none'}. Owner: {whose}.", markup=False)
    for due in found.deadlines:
        if due.level != "later":
            when = f"{-due.days} days ago" if due.days < 0 else f"in {due.days} days"
            console().print(f"DEADLINE {due.kind}: {due.date}, {when}.", markup=False)
    for proposal in allocation.propose(found):
        if found.owner != proposal.unit:
            console().print(f"Proposed: {proposal.unit.title}. {' '.join(proposal.reasons)}", markup=False)
    for role in allocation.unknown_homes(found):
        console().print(f"{role.person.name}: home district unknown.", markup=False)
    for one in moved:
        state = {None: "waits for acknowledgement", True: "acknowledged", False: "returned"}[one.accepted]
        by = f" by {one.by}" if one.by else ""
        console().print(
            f"{one.record.name}: to {one.recipient} on {day_in_oslo(one.at)}, {state}{by}.",
            markup=False,
        )
    if found.roles:
        show(
            "",
            ["person", "name", "role", "standing", "home district"],
            [
                (one.person.name, one.name, one.role, one.rung, one.home.district or "unknown")
                for one in found.roles
            ],
        )
    if found.provisions:
        show("", ["provision", "heading"], [(one.title, one.heading) for one, _said in found.provisions])
    if found.exhibits:
        show("", ["exhibit"], [(number,) for number, _said in found.exhibits])
    show("", STATEMENTS, [row(one) for one in found.said if one.field != "victim" or sees_victims])
