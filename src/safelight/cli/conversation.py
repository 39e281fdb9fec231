"""`safelight conversation`: read one conversation, or hand a selection of it out as PDF or CSV."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from safelight.access.conversation import Line, window
from safelight.access.conversation_export import (
    Form,
    Selection,
    attachment_name,
    described,
    shown_time,
    who_said,
)
from safelight.access.conversation_order import order_of, position_of
from safelight.access.conversation_places import on_date
from safelight.access.door import Door
from safelight.access.zones import ZONES, Zone, zone_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.errors import NotFound, Refused


class FileForm(StrEnum):
    """Formats of a selection."""

    pdf = "pdf"
    csv = "csv"


def conversation(
    operation: Operation,
    id: Annotated[
        str,
        typer.Argument(help="Id of the conversation, as `safelight conversations` lists it.", metavar="ID"),
    ],
    at: Annotated[str, typer.Option(help="Id of a message: begin there.")] = "",
    date: Annotated[str, typer.Option(help="Begin at this day, month or year in the zone.")] = "",
    zone: Annotated[str, typer.Option(help=f"How times are shown: {', '.join(ZONES)}.")] = "utc",
    limit: Annotated[int, typer.Option(min=1, help="Lines, at most.")] = 50,
    output: Annotated[
        Path | None, typer.Option(help="Hand these lines out as a file instead of printing them.")
    ] = None,
    form: Annotated[FileForm, typer.Option("--format", help="Of that file.")] = FileForm.pdf,
    reason: Annotated[str, typer.Option(help="Why they leave the house; kept with the file's SHA-256.")] = "",
    purpose: Purpose = "reading",
) -> None:
    """Print the lines of a conversation, each message once. A time with ? is a wall clock whose zone nobody knows."""
    clock = zone_of(zone)
    if output is not None and not reason.strip():
        raise Refused("An export is a disclosure and needs a reason.", "Say why with --reason.")
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        with door.consult("conversation", f"{id} {at}".strip()) as look:
            order = order_of(look.reading, id)
            first = 0
            if at:
                found = position_of(look.reading, order, at)
                if found is None:
                    raise NotFound(
                        f"{at} is not in this conversation.", "Look for it with `safelight search`."
                    )
                first = found
            elif date:
                first = on_date(order, date, clock)
            lines: list[Line] = []
            while output is None and len(lines) < limit and first + len(lines) < len(order):
                lines += window(look.reading, id, first + len(lines), limit - len(lines)).lines
        if output is not None:
            kind: Form = "csv" if form is FileForm.csv else "pdf"
            chosen = Selection("range", first, min(first + limit, len(order)) - 1)
            made = door.traces.export(id, chosen, kind, clock, reason)
            output.write_bytes(made.data)
            console().print(f"{made.lines} lines in {output}  SHA-256 {made.sha256}", markup=False)
            return
    show("", ["line", "when", "who", "state", "text"], [_row(line, clock) for line in lines], right=["line"])
    console().print(f"lines {first + 1} to {first + len(lines)} of {len(order)}, {clock.iana}", markup=False)


def _row(line: Line, zone: Zone) -> tuple[object, ...]:
    when = shown_time(line, zone) or "date unknown"
    states = [line.what["state"]] if line.what["state"] != "live" else []
    states += ["edited"] if line.what.get("edited") else []
    states += [f"{len(line.copies)}x"] if len(line.copies) > 1 else []
    states += [one.text or "" for one in line.said.marks]
    text = " ".join([described(line), *(f"(attached: {attachment_name(one)})" for one in line.attachments)])
    return (
        line.position + 1,
        when if line.zoned or line.us is None else f"{when} ?",
        who_said(line),
        ", ".join(states),
        " ".join(text.split()),
    )
