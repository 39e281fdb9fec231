"""Does the catalog's journal still contain what the ledger's run entries vouch for?"""

from __future__ import annotations

from safelight.catalog.catalog import Catalog
from safelight.errors import IntegrityBroken
from safelight.ledger import kinds, runs
from safelight.ledger.ledger import Ledger


def check_runs(ledger: Ledger, catalog: Catalog) -> str:
    """Compare each run's journal head with the journal; one sentence. Raises IntegrityBroken."""
    every = runs.every(ledger)
    begun = max((entry.seq for entry in ledger.entries(kinds=[kinds.CATALOG_BEGUN.name])), default=0)
    ended = [run for run in every if run.seq > begun]
    for run in ended:
        sequence, _, digest = run.journal_head.partition(":")
        found = catalog.journal.digest_at(int(sequence))
        if found != digest:
            raise IntegrityBroken(
                f"The journal is not the one that ledger entry {run.seq} saw at {run.journal_head}.",
                "Restore the catalog from a backup, or remove it and take the sources in again.",
            )
    earlier = len(every) - len(ended)
    note = f" {earlier} earlier ones saw a catalog that was made anew since: NOT CHECKED." if earlier else ""
    return f"The journal is the one that {len(ended)} runs saw.{note}"


def note_new_catalog(ledger: Ledger, catalog: Catalog, *, actor: str) -> None:
    """Write down that the catalog begins anew, if it is empty though a run has left something in it before."""
    seen = max((int(run.journal_head.partition(":")[0]) for run in runs.every(ledger)), default=0)
    if catalog.head()[0] == 0 and seen:
        kind = kinds.CATALOG_BEGUN
        ledger.append(
            kind.name, {"reason": "the catalog was empty when a run began"}, verb=kind.verb, actor=actor
        )
