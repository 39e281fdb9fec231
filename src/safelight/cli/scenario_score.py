"""`safelight scenario score`: how much of a synthetic operation's truth was found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.access.neutral import visible
from safelight.analyse.score import Figure, Named, score
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show


def scenario_score(
    operation: Operation,
    truth: Annotated[
        Path, typer.Argument(help="Folder `truth` that `safelight scenario write` made.", metavar="TRUTH")
    ],
    purpose: Purpose = "scenario score",
) -> None:
    """Compare what was found in a synthetic operation with its truth: recall, precision, what is missing or invented.

    The comparison itself never fails for what it finds: the exit code is 0 whenever it could be made.
    """
    result = score(existing(operation), truth, actor=who(), purpose=purpose)
    screen = console()
    _figures("Found against the truth", result.figures)
    screen.print()
    _figures("Live messages by format", result.formats)
    screen.print()
    show(
        "Of what was matched",
        ["must hold", "holds", "of"],
        [(what, held, total) for what, held, total in result.checks],
        right=["holds", "of"],
    )
    for title, named in (
        ("Missing", result.missing),
        ("Invented", result.invented),
        ("Read differently", result.differing),
    ):
        screen.print()
        _named(title, named)


def _figures(title: str, figures: list[Figure]) -> None:
    show(
        title,
        ["what", "truth", "found", "matched", "recall", "precision"],
        [(f.what, f.truth, f.found, f.matched, _share(f.recall), _share(f.precision)) for f in figures],
        right=["truth", "found", "matched", "recall", "precision"],
    )


def _share(value: float | None) -> str:
    """Per cent, never rounded up to 100."""
    return "-" if value is None else f"{int(value * 10_000) / 100:.2f} %"


def _named(title: str, named: list[Named]) -> None:
    if not named:
        console().print(f"{title}: nothing.", markup=False)
        return
    show(
        title,
        ["what", "file", "detail"],
        [(one.what, visible(one.file), visible(one.detail)) for one in named],
    )
