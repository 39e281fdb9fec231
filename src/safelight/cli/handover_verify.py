"""`safelight handover verify`: is a package whole, and from whom?"""

from __future__ import annotations

from safelight.casework.handover import verify
from safelight.casework.handover.opened import open_package
from safelight.cli.handover_options import Fingerprint, Identity, Package
from safelight.cli.output import console
from safelight.errors import IntegrityBroken, SignerNotChecked


def handover_verify(package: Package, fingerprint: Fingerprint = None, identity: Identity = None) -> None:
    """Check every file of a package both ways, its signatures, and its excerpt of the audit. Needs no operation.

    The package's own verify.py does the same on Python's standard library alone. Exit code: 0 whole and signed by the
    fingerprints given, 19 not whole, 25 whole but SIGNER NOT CHECKED (no --fingerprint); verify.py says 0, 1 and 3.
    """
    found = open_package(package, identity, fingerprint or ())
    verify.report(found.found, fingerprint or (), lambda line: console().print(line, markup=False))
    if found.faults:
        name, what = found.faults[0]
        raise IntegrityBroken(f"{package.name} is not whole: {name} {what}.", "Ask the sender for it again.")
    if not fingerprint:
        raise SignerNotChecked(
            f"{package.name} is whole, and nothing says from whom.",
            "Ask the sender for the fingerprint by other means, and give it with --fingerprint.",
        )
