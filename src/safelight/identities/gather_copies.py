"""Which accounts wrote the same messages: copies of one conversation that know their writers by different ids.

An export tells display names where the database beside it tells numbers; a log does not say which IRC network it is from.
Which messages are the same, `analyse/same_messages.py` found by laying whole conversations on each other.
"""

from __future__ import annotations

from typing import Final

from safelight.identities.gather_source import HELD, Source

#: Shorter texts are said by everybody.
LONG_ENOUGH: Final = 12

#: A copy is a conversation as one program on one thing keeps it.
_COPIED = f"""
    create or replace temp table copied as
    select s.tenure, m.distinct_id, m.trace_id, m.conversation_id, copy, text from (
        select m.trace_id, x.distinct_id, m.conversation_id,
               m.conversation_id || ' ' || m.source_id || ' ' || m.parser as copy,
               m.sender_id, if(length(m.text) >= {LONG_ENOUGH}, m.text, null) as text,
               coalesce(at_us(sent, exhibit, parser), at_us(received, exhibit, parser)) as us
        from messages m join same_messages x using (trace_id)
        where m.sender_id is not null and m.kind not in ('system', 'notice')
    ) m join spans s on s.account_id = m.sender_id and {HELD}
"""
#: How much each wrote where, copies included.
_WROTE = f"""
    create or replace temp table wrote as
    select s.tenure, m.conversation_id, count(*) as n, min(m.trace_id) as trace from (
        select trace_id, conversation_id, sender_id,
               coalesce(at_us(sent, exhibit, parser), at_us(received, exhibit, parser)) as us
        from messages where sender_id is not null and kind not in ('system', 'notice')
    ) m join spans s on s.account_id = m.sender_id and {HELD} group by all
"""
_COPIES = """
    with one as (
        select distinct_id, tenure, copy, conversation_id, min(text) as text, min(trace_id) as trace
        from copied group by all
    ), met as (
        select x.tenure, y.tenure as other, x.distinct_id, min(x.text) as text, min(x.trace) as trace, min(y.trace) as there
        from one x join one y using (distinct_id) where x.tenure <> y.tenure group by all
    ), told as (
        select tenure, other, count(*) as n, count(distinct text) as texts,
               list_sort(flatten(list([trace, there] order by trace)[:2])) as traces
        from met group by all
    ), kept as (select distinct tenure, copy, conversation_id from one), others as (
        select t.tenure, t.other, count(distinct x.distinct_id) as differ
        from told t join one x on x.tenure = t.tenure
        join one z on z.distinct_id = x.distinct_id and z.tenure <> t.tenure and z.tenure <> t.other
        join kept k on k.tenure = t.other and k.copy = z.copy
        where not exists (from met m where m.tenure = t.tenure and m.other = t.other and m.distinct_id = x.distinct_id)
        group by all
    ), shared as (
        select distinct t.tenure, t.other, x.conversation_id
        from told t join one x on x.tenure = t.tenure
        join one y on y.tenure = t.other and y.distinct_id = x.distinct_id
    )
    select t.tenure, t.other, t.n, t.texts, coalesce(o.differ, 0) as differ,
           coalesce((select sum(w.n) from wrote w where w.tenure = t.tenure and w.conversation_id not in (
               select s.conversation_id from shared s where s.tenure = t.tenure and s.other = t.other
           )), 0)::bigint as elsewhere, false as rooms, t.traces
    from told t left join others o using (tenure, other)
"""
#: In one channel of one network a nick is one account, however little it said.
_ROOMS = """
    with rooms as (
        select w.tenure, k.network, k.instance, k.native, w.conversation_id, g.group_id, w.n, w.trace
        from wrote w join spans s using (tenure) join known k on k.id = s.account_id
        left join (select conversation_id, any_value(group_id) as group_id from conversation_groups group by all) g
            using (conversation_id)
        where k.network = 'irc' and k.instance is not null
    ), named as (
        select distinct instance, group_id from rooms where not starts_with(instance, '?') and group_id is not null
    ), logs as (
        select r.tenure, r.native, n.instance, sum(r.n)::bigint as n, min(r.trace) as trace, count(*) as here
        from rooms r join named n using (group_id) where starts_with(r.instance, '?') group by all
    ), all_rooms as (select tenure, count(*) as here from rooms group by tenure),
    pairs as (
        select l.tenure, u.tenure as other, l.n, [l.trace, u.trace] as traces from logs l
        join all_rooms using (tenure, here)
        join (select tenure, instance, native, min(trace) as trace from rooms group by all) u
            on u.instance = l.instance and u.native = l.native
    )
    select tenure, other, n, 0::bigint as texts, 0::bigint as differ, 0::bigint as elsewhere, true as rooms, traces
    from pairs
    union all select other, tenure, n, 0, 0, 0, true, traces from pairs
"""


def copies(source: Source) -> None:
    """Fill `copies`, a row for each direction."""
    source.db.execute(_COPIED)
    source.db.execute(_WROTE)
    source.move("copies", _COPIES)
    source.move("copies", _ROOMS)
    source.db.execute("drop table copied; drop table wrote")
