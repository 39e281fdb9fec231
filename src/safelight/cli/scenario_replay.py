"""`safelight scenario replay`: the casework of a synthetic operation, act by act, dated as its script says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.casework.replay import replay
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.ledger.as_of import end_of


def scenario_replay(
    operation: Operation,
    script: Annotated[
        Path,
        typer.Argument(help="The script: casework.jsonl, as `scenario write` makes it.", metavar="SCRIPT"),
    ],
    until: Annotated[str, typer.Option(help="Last day that is replayed, written 2016-11-20.")] = "",
) -> None:
    """Replay a script of dated acts: exhibits, persons, cases, children, corrections, each with the time that it states.

    Only in a synthetic operation, made under SAFELIGHT_CLOCK before the first act. The same command goes on where it
    stopped, so that sources can be taken in between.
    """
    acts, days = replay(existing(operation), script, who(), end_of(until) if until else None)
    console().print(f"{acts} acts of {days} days replayed.", markup=False)
