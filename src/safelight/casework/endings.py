"""How cases ended, for those who worked on them and asked to be told.

Knowing how a case ended is one of the few things shown to help those who do this work (docs/casework.md names the study).
It is told to whom `worked` names, by their own wish, and to nobody about them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from safelight.access.reading import Reading
from safelight.casework.cases import ENDED
from safelight.errors import NotFound
from safelight.ledger import records
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Writing
from safelight.ledger.records import Basis, newest
from safelight.messages import _


@dataclass(frozen=True, slots=True)
class Ending:
    """One case that ended. `at`: since when (µs UTC); `standings`: how many suspects stand on each rung."""

    case: str
    number: str
    title: str
    status: str
    at: int
    reason: str
    standings: Mapping[str, int]


def follow(act: Writing, case: str, *, who: str) -> Entry:
    """Ask to be told how a case ends. Raises NotFound."""
    basis = Basis(reason="asked to be told how it ends")
    return records.state(act, case, "worked", who, actor=who, basis=basis)


def unfollow(reading: Reading, act: Writing, case: str, *, who: str) -> Entry:
    """Ask no longer to be told how a case ends. Raises NotFound where nobody of that name asked."""
    seq = followed(reading, records.within(act.connection, case).id, who)
    if seq is None:
        raise NotFound(
            _("%(who)s did not ask to be told of %(case)s.") % {"who": who, "case": case},
            _("Nothing needs to be done."),
        )
    return records.withdraw(act, seq, reason="asked no longer to be told", actor=who)


def followed(reading: Reading, case: str, who: str) -> int | None:
    """The entry by which somebody asked to be told of a case (id); None where nobody did."""
    said = records.statements(reading.ledger, record=case, field="worked")
    return next((one.seq for one in said if one.value == who), None)


def endings(reading: Reading, who: str) -> list[Ending]:
    """Cases that somebody worked on and that ended, the latest first."""
    ledger = reading.ledger
    mine = {
        one.record for one in records.statements(ledger, type_="case", field="worked") if one.value == who
    }
    made = []
    for id_ in sorted(mine):
        said = records.statements(ledger, record=id_, field=("status", "number", "title", "standing"))
        last = {
            field: newest(one for one in said if one.field == field)
            for field in ("status", "number", "title")
        }
        status = last["status"]
        if status is None or status.value not in ENDED:
            continue
        rungs = {
            target: newest(one for one in said if one.field == "standing" and one.target == target)
            for target in {one.target for one in said if one.field == "standing"}
        }
        made.append(
            Ending(
                records.find(ledger, id_).name,
                str(last["number"].value) if last["number"] else "",
                str(last["title"].value) if last["title"] else "",
                str(status.value),
                status.valid_from or status.recorded_at,
                status.basis.reason,
                Counter(str(one.value) for one in rungs.values() if one),
            )
        )
    return sorted(made, key=lambda one: -one.at)
