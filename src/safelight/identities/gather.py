"""The bench filled from the catalog: what is known of each tenure, as `model.py` describes its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from safelight.access import clock
from safelight.access.police import withhold
from safelight.catalog.catalog import Catalog
from safelight.identities.gather_acts import hours, moments
from safelight.identities.gather_contacts import contacts
from safelight.identities.gather_copies import copies
from safelight.identities.gather_identifiers import identifiers
from safelight.identities.gather_inputs import inputs
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
Step = Callable[[Source], None]
#: What can be filled for some tenures alone: rows of one do not depend on what others did.
OF_EACH: tuple[Step, ...] = (texts, hours, moments, told)
#: What is filled for all at once.
OF_ALL: tuple[Step, ...] = (tenures, names, identifiers, renames, copies, contacts, media, inputs)
#: How many steps `progress` counts.
STEPS = 1 + len(OF_ALL) + len(OF_EACH)


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
    with gathering(bench, catalog, standing, clocks, police) as source:
        progress(1)
        for done, step in enumerate((*OF_ALL, *OF_EACH), 2):
            step(source)
            progress(done)


@contextmanager
def gathering(
    bench: Bench,
    catalog: Catalog,
    standing: Mapping[str, Sequence[Tenure]],
    clocks: Sequence[ClockDecision],
    police: Sequence[PolicePeriod] = (),
) -> Iterator[Source]:
    """The catalog's side, for the steps. Tenures have their numbers."""
    db = catalog.connect(memory_limit=MEMORY, tables=TABLES)
    try:
        clock.install(db, clocks)
        withhold(db, police)
        source = Source(db, bench)
        number(source, standing)
        yield source
    finally:
        db.close()
