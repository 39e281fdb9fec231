"""Who took part in a call, where the item does not say whose it is: a telephone's list of calls names the other end alone.

Whose a source is, is known from an account that one of its items names as its owner's; else from a conversation found at
both ends (`conversation_groups`); else from calls: if LEAST calls or more to telephones whose numbers are known stand in
their lists as well, of equal length and in the opposite direction, overlapping or all at one difference of time, and nearly
all under one number, then this is the number. Where nothing says it, the owner stays a stranger, the same in all items of
a source.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from safelight.analyse.align import AGREEING, DELIVERY_US, agreed
from safelight.analyse.call_pairs import FAR_US, LONG_ENOUGH, STRANGER, Parties
from safelight.traces.ids import account_id
from safelight.traces.networks import own_account

LEAST = 3
_SECOND_US = 1_000_000

#: Source and network -> ids of the accounts that were used on it.
Owners = dict[tuple[str, str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Said:
    """Who an item says took part."""

    source: str
    network: str
    caller: str | None
    others: frozenset[str]
    outgoing: bool | None
    start: int | None
    seconds: float | None

    @property
    def whole(self) -> bool:
        """Both ends are named, or it does not say at which of them it was found."""
        return (self.caller is not None and bool(self.others)) or self.outgoing is None

    @property
    def other(self) -> str | None:
        """The other end of a call that is not whole, if it is one account."""
        named = self.others | ({self.caller} if self.caller else set())
        return next(iter(named)) if len(named) == 1 else None


def parties(said: Said, owners: Owners) -> tuple[Parties, ...]:
    """Whom the call can have been between; empty if it names nobody."""
    named = said.others | ({said.caller} if said.caller else set())
    if not named:
        return ()
    if said.whole:
        return ((said.caller, named),)
    mine = owners.get((said.source, said.network)) or frozenset((STRANGER + said.source,))
    return tuple(
        (said.caller or (owner if said.outgoing else None), named | {owner}) for owner in sorted(mine)
    )


def stated(database: DuckDBPyConnection) -> Owners:
    """Owners by accounts that items name as theirs, and by conversations found at both ends."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source, network, account in database.execute(_STATED).fetchall():
        found[source, network].add(account)
    ends: dict[str, list[tuple[str, str, frozenset[str]]]] = defaultdict(list)
    for group, source, network, conversation in database.execute(_ENDS).fetchall():
        told = frozenset(conversation.removeprefix("direct:").split("|"))
        if len(told) == 2 and not any(one != "?" and own_account(network, one) for one in told):
            ends[group].append((source, network, told))
    votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for rows in ends.values():
        people = {one for _source, _network, told in rows for one in told if one != "?"}
        for source, network, told in rows:
            left = people - told
            if "?" in told and len(people) == 2 and len(left) == 1:
                votes[source, network][account_id(network, None, next(iter(left)))] += 1
    for key, counted in votes.items():
        if key not in found and (one := _agreed(counted)):
            found[key].add(one)
    return {key: frozenset(accounts) for key, accounts in found.items()}


def from_calls(calls: Sequence[Said], owners: Owners) -> Owners:
    """The owners, and those that calls with telephones of known owners show."""
    found = dict(owners)
    mine: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for call in calls:
        if not call.whole and call.other and call.start is not None and (call.seconds or 0) >= LONG_ENOUGH:
            mine[call.source, call.network].append(call)
    for of_source in mine.values():
        of_source.sort(key=lambda call: call.start or 0)
    while True:
        shown = {
            key: frozenset((one,))
            for key, of_source in mine.items()
            if key not in found and (one := _shown(of_source, mine, found))
        }
        if not shown:
            return found
        found |= shown


def _shown(
    calls: Sequence[Said], mine: Mapping[tuple[str, str], Sequence[Said]], owners: Owners
) -> str | None:
    """The number under which a source's calls stand in the lists of those called, if LEAST of them show it."""
    apart: dict[str, list[int]] = defaultdict(list)
    overlapping: Counter[str] = Counter()
    for call in calls:
        nears = [
            near
            for (source, network), listed in mine.items()
            if network == call.network and source != call.source
            if call.other in owners.get((source, network), ())
            for near in _near(call, listed)
        ]
        if len({near.other for near in nears}) == 1:
            number, off = nears[0].other or "", (nears[0].start or 0) - (call.start or 0)
            apart[number].append(off)
            overlapping[number] += abs(off) < (call.seconds or 0) * _SECOND_US
    total = sum(map(len, apart.values()))
    for number, differences in apart.items():
        constant = len(differences) if agreed(differences, _SECOND_US + DELIVERY_US, LEAST) is not None else 0
        if (count := max(overlapping[number], constant)) >= LEAST and count >= AGREEING * total:
            return number
    return None


def _near(call: Said, listed: Sequence[Said]) -> list[Said]:
    """Calls of equal length in the opposite direction."""
    start = call.start or 0
    low = bisect_left(listed, start - FAR_US, key=lambda one: one.start or 0)
    high = bisect_right(listed, start + FAR_US, key=lambda one: one.start or 0)
    return [
        one
        for one in listed[low:high]
        if one.outgoing != call.outgoing and abs((one.seconds or 0) - (call.seconds or 0)) <= 1
    ]


def _agreed(votes: Counter[str]) -> str:
    """The one that nearly all of them name, or nothing."""
    one, count = votes.most_common(1)[0]
    return one if count >= AGREEING * votes.total() else ""


#: Networks of calls; accounts that stay within one source (`instance` begins with `?`) name nobody elsewhere.
_NETWORKS = "network in (select distinct network from calls)"
_STATED = f"""
    select distinct source_id, network, account_id from accounts
    where owner and {_NETWORKS} and not starts_with(coalesce(instance, ''), '?') and not starts_with(account, 'name:')
    order by all
"""
_ENDS = f"""
    select distinct g.group_id, m.source_id, m.network, m.conversation
    from messages m join conversation_groups g using (conversation_id)
    where m.{_NETWORKS} and starts_with(m.conversation, 'direct:') order by all
"""
