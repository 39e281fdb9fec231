"""Which keys the operation has had, as the chain knows it: a ring with a swapped public key does not fit."""

from __future__ import annotations

from safelight.ledger import kinds
from safelight.ledger.entry import Entry
from safelight.ledger.keys import KeyRing
from safelight.ledger.ledger import Ledger


def record(ledger: Ledger, ring: KeyRing, *, actor: str, reason: str) -> Entry | None:
    """Write down the ring's newest key (at `init`, after a rotation, after a loss); None if it is known
    already.
    """
    kind = kinds.KEY_MADE
    known = {entry.subjects[0] for entry in ledger.entries(kinds=[kind.name])}
    if ring.key_id in known:
        return None
    payload = {"public": ring.public.hex(), "older": list(ring.key_ids[:-1]), "reason": reason}
    return ledger.append(kind.name, payload, verb=kind.verb, actor=actor, subjects=[ring.key_id])


def problem(ledger: Ledger, ring: KeyRing) -> str | None:
    """One sentence if the ring's newest key is not the newest that the chain knows, else None."""
    known = [entry.subjects[0] for entry in ledger.entries(kinds=[kinds.KEY_MADE.name])]
    if not known:
        return f"the ledger knows no key, but the ring holds {ring.key_id}"
    if known[-1] != ring.key_id:
        return f"the ring's newest key is {ring.key_id}, but the ledger knows {known[-1]} as the newest"
    return None
