"""Deadlines of cases: the end of a detention, a review, the limitation period; which are past and which are near.

A deadline is a statement; one that was met is withdrawn with the reason, so that it stays in the history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from safelight.errors import Refused
from safelight.ledger import records
from safelight.ledger.as_of import NOW, PRESENT, AsOf, day_in_oslo, day_of
from safelight.ledger.ledger import Ledger
from safelight.ledger.records import Statement
from safelight.messages import _

KINDS: Final = ("detention", "review", "limitation")
#: So many days ahead a deadline is warned of.
NEAR: Final = timedelta(days=14)

Level = Literal["past", "near", "later"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline as of a day. `days`: until then, negative when it is past."""

    case: str
    """Id of the case's record."""
    kind: str
    date: date
    days: int
    level: Level
    said: Statement


def deadline(kind: str, day: str) -> dict[str, str]:
    """A deadline as a statement holds it. Raises Refused, BadInput."""
    if kind not in KINDS:
        raise Refused(
            _("“%(kind)s” is no kind of deadline.") % {"kind": kind},
            _("Use one of %(kinds)s.") % {"kinds": ", ".join(KINDS)},
        )
    return {"kind": kind, "date": day_of(day).isoformat()}


def every(ledger: Ledger, as_of: AsOf = PRESENT, cases: Sequence[str] | None = None) -> list[Deadline]:
    """Deadlines of cases (ids; None: all) as of a moment, the first to come first; those of ended cases are left out."""
    today = day_in_oslo(ledger.now() if as_of.true == NOW else as_of.true)
    found = records.statements(ledger, type_="case", field=("deadline", "status"), record=cases, as_of=as_of)
    status: dict[str, list[Statement]] = {}
    for one in found:
        if one.field == "status":
            status.setdefault(one.record, []).append(one)
    ended = {id_ for id_, said in status.items() if (last := records.newest(said)) and last.value == "closed"}
    made = [_deadline(one, today) for one in found if one.field == "deadline" and one.record not in ended]
    return sorted(made, key=lambda one: (one.date, one.said.seq))


def _deadline(said: Statement, today: date) -> Deadline:
    value: Any = said.value if isinstance(said.value, dict) else {}
    day = date.fromisoformat(value.get("date") or date.max.isoformat())
    left = day - today
    level: Level = "past" if left.days < 0 else "near" if left <= NEAR else "later"
    return Deadline(said.record, str(value.get("kind") or ""), day, left.days, level, said)
