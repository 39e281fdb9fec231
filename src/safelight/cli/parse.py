"""`safelight parse`: read traces out of what was taken in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from safelight.cli.ingest import LiveProgress
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.cli.parse_report import show_mapped
from safelight.errors import BadInput
from safelight.intake.parse_run import Wanted
from safelight.intake.parse_run import parse as run_parsers
from safelight.parsers.mapping.load import load


class DateOrder(StrEnum):
    dmy = "dmy"
    mdy = "mdy"
    ymd = "ymd"


def parse(
    operation: Operation,
    source: Annotated[
        list[str] | None, typer.Option(help="Source, by id or label; all if not given.")
    ] = None,
    path: Annotated[str, typer.Option(help="Path pattern: * and ? as in the shell.")] = "",
    only: Annotated[
        list[str] | None, typer.Option("--parser", help="Parser, by name; all if not given.")
    ] = None,
    mapping: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Mapping file (docs/mapping.md), which then is the only parser. May be repeated.",
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why the mapping is used; kept in the ledger with its text.")
    ] = "",
    date_order: Annotated[
        DateOrder | None,
        typer.Option(help="How to read dates that can be read two ways; kept with the traces."),
    ] = None,
    credential: Annotated[
        list[str] | None, typer.Option(help="Password or key to try on what is encrypted. May be repeated.")
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try again what crashed, ran into a limit or could not be read.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Forget what these parsers found in these items, and parse anew.")
    ] = False,
) -> None:
    """Read messages, calls, contacts and other traces out of items that were taken in.

    `ingest` does this by itself; use it for what a newer Safelight can read, and for what needs a date order or a key.
    """
    if only and mapping:
        raise typer.BadParameter("--parser does not go with --mapping: the mapping is the only parser.")
    wanted = Wanted(
        sources=tuple(source or ()),
        path=path,
        only=tuple(only or ()),
        date_order=date_order.value if date_order else None,
        credentials=tuple(credential or ()),
        retry=retry,
        again=again,
        mappings=tuple(_text(file) for file in mapping or ()),
        reason=reason,
    )
    with LiveProgress() as live:
        parsed = run_parsers(existing(operation), wanted, actor=who(), listener=live.show)
    out = console()
    for label in parsed.away:
        out.print(f"{label} is not where it was: what it holds may still wait to be parsed.", markup=False)
    if mapping:
        show_mapped(parsed.mapped)
    figures = parsed.figures
    out.print(
        f"The operation now: {figures.traces} traces, {figures.messages} messages of which {figures.distinct_messages} are "
        f"distinct; {figures.failures} failures.",
        markup=False,
    )


def _text(file: Path) -> str:
    """The text of a mapping file, with its mark and line ends, so that its SHA-256 is the file's. Raises BadInput."""
    load(file)  # says what is wrong with it under its own name
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"{file.name} is not UTF-8.", "Save the mapping as UTF-8.") from None
