"""`safelight handover correct`: what was given is given anew, as it stands now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.casework.handover import make
from safelight.cli.handover_options import Number
from safelight.cli.options import Operation, Passphrase, Purpose, existing, unlocked, who
from safelight.cli.output import console


def handover_correct(
    operation: Operation,
    handover: Number,
    out: Annotated[Path, typer.Option(help="Where the correction package is written.")],
    folder: Annotated[bool, typer.Option("--folder", help="Write a folder instead of one file.")] = False,
    passphrase_file: Passphrase = None,
    purpose: Purpose = "correction of a handover",
) -> None:
    """Make the correction package of a handover that later decisions have touched, for the same receivers."""
    place = existing(operation)
    with Door(place, who=who(), purpose=purpose, keys=unlocked(place, passphrase_file)) as door:
        number = make.correct(door, handover).name
        made = make.make(door, number, out, folder=folder)
    console().print(f"{made.number} corrects {handover}: {made.files} files in {made.out}.", markup=False)
