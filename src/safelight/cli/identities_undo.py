"""`safelight identities undo`: take a decision about accounts back."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.cli.identities_options import Entry, Reason
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console
from safelight.ledger import kinds


def identities_undo(
    operation: Operation, entry: Entry, reason: Reason, purpose: Purpose = "identities"
) -> None:
    """Take back a decision, a confirmation, a split or a mark as shared. It stays in the ledger. Where decisions need a
    second person, what two people said is withdrawn when two withdraw it."""
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        said = door.identities.withdraw(entry, reason=reason)
    if said.kind == kinds.IDENTITY_WITHDRAWAL_ASKED.name:
        told = f"Two people said entry {entry}, so it stands until another one withdraws it too; entry {said.seq}."
    else:
        told = f"Entry {entry} is withdrawn; entry {said.seq}."
    console().print(told, markup=False)
