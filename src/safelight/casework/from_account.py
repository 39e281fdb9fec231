"""A person made out of an account: with the accounts that decisions put together with it and, if wanted, those proposed.

What people decided is stated as fact of the ledger, what the analysis proposes as an assessment that names the proposal;
either way it is somebody's act, with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from safelight.access import identities as rows
from safelight.access.identity_acts import named
from safelight.access.reading import Reading
from safelight.casework import persons
from safelight.identities import persons as proposals
from safelight.identities.constraints import constraints
from safelight.ledger import identities
from safelight.ledger.ledger import Writing
from safelight.ledger.records import Basis, Record


@dataclass(frozen=True, slots=True)
class Accounts:
    """Tenures of one person. `names`: the newest name of each account that a trace names."""

    named: str
    decided: tuple[str, ...]
    proposed: tuple[str, ...]
    names: Mapping[str, str]


def accounts(reading: Reading, account: str) -> Accounts:
    """The accounts that stand with one, which is named by id, its beginning or a name. Raises NotFound, Refused."""
    tenure = named(reading, account)
    now = identities.standing(reading.ledger)
    given = constraints(now)
    top = given.people(tenure)
    decided = sorted({tenure, *(one for one, own in given.person.items() if own == top)})
    proposed = sorted(set(proposals.members_of(reading, now, tenure)) - set(decided))
    found = rows.rows_of(reading, [*decided, *proposed])
    return Accounts(
        tenure, tuple(decided), tuple(proposed), {one: row.name for one, row in found.items() if row.name}
    )


def make(
    act: Writing,
    of: Accounts,
    *,
    actor: str,
    basis: Basis,
    name: str = "",
    category: str = "",
    with_proposed: bool = False,
) -> Record:
    """One person with these accounts, in one transaction. Raises Refused where an account is another person's."""
    made = persons.add(act, actor=actor, basis=basis, name=name, category=category)
    given = [(one, basis) for one in of.decided]
    if with_proposed:
        given += [(one, replace(basis, nature="assessment", verified="no")) for one in of.proposed]
    for tenure, own in given:
        persons.state(act, made.id, "account", True, actor=actor, basis=own, target=tenure)
    for alias in sorted({of.names[one] for one, _basis in given if one in of.names}):
        persons.state(act, made.id, "alias", alias, actor=actor, basis=basis)
    return made
