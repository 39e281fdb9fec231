"""`safelight person different`: two registered persons are not one."""

from __future__ import annotations

from safelight.casework import joining
from safelight.cli.casework_options import Grade, Why, acting, basis, graded
from safelight.cli.options import Operation
from safelight.cli.output import console
from safelight.cli.person_state import PersonName


def person_different(
    operation: Operation, a: PersonName, b: PersonName, reason: Why, grade: Grade = ""
) -> None:
    """Decide that two persons are different. From then on nothing joins them, also not through a third."""
    with acting(operation, "persons different", f"{a} {b}") as (_door, act, who):
        entry = joining.declare_different(
            act, a, b, actor=who, basis=basis(grade=graded(operation, grade), reason=reason)
        )
    console().print(f"{a} and {b} are different persons, entry {entry.seq}.", markup=False)
