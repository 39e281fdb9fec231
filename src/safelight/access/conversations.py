"""The list of conversations: each once, whatever number of copies and ids it has, with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from safelight.access.conversation_order import SENT
from safelight.access.reading import Reading

#: Names that stand for a conversation without a title.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation. Times are microseconds UTC for comparison, None without a date."""

    group: str
    network: str
    instance: str | None
    kind: str | None
    title: str
    """Its title; else the names of those who wrote most in it."""
    titled: bool
    people: int
    messages: int
    distinct: int
    recovered: int
    copies: int
    first_us: int | None
    last_us: int | None


_ROWS = f"""
    with grouped as (
        select conversation_id, any_value(group_id) as gid, max(copies) as copies from conversation_groups group by all
    ), copies as (
        select trace_id from same_messages where trace_id <> distinct_id
    ), lines as (
        select coalesce(g.gid, m.conversation_id) as gid, m.network, m.instance, m.sender_id, m.sender_name, m.state,
               m.sender, m.kind, {SENT} as us, coalesce(g.copies, 1) as copies,
               m.trace_id in (select trace_id from copies) as again
        from messages m left join grouped g using (conversation_id)
    ), figures as (
        select gid, any_value(network) as network, any_value(instance) as instance, count(*) as messages,
               count(*) filter (not again) as distinct_messages,
               count(*) filter (state = 'recovered' and not again) as recovered,
               count(distinct sender_id) as people, max(copies) as copies, min(us) as first_us, max(us) as last_us
        from lines group by gid
    ), writers as (
        select gid, sender_id, coalesce(mode(sender_name), any_value(sender)) as name, count(*) as n
        from lines where sender_id is not null and kind <> 'system' group by all
    ), names as (
        select gid, list(name order by n desc, name)[1:{_NAMED}] as names, count(*) as n from writers group by gid
    ), titles as (
        select coalesce(g.gid, c.conversation_id) as gid, mode(nullif(trim(c.title), '')) as title, mode(c.kind) as kind,
               any_value(c.network) as network, any_value(c.instance) as instance
        from conversations c left join grouped g using (conversation_id) group by 1
    )
    select coalesce(f.gid, t.gid), coalesce(f.network, t.network), coalesce(f.instance, t.instance), t.kind, t.title,
           n.names, n.n, coalesce(f.people, 0), coalesce(f.messages, 0), coalesce(f.distinct_messages, 0),
           coalesce(f.recovered, 0), coalesce(f.copies, 1), f.first_us, f.last_us
    from figures f full join titles t on f.gid = t.gid left join names n on n.gid = coalesce(f.gid, t.gid)
    order by f.messages desc nulls last, 1
"""


def every(reading: Reading) -> Sequence[ConversationRow]:
    """All conversations, the largest first; computed once a snapshot."""
    found: Sequence[ConversationRow] = reading.memo.get("conversations", lambda: _read(reading))
    return found


def listed(
    reading: Reading, words: str = "", network: str = "", first: int = 0, count: int = 100
) -> tuple[Sequence[ConversationRow], int]:
    """Those whose title, network or id has all the words, `count` from `first` on, and how many there are."""
    wanted = words.casefold().split()
    found = [
        row
        for row in every(reading)
        if (not network or row.network == network)
        and all(
            word in f"{row.title} {row.network} {row.instance or ''} {row.group}".casefold()
            for word in wanted
        )
    ]
    page = found[first : first + count]
    reading.show(row.group for row in page)
    return page, len(found)


def one(reading: Reading, group: str) -> ConversationRow | None:
    """The row of one conversation."""
    by_group = reading.memo.get("conversations by id", lambda: {row.group: row for row in every(reading)})
    return by_group.get(group)


def _read(reading: Reading) -> Sequence[ConversationRow]:
    rows = []
    for gid, network, instance, kind, title, names, writers, *figures in reading.db.execute(_ROWS).fetchall():
        people, messages, distinct, recovered, copies, first_us, last_us = figures
        joined = " ⇄ ".join(names or ()) if kind == "direct" or writers == 2 else ", ".join(names or ())
        more = f" +{writers - _NAMED}" if writers and writers > _NAMED else ""
        rows.append(
            ConversationRow(
                group=gid,
                network=network,
                instance=instance,
                kind=kind,
                title=title or (joined + more) or gid,
                titled=bool(title),
                people=people,
                messages=messages,
                distinct=distinct,
                recovered=recovered,
                copies=copies,
                first_us=first_us,
                last_us=last_us,
            )
        )
    return rows
