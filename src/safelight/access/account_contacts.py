"""With whom an account writes, and where: its contacts and its conversations, groups among them.

A message is written to somebody if they are the other end of a conversation between two, or named as recipient, or if it
answers a message of theirs. In a group all others read it too; that makes nobody a contact. Each message and call counts
once; beside that stands how many copies of them were found, wherever those lie.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from safelight.access.account_names import usual
from safelight.access.police import withheld
from safelight.access.reading import Reading
from safelight.catalog.copies import each_once, no_copy


@dataclass(slots=True)
class Contact:
    """One contact. The account is None where an item does not say who its owner is; `name` then says which exhibit's.

    Figures count distinct messages and calls; those of copies count every copy of the same ones, the first among them.
    """

    account_id: str | None
    name: str
    network: str
    to: int = 0
    """Messages written to them."""
    by: int = 0
    """Messages that they wrote."""
    answers: int = 0
    """Of both, in groups: answers to each other's messages."""
    calls: int = 0
    to_copies: int = 0
    by_copies: int = 0
    answer_copies: int = 0
    call_copies: int = 0
    conversation: str = ""
    """Where they wrote most with each other."""
    most: int = field(default=0, repr=False)

    @property
    def total(self) -> int:
        """What the order goes by."""
        return self.to + self.by + self.answers + self.calls

    @property
    def figures(self) -> tuple[tuple[int, int], ...]:
        """Written to, by them, answers, calls: how many distinct ones, and how many with copies."""
        return (
            (self.to, self.to_copies),
            (self.by, self.by_copies),
            (self.answers, self.answer_copies),
            (self.calls, self.call_copies),
        )


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation of the account: its own distinct messages in it and how many copies of them were found, wherever
    those lie; from when to when, and whether it is listed as a member.
    """

    conversation: str
    title: str
    kind: str
    network: str
    messages: int
    copies: int
    first_us: int | None
    last_us: int | None
    member: bool


@dataclass(frozen=True, slots=True)
class Company:
    """Contacts (most first) and conversations (most messages first)."""

    contacts: tuple[Contact, ...]
    talks: tuple[Talk, ...]


def company(reading: Reading, account: str) -> Company:
    """Computed once a snapshot."""
    found: Company = reading.memo.get(("account company", account), lambda: _read(reading, account))
    return found


#: SQL: own messages by conversation: distinct ones, times, network, native name, and how many copies of them there are. Own
#: copies of what stands as another account's count as well, which is why `each_once` does not do here.
_OWN = """
    with own as materialized (
        select trace_id, conversation_id, network, conversation,
               coalesce(at_us(sent, exhibit, parser), at_us(received, exhibit, parser)) as us
        from messages where sender_id = $id),
    found as (select distinct_id, count(*) as n from same_messages
              where distinct_id in (select trace_id from own) group by 1),
    again as (select s.trace_id, s.distinct_id in (select trace_id from own) as counted
              from same_messages s semi join own using (trace_id) where s.trace_id <> s.distinct_id)
    select conversation_id, count(*) filter (counted is null), min(us), max(us), any_value(network), any_value(conversation),
           sum(case when counted is null then coalesce(n, 1) when counted then 0 else 1 end)::bigint
    from own left join again using (trace_id) left join found on distinct_id = own.trace_id group by conversation_id
"""


def _once(condition: str) -> str:
    """SQL: `each_once` of the messages with a condition."""
    columns = "trace_id, network, exhibit, conversation_id, sender_id, recipients_id, reply_to"
    return each_once(f"select {columns} from messages where {condition}", "same_messages")


def _read(reading: Reading, account: str) -> Company:
    reading = withheld(reading)
    once = no_copy("same_messages", reading.snapshot)
    mine = {row[0]: row[1:] for row in reading.db.execute(_OWN, {"id": account}).fetchall()}
    members = {
        row[0]: row[1:]
        for row in reading.db.execute(
            """select conversation_id, mode(nullif(trim(title), '')), mode(kind), any_value(network),
                      any_value(conversation),
                      bool_or(list_contains(members_id, $id)), list_distinct(flatten(list(coalesce(members_id, []))))
               from conversations
               where list_contains(members_id, $id) or conversation_id = any($mine)
                     or conversation_id in (select conversation_id from memberships where account_id = $id)
               group by conversation_id""",
            {"id": account, "mine": list(mine)},
        ).fetchall()
    }
    groups = dict(
        reading.db.execute(
            """select conversation_id, any_value(group_id) from conversation_groups
               where conversation_id = any($ids) group by 1""",
            {"ids": [*mine, *members]},
        ).fetchall()
    )
    direct = {
        one
        for one in {*mine, *members}
        if (members[one][1] if one in members and members[one][1] else "") == "direct"
        or str((members[one][3] if one in members else mine[one][4]) or "").startswith("direct:")
    }
    contacts = _contacts(
        reading, account, once, direct, {one: members[one][5] for one in direct if one in members}, set(mine)
    )
    return Company(tuple(contacts), tuple(_talks(reading, account, mine, members, groups, direct)))


def _contacts(
    reading: Reading, account: str, once: str, direct: set[str], members: dict[str, list[str]], mine: set[str]
) -> list[Contact]:
    found: dict[str, Contact] = {}
    exhibits = {key: number for number, key in reading.numbers.items()}

    def contact(key: str, network: str) -> Contact:
        if key not in found:
            known = None if key.startswith("exhibit:") else key
            found[key] = Contact(known, exhibits.get(key[8:], key[8:]) if known is None else "", network)
        return found[key]

    def at(one: Contact, conversation: str, n: int) -> None:
        if conversation and (n > one.most or (n == one.most and conversation < one.conversation)):
            one.most, one.conversation = n, conversation

    wrote: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    networks: dict[str, str] = {}
    for conversation, network, who, n, copies in reading.db.execute(
        f"""with {_once("conversation_id = any($direct)")}
            select conversation_id, any_value(network), coalesce(sender_id, 'exhibit:' || exhibit), count(*),
                   sum(copies)::bigint
            from once group by 1, 3""",
        {"direct": sorted(direct)},
    ).fetchall():
        wrote[conversation][who], networks[conversation] = (n, copies), network
    none = (0, 0)
    for conversation, counts in wrote.items():
        others = sorted(({*counts, *members.get(conversation, ())}) - {account})
        own, own_copies = counts.get(account, none)
        for who in others:
            one = contact(who, networks[conversation])
            n, copies = counts.get(who, none)
            one.by, one.by_copies = one.by + n, one.by_copies + copies
            if len(others) == 1:
                one.to, one.to_copies = one.to + own, one.to_copies + own_copies
            at(one, conversation, n + own)
    named = """recipients_id is not null and (sender_id = $id or list_contains(recipients_id, $id))
               and not conversation_id = any($direct)"""
    for sign, network, who, conversation, n, copies in reading.db.execute(
        f"""with {_once(named)}
            select 'to', network, who, conversation_id, count(*), sum(copies)::bigint
            from (select network, unnest(recipients_id) as who, conversation_id, copies from once where sender_id = $id)
            group by 1, 2, 3, 4
            union all
            select 'by', network, sender_id, conversation_id, count(*), sum(copies)::bigint
            from once where sender_id <> $id group by 1, 2, 3, 4""",
        {"id": account, "direct": sorted(direct)},
    ).fetchall():
        if who and who != account:
            one = contact(who, network)
            if sign == "to":
                one.to, one.to_copies = one.to + n, one.to_copies + copies
            else:
                one.by, one.by_copies = one.by + n, one.by_copies + copies
            at(one, conversation, n)
    for network, who, conversation, n, copies in _answers(reading, account, once, sorted(mine - direct)):
        one = contact(who, network)
        one.answers, one.answer_copies = one.answers + n, one.answer_copies + copies
        at(one, conversation, n)
    # Each end's telephone names the other alone: of copies the people are all that any of them names.
    for network, conversation, callers, copies in reading.db.execute(
        """select any_value(network), min(conversation_id order by has desc, conversation_id),
                  list_distinct(flatten(list(people))), count(*)
           from (select coalesce(s.distinct_id, c.trace_id) as one, network, conversation_id,
                        list_append(coalesce(participants_id, []), caller_id) as people,
                        list_contains(people, $id) as has
                 from calls c left join same_calls s using (trace_id))
           group by one having bool_or(has)""",
        {"id": account},
    ).fetchall():
        for who in {one for one in callers if one} - {account}:
            one = contact(who, network)
            one.calls, one.call_copies = one.calls + 1, one.call_copies + copies
            at(one, conversation or "", 1)
    names = dict(usual(reading, [one.account_id for one in found.values()]))
    nameless = sorted(
        {one.account_id for one in found.values() if one.account_id and one.account_id not in names}
    )
    if nameless:
        names |= dict(
            reading.db.execute(
                "select sender_id, min(sender) from messages where sender_id = any($ids) and sender is not null group by 1",
                {"ids": nameless},
            ).fetchall()
        )
    for one in found.values():
        if one.account_id is not None:
            one.name = names.get(one.account_id, one.account_id)
    return sorted(
        (one for one in found.values() if one.total),
        key=lambda one: (-one.total, one.name, one.account_id or ""),
    )


def _answers(
    reading: Reading, account: str, once: str, groups: list[str]
) -> list[tuple[str, str, str, int, int]]:
    """Network, account, conversation and number of answers (distinct, with copies) between the account and others in its
    groups."""
    answers = "conversation_id = any($groups) and reply_to is not null"
    there = reading.db.execute(
        f"select 1 from messages where {answers} limit 1", {"groups": groups}
    ).fetchone()
    if there is None:
        return []
    return reading.db.execute(
        f"""with {_once(answers)},
            natives as (select sender_id, conversation_id, native_id from messages
                        where conversation_id = any($groups) and native_id is not null and {once})
            select network, who, conversation_id, count(*), sum(copies)::bigint from (
                select a.network, n.sender_id as who, a.conversation_id, a.copies from once a join natives n
                on n.conversation_id = a.conversation_id and n.native_id = a.reply_to where a.sender_id = $id
                union all
                select a.network, a.sender_id, a.conversation_id, a.copies from once a join natives n
                on n.conversation_id = a.conversation_id and n.native_id = a.reply_to where n.sender_id = $id
            ) where who <> $id group by 1, 2, 3""",
        {"id": account, "groups": groups},
    ).fetchall()


def _talks(
    reading: Reading,
    account: str,
    mine: dict[str, tuple[int, int | None, int | None, str, str, int]],
    members: dict[str, tuple[str | None, str | None, str, str, bool, list[str]]],
    groups: dict[str, str],
    direct: set[str],
) -> list[Talk]:
    """Conversations, all ids of one together."""
    by_group: dict[str, list[str]] = defaultdict(list)
    for one in sorted({*mine, *members}):
        by_group[groups.get(one, one)].append(one)
    others = usual(
        reading, [who for one in direct if one in members for who in members[one][5] if who != account]
    )
    found = []
    for group, ids in by_group.items():
        told = [members[one] for one in ids if one in members]
        sent = [mine[one] for one in ids if one in mine]
        ends = {who for row in told for who in row[5]} - {account}
        between = bool(set(ids) & direct)
        named = ", ".join(sorted(others.get(who, who) for who in ends)[:3])
        stated = next((row[0] for row in told if row[0]), "")
        # One end's app titles a conversation between two with the other end's name.
        title = (named or stated) if between else (stated or named)
        firsts = [row[1] for row in sent if row[1] is not None]
        lasts = [row[2] for row in sent if row[2] is not None]
        found.append(
            Talk(
                conversation=group,
                title=title or (told[0][3] if told else sent[0][4]),
                kind="direct" if between else next((row[1] for row in told if row[1]), "") or "",
                network=told[0][2] if told else sent[0][3],
                messages=sum(row[0] for row in sent),
                copies=sum(row[5] for row in sent),
                first_us=min(firsts, default=None),
                last_us=max(lasts, default=None),
                member=any(row[4] for row in told),
            )
        )
    return sorted(found, key=lambda one: (-one.messages, one.title, one.conversation))
