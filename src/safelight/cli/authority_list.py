"""`safelight authority list`: authorised operations."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.casework import authority
from safelight.casework.authority_flags import flagged
from safelight.cli.casework_options import Day, SeenToday, as_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import show


def authority_list(
    operation: Operation, day: Day = "", seen_today: SeenToday = False, purpose: Purpose = "authority"
) -> None:
    """List authorised operations: decision, approver, period, account, and how many messages are flagged."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("authorities") as look:
        every = authority.every(look.reading, as_of(day, seen_today))
        rows = []
        for one in every:
            flags = [
                flagged(look.reading, period.account_id, every, count=0).counts for period in one.periods
            ]
            rows.append(
                (
                    one.name,
                    one.values["decision"]["number"],
                    f"{one.values['approver']['name']}, {one.values['approver']['role']}",
                    one.values["circular"],
                    one.values["period"]["from"],
                    one.values["ended"]["day"] if one.ended else one.values["period"]["to"],
                    f"{one.values['review']}{' DUE' if one.review_due else ''}",
                    ", ".join(one.accounts),
                    sum(sum(counts.values()) for counts in flags),
                )
            )
    columns = ["number", "decision", "approver", "circular", "from", "to", "review", "account", "flagged"]
    show("", columns, rows, right=["flagged"])
