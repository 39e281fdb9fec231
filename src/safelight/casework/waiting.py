"""What waits for one person: questions and decisions about who is who, handovers to approve and to correct, what is due.

It is counted as the pages count that it leads to, so that a figure and its list never differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from safelight.access.reading import Reading
from safelight.casework import deadlines
from safelight.casework.deadlines import Deadline
from safelight.casework.handover import disclosures
from safelight.casework.handover.disclosures import Disclosed
from safelight.identities.queue import queue


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits. `proposals`: pairs that people are asked about; `second`: decisions of others that want a second person;
    `anew`: decisions that bind nobody any more; `conflicts`: decisions or evidence against decisions."""

    proposals: int
    second: int
    anew: int
    conflicts: int
    approve: Sequence[Disclosed]
    """Handovers of others that want a second person."""
    correct: Sequence[Disclosed]
    """Handovers that a later decision touched, and that no package corrects yet."""
    due: Sequence[Deadline]
    """Deadlines of cases that are past or near, the first to come first."""
    running: int
    """How many deadlines run."""

    @property
    def nothing(self) -> bool:
        """Nobody needs to do anything but keep the deadlines."""
        return not (
            self.proposals or self.second or self.anew or self.conflicts or self.approve or self.correct
        )


def waiting(reading: Reading, who: str) -> Waiting:
    """What waits for somebody now."""
    asked = queue(reading)
    sorts = [one.sort for one in asked]
    own = sum(one.sort == "waiting" and one.decided is not None and one.decided.actor == who for one in asked)
    given = disclosures.listed(reading, who)
    due = deadlines.every(reading.ledger)
    return Waiting(
        proposals=sorts.count("proposal"),
        second=sorts.count("waiting") - own,
        anew=len({one.decided.seq for one in asked if one.sort == "unsettled" and one.decided}),
        conflicts=sorts.count("conflict"),
        approve=[one for one in given if one.handover.status == "waiting" and one.handover.maker != who],
        correct=[one for one in given if one.to_correct],
        due=[one for one in due if one.level != "later"],
        running=len(due),
    )
