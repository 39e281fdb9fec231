"""`safelight handover key list`: keys that sign and keys that are trusted."""

from __future__ import annotations

from safelight.cli.options import Operation, existing
from safelight.cli.output import show
from safelight.ledger import signers
from safelight.ledger.ledger import Ledger
from safelight.traces.moment import iso_utc


def handover_key_list(operation: Operation) -> None:
    """List signing keys: our own, trusted ones, and those that were revoked."""
    with Ledger.open(existing(operation)) as ledger:
        found = signers.every(ledger).values()
    show(
        "Signing keys",
        ["fingerprint", "name", "ours", "since", "entry", "revoked", "public key"],
        [
            (
                one.fingerprint, one.name, "yes" if one.own else "no", iso_utc(one.recorded_at), one.seq,
                iso_utc(one.revoked_at), one.public.hex(),
            )
            for one in found
        ],
    )  # fmt: skip
