"""`safelight person withdraw`: take a statement about a person back."""

from __future__ import annotations

from safelight.casework import persons
from safelight.cli.casework_options import StatementEntry, Why, withdrawing
from safelight.cli.options import Operation


def person_withdraw(
    operation: Operation,
    entry: StatementEntry,
    reason: Why,
) -> None:
    """Take back one statement or decision. It stays in the history, with your reason."""
    withdrawing(operation, entry, reason, persons.withdraw)
