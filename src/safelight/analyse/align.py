"""Two copies of one conversation laid beside each other: which messages are the same.

Apps, exports and both ends' phones keep one conversation with times of different precision, from clocks that differ. Two
lines can be the same message only if their texts are equal, their senders may be the same and their times, once the
constant difference of the clocks is taken out, lie within what the two formats' precision allows. Where that leaves a
choice (two `ok` here, one there) nothing is paired: uncertain ones stay apart.

The difference of the clocks is derived only from texts that occur exactly once on each side, at least MIN_ANCHORS of them,
nearly all of which agree; otherwise it is taken as none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: Texts occurring once on each side that must agree before a difference of clocks is believed.
MIN_ANCHORS = 5
#: Share of the anchors that must agree.
AGREEING = 0.8
#: Between the stamping of a message at one end and at the other, beyond the precision of both.
DELIVERY_US = 5_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a copy. `time` in microseconds, `zoned` False if it is a wall clock's; `key` is its text, folded."""

    time: int | None
    zoned: bool
    sender: str | None
    key: str


@dataclass(slots=True)
class Alignment:
    """Pairs of positions (left, right) that are the same message; how many were left apart because of a choice; the
    difference right minus left that was taken out (µs, None: the copies cannot be compared); names of the same sender.
    """

    pairs: list[tuple[int, int]] = field(default_factory=list)
    uncertain: int = 0
    offset: int | None = 0
    anchors: int = 0
    senders: dict[str, str] = field(default_factory=dict)


def align(left: Sequence[Line], right: Sequence[Line], precision_us: int) -> Alignment:
    """Pair two copies. `precision_us` is the coarser of the two formats' steps.

    Every line is in one pair at most; pairs of one text keep its order in time.
    """
    tolerance = precision_us + DELIVERY_US
    by_left, by_right = _by_key(left), _by_key(right)
    common = [key for key in by_left if key in by_right]
    found = Alignment()
    anchors = [
        (by_left[key][0], by_right[key][0]) for key in common if len(by_left[key]) == len(by_right[key]) == 1
    ]
    found.anchors = len(anchors)
    found.offset = _offset(left, right, anchors, tolerance)
    if found.offset is None:
        return found
    found.senders = _senders(left, right, anchors, found.offset, tolerance)
    for key in common:
        _pair(found, left, right, by_left[key], by_right[key], tolerance)
    found.pairs.sort()
    return found


def _by_key(lines: Sequence[Line]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for position, line in enumerate(lines):
        if line.time is not None:
            found[line.key].append(position)
    for positions in found.values():
        positions.sort(key=lambda position: (lines[position].time or 0, position))
    return found


def _offset(
    left: Sequence[Line], right: Sequence[Line], anchors: Sequence[tuple[int, int]], tolerance: int
) -> int | None:
    """The constant difference that the anchors show; 0 where they show none, None where only they could have shown it."""
    differences = sorted((right[other].time or 0) - (left[one].time or 0) for one, other in anchors)
    zoned = all(left[one].zoned == right[other].zoned for one, other in anchors)
    if len(differences) >= MIN_ANCHORS:
        best, best_count, low = 0, 0, 0
        for high, difference in enumerate(differences):
            while difference - differences[low] > tolerance:
                low += 1
            if high - low + 1 > best_count:
                best_count, best = high - low + 1, differences[(low + high) // 2]
        if best_count >= AGREEING * len(differences):
            return 0 if abs(best) <= tolerance else best
    return 0 if zoned else None


def _senders(
    left: Sequence[Line],
    right: Sequence[Line],
    anchors: Sequence[tuple[int, int]],
    offset: int,
    tolerance: int,
) -> dict[str, str]:
    """Names in the right copy of senders in the left one, where anchors tie them one to one."""
    votes: Counter[tuple[str, str]] = Counter()
    for here, there in anchors:
        one, other = left[here].sender, right[there].sender
        if one and other and one != other and _near(left[here], right[there], offset, tolerance):
            votes[other, one] += 1
    found: dict[str, str] = {}
    for (other, one), count in votes.most_common():
        total = sum(n for (o, _), n in votes.items() if o == other)
        if count >= 2 and count >= AGREEING * total and other not in found and one not in found.values():
            found[other] = one
    return found


def _near(one: Line, other: Line, offset: int, tolerance: int) -> bool:
    return abs((other.time or 0) - offset - (one.time or 0)) <= tolerance


def _pair(
    found: Alignment,
    left: Sequence[Line],
    right: Sequence[Line],
    lefts: Sequence[int],
    rights: Sequence[int],
    tolerance: int,
) -> None:
    """Pair the lines of one text. Those that lie near each other form heaps; a heap pairs only if it leaves no choice."""
    offset = found.offset or 0
    events = sorted(
        [((left[p].time or 0), 0, p) for p in lefts] + [((right[p].time or 0) - offset, 1, p) for p in rights]
    )
    heap: list[tuple[int, int, int]] = []
    for event in events:
        if heap and event[0] - heap[-1][0] > tolerance:
            _settle(found, left, right, heap, tolerance)
            heap = []
        heap.append(event)
    _settle(found, left, right, heap, tolerance)


def _settle(
    found: Alignment,
    left: Sequence[Line],
    right: Sequence[Line],
    heap: Sequence[tuple[int, int, int]],
    tolerance: int,
) -> None:
    by_sender: dict[str | None, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {}
    unknown = any((left if side == 0 else right)[p].sender is None for _, side, p in heap)
    for time, side, position in heap:
        sender = _sender(found.senders, left, right, side, position)
        entry = by_sender.setdefault(None if unknown else sender, ([], []))
        entry[side].append((time, position))
    for ours, theirs in by_sender.values():
        if len(ours) != len(theirs):
            found.uncertain += min(len(ours), len(theirs))
        elif all(abs(a[0] - b[0]) <= tolerance for a, b in zip(ours, theirs, strict=True)):
            found.pairs.extend((a[1], b[1]) for a, b in zip(ours, theirs, strict=True))
        else:
            found.uncertain += len(ours)


def _sender(
    names: Mapping[str, str], left: Sequence[Line], right: Sequence[Line], side: int, position: int
) -> str | None:
    if side == 0:
        return left[position].sender
    sender = right[position].sender
    return names.get(sender, sender) if sender else None
