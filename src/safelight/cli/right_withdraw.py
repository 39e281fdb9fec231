"""`safelight right withdraw`: take a right back."""

from __future__ import annotations

from safelight.cli.casework_options import Why
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.cli.right_grant import Right, Somebody
from safelight.ledger import rights
from safelight.ledger.ledger import Ledger


def right_withdraw(operation: Operation, person: Somebody, right: Right, reason: Why) -> None:
    """Take a right back. Where the last one loses it nobody has it any more, until it is granted again."""
    with Ledger.open(existing(operation)) as ledger:
        entry = rights.withdraw(ledger, person, right, reason=reason, actor=who())
    console().print(f"{person} no longer has the right {right}, entry {entry.seq}.", markup=False)
