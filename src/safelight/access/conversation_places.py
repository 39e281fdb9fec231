"""Places in a conversation: a date, the next day, and how densely it was written over the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from safelight.access.conversation_order import UNDATED, ConversationOrder
from safelight.access.filter import span_of
from safelight.access.zones import Zone


@dataclass(frozen=True, slots=True)
class DensityBar:
    """One bar of the rail: lines from position `first` on, `lines` of them, from `start_us` on."""

    first: int
    lines: int
    start_us: int


def on_date(order: ConversationOrder, text: str, zone: Zone) -> int:
    """The first position on or after a day, month, year or minute as a clock in the zone shows it. Raises Refused."""
    start = span_of(text).start_us
    if start is None:
        return 0
    return order.at(zone.utc(datetime(1970, 1, 1) + timedelta(microseconds=start)))  # noqa: DTZ001


def neighbour_day(order: ConversationOrder, position: int, step: int, zone: Zone) -> int:
    """The first line of the next day that has any (`step` 1), of this one, or of the one before if it is that (-1)."""
    if not len(order):
        return 0
    position = max(0, min(position, len(order) - 1))
    here = zone.local(int(order.us[position])) if int(order.us[position]) != UNDATED else None
    if here is None:
        return min(order.undated, len(order) - 1) if step > 0 else 0
    if step > 0:
        return order.at(zone.begins(here.date() + timedelta(days=1)))
    begin = order.at(zone.begins(here.date()))
    if begin < position or begin == 0:
        return begin
    before = zone.local(int(order.us[begin - 1])) if int(order.us[begin - 1]) != UNDATED else None
    return 0 if before is None else order.at(zone.begins(before.date()))


def density(order: ConversationOrder, bars: int = 90) -> Sequence[DensityBar]:
    """The rail: equal spans of time from the first dated line to the last; those without a line are left out."""
    dated = order.us[order.undated :]
    if not len(dated):
        return ()
    first, last = int(dated[0]), int(dated[-1])
    edges = (
        np.linspace(first, last + 1, bars + 1).astype(np.int64)
        if last > first
        else np.array([first, last + 1])
    )
    places = np.searchsorted(order.us, edges)
    return [
        DensityBar(int(low), int(high - low), int(edge))
        for low, high, edge in zip(places[:-1], places[1:], edges[:-1], strict=True)
        if high > low
    ]
