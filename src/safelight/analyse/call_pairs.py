"""Calls that several items tell of: which of them are one call.

Two calls can be one only if the same people took part, caller and kind do not contradict, and their lengths are equal within
a second where both are stated. Then one of these must say so, the strongest first:

- `native id`: the network's own id (a short number alone is not enough: each account counts for itself there);
- `start`: their starts lie within the formats' steps and a few seconds, once the difference of the two clocks is taken out
  that other calls and messages of those days show (none where nothing shows one); by a wall clock, calls that lasted
  LONG_ENOUGH may be any whole quarters of an hour apart;
- `length`: both lasted equally long, LONG_ENOUGH or more, and overlap: one person cannot have talked with another twice at
  one time, so either it is one call or two clocks are off by as much as it takes to hide that.

Calls that lasted come before those that nobody answered, so that they show how the clocks differ. Each rule holds only
without a choice: of two calls here that could be the one there, neither is. Calls of one item are never one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from safelight.analyse.align import DELIVERY_US, QUARTER_US, WIDEST_US
from safelight.analyse.call_clocks import LEAST, Clocks, Difference

#: Seconds. Talks that are shorter are of equal length by chance.
LONG_ENOUGH = 20
#: Clocks that are off by more are not matched by lengths.
FAR_US = 900_000_000
#: Characters of an id that is no account's own count.
LONG_ID = 8
#: How the names begin that stand for owners who are not known.
STRANGER = "owner of "
_SECOND_US = 1_000_000
#: Who called (None: not said), and everybody who took part.
Parties = tuple[str | None, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Told:
    """A call as one item tells of it. `parties`: who it can have been between (several where the item does not say whose
    it is); `calls`: it names who called; `clock` names what stamped its start (source, whether in a known zone); `step`: of
    its times (µs).
    """

    trace_id: str
    item: str
    clock: str
    network: str
    parties: tuple[Parties, ...]
    start: int | None
    zoned: bool
    seconds: float | None
    answered: bool | None
    kind: str | None
    native: str | None
    recovered: bool
    calls: bool = False
    step: int = _SECOND_US


_Test = Callable[[Told, Told], bool]
_ByItem = dict[str, list[Told]]
_NOBODY: Parties = (None, frozenset())


@dataclass(slots=True)
class Joined:
    """`rules`: trace id -> rule, of every call that was found more than once; `heads`: trace id -> the call that stands for
    all; `choices`: pairs that were left apart because there was a choice."""

    rules: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    choices: set[tuple[str, str]] = field(default_factory=set)


def join(calls: Sequence[Told], clocks: Clocks) -> Joined:
    """Find what is one call. `clocks` learns from the calls that are found to be one."""
    found = _Groups(calls)
    people = [one for one in _by_people(calls) if len(one) > 1]
    natives = [one for one in _by_native(calls) if len(one) > 1]
    start, length = _Starts(clocks), _Lengths(clocks)
    for recovered in (False, True):
        for rule, test, buckets in (
            ("native id", _native, natives),
            ("start", lambda one, other: _long(one, other) and start(one, other), people),
            ("length", length, people),
            ("start", start, people),
        ):
            for by_item in buckets:
                for one, other in list(_certain(found, by_item, test, recovered)):
                    if found.unite(one, other, rule) and (rule == "native id" or _long(one, other)):
                        _learn(clocks, one, other)
    return found.result()


def may_be_one(one: Told, other: Told) -> bool:
    """Whether nothing that two items say contradicts it, their people apart."""
    if one.seconds is not None and other.seconds is not None and abs(one.seconds - other.seconds) > 1:
        return False
    if one.kind and other.kind and one.kind != other.kind:
        return False
    return one.answered is None or other.answered is None or one.answered == other.answered


def _long(one: Told, other: Told) -> bool:
    return (one.seconds or 0) >= LONG_ENOUGH and (other.seconds or 0) >= LONG_ENOUGH


def _native(one: Told, other: Told) -> bool:
    """Of one id; people whom the items name must not be more than took part."""
    return any(
        len(_named(people) | _named(others)) <= max(len(people), len(others))
        for _caller, people in one.parties or (_NOBODY,)
        for _called, others in other.parties or (_NOBODY,)
    )


def _named(people: frozenset[str]) -> frozenset[str]:
    return frozenset(one for one in people if not one.startswith(STRANGER))


class _Starts:
    """The rule `start`."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks

    def __call__(self, one: Told, other: Told) -> bool:
        if not _same_caller(one, other):
            return False
        apart, tolerance = _apart(one, other), max(one.step, other.step) + DELIVERY_US
        found = _difference(self._clocks, one, other)
        comparable = found.basis == "shown" or (found.basis == "none" and one.zoned == other.zoned)
        if comparable and abs(apart - found.us) <= tolerance:
            return True
        if found.basis == "shown" or (one.zoned and other.zoned) or not _long(one, other):
            return False
        return abs(apart - round(apart / QUARTER_US) * QUARTER_US) <= tolerance


class _Lengths:
    """The rule `length`."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks

    def __call__(self, one: Told, other: Told) -> bool:
        if one.zoned != other.zoned or not _long(one, other) or not _same_caller(one, other):
            return False
        lasted = min(one.seconds or 0, other.seconds or 0) * _SECOND_US
        found = _difference(self._clocks, one, other)
        return abs(_apart(one, other) - found.us) < min(FAR_US, lasted)


def _difference(clocks: Clocks, one: Told, other: Told) -> Difference:
    """Around these calls; if both lasted, they are evidence themselves."""
    least = LEAST - 1 if _long(one, other) else LEAST
    step = max(one.step, other.step)
    return clocks.difference(one.network, one.clock, other.clock, one.start or 0, step, least)


def _learn(clocks: Clocks, one: Told, other: Told) -> None:
    clocks.learn(one.network, one.clock, one.start or 0, other.clock, other.start or 0)


def _apart(one: Told, other: Told) -> int:
    return (other.start or 0) - (one.start or 0)


def _by_people(calls: Sequence[Told]) -> list[_ByItem]:
    """Calls by network and people; one of several possibilities is in several."""
    return _sorted(
        ((call.network, people), call)
        for call in calls
        for people in {people for _caller, people in call.parties}
    )


def _by_native(calls: Sequence[Told]) -> list[_ByItem]:
    """Calls by network and id, if it can be no account's own number."""
    return _sorted(
        ((call.network, call.native), call)
        for call in calls
        if call.native and len(call.native) >= LONG_ID and not call.native.isdigit()
    )


def _sorted(keyed: Iterable[tuple[Hashable, Told]]) -> list[_ByItem]:
    found: dict[Hashable, _ByItem] = defaultdict(lambda: defaultdict(list))
    for key, call in keyed:
        if call.start is not None:
            found[key][call.item].append(call)
    for by_item in found.values():
        for of_item in by_item.values():
            of_item.sort(key=lambda one: (one.start or 0, one.trace_id))
    return list(found.values())


def _same_caller(one: Told, other: Told) -> bool:
    return any(
        people == others and (caller is None or called is None or caller == called)
        for caller, people in one.parties
        for called, others in other.parties
    )


def _certain(found: _Groups, by_item: _ByItem, test: _Test, recovered: bool) -> Iterator[tuple[Told, Told]]:
    """Pairs that a rule finds and that leave no choice."""
    for one, other in combinations(sorted(by_item), 2):
        left = [
            call for call in by_item[one] if found.free(call, other) and (recovered or not call.recovered)
        ]
        right = [
            call for call in by_item[other] if found.free(call, one) and (recovered or not call.recovered)
        ]
        starts = [call.start or 0 for call in right]
        there: dict[str, list[Told]] = defaultdict(list)
        back: dict[str, list[Told]] = defaultdict(list)
        for call in left:
            low = bisect_left(starts, (call.start or 0) - WIDEST_US)
            for near in right[low : bisect_right(starts, (call.start or 0) + WIDEST_US)]:
                if may_be_one(call, near) and test(call, near):
                    there[call.trace_id].append(near)
                    back[near.trace_id].append(call)
        for call in left:
            nears = there.get(call.trace_id, ())
            for near in nears:
                if len(nears) == 1 == len(back[near.trace_id]):
                    yield call, near
                else:
                    found.choices.add((call.trace_id, near.trace_id))


class _Groups:
    """Calls that were found to be one; none has two of one item."""

    def __init__(self, calls: Sequence[Told]) -> None:
        self.choices: set[tuple[str, str]] = set()
        self._rules: dict[str, str] = {}
        self._members = {call.trace_id: [call] for call in calls}

    def free(self, call: Told, item: str) -> bool:
        """Whether no call of that item is this one yet."""
        return all(one.item != item for one in self._members[call.trace_id])

    def unite(self, one: Told, other: Told, rule: str) -> bool:
        """Make them one, unless two of one item would then be."""
        ours, theirs = self._members[one.trace_id], self._members[other.trace_id]
        if ours is theirs:
            return False
        if {call.item for call in ours} & {call.item for call in theirs}:
            self.choices.add((one.trace_id, other.trace_id))
            return False
        for call in (one, other):
            self._rules.setdefault(call.trace_id, rule)
        ours.extend(theirs)
        for call in theirs:
            self._members[call.trace_id] = ours
        return True

    def result(self) -> Joined:
        """A live call stands for all, then one that says who called."""
        heads: dict[str, str] = {}
        for members in {id(one): one for one in self._members.values() if len(one) > 1}.values():
            head = min(members, key=lambda call: (call.recovered, _told(call), call.trace_id))
            heads |= {call.trace_id: head.trace_id for call in members}
        left = {pair for pair in self.choices if heads.get(pair[0], pair[0]) != heads.get(pair[1], pair[1])}
        return Joined({trace: self._rules[trace] for trace in heads}, heads, left)


def _told(call: Told) -> int:
    """How little it says: of who called, and of the length."""
    return 2 * (not call.calls) + (call.seconds is None)
