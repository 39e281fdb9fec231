"""Who is in an IRC network when, and under which nick: the same in all channels, since a person has one connection there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from safelight.scenario.dice import dice
from safelight.scenario.sizes import DAY_US, HOUR_US
from safelight.scenario.world import Conversation, World

#: How often somebody goes away (another nick) and quits, in the whole period.
_CYCLES = {"small": (1, 2), "medium": (3, 8), "darkroom": (6, 20)}


@dataclass(frozen=True, slots=True)
class Change:
    """At a time a person takes another nick (`account`), quits or comes back."""

    us: int
    person: int
    what: Literal["nick", "quit", "joined"]
    account: int | None


def changes(world: World, channel: Conversation) -> list[Change]:
    """All changes of a channel's members, in order of time."""
    nicks: dict[int, list[int]] = {}
    for member in channel.members:
        nicks.setdefault(world.accounts[member].owners[0], []).append(member)
    out = [one for person, members in nicks.items() for one in _of(world, channel.instance, person, members)]
    out.sort(key=lambda change: (change.us, change.person))
    return out


def _of(world: World, instance: str | None, person: int, members: list[int]) -> list[Change]:
    """One person's: first connections (quit and back), then times away under another nick. None overlaps another."""
    roll = dice(world.seed, "presence", instance, person)
    aways, quits = _CYCLES[world.size]
    busy: list[tuple[int, int]] = []
    out: list[Change] = []
    for number in range(aways + quits):
        begin = world.begin_us + int(roll.random() * (world.seized_us - world.begin_us)) // 1000 * 1000
        length = int((0.2 + 7 * roll.random() ** 2) * HOUR_US) // 1000 * 1000
        length += int(roll.random() * 3 * DAY_US) // 1000 * 1000 if roll.random() < 0.1 else 0
        if any(begin < before_end and before < begin + length for before, before_end in busy):
            continue
        busy.append((begin - 60_000_000, begin + length + 60_000_000))
        if number < quits:
            out.append(Change(begin, person, "quit", None))
            out.append(Change(begin + length, person, "joined", None))
        elif len(members) > 1:
            other = members[1 + int(roll.random() * (len(members) - 1))]
            out.append(Change(begin, person, "nick", other))
            out.append(Change(begin + length, person, "nick", members[0]))
    return out
