"""`safelight hits`: items whose content stands in a hash set."""

from __future__ import annotations

from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import show


def hits(
    operation: Operation,
    set: Annotated[str, typer.Option("--set", help="Only this set (name or id).")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Rows, at most.")] = 100,
    purpose: Purpose = "overview",
) -> None:
    """List hits by set and category, then the items. A category is the set's own claim, with its scheme."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("hits", set) as look:
        groups = [group for group in look.hit_groups() if not set or set in (group.set_name, group.set_id)]
        page = look.hits(set, limit=limit) if groups else None
    show(
        "",
        ["set", "scheme", "code", "label", "contents", "items"],
        [(g.set_name, g.scheme, g.code, g.label, g.contents, g.items) for g in groups],
        right=["contents", "items"],
    )
    if page is not None:
        show(
            "",
            ["set", "category", "exhibit", "path", "sha256", "item"],
            [
                (
                    hit.set_name,
                    f"{hit.scheme} {hit.code} {hit.label}".strip(),
                    hit.item.exhibit,
                    hit.item.path,
                    hit.item.sha256,
                    hit.item.item_id,
                )
                for hit in page.rows
            ],
        )
