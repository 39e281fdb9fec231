"""Messages that several copies of one conversation hold are found once: by the network's own id, else by alignment.

Looked at again whenever messages or decisions about clocks changed; a group of copies is laid on each other anew only if
something of it changed, and then its former result gives way in one transaction. A message in one copy is never joined
with another of the same copy, unless one of them is a recovered older form of it with the same native id: `ok` twice
stays two.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from safelight.access import clock
from safelight.analyse.align import DELIVERY_US, MIN_ANCHORS, QUARTER_US, WIDEST_US, Line, agreed, align
from safelight.analyse.same_conversations import KEY, TIME, ZONED, groups, links
from safelight.catalog.catalog import Catalog
from safelight.ledger import clocks
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.ledger import Ledger
from safelight.traces.ids import batch_id
from safelight.traces.networks import WEAK_CONVERSATION
from safelight.traces.place import IN_FILE

NAME, VERSION = "same messages", "6"
_STAGE = "same-messages/"
#: Step of a format that does not state one.
_PRECISION_US = 1_000_000

#: End of a copy without dates: nothing follows it.
_NEVER = 1 << 62

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in the catalog: all messages, and how many different ones they are; pairs left apart for a choice."""

    messages: int
    distinct: int
    uncertain: int
    groups: int


@dataclass(slots=True)
class _Message:
    trace_id: str
    native_id: str | None
    recovered: bool
    precision: int
    line: Line


@dataclass(slots=True)
class _Distinct:
    """One message with all of its copies; `line` is the first copy's."""

    line: Line
    native_id: str | None
    precision: int
    members: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Changed:
    """What is new: rows of both tables, and the groups whose former rows give way (`whole`: all former rows do)."""

    same: list[Row] = field(default_factory=list)
    groups: list[Row] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    whole: bool = False


def find_same(catalog: Catalog, ledger: Ledger) -> bool:
    """Bring `same_messages` and `conversation_groups` up to date; False if they were. Raises DiskFull."""
    decisions = clocks.every(ledger)
    with catalog.journal.exclusive("same messages", wait=True):
        run = _inputs(catalog, decisions)
        last = [entry.stage.removeprefix(_STAGE) for entry in catalog.finished(_STAGE)]
        if last and last[-1] == run:
            return False
        changed = _analysed(catalog, decisions, run)
        made_by = {"stage": _STAGE + run, "analysis": NAME, "version": VERSION}
        identity = batch_id(_STAGE, [str(len(last)), run])
        rows = {"same_messages": changed.same, "conversation_groups": changed.groups}
        if not last:
            return catalog.write(identity, rows, made_by=made_by)
        drop = pa.table({"group_id": pa.array(sorted(changed.gone), pa.string())})
        if changed.whole:
            drop = pa.table({"run": pa.array(sorted(set(last) - {run}), pa.string())})
        return catalog.supersede(
            identity, {"same_messages": drop, "conversation_groups": drop}, rows, made_by=made_by
        )


def figures(catalog: Catalog) -> Figures:
    """The counts as they stand."""
    with catalog.connect() as database:
        row = database.execute("""
            select (select count(*) from messages), (select count(*) - count(distinct distinct_id) from same_messages),
                   (select coalesce(sum(u), 0) from (select max(uncertain) as u from conversation_groups group by group_id)),
                   (select count(distinct group_id) from conversation_groups)
        """).fetchone()
    assert row is not None
    return Figures(row[0], row[0] - row[1], int(row[2]), row[3])


def _inputs(catalog: Catalog, decisions: Sequence[ClockDecision]) -> str:
    with catalog.connect() as database:
        rows = database.execute("""
            select item_id, parser, version, count(*),
                   bit_xor(hash(trace_id, conversation_id, sender_id, text, sent, native_id))
            from messages group by all order by all
        """).fetchall()
    digest = hashlib.sha256(VERSION.encode())
    for row in rows:
        digest.update("\t".join(map(str, row)).encode() + b"\n")
    digest.update(" ".join(str(one.seq) for one in decisions).encode())
    return digest.hexdigest()[:32]


_COPIES = f"""
    select conversation_id, bool_and({WEAK_CONVERSATION}) as weak, count(distinct item_id || parser) as copies
    from messages group by conversation_id
"""
_OF_GROUPS = f"""
    select g.group_id, m.item_id, m.parser, m.trace_id, m.native_id, m.state = 'recovered' as recovered,
           coalesce(m.precision_us, {_PRECISION_US}) as precision, {TIME} as us, {ZONED} as zoned, m.sender_id,
           {KEY} as key, m.source_id || ' ' || m.parser as series, m.place, m.ordinal
    from messages m join grouped g using (conversation_id)
"""
#: One number for all that the alignment of a group looks at.
_DIGESTS = f"""
    select group_id, count(*) || '-' || bit_xor(hash(item_id, parser, trace_id, native_id, recovered, precision, us, zoned,
                                                    sender_id, key, series))
    from ({_OF_GROUPS}) group by group_id
"""
#: Of one time as they stand in the file: line 998 before line 1000.
_MESSAGES = f"""
    select * exclude (place, ordinal) from ({_OF_GROUPS}) where group_id in (select group_id from changed)
    order by group_id, item_id, parser, us, {IN_FILE}, place, ordinal, trace_id
"""


def _analysed(catalog: Catalog, decisions: Sequence[ClockDecision], run: str) -> _Changed:
    with catalog.connect() as database:
        clock.install(database, decisions)
        conversations = database.execute(_COPIES).fetchall()
        strong = {conversation for conversation, weak, _ in conversations if not weak}
        linked = groups(links(database), strong)
        grouped: dict[str, tuple[str, str, int | None]] = {
            conversation: (group, "texts", anchors) for conversation, (group, anchors) in linked.items()
        }
        for conversation, _, copies in conversations:
            if copies > 1 and conversation not in grouped:
                grouped[conversation] = (conversation, "id", None)
        database.register(
            "grouped",
            pa.table(
                {
                    "conversation_id": pa.array(list(grouped), pa.string()),
                    "group_id": pa.array([group for group, _, _ in grouped.values()], pa.string()),
                }
            ),
        )
        members: dict[str, list[str]] = defaultdict(list)
        for conversation in sorted(grouped):
            members[grouped[conversation][0]].append(f"{conversation} {grouped[conversation]}")
        inputs = {
            group: f"{VERSION}-{digest}-{hashlib.sha256(repr(members[group]).encode()).hexdigest()[:16]}"
            for group, digest in database.execute(_DIGESTS).fetchall()
        }
        before = dict(
            database.execute("select distinct group_id, inputs from conversation_groups").fetchall()
        )
        found = _Changed(whole=None in before.values())
        if found.whole:  # of a version that kept no digests
            before = {}
        found.gone = {group for group, was in before.items() if inputs.get(group) != was}
        changed = [group for group, now in inputs.items() if before.get(group) != now]
        database.register("changed", pa.table({"group_id": pa.array(changed, pa.string())}))
        counted: dict[str, Row] = {}
        for group, rows in groupby(_streamed(database.execute(_MESSAGES)), key=itemgetter(0)):
            counted[group] = _group(group, rows, run, found.same)
    found.groups = [
        {"conversation_id": conversation, "group_id": group, "rule": rule, "anchors": anchors, "run": run}
        | {"inputs": inputs[group]}
        | counted[group]
        for conversation, (group, rule, anchors) in grouped.items()
        if group in counted
    ]
    return found


def _streamed(result: Any) -> Iterator[tuple[Any, ...]]:
    while rows := result.fetchmany(10_000):
        yield from rows


def _group(group: str, rows: Iterable[tuple[Any, ...]], run: str, same: list[Row]) -> Row:
    """Merge the copies of one conversation, the fullest first; rows of `same_messages` go into `same`."""
    series: dict[str, list[list[_Message]]] = {}
    for _, of_item in groupby(rows, key=itemgetter(1, 2)):
        lines = list(of_item)
        series.setdefault(lines[0][11], []).append(
            [
                _Message(trace, native, recovered, precision, Line(us, zoned, sender, key))
                for _, _, _, trace, native, recovered, precision, us, zoned, sender, key, _ in lines
            ]
        )
    copies = [copy for one in series.values() for copy in _chained(one)]
    copies.sort(key=lambda copy: (-sum(m.native_id is not None for m in copy), -len(copy), copy[0].trace_id))
    distinct: list[_Distinct] = []
    uncertain = 0
    for copy in copies:
        uncertain += _merge(distinct, copy)
    for one in distinct:
        if len(one.members) > 1:
            head = one.members[0][0]
            rule = dict(one.members)
            rule[head] = one.members[1][1]
            same.extend(
                {"trace_id": trace, "distinct_id": head, "group_id": group, "rule": rule[trace], "run": run}
                for trace, _ in one.members
            )
    return {
        "copies": len(copies),
        "messages": sum(len(copy) for copy in copies),
        "distinct_messages": len(distinct),
        "uncertain": uncertain,
    }


def _chained(items: list[list[_Message]]) -> list[list[_Message]]:
    """Logs of one format in one source that follow each other (a file a day) are one copy. Those whose times overlap stay
    copies of their own, and so does what bears the network's own ids: they need no help to be compared.
    """
    items.sort(key=lambda item: (_times(item)[:1], item[0].trace_id))
    chains: list[tuple[int, list[_Message]]] = []
    for item in items:
        times = _times(item)
        for n, (end, chain) in enumerate(chains):
            if times and end <= times[0] and item[0].native_id is None:
                chain.extend(item)
                chains[n] = (times[1], chain)
                break
        else:
            chains.append((times[1] if times else _NEVER, list(item)))
    return [chain for _, chain in chains]


def _times(item: Sequence[_Message]) -> list[int]:
    """First and last time of an item's messages, if any has one."""
    known = [message.line.time for message in item if message.line.time is not None]
    return [min(known), max(known)] if known else []


def _merge(distinct: list[_Distinct], copy: Sequence[_Message]) -> int:
    """Lay one copy onto what was merged so far; gives how many were left apart for a choice."""
    known = {one.native_id: one for one in distinct if one.native_id is not None}
    named = [(message, known[message.native_id]) for message in copy if message.native_id in known]
    agreeing = _agreeing(named)
    taken: set[int] = set()
    left: list[_Message] = []
    for message in sorted(copy, key=lambda one: one.recovered):  # live rows first: they own the native ids
        one = known.get(message.native_id or "") if message.trace_id in agreeing else None
        if one is not None and (message.recovered or id(one) not in taken):
            one.members.append((message.trace_id, "native id"))
            taken.add(id(one))
        else:
            left.append(message)
    others = [one for one in distinct if id(one) not in taken]
    paired, rebased, uncertain = _aligned(others, left, bool(taken))
    own: dict[str, _Distinct] = {}
    for message in left:
        if (one := paired.get(message.trace_id)) is not None:
            one.members.append((message.trace_id, "aligned"))
        elif message.recovered and message.native_id in own:
            own[message.native_id].members.append((message.trace_id, "native id"))
        else:
            line = rebased.get(message.trace_id, message.line)
            one = _Distinct(line, message.native_id, message.precision, [(message.trace_id, "alone")])
            distinct.append(one)
            if message.native_id is not None:
                own.setdefault(message.native_id, one)
    return uncertain


def _agreeing(named: Sequence[tuple[_Message, _Distinct]]) -> set[str]:
    """trace_ids of messages that are the one whose native id they bear: of one text or (edited since) of one moment, and
    at the time that the difference of the two clocks allows.

    Nothing at all if most ids disagree: some networks count a chat's messages for each account by itself (private chats of
    Telegram), and there an equal number says nothing.
    """
    differences: dict[str, int] = {}  # one a text: the same `ok`, or pictures without words, show no clock
    for message, one in named:
        if (difference := _difference(message, one)) is not None:
            differences.setdefault(message.line.key, difference)
    shown = agreed(
        list(differences.values()),
        max((max(message.precision, one.precision) for message, one in named), default=0) + DELIVERY_US,
        MIN_ANCHORS,
    )
    found = {
        message.trace_id for message, one in named if message.recovered or _agree(message, one, shown or 0)
    }
    return found if 2 * len(found) >= len(named) else set()


def _difference(message: _Message, one: _Distinct) -> int | None:
    """Of the clocks, where text and zones make it comparable."""
    here, there = message.line, one.line
    if here.key != there.key or here.time is None or there.time is None or here.zoned != there.zoned:
        return None
    return here.time - there.time


def _agree(message: _Message, one: _Distinct, offset: int) -> bool:
    here, there = message.line, one.line
    if here.time is None or there.time is None:
        return here.key == there.key
    tolerance = max(message.precision, one.precision) + DELIVERY_US
    apart = here.time - there.time
    if here.zoned == there.zoned:
        return abs(apart - offset) <= tolerance
    quarters = abs(apart - round(apart / QUARTER_US) * QUARTER_US) <= tolerance
    return here.key == there.key and quarters and abs(apart) <= WIDEST_US


def _aligned(
    others: Sequence[_Distinct], left: Sequence[_Message], comparable: bool
) -> tuple[dict[str, _Distinct], dict[str, Line], int]:
    """trace_id -> the distinct message that it is, by text, sender and time; trace_id -> its line by the clock and the
    names of what was merged so far, so that further copies compare with one clock; how many were left apart.

    Where native ids of the two are comparable, messages that bear one are not aligned: the network says that they are
    others.
    """
    wanted = [message for message in left if not (comparable and message.native_id is not None)]
    if not others or not wanted:
        return {}, {}, 0
    precision = max(max(one.precision for one in others), max(one.precision for one in wanted))
    found = align([one.line for one in others], [one.line for one in wanted], precision)
    zoned = all(one.line.zoned for one in others)
    rebased = {
        message.trace_id: Line(time, zoned, found.senders.get(line.sender or "", line.sender), line.key)
        for message, time in zip(wanted, found.shifted, strict=True)
        for line in (message.line,)
    }
    return (
        {wanted[right].trace_id: others[position] for position, right in found.pairs},
        rebased,
        found.uncertain,
    )
