"""Lawful erasure: the payload goes, its digest stays, and the chain still verifies.

What the body says (actor, kind, ids, purpose, authorisation) stays, which is why names belong in payloads
only. In the database file the bytes are overwritten; backups and what lies under the file system are
`docs/security.md`'s matter.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from safelight.errors import NotFound, Refused
from safelight.ledger import kinds, projections
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import ENTRIES, PAYLOADS

#: Without these the ledger could not say what it is, or what was erased and bound to it.
_KEPT = (kinds.OPERATION_CREATED.name, kinds.PAYLOAD_ERASED.name, kinds.RUN_ENDED.name, kinds.KEY_MADE.name)


def erase(
    ledger: Ledger, seqs: Iterable[int], *, actor: str, purpose: str, authorisation: str, reason: str
) -> Entry:
    """Remove the payloads of these entries and say so in a new entry.

    Raises NotFound for an entry that does not exist, Refused without purpose and authorisation, for kinds
    that the ledger cannot do without, and for a payload that is erased already.
    """
    numbers = sorted(set(seqs))
    if not purpose.strip() or not authorisation.strip():
        raise Refused("An erasure needs a purpose and an authorisation.", "Say why and who ordered it.")
    if not numbers:
        raise Refused("No entry was named to be erased.", "Give the numbers of the entries.")
    kind = kinds.PAYLOAD_ERASED
    with ledger.writing() as act:
        for seq in numbers:
            found = act.connection.execute(sa.select(ENTRIES.c.kind).where(ENTRIES.c.seq == seq)).scalar()
            if found is None:
                raise NotFound(f"The ledger has no entry {seq}.", "Name one that it has.")
            if found in _KEPT:
                raise Refused(f"Entry {seq} ({found}) is one that the ledger cannot do without.")
            gone = act.connection.execute(PAYLOADS.delete().where(PAYLOADS.c.seq == seq)).rowcount
            if not gone:
                raise Refused(f"The payload of entry {seq} is erased already.", "Leave it out.")
        entry = act.append(
            kind.name,
            {"reason": reason},
            verb=kind.verb,
            actor=actor,
            subjects=[f"entry:{seq}" for seq in numbers],
            purpose=purpose,
            authorisation=authorisation,
        )
        projections.replay(act.connection, act.connection)
    ledger.store.checkpoint()
    return entry
