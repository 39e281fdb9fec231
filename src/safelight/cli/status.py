"""`safelight status`: how far the intake is, and the operation in figures."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import HASH_WORDS, console, human_bytes, show


def status(operation: Operation, purpose: Purpose = "overview") -> None:
    """Show the run under way (if any), items by type, exhibits, hits and failures."""
    with Door(existing(operation), who=who(), purpose=purpose) as door:
        progress = door.progress()
        with door.consult("status") as look:
            standing, overview = look.standing(), look.overview()
    out = console()
    title = standing.name + (" (synthetic)" if standing.synthetic else "")
    out.print(title, style="bold", markup=False)
    if progress is not None:
        stage = "stopped; the same command goes on" if progress.stale else progress.stage
        out.print(f"Intake: {stage} {progress.source}".rstrip(), markup=False)
    total = overview.total
    out.print(
        f"{total.items} items, {total.contents} distinct contents, {human_bytes(total.bytes)}", markup=False
    )
    if overview.messages:
        out.print(f"{overview.messages} messages, {overview.distinct_messages} distinct", markup=False)
    if not total.items and not any(exhibit.sources for exhibit in overview.exhibits):
        out.print(
            "Nothing was taken in yet. Begin with `safelight exhibit add` and `safelight ingest`.",
            markup=False,
        )
        return
    out.print()
    show("Items by type", ["type", "items"], [(f.name, f.value) for f in overview.by_type], right=["items"])
    out.print()
    show(
        "Exhibits",
        ["number", "label", "legal basis", "stated hash", "items", "size", "failed"],
        [
            (
                e.number,
                e.label,
                e.legal_basis,
                HASH_WORDS[e.hash_check],
                e.items,
                human_bytes(e.bytes),
                e.failed,
            )
            for e in overview.exhibits
        ],
        right=["items", "size", "failed"],
    )
    if overview.hits:
        out.print()
        show(
            "Known hashes",
            ["set", "scheme", "code", "label", "contents", "items"],
            [(h.set_name, h.scheme, h.code, h.label, h.contents, h.items) for h in overview.hits],
            right=["contents", "items"],
        )
    if overview.failures:
        out.print()
        show(
            "Failures",
            ["cause", "part", "count", "for example"],
            [(f.cause, f.inspector, f.failures, f.example) for f in overview.failures],
            right=["count"],
        )
