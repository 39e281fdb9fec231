"""`safelight case withdraw`: take a statement about a case back."""

from __future__ import annotations

from safelight.casework import cases
from safelight.cli.casework_options import StatementEntry, Why, withdrawing
from safelight.cli.options import Operation


def case_withdraw(
    operation: Operation,
    entry: StatementEntry,
    reason: Why,
) -> None:
    """Take back one statement, for example a deadline that was met. It stays in the history, with your reason."""
    withdrawing(operation, entry, reason, cases.withdraw)
