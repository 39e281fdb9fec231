"""`safelight victim list`: the register, most urgent first."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from safelight.access.door import Door
from safelight.casework.urgency import Urgency
from safelight.casework.victim_register import Child, Listing, opened
from safelight.cli.casework_options import Day, SeenToday, as_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import Format, console, show, write_rows
from safelight.operation.settings import read_settings
from safelight.traces.moment import iso_utc

_COLUMNS = (
    "child",
    "also",
    "urgent",
    "status",
    "contact",
    "material",
    "access",
    "planned",
    "suspects",
    "counted",
    "for",
)
_ALL = 1_000_000


class Only(StrEnum):
    """Which children are listed."""

    all = "all"
    urgent = "urgent"
    further = "further"


def victim_list(
    operation: Operation,
    only: Annotated[
        Only, typer.Option(help="Urgent ones alone, or those that are possibly further and count nothing.")
    ] = Only.all,
    day: Day = "",
    seen_today: SeenToday = False,
    form: Annotated[Format, typer.Option("--format", help="Format of the rows.")] = Format.table,
    purpose: Purpose = "victims",
) -> None:
    """List children with the reasons that make them urgent, and how many there are at least.

    The rule stands in operation.toml under [urgency]. "At least" counts the largest set of children any two of whom are
    known to be different; the rest counts nothing.
    """
    wanted = {"urgent": {"urgency": "urgent"}, "further": {"counted": "further"}}.get(only.value, {})
    folder = existing(operation)
    with Door(folder, who=who(), purpose=purpose) as door, door.consult("victims", str(wanted)) as look:
        rule = read_settings(folder.settings).urgency
        found = opened(look.reading, door.who).listed(rule, as_of(day, seen_today), only=wanted, count=_ALL)
    rows = [_row(one) for one in found.children]
    if form is not Format.table:
        write_rows(rows, _COLUMNS, form, None)
        return
    show("", _COLUMNS, [tuple(row.values()) for row in rows], right=["suspects"])
    console().print(_sum(found), markup=False)


def _row(child: Child) -> dict[str, Any]:
    weighed = child.urgency
    return dict(
        zip(
            _COLUMNS,
            (
                child.name, ", ".join(child.also), weighed.urgent, child.status, _when(weighed, "contact"),
                _when(weighed, "material"), _when(weighed, "access"), _when(weighed, "planned"),
                child.links["suspect"], child.counted, child.taken_by,
            ),
            strict=True,
        )
    )  # fmt: skip


def _when(weighed: Urgency, field: str) -> str:
    reason = weighed.newest(field)
    if reason is None:
        return ""
    return f"{reason.kind} {reason.said or (iso_utc(reason.to_us)[:10] if reason.to_us else '')}".strip()


def _sum(found: Listing) -> str:
    number = found.number
    word = "at least" if number.exact else "at least (a lower bound: the exact set is too large to compute)"
    return (
        f"{word} {number.number} {'child' if number.number == 1 else 'children'}, {len(number.identified)} identified, "
        f"{found.facets['urgency'].get('urgent', 0)} urgent; possibly further: {len(number.further)}."
    )
