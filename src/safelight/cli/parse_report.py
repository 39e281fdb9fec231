"""What `safelight parse` says about mappings: for each item and rule how many records matched, and which did not."""

from __future__ import annotations

from collections.abc import Sequence

from safelight.access.neutral import readable, visible
from safelight.cli.output import console
from safelight.intake.parse_mappings import MappedItem

#: Items whose report is printed; all of them stand in `parses.remarks`.
MOST = 50


def show_mapped(items: Sequence[MappedItem]) -> None:
    """Print the reports of the first items, then how many more there are."""
    out = console()
    if not items:
        out.print(
            "No chosen item is the mapping's own: its columns, paths or patterns stand in none of them.",
            markup=False,
        )
    for one in items[:MOST]:
        out.print(f"{readable(one.path)}: {one.outcome}, {one.traces or 0} traces", markup=False)
        for line in (one.remarks or "").splitlines():
            out.print(f"    {visible(line)}", markup=False)
    if len(items) > MOST:
        traces = sum(one.traces or 0 for one in items)
        out.print(
            f"{len(items)} items in all, with {traces} traces; the reports stand in the catalog.",
            markup=False,
        )
