"""`safelight hits`: items whose content stands in a hash set."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, short_id, show
from safelight.errors import NotFound


def hits(
    operation: Operation,
    set: Annotated[str, typer.Option("--set", help="Only this set (name or id).")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Rows, at most.")] = 100,
    purpose: Purpose = "overview",
) -> None:
    """List hits by set and category, then the items. A category is the set's own claim, with its scheme."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("hits", set) as look:
        sets = look.hash_sets()
        if set and not any(set in (one.name, one.set_id) for one in sets):
            raise NotFound(f"There is no hash set {set}.", "`safelight known list` names those there are.")
        groups = [group for group in look.hit_groups() if not set or set in (group.set_name, group.set_id)]
        page = look.hits(set, limit=limit) if groups else None
    if page is None:
        said = "in this set" if set else "in any hash set" if sets else "known: no hash set was added yet"
        console().print(f"No item here is {said}.", markup=False)
        return
    show(
        "",
        ["set", "scheme", "code", "label", "contents", "items"],
        [(g.set_name, g.scheme, g.code, g.label, g.contents, g.items) for g in groups],
        right=["contents", "items"],
    )
    console().print()
    show(
        "",
        ["set", "category", "exhibit", "path", "item"],
        [
            (
                hit.set_name,
                f"{hit.scheme} {hit.code} {hit.label}".strip(),
                hit.item.exhibit,
                hit.item.path,
                short_id(hit.item.item_id),
            )
            for hit in page.rows
        ],
    )
    total = sum(group.items for group in groups)
    console().print(f"{len(page.rows)} of {total} hits", markup=False)
