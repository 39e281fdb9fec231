"""`safelight verify`: recompute chain, parts and derivatives."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.catalog.catalog import Catalog
from safelight.cli.options import Operation, existing
from safelight.cli.output import console
from safelight.errors import IntegrityBroken
from safelight.intake.integrity import check_runs
from safelight.ledger import keylog
from safelight.ledger import verify as ledger_verify
from safelight.ledger.keys import KeyRing
from safelight.ledger.ledger import Ledger


def verify(
    operation: Operation,
    head: Annotated[
        str, typer.Option(help="A head that was kept elsewhere, as `init` and `verify` print it.")
    ] = "",
) -> None:
    """Recompute the ledger's chain and every part of the catalog (facts and sealed pictures), and name the first bad entry.

    Without --head nothing outside vouches: a lost tail or a history computed anew shows only against a printed head.
    """
    folder = existing(operation)
    out = console()
    with Ledger.open(folder) as ledger:
        report = ledger_verify.verify(ledger, head or None)
        if not report.ok:
            where = f"entry {report.first_bad}"
            said = (
                report.reason
                if report.first_bad is None or where in report.reason
                else f"{where}: {report.reason}"
            )
            raise IntegrityBroken(f"The ledger is not as it was written: {said}.", "Restore from a backup.")
        out.print(f"The chain holds: {report.entries} entries. Head: {report.head}", markup=False)
        wrong_key = keylog.problem(ledger, KeyRing.open(folder.keys))
        if wrong_key is not None:
            raise IntegrityBroken(
                f"The key ring is not the one that the ledger knows: {wrong_key}.",
                "Restore it from a backup.",
            )
        for note in report.notes:
            out.print(f"Note: {note}", markup=False)
        if report.vouched_up_to is None:
            out.print("Vouched by a head kept elsewhere: NOT CHECKED (none was given with --head).")
        else:
            out.print(f"A head kept elsewhere vouches up to entry {report.vouched_up_to}.")
        with Catalog.at(folder) as catalog:
            problems = catalog.verify()
            if problems:
                raise IntegrityBroken(
                    f"{len(problems)} parts of the catalog are not as they were written, first {problems[0]}.",
                    "Restore from a backup, or remove the catalog and take the sources in again.",
                )
            out.print(f"Every live part is as the journal says. {check_runs(ledger, catalog)}", markup=False)
