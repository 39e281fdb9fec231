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
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        groups = [group for group in door.hit_groups() if not set or set in (group.set_name, group.set_id)]
        page = door.hits(set_id=groups[0].set_id if set and groups else None, limit=limit) if groups else None
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
                (h.set_name, f"{h.scheme} {h.code} {h.label}".strip(), h.item.exhibit, h.item.path, h.item.sha256, h.item.item_id)
                for h in page.rows
            ],
        )  # fmt: skip
