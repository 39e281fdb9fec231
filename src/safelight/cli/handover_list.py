"""`safelight handover list`: the disclosure ledger."""

from __future__ import annotations

from safelight.access.door import Door
from safelight.casework.handover import disclosures
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.traces.moment import iso_utc


def handover_list(operation: Operation, purpose: Purpose = "overview") -> None:
    """List what was given to whom, when, on what basis and what was withheld; and who must be told of corrections."""
    with Door(existing(operation), who=who(), purpose=purpose) as door, door.consult("handovers") as look:
        rows = disclosures.listed(look.reading, door.who)
    show(
        "Handovers",
        ["number", "status", "when", "to", "for", "case", "basis", "withheld", "corrected by", "touched"],
        [
            (
                one.handover.record.name, one.handover.status, iso_utc(one.handover.given_at or one.handover.prepared_at),
                ", ".join(each.name for each in one.handover.recipients) or one.sender, one.handover.audience,
                one.handover.case, one.handover.basis, sum(int(each["count"]) for each in one.handover.withheld),
                ", ".join(one.handover.corrected_by), len(one.touched),
            )
            for one in rows
        ],
    )  # fmt: skip
    for one in rows:
        if one.to_correct:
            names = ", ".join(each.name for each in one.handover.recipients)
            console().print(
                f"{one.handover.record.name}: {names} must be told. Make the correction with `safelight handover correct`.",
                markup=False,
            )
            for each in one.touched:
                console().print(
                    f"  entry {each.seq}, {each.about} {each.field}: {each.given or '?'} -> {each.now or 'withdrawn'}",
                    markup=False,
                )
