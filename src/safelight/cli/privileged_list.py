"""`safelight privileged list`: what is held, for whom, and what became of it."""

from __future__ import annotations

from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import show
from safelight.ledger import audit, privileged
from safelight.ledger.ledger import Ledger
from safelight.traces.moment import iso_utc


def privileged_list(operation: Operation, purpose: Purpose = "overview") -> None:
    """List holds: number, kind, reviewer, rows, state. What they hold is shown by `privileged review` alone."""
    with Ledger.open(existing(operation)) as ledger:
        holds = privileged.every(ledger)
        audit.consult(ledger, actor=who(), purpose=purpose, what={"page": "privileged"}, subjects=[])
    show(
        "",
        ["hold", "what", "named", "reviewer", "rows", "closed", "state", "decided", "by", "reason"],
        [
            [
                str(one.seq), one.what, str(len(one.ids)), one.reviewer, str(one.rows), str(len(one.closed)),
                one.ended or ("held" if one.applied else "waits for the next run"),
                iso_utc(one.recorded_at)[:19], one.actor, one.reason,
            ]
            for one in holds
        ],
    )  # fmt: skip
