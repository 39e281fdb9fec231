"""`safelight timeline`: how many events when, of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from safelight.access import timeline as counts
from safelight.access.door import Door
from safelight.access.timeline_bars import BY_NAME, HOUR, edges, level_for
from safelight.access.timeline_events import EVENTS
from safelight.access.timeline_filter import TimelineFilter
from safelight.access.zones import Zone, zone_of
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import Format, console, show, write_rows
from safelight.errors import Refused
from safelight.identities.confirmed import looked_up

Many = list[str] | None
#: What the name of a count with copies ends in.
_COPIES = "_with_copies"


class By(StrEnum):
    """Widths of a row."""

    hour = "hour"
    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"


def timeline(
    operation: Operation,
    kind: Annotated[Many, typer.Option(help="Kind: message, call, transfer, media, login, membership, location, "
                                            "created, modified or accessed.")] = None,
    network: Annotated[Many, typer.Option(help="Network: skype, telegram, irc ... or file.")] = None,
    state: Annotated[Many, typer.Option(help="State: live, deleted or recovered.")] = None,
    exhibit: Annotated[Many, typer.Option(help="Number of an exhibit.")] = None,
    account: Annotated[Many, typer.Option(help="Id of the account that acted.")] = None,
    person: Annotated[Many, typer.Option(help="Id or name of an account: what its person's accounts did, as far as people "
                                              "decided them one.")] = None,
    conversation: Annotated[Many, typer.Option(help="Id of a conversation.")] = None,
    since: Annotated[str, typer.Option("--from", help="First day, month, year or minute, UTC.")] = "",
    to: Annotated[str, typer.Option("--to", help="The last one, with the whole of it.")] = "",
    by: Annotated[By | None, typer.Option(help="Width of a row (else what suits the span).")] = None,
    zone: Annotated[str, typer.Option(help="Whose calendar: utc, no (Norway) or ph (Philippines).")] = "utc",
    form: Annotated[Format, typer.Option("--format", help="How the counts are written.")] = Format.table,
    purpose: Purpose = "timeline",
) -> None:  # fmt: skip
    """Count events by time and kind: messages, calls, payments, logins, times of files.

    Each distinct event counts once. With copies counts everything that was found; the table says it where it differs, csv
    and jsonl always. Filters may be repeated (any of the values). Rows without an event are left out.
    """
    if form is Format.parquet:
        raise Refused("Counts are not written as Parquet.", "Use --format csv or jsonl.")
    given: dict[str, Many] = {"kind": kind, "network": network, "state": state, "exhibit": exhibit, "account": account,
                              "person": person, "conversation": conversation}  # fmt: skip
    pairs = [(key, value) for key, values in given.items() for value in values or ()]
    wanted, there = TimelineFilter.from_pairs([*pairs, ("from", since), ("to", to)]), zone_of(zone)
    with (
        Door(existing(operation), who=who(), purpose=purpose) as door,
        door.consult("timeline", wanted.words()) as look,
    ):
        wanted = looked_up(look.reading, wanted)
        found = counts.whole(look.reading, wanted.facets)
        rows = list(_rows(found, wanted, by, there))
        span = _span(found, wanted)
        bounded = span and (wanted.begin is not None or wanted.end is not None)
        here = counts.window(look.reading, wanted.facets, *span) if span and bounded else found
        messages = here.of("message")
    there_are = [name for name in EVENTS if any(row.get(name + _COPIES) for row in rows)]
    columns = ["from", "events", "events" + _COPIES]
    columns += [name + more for name in there_are for more in ("", _COPIES) if not more or EVENTS[name].same]
    if form is not Format.table:
        write_rows(rows, columns, form, None)
        return
    columns = [
        one for one in columns
        if not one.endswith(_COPIES) or any(row[one] != row[one.removesuffix(_COPIES)] for row in rows)
    ]  # fmt: skip
    show(
        "",
        [one.replace("_", " ") for one in columns],
        [[row[one] or "" if n > 1 else row[one] for n, one in enumerate(columns)] for row in rows],
        right=[one.replace("_", " ") for one in columns[1:]],
    )
    if messages.found:
        console().print(f"{messages.found:,} messages, {messages.events:,} distinct", markup=False)
    total = counts.Tally(sum(row["events"] for row in rows), sum(row["events" + _COPIES] for row in rows))
    console().print(
        f"{_both(total, 'events')} ({there.iana}), {_both(found.untimed, 'without a time that can be compared')}",
        markup=False,
    )


def _both(tally: counts.Tally, what: str) -> str:
    copies = "" if tally.events == tally.found else f", {tally.found:,} with copies"
    return f"{tally.events:,} {what}{copies}"


def _rows(
    found: counts.Counted, wanted: TimelineFilter, by: By | None, zone: Zone
) -> Iterator[dict[str, Any]]:
    extent, span = found.extent(), _span(found, wanted)
    if extent is None or span is None:
        return
    begin, end = span
    level = BY_NAME[by.value] if by else level_for(*extent)
    if level.us < HOUR:
        level = BY_NAME["hour"]
    at = [begin, *(edge for edge in edges(level, begin, end, zone) if begin < edge < end), end]
    once, copies = (counts.fold(found, one, at) for one in (found.counts, found.found))
    for start, distinct, every in zip(edges(level, begin, end, zone), once, copies, strict=False):
        wall = zone.local(start)
        if every and wall is not None:
            pattern = "%Y-%m-%d %H:%M" if level.us < BY_NAME["day"].us else "%Y-%m-%d"
            row: dict[str, Any] = {"from": wall.strftime(pattern), "events": sum(distinct.values()),
                                   "events" + _COPIES: sum(every.values())}  # fmt: skip
            for name in EVENTS:
                row |= {name: distinct.get(name, 0), name + _COPIES: every.get(name, 0)}
            yield row


def _span(found: counts.Counted, wanted: TimelineFilter) -> tuple[int, int] | None:
    """The whole hours that rows cover; None where there is none."""
    if not len(found.slots):
        return None
    begin = int(found.slots[0]) * HOUR if wanted.begin is None else wanted.begin // HOUR * HOUR
    end = (int(found.slots[-1]) + 1) * HOUR if wanted.end is None else -(-wanted.end // HOUR) * HOUR
    return (begin, end) if begin < end else None
