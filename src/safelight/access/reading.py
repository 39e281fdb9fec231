"""What one consultation gives the modules that read traces: a connection, its snapshot, and how to write down what is shown.

Made by `Consultation.reading` alone, so that whatever reads through it stands in the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from safelight.access.memo import Memo
from safelight.catalog.snapshot import Snapshot
from safelight.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Reading:
    """One consultation's means. `numbers`: exhibit number -> key; `show` takes the ids that a person gets to see."""

    db: DuckDBPyConnection
    snapshot: Snapshot
    memo: Memo
    ledger: Ledger
    numbers: Mapping[str, str]
    show: Callable[[Iterable[str | None]], None]
