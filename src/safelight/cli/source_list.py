"""`safelight source list`: registered sources."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.access.model import SourceFigures
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import HASH_WORDS, human_bytes, show


def source_list(operation: Operation, purpose: Purpose = "overview") -> None:
    """List the registered sources, where they are now, and whether they were taken in to the end."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("source list") as look:
        found = [source for exhibit in look.exhibits() for source in exhibit.sources]
    show(
        "",
        ["id", "exhibit", "label", "location", "kind", "items", "size", "failed", "complete", "stated hash"],
        [
            (
                source.source_id,
                source.exhibit,
                source.label,
                source.location,
                source.kind,
                source.items,
                human_bytes(source.bytes),
                source.failed,
                _complete(source),
                HASH_WORDS[source.hash_check],
            )
            for source in found
        ],
        right=["items", "size", "failed"],
    )


def _complete(source: SourceFigures) -> str:
    """Whether the walk reached the source's end and left nothing out."""
    if source.complete or not source.failed_places:
        return "yes" if source.complete else "no"
    return f"no, with {source.failed_places} " + ("failure" if source.failed_places == 1 else "failures")
