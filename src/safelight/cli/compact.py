"""`safelight compact`: rewrite many small parts of the catalog into few."""

from __future__ import annotations

from safelight.catalog.catalog import Catalog
from safelight.cli.options import Operation, existing
from safelight.cli.output import console, human_bytes


def compact(operation: Operation) -> None:
    """Rewrite the catalog's parts sorted and in few files. Happens by itself during intake; harmless at any time."""
    report = Catalog.at(existing(operation)).compact(force=True)
    console().print(
        f"{report.merged} parts rewritten as {report.written}: {report.rows} rows, {human_bytes(report.bytes)}.",
        markup=False,
    )
