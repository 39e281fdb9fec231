"""`safelight ingest`: take sources into an exhibit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from safelight.access.neutral import visible
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console, human_bytes
from safelight.errors import Refused
from safelight.intake.progress import Progress as Figures
from safelight.intake.run import intake, register
from safelight.ledger import exhibits, imagechecks
from safelight.ledger.ledger import Ledger
from safelight.ledger.sources import Source
from safelight.operation.folder import OperationFolder


def ingest(
    operation: Operation,
    sources: Annotated[
        list[Path], typer.Argument(help="Folders, files, archives or disk images.", metavar="SOURCE...")
    ],
    exhibit: Annotated[str, typer.Option(help="Number of the exhibit that they belong to.")],
    label: Annotated[
        str, typer.Option(help="Label of the source; its file name if not given (one source only).")
    ] = "",
    credential: Annotated[
        list[str] | None, typer.Option(help="Password or key to try on what is encrypted. May be repeated.")
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try again what crashed, ran into a limit or could not be read.")
    ] = False,
    more_follows: Annotated[
        bool,
        typer.Option(
            "--more-follows",
            help="Leave what looks at the whole operation (same messages, full-text index) to the last of several runs.",
        ),
    ] = False,
) -> None:
    """Take sources in: list, hash and type everything, match known hashes, then inspect each content once.

    Stop with Ctrl-C (or pull the plug): the same command goes on where it stopped. The evidence is only ever read.
    """
    folder = existing(operation)
    if label and len(sources) > 1:
        raise typer.BadParameter("--label goes with one source")
    for path in sources:
        _not_itself(folder.root, path)
    with Ledger.open(folder) as ledger:
        chosen = [register(ledger, exhibit, path, actor=who(), label=label or None) for path in sources]
    with LiveProgress() as live:
        taken = intake(
            folder,
            chosen,
            actor=who(),
            credentials=credential or (),
            retry=retry,
            more_follows=more_follows,
            listener=live.show,
        )
    out = console()
    figures = taken.figures
    for source in taken.before:
        out.print(f"{source} was listed before: nothing new was looked for in it.", markup=False)
    for source in taken.away:
        out.print(
            f"{source} is not where it was: what it holds may still wait to be inspected.", markup=False
        )
    _say_stated_hashes(folder, chosen)
    out.print(
        f"The operation now: {figures.items} items, {figures.contents} distinct contents, {human_bytes(figures.bytes)}; "
        f"{figures.hits} known, {figures.messages} messages ({figures.distinct_messages} distinct), "
        f"{figures.failures} failures.",
        markup=False,
    )
    if figures.failures:
        out.print(f"See what failed and why: safelight failures {operation}", markup=False)
    if figures.messages:
        out.print(
            f"See which accounts may be one person: safelight identities find {operation}", markup=False
        )


def _say_stated_hashes(folder: OperationFolder, chosen: list[Source]) -> None:
    """Each source whose exhibit has a hash stated at seizure: matched, differed or NOT CHECKED."""
    with Ledger.open(folder) as ledger:
        for source in chosen:
            if exhibits.find(ledger, source.exhibit).acquired_hash:
                check = imagechecks.latest(ledger, source.exhibit, source.id)
                why = f" ({check.reason})" if check.result == "NOT CHECKED" else ""
                console().print(f"{source.label}: hash stated at seizure {check.result}{why}", markup=False)


def _not_itself(operation: Path, source: Path) -> None:
    """An operation that took in its own catalog would change the source by taking it in."""
    ours, theirs = operation.resolve(), source.resolve()
    if ours.is_relative_to(theirs) or theirs.is_relative_to(ours):
        raise Refused(
            f"{source} and the operation's own folder lie one in the other.",
            "Keep the operation and the evidence apart.",
        )


class LiveProgress:
    """One line a stage on the terminal's error stream, quiet when that is no terminal but for a line a stage."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[tuple[str, str], int] = {}

    def __enter__(self) -> LiveProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, figures: Figures) -> None:
        """Called with the run's figures at most twice a second."""
        key = (figures.stage, figures.source)
        described = f"{figures.stage} {visible(figures.source)}".strip()
        if key not in self._tasks:
            for task in self._bar.tasks:
                self._bar.update(task.id, total=task.completed or 1, completed=task.completed or 1)
            self._tasks[key] = self._bar.add_task(described, total=None, figures="")
            if not self._console.is_terminal:
                self._console.print(described, markup=False)
        text = f"{figures.items:,} items  {human_bytes(figures.bytes)}  {human_bytes(figures.rate_bytes)}/s"
        if figures.failed:
            text += f"  {figures.failed} failed"
        if figures.remaining_seconds is not None:
            text += f"  {figures.remaining_seconds:.0f} s left"
        self._bar.update(
            self._tasks[key],  # type: ignore[arg-type]
            completed=figures.items,
            total=figures.total_items,
            figures=text,
        )
