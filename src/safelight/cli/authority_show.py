"""`safelight authority show`: one authorised operation, with what stands outside it."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import typer

from safelight.access.door import Door
from safelight.casework import authority
from safelight.casework.authority_flags import flagged
from safelight.cli.casework_options import Day, SeenToday, as_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.traces.moment import iso_utc

_MOST = 1000
_ORDER = ("number", "name", "role", "officer", "what", "from", "to", "basis", "day", "said")


def authority_show(
    operation: Operation,
    name: Annotated[str, typer.Argument(help="Number of the operation, such as A-001.", metavar="AUTHORITY")],
    day: Day = "",
    seen_today: SeenToday = False,
    purpose: Purpose = "authority",
) -> None:
    """Show an operation's record and the messages that were sent outside its window or by another officer."""
    with (
        Door(existing(operation), who=who(), purpose=purpose) as door,
        door.consult("authority", name) as look,
    ):
        one = authority.authority(look.reading, name, as_of(day, seen_today))
        every = authority.every(look.reading, as_of(day, seen_today))
        flags = [
            (period.account_id, flagged(look.reading, period.account_id, every, count=_MOST))
            for period in one.periods
        ]
    show(
        f"{one.name}{', ended' if one.ended else ''}",
        ["entry", "field", "value", "from", "to", "by", "recorded"],
        [
            (said.seq, said.field, _value(said.value) or said.target, iso_utc(said.valid_from), iso_utc(said.valid_to),
             said.actor, iso_utc(said.recorded_at))
            for said in one.said
        ],
    )  # fmt: skip
    for account, found in flags:
        told = ", ".join(f"{flag} {n}" for flag, n in found.counts.items() if n) or "none flagged"
        console().print(
            f"{account}: {found.messages} distinct messages ({found.copies} with copies) while police operated it; {told}.",
            markup=False,
        )
        if found.page:
            show(
                "Flagged, to be looked at",
                ["when", "flag", "officer", "trace", "text"],
                [(iso_utc(m.us), m.flag, m.who, m.trace_id, m.text[:80]) for m in found.page],
            )


def _value(value: Any) -> str:
    """A value's parts in the order in which people say them."""
    if isinstance(value, dict):
        return ", ".join(str(value[key]) for key in _ORDER if value.get(key))
    return value if isinstance(value, str) else orjson.dumps(value).decode()
