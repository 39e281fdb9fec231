"""`safelight known list`: the hash sets of the operation."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show


def known_list(operation: Operation, purpose: Purpose = "overview") -> None:
    """List hash sets with origin, size and the digest of the file that they were read from."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("known list") as look:
        sets = look.hash_sets()
    if not sets:
        console().print("No hash set was added yet: `safelight known add`.", markup=False)
        return
    show(
        "",
        ["id", "name", "kind", "origin", "entries", "unusable", "sha256 of the file"],
        [(s.set_id, s.name, s.kind, s.origin, s.rows, s.bad, s.sha256) for s in sets],
        right=["entries", "unusable"],
    )
