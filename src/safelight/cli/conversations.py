"""`safelight conversations`: which conversations there are, each once, with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from safelight.access import conversations as listed
from safelight.access.conversations import ConversationRow
from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import Format, console, show, write_rows
from safelight.errors import Refused
from safelight.traces.moment import iso_utc

COLUMNS = ("id", "network", "instance", "kind", "title", "people", "messages", "distinct_messages", "recovered", "copies",
           "first", "last")  # fmt: skip


def conversations(
    operation: Operation,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="Words of its title, its people's names and numbers, or its network.", metavar="WORDS..."
        ),
    ] = None,
    network: Annotated[str, typer.Option(help="skype, telegram, irc ...")] = "",
    form: Annotated[Format, typer.Option("--format", help="How the rows are written.")] = Format.table,
    output: Annotated[Path | None, typer.Option(help="File to write to.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows, at most (table: 50 unless given).")] = None,
    reason: Annotated[str, typer.Option(help="Why the rows leave the house; needed but for a table.")] = "",
    purpose: Purpose = "overview",
) -> None:
    """List conversations, the largest first. Messages counts every copy, distinct each message once."""
    table = form is Format.table and output is None
    if not table and not reason.strip():
        raise Refused("An export is a disclosure and needs a reason.", "Say why with --reason.")
    wanted = " ".join(words or ())
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        if not table:
            every = door.traces.list_conversations(wanted, network, reason, limit)
            kind = form if form is not Format.table else Format.csv
            count = write_rows((_full(row) for row in every), COLUMNS, kind, output)
            if output:
                console().print(f"{count} rows in {output}", markup=False)
            return
        with door.consult("conversations", f"{wanted} {network}".strip()) as look:
            rows, total = listed.listed(look.reading, wanted, network, 0, limit or 50)
    _table(rows)
    console().print(f"{len(rows)} of {total} conversations", markup=False)


def _table(rows: Sequence[ConversationRow]) -> None:
    show(
        "",
        ["id", "network", "title", "people", "messages", "distinct", "recovered", "first", "last"],
        [
            (row.group, row.network, row.title, row.people, row.messages, row.distinct, row.recovered or "",
             iso_utc(row.first_us)[:10], iso_utc(row.last_us)[:10])
            for row in rows
        ],
        right=["people", "messages", "distinct", "recovered"],
    )  # fmt: skip


def _full(row: ConversationRow) -> dict[str, Any]:
    return {
        "id": row.group, "network": row.network, "instance": row.instance, "kind": row.kind, "title": row.title,
        "people": row.people, "messages": row.messages, "distinct_messages": row.distinct, "recovered": row.recovered,
        "copies": row.copies, "first": iso_utc(row.first_us), "last": iso_utc(row.last_us),
    }  # fmt: skip
