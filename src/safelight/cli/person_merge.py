"""`safelight person merge`: two registered persons are one."""

from __future__ import annotations

from safelight.casework import joining
from safelight.cli.casework_options import Grade, Why, acting, basis, graded
from safelight.cli.options import Operation
from safelight.cli.output import console
from safelight.cli.person_state import PersonName


def person_merge(operation: Operation, a: PersonName, b: PersonName, reason: Why, grade: Grade = "") -> None:
    """Decide that two persons are one. Their numbers stay, nothing is rewritten, and `person unmerge` undoes it."""
    with acting(operation, "persons merged", f"{a} {b}") as (_door, act, who):
        entry = joining.join(act, a, b, actor=who, basis=basis(grade=graded(operation, grade), reason=reason))
    console().print(f"{a} and {b} are one person, entry {entry.seq}.", markup=False)
