"""The children who are urgent by the unit's rule, for who may see the register: they stand first where work begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from safelight.access.door import Door
from safelight.access.reading import Reading
from safelight.casework.figure import Asked
from safelight.casework.victim_register import Child, opened
from safelight.operation.settings import read_settings

#: Children that are shown at once.
MOST = 8


@dataclass(frozen=True, slots=True)
class Urgent:
    """The most urgent ones, and how many there are."""

    children: Sequence[Child] = ()
    total: int = 0


def urgent(door: Door, reading: Reading, question: Asked) -> Urgent:
    """Who is urgent as of the question's day; nobody for whom the register does not exist."""
    if not question.victims:
        return Urgent()
    rule = read_settings(door.folder.settings).urgency
    found = opened(reading, door.who).listed(rule, question.as_of, only={"urgency": "urgent"}, count=MOST)
    return Urgent(found.children, found.total)
