"""Pairs of accounts that people confirmed as one person, as they stand in the ledger now.

Decisions are about tenures. An account that was split or is shared was in several hands, so what is known of one of its
periods is not carried over to the whole account here.
"""

from __future__ import annotations

from safelight.ledger import identities
from safelight.ledger.ledger import Ledger


def confirmed(ledger: Ledger) -> tuple[tuple[str, str, int], ...]:
    """Two account ids and the entry of each decision in force, in the order of the entries."""
    stands = identities.standing(ledger)
    return tuple(
        (one.a, one.b, one.seq)
        for one in sorted(stands.in_force, key=lambda one: one.seq)
        if one.decision == "same" and one.a not in stands.tenures and one.b not in stands.tenures
        if identities.account_of(one.a) == one.a and identities.account_of(one.b) == one.b
    )
