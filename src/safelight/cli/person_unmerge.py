"""`safelight person unmerge`: take a merging back."""

from __future__ import annotations

from safelight.casework import joining
from safelight.cli.casework_options import Why, acting
from safelight.cli.options import Operation
from safelight.cli.output import console
from safelight.cli.person_state import PersonName


def person_unmerge(operation: Operation, a: PersonName, b: PersonName, reason: Why) -> None:
    """Take back the decision that two persons are one. What was stated of each is as it was."""
    with acting(operation, "persons parted", f"{a} {b}") as (_door, act, who):
        entries = joining.part(act, a, b, reason=reason, actor=who)
    console().print(f"{a} and {b} are two persons again, entry {entries[-1].seq}.", markup=False)
