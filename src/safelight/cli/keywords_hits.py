"""`safelight keywords hits`: what a keyword list found."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, short_id, show
from safelight.errors import NotFound


def keywords_hits(
    operation: Operation,
    list: Annotated[str, typer.Argument(help="Name of the list: its file's name.", metavar="LIST")],
    line: Annotated[int | None, typer.Option(min=1, help="Only the term on this line.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Hits, at most.")] = 100,
    purpose: Purpose = "keyword list",
) -> None:
    """List the texts in which the terms of a list stand, by line."""
    with (
        Door(existing(operation), who=who(), purpose=purpose) as door,
        door.consult("keyword hits", f"{list} {line or ''}".strip()) as look,
    ):
        terms = look.search.keywords()
        if not any(one.list == list for one in terms):
            known = sorted({one.list for one in terms})
            raise NotFound(
                f"No hit of a list {list} is there.",
                f"Lists with hits: {', '.join(known)}."
                if known
                else "Run one with `safelight keywords run`.",
            )
        page = look.search.keyword_hits(list, line, limit=limit)
        mine = [one for one in terms if one.list == list and line in (None, one.line)]
    rows = [
        (hit.line, hit.term, hit.exhibit, hit.kind, hit.title or short_id(hit.item_id), hit.places,
         " ".join("".join(one.text for one in hit.segments).split()))
        for hit in page.rows
    ]  # fmt: skip
    show("", ["line", "term", "exhibit", "kind", "where", "places", "text"], rows, right=["line", "places"])
    total, distinct = sum(one.texts for one in mine), sum(one.distinct for one in mine)
    console().print(f"{len(page.rows)} of {total} hits, {distinct} distinct", markup=False)
