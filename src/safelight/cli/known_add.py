"""`safelight known add`: read a hash set and match it against everything that is there."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from safelight.analyse.known import import_set
from safelight.catalog.catalog import Catalog
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.errors import NotFound
from safelight.intake.lock import run_lock
from safelight.intake.run import end_run, match_known
from safelight.ledger import hashsets
from safelight.ledger.ledger import Ledger


def known_add(
    operation: Operation,
    file: Annotated[
        Path,
        typer.Argument(
            help="NSRL RDS v3 (SQLite), VICS JSON, hashdeep, md5sum/sha*sum list or CSV.", metavar="FILE"
        ),
    ],
    name: Annotated[str, typer.Option(help="Name of the set; the file's name if not given.")] = "",
    origin: Annotated[str, typer.Option(help="Who made it and when.")] = "",
    scheme: Annotated[str, typer.Option(help="Category scheme, for lists that carry none.")] = "",
    code: Annotated[str, typer.Option(help="Category code in that scheme.")] = "",
    label: Annotated[str, typer.Option(help="What the code means.")] = "",
) -> None:
    """Read a hash set. "Known" says nothing about good or bad: NSRL can hide a file and never clears it."""
    folder = existing(operation)
    if not file.exists():
        raise NotFound(f"There is no file {file}.", "Check the path.")
    category = (scheme, code, label) if code else None
    with run_lock(folder.lock), Ledger.open(folder) as ledger:
        info = import_set(file, name=name or file.name, origin=origin, category=category, folder=folder.known)
        hashsets.register(ledger, asdict(info), actor=who())
        with Catalog.at(folder) as catalog:
            found = match_known(folder, catalog, ledger)[info.set_id]
            end_run(ledger, catalog, actor=who())
    console().print(
        f"{info.name}: {info.rows} entries read; {found} contents here stand in it.", markup=False
    )
