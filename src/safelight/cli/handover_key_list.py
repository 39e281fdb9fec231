"""`safelight handover key list`: keys that sign and keys that are trusted."""

from __future__ import annotations

from safelight.cli.options import Operation, existing
from safelight.cli.output import console, show
from safelight.ledger import signers
from safelight.ledger.ledger import Ledger
from safelight.traces.moment import iso_utc


def handover_key_list(operation: Operation) -> None:
    """List signing keys: our own, trusted ones, and those that were revoked."""
    with Ledger.open(existing(operation)) as ledger:
        found = list(signers.every(ledger).values())
    show(
        "Signing keys",
        ["key", "name", "ours", "since", "entry", "revoked"],
        [
            (
                one.fingerprint[:8], one.name, "yes" if one.own else "no", iso_utc(one.recorded_at), one.seq,
                iso_utc(one.revoked_at),
            )
            for one in found
        ],
    )  # fmt: skip
    for one in found:  # a line each, to be copied whole
        console().print(f"\n{one.fingerprint[:8]} {one.name}\nfingerprint {one.fingerprint}", markup=False)
        console().print(f"public key {one.public.hex()}", markup=False)
