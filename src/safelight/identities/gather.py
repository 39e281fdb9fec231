"""The bench filled from the catalog: what is known of each tenure, as `model.py` describes its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from safelight.access import clock
from safelight.access.police import withhold
from safelight.catalog.catalog import Catalog
from safelight.identities.gather_acts import hours, moments
from safelight.identities.gather_contacts import contacts
from safelight.identities.gather_copies import copies
from safelight.identities.gather_identifiers import identifiers
from safelight.identities.gather_media import media
from safelight.identities.gather_names import names
from safelight.identities.gather_renames import renames
from safelight.identities.gather_source import Source
from safelight.identities.gather_tenures import number, tenures
from safelight.identities.gather_texts import texts
from safelight.identities.gather_told import told
from safelight.identities.model import Bench
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.identities import Tenure
from safelight.ledger.police import PolicePeriod

#: What the catalog's side of the work may hold in memory; more spills into the operation's folder.
MEMORY = "2GB"
#: What it reads of the catalog.
TABLES = (
    "accounts", "messages", "calls", "contacts", "memberships", "transfers", "logins", "media_shares", "devices",
    "conversations", "conversation_groups", "same_messages", "same_calls",
    "same_transfers", "items",
)  # fmt: skip
_STEPS: tuple[Callable[[Source], None], ...] = (
    tenures, names, identifiers, renames, texts, copies, hours, moments, contacts, media, told,
)  # fmt: skip
#: How many steps `progress` counts.
STEPS = len(_STEPS) + 1


def gather(
    bench: Bench,
    catalog: Catalog,
    standing: Mapping[str, Sequence[Tenure]],
    clocks: Sequence[ClockDecision],
    police: Sequence[PolicePeriod] = (),
    *,
    progress: Callable[[int], None] = lambda _done: None,
) -> None:
    """Fill an empty bench. `standing`: tenures of accounts that people split or marked; `clocks`: decisions about clocks;
    `police`: when police operated which account, for what an officer does says nothing of the account's owner.

    `progress(done)` counts steps up to STEPS. Raises DiskFull.
    """
    db = catalog.connect(memory_limit=MEMORY, tables=TABLES)
    try:
        clock.install(db, clocks)
        withhold(db, police)
        source = Source(db, bench)
        number(source, standing)
        progress(1)
        for done, step in enumerate(_STEPS, 2):
            step(source)
            progress(done)
    finally:
        db.close()
