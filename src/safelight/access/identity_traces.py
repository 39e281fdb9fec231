"""Traces that evidence rests on, each as one line: when, who, what it says, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from safelight.access.reading import Reading


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One trace. `us`: its time for comparison (µs UTC), None where no zone or no date is known; `exhibit`: its number."""

    trace_id: str
    table: str
    us: int | None
    account: str | None
    who: str
    what: str
    conversation: str | None
    item_id: str
    place: str
    exhibit: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """How rows of one table of traces become a line: SQL of its time, account, name and words."""

    time: str
    account: str
    who: str
    what: str
    conversation: str = "null"


_MADE: Final[dict[str, _Shape]] = {
    "messages": _Shape(
        "coalesce(at_us(sent, exhibit, parser), at_us(received, exhibit, parser))",
        "sender_id",
        "coalesce(sender_name, sender)",
        "coalesce(text, subject)",
        "conversation_id",
    ),
    "accounts": _Shape(
        "at_us(since, exhibit, parser)",
        "account_id",
        "account",
        "concat_ws(': ', name_kind, coalesce(name, account))",
    ),
    "contacts": _Shape(
        "at_us(added, exhibit, parser)", "contact_id", "owner", "concat_ws(': ', contact, name, detail)"
    ),
    "logins": _Shape(
        'at_us("at", exhibit, parser)',
        "account_id",
        "account",
        "concat_ws(' ', what, \"user\", ip, host, client)",
    ),
    "devices": _Shape(
        'at_us("at", exhibit, parser)',
        "account_id",
        "account",
        "concat_ws(' ', kind, model, system, native_id)",
    ),
    "transfers": _Shape(
        "at_us(time, exhibit, parser)",
        "sender_id",
        "coalesce(sender_name, sender)",
        "concat_ws(' ', '→', coalesce(receiver_name, receiver), currency, amount, reference)",
    ),
    "media_shares": _Shape(
        'at_us("at", exhibit, parser)', "account_id", "account", "concat_ws(' ', name, mime)", "conversation_id"
    ),
    "calls": _Shape("at_us(started, exhibit, parser)", "caller_id", "caller", "kind", "conversation_id"),
    "memberships": _Shape(
        'at_us("at", exhibit, parser)', "account_id", "account", "concat_ws(' ', action, reason)", "conversation_id"
    ),
    "locations": _Shape(
        'at_us("at", exhibit, parser)', "account_id", "account", "concat_ws(' ', name, latitude, longitude)"
    ),
    "conversations": _Shape(
        "at_us(created, exhibit, parser)", "null", "null", "concat_ws(' ', title, kind)", "conversation_id"
    ),
}  # fmt: skip


def lines(reading: Reading, traces: Iterable[str]) -> Mapping[str, TraceLine]:
    """The lines of these traces, by id; one that a newer parse took away is left out."""
    wanted = sorted(set(traces))
    if not wanted:
        return {}
    numbers = {key: number for number, key in reading.numbers.items()}
    found: dict[str, TraceLine] = {}
    for table, shape in _MADE.items():
        if not reading.snapshot.rows(table) or len(found) == len(wanted):
            continue
        rows = reading.db.execute(
            f"""select trace_id, {shape.time}, {shape.account}, coalesce({shape.who}, ''), coalesce({shape.what}, ''),
                       {shape.conversation}, item_id, coalesce(place, ''), exhibit
                from {table} where trace_id = any($ids)""",
            {"ids": wanted},
        ).fetchall()
        for trace, us, account, who, what, conversation, item, place, exhibit in rows:
            found[trace] = TraceLine(
                trace, table, us, account, who, what, conversation, item, place, numbers.get(exhibit, exhibit)
            )
    reading.show(found)
    return found
