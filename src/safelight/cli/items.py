"""`safelight items`: list or export items."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from safelight.access.door import Door
from safelight.access.filter import ItemFilter
from safelight.access.model import ItemRow, Order
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import Format, console, human_bytes, short_id, show, write_rows
from safelight.errors import Refused
from safelight.traces.moment import Moment, iso_utc

COLUMNS = (
    "id", "exhibit", "path", "kind", "size", "modified", "modified_compared", "accessed", "changed", "created", "sha256",
    "sha1", "md5", "type", "mime", "state", "deleted", "overwritten", "container", "failed", "known", "extension_disagrees",
    "maybe_encrypted",
)  # fmt: skip


def items(
    operation: Operation,
    filter: Annotated[
        list[str] | None,
        typer.Argument(
            help="Filters such as type:picture, state:deleted, 'path:*/Desktop/*', hash:9f86d081, size:>=1MB, "
            "modified:2015-01-01..2015-12-31, failed:any, exhibit:2016-0142-A1.",
            metavar="FILTER...",
        ),
    ] = None,
    type: Annotated[
        list[str] | None, typer.Option(help="Type: picture, video, document, archive ...")
    ] = None,
    exhibit: Annotated[list[str] | None, typer.Option(help="Number of the exhibit.")] = None,
    path: Annotated[str, typer.Option(help="Path pattern: * and ? as in the shell.")] = "",
    hash: Annotated[str, typer.Option(help="SHA-256, SHA-1 or MD5, or its first 8 digits or more.")] = "",
    size: Annotated[str, typer.Option(help="Size: >=1MB, <10kB, 1MB..2MB.")] = "",
    modified: Annotated[str, typer.Option(help="Modified between: 2015-01-01..2015-12-31.")] = "",
    deleted: Annotated[bool, typer.Option("--deleted", help="Only deleted and orphaned items.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only items that failed.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to write the rows.")] = Format.table,
    output: Annotated[Path | None, typer.Option(help="File to write to.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows, at most (table: 50 unless given).")] = None,
    order: Annotated[
        str, typer.Option(help="path, size or modified; with - in front the other way round.")
    ] = "path",
    reason: Annotated[
        str, typer.Option(help="Why rows leave the house (csv, jsonl, parquet); kept in the audit.")
    ] = "",
    purpose: Purpose = "overview",
) -> None:
    """List items; filters of different kinds must all hold. An export (csv, jsonl, parquet) is logged as a disclosure."""
    words = [
        *(filter or ()),
        *(f"type:{value}" for value in type or ()),
        *(f"exhibit:{value}" for value in exhibit or ()),
        *([f"path:{path}"] if path else ()),
        *([f"hash:{hash}"] if hash else ()),
        *([f"size:{size}"] if size else ()),
        *([f"modified:{modified}"] if modified else ()),
        *(["state:deleted", "state:orphan"] if deleted else ()),
        *(["failed:any"] if failed else ()),
    ]
    chosen = ItemFilter.from_words(shlex.join(words))
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        if form is Format.table and output is None:
            with door.consult("items", chosen.words()) as look:
                page = look.items(chosen, order=_order(order), limit=limit or 50)
                counted = look.count(chosen)
                for number in chosen.exhibit if not page.rows else ():
                    look.exhibit(number)  # raises NotFound: a slip in the number must not read as "no items"
            _table(page.rows)
            of = f"{len(page.rows)} of {counted.items} items ({human_bytes(counted.bytes)})"
            console().print(f"{of}  {chosen.words()}".strip(), markup=False)
            if counted.places:
                more = f"and {counted.places} places that are no items: see `safelight failures {operation}`"
                console().print(more, markup=False)
            return
        if not reason.strip():
            raise Refused("An export is a disclosure and needs a reason.", "Say why with --reason.")
        rows = (_full(row) for row in door.export(chosen, reason, limit))
        count = write_rows(rows, COLUMNS, form if form is not Format.table else Format.csv, output)
    if output:
        console().print(f"{count} rows in {output}", markup=False)


def _table(rows: Sequence[ItemRow]) -> None:
    """What a terminal has room for; every column is in the other formats."""
    wide = console().width >= 100
    columns = ["id", "exhibit", "path", "type", "size", *(["modified"] if wide else []), "state"]
    show("", columns, [_short(row, wide) for row in rows], right=["size"])


def _order(text: str) -> Order:
    from safelight.access.model import ORDERS

    if text not in ORDERS:
        raise typer.BadParameter(f"--order is one of {', '.join(ORDERS)}")
    return text


def _time(moment: Moment | None) -> str:
    """UTC where the zone is known; else the wall clock without a zone."""
    if moment is None:
        return ""
    if moment.utc_us is not None:
        return iso_utc(moment.utc_us)
    return iso_utc(moment.wall_us).removesuffix("Z") if moment.wall_us is not None else moment.text


def _short(row: ItemRow, wide: bool) -> tuple[Any, ...]:
    """The state is blank for what is simply there."""
    modified = iso_utc(row.modified_us) if row.moved else _time(row.modified)
    shown = modified[:19] + ("Z" if modified.endswith("Z") else "")
    states = [row.state] if row.state != "allocated" else []
    states += [f"failed: {row.failed}"] if row.failed else []
    cells = [short_id(row.item_id), row.exhibit, row.path, row.type or row.kind, human_bytes(row.size)]
    return (*cells, *([shown] if wide else []), ", ".join(states))


def _full(row: ItemRow) -> dict[str, Any]:
    return {
        "id": row.item_id,
        "exhibit": row.exhibit,
        "path": row.path,
        "kind": row.kind,
        "size": row.size,
        "modified": _time(row.modified),
        "modified_compared": iso_utc(row.modified_us),
        "accessed": _time(row.accessed),
        "changed": _time(row.changed),
        "created": _time(row.created),
        "sha256": row.sha256,
        "sha1": row.sha1,
        "md5": row.md5,
        "type": row.type,
        "mime": row.mime,
        "state": row.state,
        "deleted": row.state != "allocated",
        "overwritten": row.overwritten,
        "container": row.container,
        "failed": row.failed,
        "known": "; ".join(row.sets),
        "extension_disagrees": row.extension_disagrees,
        "maybe_encrypted": row.maybe_encrypted,
    }
