"""`safelight victim undo`: take a statement or decision about children back."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.casework import victims
from safelight.casework.victim_register import opened
from safelight.cli.identities_options import Entry, Reason
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console


def victim_undo(operation: Operation, entry: Entry, reason: Reason, purpose: Purpose = "victims") -> None:
    """Take back a statement or decision about children, with the reason. It stays in the ledger."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("victim undone") as look:
        opened(look.reading, door.who)
        with look.reading.ledger.writing() as act:
            made = victims.undo(act, entry, reason=reason, actor=door.who)
            look.reading.show(made.subjects[1:])
    console().print(f"Entry {entry} is taken back, entry {made.seq}.", markup=False)
