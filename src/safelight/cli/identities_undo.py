"""`safelight identities undo`: take a decision about accounts back."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.cli.identities_options import Entry, Reason
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def identities_undo(
    operation: Operation, entry: Entry, reason: Reason, purpose: Purpose = "identities"
) -> None:
    """Take back a decision, a confirmation, a split or a mark as shared. It stays in the ledger."""
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        said = door.identities.withdraw(entry, reason=reason)
    console().print(f"Entry {entry} is withdrawn; entry {said.seq}.", markup=False)
