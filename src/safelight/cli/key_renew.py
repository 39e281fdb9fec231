"""`safelight key renew`: begin a new key where the old one is lost; sealed pictures are made again."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.catalog.catalog import Catalog
from safelight.cli.options import Operation, Passphrase, existing, passphrase_from, who
from safelight.cli.output import console
from safelight.intake.lock import run_lock
from safelight.intake.retry import release_sealed
from safelight.ledger import keylog
from safelight.ledger.keys import FILE_NAME, KeyRing
from safelight.ledger.ledger import Ledger


def key_renew(
    operation: Operation,
    reason: Annotated[str, typer.Option(help="What happened to the old key; kept in the ledger.")],
    passphrase_file: Passphrase = None,
) -> None:
    """Begin a new key where the old one is lost: its file is gone, or nobody knows passphrase and recovery key.

    What was sealed to the old key cannot be opened any more; the next intake makes those pictures again out of the
    evidence. An old key file is kept beside the new one, under another name. The new recovery key is shown once.
    """
    folder = existing(operation)
    passphrase = passphrase_from(passphrase_file, new=True)
    with run_lock(folder.lock), Ledger.open(folder) as ledger, Catalog.at(folder) as catalog:
        old = folder.keys / FILE_NAME
        if old.exists():
            old.rename(folder.keys / f"lost-{KeyRing.open(folder.keys).key_id}.json")
        ring, recovery = KeyRing.create(folder.keys, passphrase)
        keylog.record(ledger, ring, actor=who(), reason=reason)
        contents = release_sealed(catalog, ring.key_ids)
    out = console()
    out.print(f"Recovery key (shown once, keep it on paper): {recovery}", markup=False)
    out.print(
        f"The key is new; the pictures of {contents} contents are made again by the next `safelight ingest`.",
        markup=False,
    )
