"""Does the catalog's journal still contain what the ledger's run entries vouch for?"""

from __future__ import annotations

from safelight.catalog.catalog import Catalog
from safelight.errors import IntegrityBroken
from safelight.ledger import runs
from safelight.ledger.ledger import Ledger


def check_runs(ledger: Ledger, catalog: Catalog) -> str:
    """Compare each run's journal head with the journal; one sentence. Raises IntegrityBroken."""
    ended = runs.every(ledger)
    for run in ended:
        sequence, _, digest = run.journal_head.partition(":")
        found = catalog.journal.digest_at(int(sequence))
        if found != digest:
            raise IntegrityBroken(
                f"The journal is not the one that ledger entry {run.seq} saw at {run.journal_head}.",
                "Restore the catalog from a backup, or remove it and take the sources in again.",
            )
    return f"The journal is the one that {len(ended)} runs saw."
