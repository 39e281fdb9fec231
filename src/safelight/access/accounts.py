"""The list of accounts: each once, by its computed id, with its names and figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from safelight.access.account_names import OWN_NAMES
from safelight.access.police import withheld
from safelight.access.reading import Reading
from safelight.access.timeline_events import EVENTS, FILE_KINDS, relation
from safelight.errors import NotFound
from safelight.messages import _

Order = Literal["messages", "conversations", "name", "first", "last"]
ORDERS: tuple[Order, ...] = ("messages", "conversations", "name", "first", "last")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account. `messages` counts each distinct one that it wrote once, `found` every copy of them, also those that name
    another sender or none, and copies that name it of what another stands for. Times are microseconds UTC for
    comparison: first and last thing that it did (message, call, payment, login ...)."""

    account_id: str
    network: str
    instance: str | None
    native: str
    name: str
    """The name that it carried most often; its native id where none is stated."""
    names: tuple[str, ...]
    owner: bool
    """Some item was this account's own (logged in, or made the export)."""
    messages: int
    found: int
    conversations: int
    first_us: int | None
    last_us: int | None


def every(reading: Reading) -> Sequence[AccountRow]:
    """All accounts, those that wrote most first; computed once a snapshot."""
    found: Sequence[AccountRow] = reading.memo.get("accounts", lambda: _read(reading))
    return found


def listed(
    reading: Reading,
    words: str = "",
    networks: Sequence[str] = (),
    order: Order = "messages",
    first: int = 0,
    count: int = 100,
    address: str = "",
) -> tuple[Sequence[AccountRow], int]:
    """Accounts one of whose names or ids has all the words, `count` from `first` on, and how many there are; with
    `address` those alone that were used from this IP address or host."""
    there = used_from(reading, address) if address else None
    found = [
        row
        for row in _named(reading, words)
        if (not networks or row.network in networks) and (there is None or row.account_id in there)
    ]
    found.sort(key=_KEYS[order])
    page = found[first : first + count]
    reading.show(row.account_id for row in page)
    return page, len(found)


def networks(reading: Reading, words: str = "") -> list[tuple[str, int]]:
    """How many accounts each network has whose names have the words; networks without stay with zero."""
    counts: dict[str, int] = {row.network: 0 for row in every(reading)}
    for row in _named(reading, words):
        counts[row.network] += 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def used_from(reading: Reading, address: str) -> frozenset[str]:
    """Accounts that were used from an IP address or host."""
    rows = reading.db.execute(
        "select distinct account_id from logins where ip = $address or host = $address", {"address": address}
    ).fetchall()
    return frozenset(row[0] for row in rows)


def one(reading: Reading, account: str) -> AccountRow:
    """The row of an id, without reading all others. Raises NotFound."""
    rows: Sequence[AccountRow] = reading.memo.get(("account row", account), lambda: _read(reading, account))
    if not rows:
        raise NotFound(_("There is no such account."), _("See the page Accounts for those there are."))
    return rows[0]


def matching(reading: Reading, words: str) -> Sequence[AccountRow]:
    """Accounts of an id (or its beginning), else those one of whose names or native ids is exactly this."""
    told = words.casefold()
    return [
        row
        for row in every(reading)
        if (len(told) >= 8 and row.account_id.startswith(told))
        or told in (row.native.casefold(), *(name.casefold() for name in row.names))
    ]


_KEYS: dict[str, Any] = {
    "messages": lambda row: (-row.messages, -row.conversations, row.name.casefold(), row.account_id),
    "conversations": lambda row: (-row.conversations, -row.messages, row.account_id),
    "name": lambda row: (row.name.casefold(), row.network, row.account_id),
    "first": lambda row: (row.first_us is None, row.first_us or 0, row.account_id),
    "last": lambda row: (row.last_us is None, -(row.last_us or 0), row.account_id),
}


def _named(reading: Reading, words: str) -> list[AccountRow]:
    wanted = words.casefold().split()
    return [
        row
        for row in every(reading)
        if not wanted
        or all(word in f"{row.native} {row.account_id} {' '.join(row.names)}".casefold() for word in wanted)
    ]


def _read(reading: Reading, account: str | None = None) -> Sequence[AccountRow]:
    reading = withheld(reading)
    only = "true" if account is None else "{} = $id"
    values = {} if account is None else {"id": account}
    theirs = "true" if account is None else "hash(distinct_id) in (select head from heads)"
    kinds = [name for name in EVENTS if name not in FILE_KINDS]
    # Numbers stand for ids while pairs are counted: at three million messages that is a second less.
    acts = f"""
        with everything as (select * from ({relation(reading.snapshot, kinds, copies=True, heads=True)})
                            where account is not null and {only.format("account")}),
        events as (select * from everything where stands),
        merged as (select hash(conversation_id) as conversation, hash(any_value(group_id)) as gid from conversation_groups
                   group by conversation_id),
        pairs as (select distinct hash(account) as account, hash(conversation) as conversation from events
                  where kind = 'message'),
        talks as (select account, count(distinct coalesce(gid, conversation)) as n from pairs left join merged
                  using (conversation) group by account),
        heads as (select hash(account) as account, head from events where kind = 'message' and head is not null),
        copies as (select hash(distinct_id) as head, count(*) as n from same_messages where {theirs} group by 1),
        others as (select account, count(*) as n from (select hash(account) as account, head from everything
                   where kind = 'message' and not stands) anti join heads using (account, head) group by account),
        acts as (select account, any_value(network) as network, count(*) filter (kind = 'message' and stands) as messages,
                        coalesce(sum(coalesce(c.n, 1)) filter (kind = 'message' and stands), 0)::bigint as found,
                        min(us) filter (stands) as low, max(us) filter (stands) as high
                 from everything left join copies c using (head) group by account)
        select a.account, a.network, a.messages, a.found + coalesce(o.n, 0), coalesce(t.n, 0), a.low, a.high
        from acts a left join talks t on t.account = hash(a.account) left join others o on o.account = hash(a.account)"""
    done = {row[0]: row[1:] for row in reading.db.execute(acts, values).fetchall()}
    names: dict[str, dict[str, tuple[bool, int]]] = defaultdict(dict)
    told: dict[str, tuple[str, str | None, str, bool]] = {}
    for id_, network, instance, native, owner, name, own, n in reading.db.execute(
        _NAMES.format(only.format("account_id")), values
    ).fetchall():
        before = told.get(id_)
        told[id_] = (network, instance, native, bool(owner) or (before is not None and before[3]))
        if name:
            was_own, was = names[id_].get(name, (False, 0))
            names[id_][name] = (was_own or own, was + n)
    bare = {
        row[0]: row[1:]
        for row in reading.db.execute(
            _BARE.format(only.format("id")), {"unnamed": sorted(set(done) - set(told))} | values
        ).fetchall()
    }
    rows = []
    for id_ in {*done, *told, *bare}:
        network, instance, native, owner = told.get(id_) or (*bare.get(id_, ("", None, id_)), False)
        _network, messages, found, conversations, first, last = done.get(id_) or (None, 0, 0, 0, None, None)
        mine = sorted(names[id_].items(), key=lambda pair: (not pair[1][0], -pair[1][1], pair[0]))
        rows.append(
            AccountRow(
                account_id=id_,
                network=network or _network or "",
                instance=instance,
                native=native or id_,
                name=mine[0][0] if mine else native or id_,
                names=tuple(name for name, _seen in mine),
                owner=owner,
                messages=int(messages or 0),
                found=int(found or 0),
                conversations=conversations if messages else 0,
                first_us=first,
                last_us=last,
            )
        )
    rows.sort(key=_KEYS["messages"])
    return rows


_OWN = ", ".join(f"'{kind}'" for kind in OWN_NAMES)
_NAMES = f"""
    select account_id, network, any_value(instance), any_value(account), bool_or(owner), name,
           bool_or(name_kind in ({_OWN})), count(*)
    from accounts where {{}} group by account_id, network, name"""
#: Accounts that are only named as sender, payee, payer or caller.
_BARE = """
    select id, any_value(network), any_value(instance), any_value(native) from (
        select distinct sender_id as id, network, instance, sender as native from messages where sender_id = any($unnamed)
        union all select distinct sender_id, network, instance, sender from transfers where sender_id is not null
        union all select distinct receiver_id, network, instance, receiver from transfers where receiver_id is not null
        union all select distinct caller_id, network, instance, caller from calls where caller_id is not null
        union all select distinct contact_id, network, instance, contact from contacts where contact_id is not null
        union all select distinct account_id, network, instance, account from memberships where account_id is not null
    ) where {} group by id"""
