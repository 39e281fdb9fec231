"""`safelight victim show`: all about one child."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import typer

from safelight.access.door import Door
from safelight.casework.victim_register import opened
from safelight.cli.casework_options import Day, SeenToday, as_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.ledger.records import Statement
from safelight.operation.settings import read_settings
from safelight.traces.moment import iso_utc


def victim_show(
    operation: Operation,
    child: Annotated[str, typer.Argument(help="Number of the child, such as V-014.", metavar="CHILD")],
    day: Day = "",
    seen_today: SeenToday = False,
    purpose: Purpose = "victims",
) -> None:
    """Show a child: why it is urgent, what is known of it with sources, decisions, and everything ever said."""
    folder = existing(operation)
    with Door(folder, who=who(), purpose=purpose) as door, door.consult("victim", child) as look:
        rule = read_settings(folder.settings).urgency
        whole = opened(look.reading, door.who).child(child, rule, as_of(day, seen_today))
    row = whole.child
    out = console()
    also = f" (also {', '.join(row.also)})" if row.also else ""
    counted = "counted" if row.counted else "possibly further"
    identified = "identified" if row.identified else "not identified"
    out.print(f"{row.name}{also}: {row.status}, {identified}, {counted}", markup=False)
    for reason in row.urgency.reasons:
        mark = "URGENT " if reason.urgent else ""
        out.print(f"{mark}{reason.field} {reason.kind} {reason.said} (entry {reason.seq})", markup=False)
    links = [(one.statement, one.name or one.statement.target) for one in whole.links]
    decisions = [(one.statement, one.name) for one in whole.decisions]
    facts = [(one, None) for one in whole.facts]
    columns = ["entry", "field", "value", "nature", "grade", "source", "reason", "by", "recorded"]
    show("", columns, [_line(one, name) for one, name in [*facts, *links, *decisions]])
    gone = [one for one in whole.history if one.superseded_at is not None]
    if gone:
        show("No longer in force", columns, [_line(one, None) for one in gone])


def _line(one: Statement, name: str | None) -> tuple[Any, ...]:
    value = (
        one.value if isinstance(one.value, str) else orjson.dumps(one.value.get("said", one.value)).decode()
    )
    return (
        one.seq, one.field, name or value or one.target, one.basis.nature,
        str(one.basis.grade), one.basis.source, one.basis.reason, one.actor,
        iso_utc(one.recorded_at)[:16],
    )  # fmt: skip
