"""What is the same found twice: every analysis that joins copies, in the order in which they build on each other."""

from __future__ import annotations

from safelight.analyse.same_calls import find_same_calls
from safelight.analyse.same_messages import find_same
from safelight.analyse.same_transfers import find_same_transfers
from safelight.catalog.catalog import Catalog
from safelight.ledger.ledger import Ledger


def join_copies(catalog: Catalog, ledger: Ledger) -> None:
    """Bring messages, calls and transfers that are the same up to the catalog and its clocks. Raises DiskFull."""
    find_same(catalog, ledger)
    find_same_calls(catalog, ledger)
    find_same_transfers(catalog, ledger)
