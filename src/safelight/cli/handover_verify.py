"""`safelight handover verify`: is a package whole, and from whom?"""

from __future__ import annotations

from safelight.casework.handover import verify
from safelight.casework.handover.opened import open_package
from safelight.cli.handover_options import Fingerprint, Identity, Package
from safelight.cli.output import console
from safelight.errors import IntegrityBroken


def handover_verify(package: Package, fingerprint: Fingerprint = None, identity: Identity = None) -> None:
    """Check every file of a package both ways, its signatures, and its excerpt of the audit. Needs no operation.

    The package's own verify.py does the same on Python's standard library alone.
    """
    found = open_package(package, identity, fingerprint or ())
    verify.report(found.found, fingerprint or (), lambda line: console().print(line, markup=False))
    if found.faults:
        name, what = found.faults[0]
        raise IntegrityBroken(f"{package.name} is not whole: {name} {what}.", "Ask the sender for it again.")
