"""Two copies of one conversation laid beside each other: which messages are the same.

Apps, exports and both ends' phones keep one conversation with times of different precision, from clocks that differ. Two
lines can be the same message only if their texts are equal, their senders may be the same and their times, once the
difference of the clocks is taken out, lie within what the two formats' precision allows. Where that leaves a choice (two
`ok` here, one there) nothing is paired: uncertain ones stay apart.

The difference of the clocks is derived only from texts that occur exactly once on each side. Between times whose zones are
known it is one number, which at least MIN_ANCHORS texts must show, nearly all of them; otherwise it is taken as none. A
wall clock moves in spring and autumn, and with whoever carries it: there it is derived day by day, and a day that does not
show it takes that of the days around it if these agree.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: Texts occurring once on each side that must agree before a difference of clocks is believed.
MIN_ANCHORS = 5
#: Share of the anchors that must agree.
AGREEING = 0.8
#: Texts of one day that must agree before its difference is believed, where a wall clock is compared.
MIN_OF_A_DAY = 3
_DAY_US = 86_400_000_000
#: Zones differ by whole quarters of an hour; any other difference (two clocks that were off) needs MIN_ANCHORS.
QUARTER_US = 900_000_000
#: The widest difference of two zones (Kiribati and Baker Island), and a little.
WIDEST_US = 27 * 3_600_000_000
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
    difference right minus left that was taken out (µs; the commonest of its days; None: the copies cannot be compared);
    names of the same sender, and by the left one's names who wrote what each copy names nobody for (None: not known, or
    several people); `shifted`: times of the right copy by the left one's clock (None: not known).
    """

    pairs: list[tuple[int, int]] = field(default_factory=list)
    uncertain: int = 0
    offset: int | None = 0
    anchors: int = 0
    senders: dict[str, str] = field(default_factory=dict)
    nameless: tuple[str | None, str | None] = (None, None)
    shifted: list[int | None] = field(default_factory=list)


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
    found.shifted = shifted = _shifted(found, left, right, anchors, tolerance)
    if found.offset is None:
        return found
    found.senders = _senders(left, right, anchors, shifted, tolerance)
    found.nameless = _nameless(found.senders, left, right, anchors, shifted, tolerance)
    for key in common:
        comparable = [position for position in by_right[key] if shifted[position] is not None]
        found.uncertain += min(len(by_right[key]) - len(comparable), len(by_left[key]))
        _pair(found, left, right, by_left[key], comparable, shifted, tolerance)
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


def _shifted(
    found: Alignment,
    left: Sequence[Line],
    right: Sequence[Line],
    anchors: Sequence[tuple[int, int]],
    tolerance: int,
) -> list[int | None]:
    """Times of the right copy by the left one's clock; None where that is not known. Sets the offset."""
    differences = [
        ((right[other].time or 0), (right[other].time or 0) - (left[one].time or 0)) for one, other in anchors
    ]
    if all(line.zoned for line in left) and all(line.zoned for line in right):
        shown = agreed([difference for _, difference in differences], tolerance, MIN_ANCHORS)
        if shown is None and len(differences) >= MIN_ANCHORS:
            return _by_sender(found, right, anchors, differences, tolerance)
        found.offset = 0 if shown is None or abs(shown) <= tolerance else shown
        return [None if line.time is None else line.time - found.offset for line in right]
    days = _by_day(differences, tolerance) if len(differences) >= MIN_ANCHORS else {}
    if not days:
        found.offset = None
        return [None] * len(right)
    found.offset = Counter(days.values()).most_common(1)[0][0]
    known = sorted(days)
    return [None if line.time is None else _of_day(line.time, days, known, tolerance) for line in right]


def _by_sender(
    found: Alignment,
    right: Sequence[Line],
    anchors: Sequence[tuple[int, int]],
    differences: Sequence[tuple[int, int]],
    tolerance: int,
) -> list[int | None]:
    """A phone stamps what it sends by its own clock and what it receives by the sender's or the network's, and clocks are
    set right some day: each sender's difference by itself, from one time to another.
    """
    of_sender: dict[str | None, list[tuple[int, int]]] = defaultdict(list)
    for (_, other), shown in zip(anchors, differences, strict=True):
        of_sender[right[other].sender].append(shown)
    steps = {sender: _steps(sorted(shown), tolerance) for sender, shown in of_sender.items()}
    known = [offset for one in steps.values() for _, offset in one]
    if not known:
        found.offset = 0
        return [line.time for line in right]
    found.offset = Counter(known).most_common(1)[0][0]
    return [
        None if line.time is None else _stepped(line.time, steps.get(line.sender, []), tolerance)
        for line in right
    ]


def _steps(shown: Sequence[tuple[int, int]], tolerance: int) -> list[tuple[int, int]]:
    """Time -> difference, where the MIN_ANCHORS anchors around it nearly all agree."""
    found = []
    for n in range(len(shown) - MIN_ANCHORS + 1):
        around = [difference for _, difference in shown[n : n + MIN_ANCHORS]]
        offset = agreed(around, tolerance, MIN_ANCHORS)
        if offset is not None and abs(offset) <= WIDEST_US:
            found += [
                (time, offset)
                for time, difference in shown[n : n + MIN_ANCHORS]
                if abs(difference - offset) <= tolerance
            ]
    return sorted(set(found))


def _stepped(time: int, steps: Sequence[tuple[int, int]], tolerance: int) -> int | None:
    """By the left copy's clock, if the nearest anchors before and after show one difference."""
    at = bisect_left(steps, (time, -WIDEST_US))
    around = [steps[n][1] for n in (at - 1, at) if 0 <= n < len(steps)]
    if not around or max(around) - min(around) > tolerance:
        return None
    return time - around[0]


def agreed(differences: Sequence[int], tolerance: int, least: int) -> int | None:
    """The difference that nearly all of them show, if there are enough."""
    if len(differences) < least:
        return None
    ordered = sorted(differences)
    best, best_count, low = 0, 0, 0
    for high, difference in enumerate(ordered):
        while difference - ordered[low] > tolerance:
            low += 1
        if high - low + 1 > best_count:
            best_count, best = high - low + 1, ordered[(low + high) // 2]
    return best if best_count >= AGREEING * len(ordered) else None


def _by_day(differences: Sequence[tuple[int, int]], tolerance: int) -> dict[int, int]:
    """Day (of the right copy) -> difference, where the day shows one."""
    found: dict[int, int] = {}
    by_day: dict[int, list[int]] = defaultdict(list)
    for time, difference in differences:
        by_day[time // _DAY_US].append(difference)
    for day, of_day in by_day.items():
        shown = agreed(of_day, tolerance, MIN_OF_A_DAY)
        quarter = shown is not None and abs(shown - round(shown / QUARTER_US) * QUARTER_US) <= tolerance
        if shown is not None and abs(shown) <= WIDEST_US and (quarter or len(of_day) >= MIN_ANCHORS):
            found[day] = shown
    if not found:  # a thin conversation: all of it at once
        shown = agreed([difference for _, difference in differences], tolerance, MIN_ANCHORS)
        if shown is not None and abs(shown) <= WIDEST_US:
            found[differences[0][0] // _DAY_US] = shown
    return found


def _of_day(time: int, days: Mapping[int, int], known: Sequence[int], tolerance: int) -> int | None:
    day = time // _DAY_US
    at = bisect_left(known, day)
    around = [days[known[n]] for n in (at - 1, at) if 0 <= n < len(known)]
    if at < len(known) and known[at] == day:
        return time - days[day]
    if max(around) - min(around) > tolerance:
        return None
    return time - around[0]


def _senders(
    left: Sequence[Line],
    right: Sequence[Line],
    anchors: Sequence[tuple[int, int]],
    shifted: Sequence[int | None],
    tolerance: int,
) -> dict[str, str]:
    """Names in the right copy of senders in the left one, where anchors tie them one to one."""
    votes: Counter[tuple[str, str]] = Counter()
    for here, there in anchors:
        one, other = left[here].sender, right[there].sender
        if one and other and one != other and _near(left[here].time, shifted[there], tolerance):
            votes[other, one] += 1
    found: dict[str, str] = {}
    for (other, one), count in votes.most_common():
        total = sum(n for (o, _), n in votes.items() if o == other)
        if count >= 2 and count >= AGREEING * total and other not in found and one not in found.values():
            found[other] = one
    return found


def _nameless(
    names: Mapping[str, str],
    left: Sequence[Line],
    right: Sequence[Line],
    anchors: Sequence[tuple[int, int]],
    shifted: Sequence[int | None],
    tolerance: int,
) -> tuple[str | None, str | None]:
    """Whose a copy's lines without a sender are, where the other copy names one for nearly all of them: a database that
    does not tell its own account names everybody else.
    """
    votes: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for here, there in anchors:
        one, other = left[here].sender, right[there].sender
        if (one is None) != (other is None) and _near(left[here].time, shifted[there], tolerance):
            if other is not None:
                votes[0][names.get(other, other)] += 1
            elif one is not None:
                votes[1][one] += 1
    return _agreeing(votes[0]), _agreeing(votes[1])


def _agreeing(votes: Counter[str]) -> str | None:
    for name, count in votes.most_common(1):
        if count >= 2 and count >= AGREEING * votes.total():
            return name
    return None


def _near(one: int | None, other: int | None, tolerance: int) -> bool:
    return one is not None and other is not None and abs(one - other) <= tolerance


def _pair(
    found: Alignment,
    left: Sequence[Line],
    right: Sequence[Line],
    lefts: Sequence[int],
    rights: Sequence[int],
    shifted: Sequence[int | None],
    tolerance: int,
) -> None:
    """Pair the lines of one text. Those that lie near each other form heaps; a heap pairs only if it leaves no choice."""
    events = sorted(
        [((left[p].time or 0), 0, p) for p in lefts] + [((shifted[p] or 0), 1, p) for p in rights]
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
    """Each sender's lines by themselves; then those of which a copy does not say who wrote them, with what nobody has
    answered yet. There lines of several writers are a choice: two that were said at once may stand in either order.
    """
    by_sender: dict[str | None, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {}
    for time, side, position in heap:
        sender = _sender(found, left, right, side, position)
        by_sender.setdefault(sender, ([], []))[side].append((time, position))
    nameless = by_sender.pop(None, ([], []))
    for ours, theirs in by_sender.values():
        if ours and theirs:
            _in_order(found, ours, theirs, tolerance)
    if any(nameless):
        ours_open = [nameless[0], *(ours for ours, theirs in by_sender.values() if not theirs)]
        theirs_open = [nameless[1], *(theirs for ours, theirs in by_sender.values() if not ours)]
        writers = [[lines for lines in side if lines] for side in (ours_open, theirs_open)]
        if len(writers[0]) == len(writers[1]) == 1:
            _in_order(found, writers[0][0], writers[1][0], tolerance)
        else:
            found.uncertain += min(sum(map(len, side)) for side in writers)


def _in_order(
    found: Alignment, ours: Sequence[tuple[int, int]], theirs: Sequence[tuple[int, int]], tolerance: int
) -> None:
    if len(ours) == len(theirs) and all(
        abs(a[0] - b[0]) <= tolerance for a, b in zip(ours, theirs, strict=True)
    ):
        found.pairs.extend((a[1], b[1]) for a, b in zip(ours, theirs, strict=True))
    else:
        found.uncertain += min(len(ours), len(theirs))


def _sender(
    found: Alignment, left: Sequence[Line], right: Sequence[Line], side: int, position: int
) -> str | None:
    """By the left copy's names."""
    sender = (left if side == 0 else right)[position].sender
    if sender is None:
        return found.nameless[side]
    return sender if side == 0 else found.senders.get(sender, sender)
