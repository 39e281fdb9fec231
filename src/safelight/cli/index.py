"""`safelight index`: the full-text index brought up to the catalog, or made anew from it."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.analyse.search_index import bring_up
from safelight.cli.options import Operation, existing
from safelight.cli.output import console
from safelight.cli.working import Working


def index(
    operation: Operation,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Make it anew from the catalog; search goes on with the old one."),
    ] = False,
) -> None:
    """Index what came since the last time and take out what is gone.

    Stop with Ctrl-C (or pull the plug): the same command goes on where it stopped. The index holds nothing that the catalog
    does not hold.
    """
    folder = existing(operation)
    with Working("texts") as working:
        done = bring_up(folder, rebuild=rebuild, progress=working.show)
    console().print(
        f"{done.added} texts indexed, {done.removed_units} units taken out; {done.total} texts can be searched.",
        markup=False,
    )
