"""Which conversation ids name one conversation: an export that knows only a title, a log that knows one end.

Ids that a network gave are never joined: two ids are two conversations there. An id that is the item's own makeshift
(`networks.WEAK_CONVERSATION`) is joined to another of the same network if texts that are rare there occur once each in one
copy of both at one constant difference of time, at least MIN_TEXTS of them, from two senders or more (one person's greetings
to many are in many private chats; where each sender's differ, that many of two senders each), and the texts of any length
that both hold are most of what the shorter one holds in the span that both cover.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from safelight.traces.networks import WEAK_CONVERSATION

MIN_TEXTS = 5
#: Of the shorter one's different texts in the common span.
SHARE = 0.8
#: Where so many rare texts agree, each side may lack more of what the other holds: both phones' users delete.
MANY_TEXTS = 50
SHARE_OF_MANY = 0.5
#: Shorter texts are said everywhere.
LONG_ENOUGH = 12
#: A text in more conversations than this ties none.
RARE_IN = 24
#: Differences of time within this count as one (precision of a minute on either side).
_BUCKET_US = 65_000_000
#: A phone stamps what it sends by its own clock, and what it receives as the sender's clock or the network said: then each
#: direction has a difference of its own, and the two are not further apart than two phones' clocks.
_TWO_CLOCKS_US = 900_000_000

#: A message's text folded for comparison; what has none goes by its kind and what the item says of the attached file.
#: Hashed: a million texts are compared.
KEY = (
    "md5(coalesce(nfc_normalize(trim(regexp_replace(nullif(text, ''), '\\s+', ' ', 'g'))), "
    "chr(0) || kind || coalesce(attachments ->> '$[0].size', '')))"
)
#: Time for comparison, and whether its zone is known.
_AT = "at_us(sent, exhibit, parser), at_us(received, exhibit, parser)"
TIME = f"coalesce({_AT}, epoch_us(sent.wall), epoch_us(received.wall))"
ZONED = f"coalesce({_AT}) is not null"


@dataclass(frozen=True, slots=True)
class Link:
    """Two conversation ids that are one conversation, and how many rare texts say so."""

    one: str
    other: str
    anchors: int


_TEXTS = f"""
    create or replace temp table rare_texts as
    with texts as (
        select network, conversation_id, source_id || ' ' || parser as copy, coalesce(sender_id, sender_name, '') as sender,
               {KEY} as key, {TIME} as us, {WEAK_CONVERSATION} as weak
        from messages
        where length(text) >= {LONG_ENOUGH} and kind <> 'system' and state <> 'recovered'
    ), once as (
        select network, conversation_id, copy, key, min(us) as us, any_value(weak) as weak, any_value(sender) as sender
        from texts where us is not null group by all having count(distinct us) = 1
    )
    select * from once where key in (
        select key from once group by network, key
        having count(distinct conversation_id) between 2 and {RARE_IN} and bool_or(weak)
    )
"""
_CANDIDATES = f"""
    create or replace temp table candidates as
    with pairs as (
        select a.conversation_id as one, b.conversation_id as other, a.copy as copy, b.copy as other_copy,
               b.us - a.us as difference, round((b.us - a.us) / {_BUCKET_US}) as bucket,
               a.sender as sender, b.sender as other_sender
        from rare_texts a join rare_texts b
          on a.network = b.network and a.key = b.key and a.conversation_id < b.conversation_id and (a.weak or b.weak)
    ), centres as (
        select one, other, copy, other_copy, mode(bucket) * {_BUCKET_US} as centre from pairs group by all
        having count(*) >= {MIN_TEXTS}
    ), together as (
        select one, other, count(*) as anchors, median(difference)::bigint as difference
        from pairs join centres using (one, other, copy, other_copy) where abs(difference - centre) <= {_BUCKET_US}
        group by one, other, copy, other_copy
        having count(*) >= {MIN_TEXTS} and count(distinct sender) > 1 and count(distinct other_sender) > 1
    ), commonest as (
        select one, other, copy, other_copy, sender, other_sender, mode(bucket) * {_BUCKET_US} as centre
        from pairs group by all having count(*) >= {MIN_TEXTS}
    ), sides as (
        select one, other, copy, other_copy, sender, other_sender, count(*) as n, median(difference)::bigint as difference
        from pairs join commonest using (one, other, copy, other_copy, sender, other_sender)
        where abs(difference - centre) <= {_BUCKET_US} group by all having count(*) >= {MIN_TEXTS}
    ), two_sided as (
        select a.one, a.other, a.n + b.n as anchors, a.difference
        from sides a join sides b using (one, other, copy, other_copy)
        where a.sender < b.sender and a.other_sender <> b.other_sender
          and abs(a.difference - b.difference) <= {_TWO_CLOCKS_US}
    )
    select one, other, max(anchors) as anchors, arg_max(difference, anchors) as difference
    from (from together union all from two_sided) group by one, other
"""
_SPANS = f"""
    with spans as (
        select conversation_id, {TIME} as us, {KEY} as key from messages
        where conversation_id in (select one from candidates union select other from candidates)
          and text <> '' and kind <> 'system' and state <> 'recovered'
    ), sides as (
        select one, other, 1 as side, key, us from candidates join spans on conversation_id = one
        union all
        select one, other, 2, key, us - difference from candidates join spans on conversation_id = other
    ), common as (
        select one, other, max(low) - {_BUCKET_US} as low, min(high) + {_BUCKET_US} as high from (
            select one, other, side, min(us) as low, max(us) as high from sides where us is not null group by all)
        group by all
    ), inside as (
        select distinct one, other, side, key from sides join common using (one, other) where us between low and high
    ), told as (
        select one, other, count(*) filter (side = 1) as here, count(*) filter (side = 2) as there,
               count(*) - count(distinct key) as shared from inside group by all
    )
    select one, other, anchors from candidates join told using (one, other)
    where least(here, there) > 0
      and shared >= case when anchors >= {MANY_TEXTS} then {SHARE_OF_MANY} else {SHARE} end * least(here, there)
    order by anchors desc, one, other
"""


def links(database: DuckDBPyConnection) -> list[Link]:
    """Pairs of ids that are one conversation, the best founded first. The connection has the macros of `access/clock.py`."""
    database.execute(_TEXTS)
    database.execute(_CANDIDATES)
    found = [Link(*row) for row in database.execute(_SPANS).fetchall()]
    database.execute("drop table rare_texts")
    database.execute("drop table candidates")
    return found


def groups(found: list[Link], strong: set[str]) -> dict[str, tuple[str, int]]:
    """Conversation id -> (id of its group, anchors). No group gets two ids of `strong`, which the network itself gave."""
    group: dict[str, str] = {}
    members: dict[str, list[str]] = defaultdict(list)
    anchors: dict[str, int] = {}
    for link in found:
        one, other = group.get(link.one, link.one), group.get(link.other, link.other)
        if one == other:
            continue
        joined = [*(members.get(one) or [one]), *(members.get(other) or [other])]
        if sum(member in strong for member in joined) > 1:
            continue
        head = next((member for member in joined if member in strong), min(joined))
        for old in (one, other):
            members.pop(old, None)
        members[head] = joined
        for member in joined:
            group[member] = head
        anchors.setdefault(link.one, link.anchors)
        anchors.setdefault(link.other, link.anchors)
    return {member: (head, anchors.get(member, 0)) for member, head in group.items()}
