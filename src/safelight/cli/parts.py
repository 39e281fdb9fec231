"""`safelight catalog parts`: the live parts, for whoever reads them with other tools during a compaction."""

from __future__ import annotations

import typer

from safelight.catalog.catalog import Catalog
from safelight.cli.options import Operation, existing


def parts(operation: Operation) -> None:
    """Print table and path of every live part, one a line, separated by a tab."""
    folder = existing(operation)
    with Catalog.at(folder) as catalog:
        for table, live in catalog.snapshot().parts.items():
            for part in live:
                typer.echo(f"{table}\t{folder.parts / table / part.name}")
