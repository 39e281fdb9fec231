"""The confirmed accounts of persons: what a search, a timeline and a count by person go by.

A person here is what people decided to be one, nothing else: all tenures that kept decisions "same" put together, each with
its period. What the analysis proposes, what waits for a second person and what other decisions contradict does not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from safelight.access.account_names import usual
from safelight.access.identity_acts import named
from safelight.access.police import without_police
from safelight.access.reading import Reading
from safelight.access.search_filter import SearchFilter
from safelight.access.timeline_filter import TimelineFilter
from safelight.catalog.copies import no_copy
from safelight.errors import NotFound, Refused
from safelight.identities.constraints import Constraints, constraints
from safelight.ledger import identities as law
from safelight.ledger.identities import Standing, Tenure
from safelight.messages import _

Filter = TypeVar("Filter", SearchFilter, TimelineFilter)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One person. `of`: the tenure that stands for it; `name`: that of the account that wrote most."""

    of: str
    name: str
    tenures: tuple[Tenure, ...]


def person(reading: Reading, name: str) -> Confirmed:
    """The person of an account, named by id, the beginning of one or a name that it alone carried; where nobody decided
    anything the account alone. Raises NotFound, Refused (of several accounts, or of one that several people used)."""
    tenure_id = named(reading, name)
    now = law.standing(reading.ledger)
    tenure = now.tenure(tenure_id)
    if tenure is None:
        raise NotFound(
            _("There is no period %(id)s of an account.") % {"id": tenure_id},
            _("See its page under Persons for those there are."),
        )
    if tenure.shared:
        raise Refused(
            _("Several people used %(id)s, so it is no one person's.") % {"id": tenure_id},
            _("Filter by account instead."),
        )
    given, groups = _groups(reading, now)
    return _confirmed(reading, now, [groups.get(given.people(tenure_id), (tenure_id,))])[0]


def people(reading: Reading) -> Sequence[Confirmed]:
    """Every person of two accounts or more, those of most accounts first.

    Computed once a snapshot and state of decisions.
    """
    now = law.standing(reading.ledger)

    def make() -> Sequence[Confirmed]:
        _given, groups = _groups(reading, now)
        return _confirmed(reading, now, sorted(groups.values(), key=lambda one: (-len(one), one)))

    found: Sequence[Confirmed] = reading.memo.get(("identity confirmed people", now.seq), make)
    reading.show(tenure.account_id for one in found for tenure in one.tenures)
    return found


def looked_up(reading: Reading, wanted: Filter) -> Filter:
    """A filter with the accounts of the persons that it names, each person named by the tenure that stands for it.

    Raises NotFound, Refused.
    """
    found = {one.of: one.tenures for one in (person(reading, name) for name in wanted.person)}
    return replace(wanted, person=tuple(found), held=found)


def _groups(reading: Reading, now: Standing) -> tuple[Constraints, Mapping[str, tuple[str, ...]]]:
    """What decisions demand, and the members of each person; computed once a snapshot and state of decisions."""

    def make() -> tuple[Constraints, Mapping[str, tuple[str, ...]]]:
        given = constraints(now)
        groups: dict[str, list[str]] = defaultdict(list)
        for one, top in sorted(given.person.items()):
            groups[top].append(one)
        return given, {top: tuple(members) for top, members in groups.items()}

    found: tuple[Constraints, Mapping[str, tuple[str, ...]]] = reading.memo.get(
        ("identity confirmed", now.seq), make
    )
    return found


def _confirmed(reading: Reading, now: Standing, groups: Sequence[Sequence[str]]) -> list[Confirmed]:
    """Persons with their names: reading the accounts in question alone, for the list of all takes seconds."""
    tenures = [[found for one in members if (found := now.tenure(one)) is not None] for members in groups]
    accounts = sorted({one.account_id for some in tenures for one in some})
    once = no_copy("same_messages", reading.snapshot)
    wrote = dict(
        without_police(reading.db, reading.ledger)
        .execute(
            f"select sender_id, count(*) from messages where sender_id = any($ids) and {once} group by 1",
            {"ids": accounts},
        )
        .fetchall()
    )
    names = usual(reading, accounts)
    made = []
    for some in tenures:
        best = max(some, key=lambda one: (wrote.get(one.account_id, 0), one.account_id in names))
        name = names.get(best.account_id, best.account_id[:14])
        made.append(Confirmed(some[0].id, name, tuple(some)))
    return made
