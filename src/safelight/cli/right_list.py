"""`safelight right list`: who holds which right."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import show
from safelight.ledger import rights


def right_list(operation: Operation, purpose: Purpose = "overview") -> None:
    """List rights and who holds them."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("rights") as look:
        held = rights.holders(look.reading.ledger)
    show(
        "",
        ["right", "held by"],
        [
            (right, "everybody" if names is None else ", ".join(sorted(names)) or "nobody")
            for right, names in held.items()
        ],
    )
