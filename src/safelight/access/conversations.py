"""The list of conversations: each once, whatever number of copies and ids it has, with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from safelight.access.conversation_order import SENT
from safelight.access.reading import Reading
from safelight.catalog.copies import no_copy

#: Names that stand for a conversation without a title.
_NAMED = 3
#: Names and native ids of those who wrote most that the filter's words are looked for in.
_SOUGHT = 200


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation. Times are microseconds UTC for comparison, None without a date."""

    group: str
    network: str
    instance: str | None
    kind: str | None
    title: str
    """Its title; else the channel's own name, else the names of those who wrote most in it."""
    titled: bool
    people: int
    messages: int
    distinct: int
    recovered: int
    copies: int
    first_us: int | None
    last_us: int | None
    folded: str = ""
    """What the filter's words are looked for in: title, names and native ids, network, id."""


_ROWS = f"""
    with grouped as (
        select conversation_id, any_value(group_id) as gid, max(copies) as copies from conversation_groups group by all
    ), lines as (
        select coalesce(g.gid, m.conversation_id) as gid, m.network, m.instance, m.sender_id, m.sender_name, m.state,
               m.sender, m.kind, m.conversation, {SENT} as us, coalesce(g.copies, 1) as copies,
               {no_copy("same_messages")} as stands
        from messages m left join grouped g using (conversation_id)
    ), figures as (
        select gid, any_value(network) as network, any_value(instance) as instance, count(*) as messages,
               min(conversation) filter (starts_with(conversation, '#')) as channel,
               count(*) filter (stands) as distinct_messages,
               count(*) filter (state = 'recovered' and stands) as recovered,
               count(distinct sender_id) as people, max(copies) as copies, min(us) as first_us, max(us) as last_us
        from lines group by gid
    ), writers as (
        select gid, sender_id, coalesce(mode(sender_name), any_value(sender)) as name, any_value(sender) as native,
               count(*) as n
        from lines where sender_id is not null and kind <> 'system' group by all
    ), names as (
        select gid, list(name order by n desc, name)[1:{_NAMED}] as names, count(*) as n,
               list(name order by n desc, name)[1:{_SOUGHT}] as sought,
               list(native order by n desc, name)[1:{_SOUGHT}] as natives
        from writers group by gid
    ), titles as (
        select coalesce(g.gid, c.conversation_id) as gid, mode(nullif(trim(c.title), '')) as title, mode(c.kind) as kind,
               any_value(c.network) as network, any_value(c.instance) as instance
        from conversations c left join grouped g using (conversation_id) group by 1
    )
    select coalesce(f.gid, t.gid), coalesce(f.network, t.network), coalesce(f.instance, t.instance), t.kind, t.title,
           f.channel, n.names, n.n, n.sought, n.natives, coalesce(f.people, 0), coalesce(f.messages, 0),
           coalesce(f.distinct_messages, 0), coalesce(f.recovered, 0), coalesce(f.copies, 1), f.first_us, f.last_us
    from figures f full join titles t on f.gid = t.gid left join names n on n.gid = coalesce(f.gid, t.gid)
    order by f.messages desc nulls last, 1
"""


def every(reading: Reading) -> Sequence[ConversationRow]:
    """All conversations, the largest first; computed once a snapshot."""
    found: Sequence[ConversationRow] = reading.memo.get("conversations", lambda: _read(reading))
    return found


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """What there is of one network under the words of the filter."""

    network: str
    conversations: int
    messages: int
    distinct: int
    recovered: int


def listed(
    reading: Reading, words: str = "", network: str = "", first: int = 0, count: int = 100
) -> tuple[Sequence[ConversationRow], int]:
    """Those whose title, names, network or id have all the words, `count` from `first` on, and how many there are."""
    found = [row for row in _matching(reading, words) if not network or row.network == network]
    page = found[first : first + count]
    reading.show(row.group for row in page)
    return page, len(found)


def place_of(reading: Reading, group: str, words: str = "", network: str = "") -> int:
    """Where a conversation stands in that list; 0 if it does not."""
    found = (row for row in _matching(reading, words) if not network or row.network == network)
    return next((at for at, row in enumerate(found) if row.group == group), 0)


def networks(reading: Reading, words: str = "") -> Sequence[NetworkFigures]:
    """The networks of conversations that have all the words, by name."""
    sums: dict[str, list[int]] = {}
    for row in _matching(reading, words):
        sums.setdefault(row.network, [0, 0, 0, 0])
        for n, value in enumerate((1, row.messages, row.distinct, row.recovered)):
            sums[row.network][n] += value
    return [NetworkFigures(network, *sums[network]) for network in sorted(sums)]


def _matching(reading: Reading, words: str) -> Sequence[ConversationRow]:
    wanted = words.casefold().split()
    if not wanted:
        return every(reading)
    return [row for row in every(reading) if all(word in row.folded for word in wanted)]


def one(reading: Reading, group: str) -> ConversationRow | None:
    """The row of one conversation."""
    by_group = reading.memo.get("conversations by id", lambda: {row.group: row for row in every(reading)})
    return by_group.get(group)


def _read(reading: Reading) -> Sequence[ConversationRow]:
    rows = []
    for (
        gid,
        network,
        instance,
        kind,
        title,
        channel,
        names,
        writers,
        sought,
        natives,
        *figures,
    ) in reading.db.execute(_ROWS).fetchall():
        people, messages, distinct, recovered, copies, first_us, last_us = figures
        joined = " ⇄ ".join(names or ()) if kind == "direct" or writers == 2 else ", ".join(names or ())
        more = f" +{writers - _NAMED}" if writers and writers > _NAMED else ""
        rows.append(
            ConversationRow(
                group=gid,
                network=network,
                instance=instance,
                kind=kind,
                # A direct conversation's title names only the other end, as seen from one of the two.
                title=joined
                if kind == "direct" and writers == 2
                else title or channel or (joined + more) or gid,
                titled=bool(title or channel),
                people=people,
                messages=messages,
                distinct=distinct,
                recovered=recovered,
                copies=copies,
                first_us=first_us,
                last_us=last_us,
                folded=" ".join(
                    part
                    for part in (title, channel, network, instance, gid, *(sought or ()), *(natives or ()))
                    if part
                ).casefold(),
            )
        )
    return rows
