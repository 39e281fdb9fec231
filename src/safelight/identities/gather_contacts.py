"""With whom tenures talked: conversations between two, mail, calls and payments, and joint presence in small groups."""

from __future__ import annotations

from typing import Final

from safelight.identities.gather_source import DISTINCT_CALL, DISTINCT_TRANSFER, HELD, Source

#: In larger groups being there together says nothing.
GROUP: Final = 50
#: A mail to more people than this is a circular.
CIRCULAR: Final = 10

#: Who wrote in a conversation, all ids of one conversation together, and who is listed as a member without a word.
_PARTIES = """
    create or replace temp table parties as
    with merged as (select conversation_id, any_value(group_id) as gid from conversation_groups group by conversation_id),
    wrote as (
        select coalesce(gid, conversation_id) as talk, tenure, count(*) as n, min(us) as first_us, max(us) as last_us
        from said left join merged using (conversation_id) group by all
    ), listed as (
        select distinct coalesce(gid, conversation_id) as talk, s.tenure
        from (select conversation_id, unnest(members_id) as account_id from conversations where len(members_id) <= {group})
        left join merged using (conversation_id)
        join spans s using (account_id) where s.begin_us is null and s.end_us is null
    )
    select talk, tenure, coalesce(n, 0) as n, first_us, last_us from wrote full join listed using (talk, tenure)
"""
_KINDS = """
    create or replace temp table talks as
    with merged as (select conversation_id, any_value(group_id) as gid from conversation_groups group by conversation_id),
    private as (
        select distinct coalesce(gid, conversation_id) as talk from (
            select conversation_id from conversations where kind in ('direct', 'mail')
            union select conversation_id from messages where starts_with(conversation, 'direct:')
        ) left join merged using (conversation_id)
    )
    select talk, count(*) as size, talk in (from private) as direct
    from parties group by talk having count(*) between 2 and {group}
"""
_ONES: Final = f"""
    select a.tenure, b.tenure as other, a.n + b.n as direct, null as talk,
           least(a.first_us, b.first_us) as first_us, greatest(a.last_us, b.last_us) as last_us
    from talks t join parties a using (talk) join parties b using (talk)
    where t.direct and t.size = 2 and a.tenure <> b.tenure and a.n + b.n > 0
    union all
    select a.tenure, b.tenure, 0, t.talk, greatest(a.first_us, b.first_us), least(a.last_us, b.last_us)
    from talks t join parties a using (talk) join parties b using (talk)
    where not (t.direct and t.size = 2) and a.tenure <> b.tenure
    union all
    select unnest([tenure, other]), unnest([other, tenure]), n, null, first_us, last_us from (
        select m.tenure, s.tenure as other, count(*) as n, min(us) as first_us, max(us) as last_us from (
            select tenure, us, unnest(recipients_id) as account_id, conversation from said
            where recipients_id is not null and len(recipients_id) <= {CIRCULAR}
        ) m join spans s on s.account_id = m.account_id and {HELD}
        where m.tenure <> s.tenure and not starts_with(conversation, 'direct:') group by all
        union all
        select a.tenure, s.tenure, count(*), min(us), max(us) from (
            select s.tenure, c.other, us from (
                select caller_id as account_id, unnest(participants_id) as other, at_us(started, exhibit, parser) as us
                from calls where caller_id is not null and len(participants_id) <= {CIRCULAR} and {DISTINCT_CALL}
                union all
                select sender_id, receiver_id, at_us(time, exhibit, parser) from transfers
                where sender_id is not null and {DISTINCT_TRANSFER}
            ) c join spans s on s.account_id = c.account_id and {HELD}
        ) a join spans s on s.account_id = a.other and {HELD} where a.tenure <> s.tenure group by all
    )
"""


def contacts(source: Source) -> None:
    """Fill `contacts`, a row for each direction."""
    source.db.execute(_PARTIES.format(group=GROUP))
    source.db.execute(_KINDS.format(group=GROUP))
    source.move(
        "contacts",
        f"""select tenure, other, sum(direct)::bigint as direct, count(distinct talk) as groups,
                   min(first_us) as first_us, max(last_us) as last_us
            from ({_ONES}) group by tenure, other""",
    )
