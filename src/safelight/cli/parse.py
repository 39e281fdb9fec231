"""`safelight parse`: read traces out of what was taken in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from safelight.cli.ingest import LiveProgress
from safelight.cli.options import Operation, existing, who
from safelight.cli.output import console
from safelight.intake.parse_run import Wanted
from safelight.intake.parse_run import parse as run_parsers


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
    wanted = Wanted(
        sources=tuple(source or ()),
        path=path,
        only=tuple(only or ()),
        date_order=date_order.value if date_order else None,
        credentials=tuple(credential or ()),
        retry=retry,
        again=again,
    )
    with LiveProgress() as live:
        parsed = run_parsers(existing(operation), wanted, actor=who(), listener=live.show)
    out = console()
    for label in parsed.away:
        out.print(f"{label} is not where it was: what it holds may still wait to be parsed.", markup=False)
    figures = parsed.figures
    out.print(
        f"The operation now: {figures.traces} traces, {figures.messages} messages of which {figures.distinct_messages} are "
        f"distinct; {figures.failures} failures.",
        markup=False,
    )
