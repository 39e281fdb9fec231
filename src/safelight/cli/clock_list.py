"""`safelight clock list`: what was decided about clocks."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import show
from safelight.traces.moment import iso_utc


def clock_list(operation: Operation, purpose: Purpose = "overview") -> None:
    """List what was decided about clocks and zones, and by whom."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("clocks") as look:
        found = look.clocks()
    show(
        "Clocks and zones",
        ["entry", "exhibit", "decision", "from", "to", "formats", "by", "recorded", "reason"],
        [
            (
                one.seq,
                number,
                one.zone or f"{one.seconds:+d} s",
                iso_utc(one.begin),
                iso_utc(one.end),
                ", ".join(one.formats) or "all",
                one.actor,
                iso_utc(one.recorded_at),
                one.reason,
            )
            for number, one in found
        ],
    )
