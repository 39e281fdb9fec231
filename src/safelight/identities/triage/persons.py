"""Whose an account is, in one word beside it: what people decided first, else the most probable proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from safelight.access import identities as rows
from safelight.access.reading import Reading
from safelight.ledger import identities as law


@dataclass(frozen=True, slots=True)
class Person:
    """`a` and `b` are the tenures of the pair that says it, `other` the account beside this one. Decided: by whom (and who
    confirmed it); else `probability` as proposed."""

    a: str
    b: str
    other: str
    actors: tuple[str, ...] = ()
    probability: float | None = None


def persons(reading: Reading) -> Mapping[str, Person]:
    """By account. Accounts that nobody linked and for which nothing is proposed are left out."""
    stands = law.standing(reading.ledger)
    found: dict[str, Person] = {}
    for one in reversed(stands.in_force):
        if one.decision == "same":
            actors = tuple(actor for actor in (one.actor, one.confirmed_by) if actor)
            for mine, other in ((one.a, one.b), (one.b, one.a)):
                found.setdefault(law.account_of(mine), Person(one.a, one.b, law.account_of(other), actors))
    if not reading.snapshot.rows("same_person"):
        return found
    refused = {(one.a, one.b) for one in stands.in_force if one.decision == "different"}
    for pair in rows.every_pair(reading):
        if pair.standing != "proposal" or pair.key in refused:
            continue
        for mine, other in ((pair.account_a, pair.account_b), (pair.account_b, pair.account_a)):
            found.setdefault(mine, Person(*pair.key, other, (), pair.probability))
    return found
