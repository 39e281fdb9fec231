"""Decisions about clocks: an exhibit's clock was wrong by so many seconds, its wall times belong to a zone.

Traces keep the times as they were found; these decisions apply wherever times are compared (`access/clock.py`). Where
several cover one time, the newest counts alone: a person who corrects a correction states the whole of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from safelight.errors import NotFound, Refused
from safelight.ledger import exhibits, kinds
from safelight.ledger.entry import Entry
from safelight.ledger.exhibits import Exhibit
from safelight.ledger.ledger import Ledger

#: Ten years: a larger error is another fault (a wrong epoch) and not a clock that was set wrong.
LARGEST_SECONDS = 315_360_000


@dataclass(frozen=True, slots=True)
class ClockDecision:
    """One decision in force. `seconds` are added to times as found (a clock that was 90 s fast: -90); or `zone` is the IANA
    zone of wall times. It covers times as found from `begin` to before `end` (µs, None: open) of `formats` (names of
    parsers, `files` for file times; empty: all).
    """

    seq: int
    exhibit: str
    seconds: int | None
    zone: str | None
    begin: int | None
    end: int | None
    formats: tuple[str, ...]
    reason: str
    actor: str
    recorded_at: int


def correct(
    ledger: Ledger,
    exhibit: Exhibit | str,
    seconds: int,
    *,
    reason: str,
    actor: str,
    begin: int | None = None,
    end: int | None = None,
    formats: Sequence[str] = (),
) -> Entry:
    """State that an exhibit's clock was wrong. Raises NotFound, Refused."""
    if not seconds or abs(seconds) > LARGEST_SECONDS:
        raise Refused(
            f"{seconds} seconds is no clock error.", "Give the seconds to add to the times as found."
        )
    return _decide(ledger, exhibit, {"seconds": seconds}, reason, actor, begin, end, formats)


def assume_zone(
    ledger: Ledger,
    exhibit: Exhibit | str,
    zone: str,
    *,
    reason: str,
    actor: str,
    begin: int | None = None,
    end: int | None = None,
    formats: Sequence[str] = (),
) -> Entry:
    """Assume the zone of wall times that state none. Raises NotFound, Refused for a zone that is not known."""
    if zone not in available_timezones():
        raise Refused(f"{zone!r} is no time zone.", "Give one such as Europe/Oslo or Asia/Manila.")
    ZoneInfo(zone)
    return _decide(ledger, exhibit, {"zone": zone}, reason, actor, begin, end, formats)


def withdraw(ledger: Ledger, seq: int, *, reason: str, actor: str) -> Entry:
    """Take a decision back; it stays in the ledger. Raises NotFound, Refused."""
    if seq not in {one.seq for one in every(ledger)}:
        raise NotFound(
            f"Entry {seq} is no decision about a clock that is in force.", "See `safelight clock list`."
        )
    kind = kinds.CLOCK_WITHDRAWN
    return ledger.append(
        kind.name,
        {"reason": _reasoned(reason)},
        verb=kind.verb,
        actor=actor,
        subjects=[f"entry:{seq}"],
        corrects=seq,
    )


def every(ledger: Ledger) -> list[ClockDecision]:
    """The decisions in force, the oldest first."""
    found: dict[int, ClockDecision] = {}
    for entry in ledger.entries(kinds=[kinds.CLOCK_DECIDED.name, kinds.CLOCK_WITHDRAWN.name]):
        if entry.kind == kinds.CLOCK_WITHDRAWN.name:
            found.pop(entry.corrects or 0, None)
        elif (payload := ledger.payload(entry.seq)) is not None:
            found[entry.seq] = _decision(entry, payload)
    return list(found.values())


def _decide(
    ledger: Ledger,
    exhibit: Exhibit | str,
    what: dict[str, Any],
    reason: str,
    actor: str,
    begin: int | None,
    end: int | None,
    formats: Sequence[str],
) -> Entry:
    if begin is not None and end is not None and begin >= end:
        raise Refused("The period ends before it begins.", "Give the beginning first.")
    payload = {**what, "begin": begin, "end": end, "formats": sorted(formats), "reason": _reasoned(reason)}
    kind = kinds.CLOCK_DECIDED
    with ledger.writing() as act:
        key = exhibits.within(act.connection, exhibit).key
        return act.append(kind.name, payload, verb=kind.verb, actor=actor, subjects=[key])


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise Refused("A decision about a clock needs its reason.", "Say what it rests on.")
    return reason.strip()


def _decision(entry: Entry, payload: dict[str, Any]) -> ClockDecision:
    return ClockDecision(
        seq=entry.seq,
        exhibit=entry.subjects[0],
        seconds=payload.get("seconds"),
        zone=payload.get("zone"),
        begin=payload["begin"],
        end=payload["end"],
        formats=tuple(payload["formats"]),
        reason=payload["reason"],
        actor=entry.actor,
        recorded_at=entry.recorded_at,
    )
