"""`safelight key rotate`: a new key, and every sealed picture sealed to it again."""

from __future__ import annotations

from safelight.casework.handover import keys as signing_keys
from safelight.catalog.catalog import Catalog
from safelight.cli.options import Operation, Passphrase, existing, passphrase_from, who
from safelight.cli.output import console
from safelight.intake.lock import run_lock
from safelight.intake.reseal import reseal
from safelight.intake.run import end_run
from safelight.ledger import keylog
from safelight.ledger.keys import KeyRing
from safelight.ledger.ledger import Ledger


def key_rotate(operation: Operation, passphrase_file: Passphrase = None) -> None:
    """Make a new key, seal every picture to it again, then forget the old one. Stopped halfway, run it again."""
    folder = existing(operation)
    passphrase = passphrase_from(passphrase_file)
    with run_lock(folder.lock), Ledger.open(folder) as ledger, Catalog.at(folder) as catalog:
        ring = KeyRing.open(folder.keys)
        keys = ring.unlock(passphrase)
        if len(ring.key_ids) == 1:
            ring = ring.rotate(keys, passphrase)
            keys = ring.unlock(passphrase)
        keylog.record(ledger, ring, actor=who(), reason="rotation")
        count = reseal(catalog, ring, keys)
        signing_keys.reseal(folder, ring, keys)
        ring.drop_older(keys, passphrase)
        end_run(ledger, catalog, actor=who())
    console().print(f"The key is new; {count} pictures were sealed to it again.")
