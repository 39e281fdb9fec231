"""`safelight scenario write`: a synthetic operation with known truth, in real file formats."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from safelight.cli.output import console
from safelight.errors import Refused
from safelight.scenario.operation import write_operation


class Size(StrEnum):
    small = "small"
    medium = "medium"
    darkroom = "darkroom"


def scenario_write(
    folder: Annotated[
        Path, typer.Argument(help="Folder to write into; empty or not there yet.", metavar="DIR")
    ],
    size: Annotated[
        Size,
        typer.Option(
            help="small: 6,000 messages; medium: 150,000; darkroom: 3 million and 51 persons of interest."
        ),
    ] = Size.small,
    seed: Annotated[int, typer.Option(help="The same seed gives the same truth and the same files.")] = 1,
) -> None:
    """Write a synthetic operation: exhibits with chats, calls, mail and payments in real file formats, and the truth.

    DIR/evidence holds one folder an exhibit, DIR/truth what happened and what of it lies in which file. Everything in it
    is harmless: a chess club, the weather, model trains.
    """
    screen = console()
    try:
        with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
            task = bar.add_task("", total=None)
            plan = write_operation(
                folder,
                size.value,
                seed,
                lambda done, total, what: bar.update(task, completed=done, total=total, description=what),
            )
    except FileExistsError as error:
        raise Refused(f"{folder} is not empty.", "Choose a folder that is empty or not there yet.") from error
    files = sum(1 for _ in plan.files)
    screen.print(
        f"{len(plan.exhibits)} exhibits ({files} files and folders of logs) in {folder / 'evidence'}",
        markup=False,
    )
    screen.print(f"The truth lies in {folder / 'truth'}; keep it out of the evidence.", markup=False)
