"""What of a person is held as privileged: all accounts that are the person's, or of anybody joined with that person."""

from __future__ import annotations

from collections.abc import Iterable

from safelight.access.reading import Reading
from safelight.casework import persons
from safelight.errors import Refused
from safelight.ledger.identities import account_of
from safelight.messages import _


def accounts_to_hold(reading: Reading, names: Iterable[str]) -> list[str]:
    """Ids of the accounts. Raises NotFound, Refused where no account is stated."""
    members = [one.id for name in names for one in persons.person(reading, name).joined]
    found = sorted({account_of(one) for one in persons.accounts_of(reading.ledger, members)})
    if not found:
        raise Refused(_("No account belongs to that person."), _("State one: `safelight person state`."))
    return found
