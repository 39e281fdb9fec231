"""`safelight identities list`: what people decided about accounts."""

from __future__ import annotations

from safelight.access import identity_acts
from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import show
from safelight.traces.moment import iso_utc


def identities_list(operation: Operation, purpose: Purpose = "identities") -> None:
    """List what was decided about accounts, and what waits for a decision."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("identities") as look:
        found = identity_acts.standing(look.reading)
    show(
        "Decisions",
        ["entry", "decision", "account", "other", "by", "recorded", "reason"],
        [
            (one.seq, one.decision, one.a, one.b, one.actor, iso_utc(one.recorded_at), one.reason)
            for one in (*found.waiting, *found.unsettled, *found.in_force)
        ],
    )
