"""`safelight compact`: rewrite many small parts of the catalog into few."""

from __future__ import annotations

from safelight.catalog.catalog import Catalog
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console, human_bytes
from safelight.intake.run import end_run
from safelight.ledger.ledger import Ledger


def compact(operation: Operation) -> None:
    """Rewrite the catalog's parts sorted and in few files. Happens by itself during intake; harmless at any time."""
    folder = existing(operation)
    with Catalog.at(folder) as catalog, Ledger.open(folder) as ledger:
        report = catalog.compact(force=True)
        if report.merged:
            end_run(ledger, catalog, actor=who())
    console().print(
        f"{report.merged} parts rewritten as {report.written}: {report.rows} rows, {human_bytes(report.bytes)}.",
        markup=False,
    )
