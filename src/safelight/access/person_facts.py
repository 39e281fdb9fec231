"""What is known of several accounts at once: names, hours, addresses, devices, profiles, entries in others' books.

The account's own page (`account.py`) reads more, and for one account. Pages about who is who compare two and list all of a
person, so each table is read once for all of them, once a snapshot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from safelight.access.account import Address, Device, Entry, Name, Profile, Source
from safelight.access.identities import facts
from safelight.access.police import withheld
from safelight.access.reading import Reading
from safelight.catalog.copies import each_once, no_copy


@dataclass(slots=True)
class Facts:
    """One account. `hours`: messages by hour since 1970 (UTC), each distinct one once; `ties`: messages in conversations
    between two, by the other account's id, each distinct one once and with every copy."""

    account_id: str
    names: list[Name] = field(default_factory=list)
    hours: list[tuple[int, int]] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    exhibits: tuple[str, ...] = ()
    """Numbers of the exhibits in which the account or a message of its own stands."""
    ties: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def facts_of(reading: Reading, accounts: Iterable[str]) -> Mapping[str, Facts]:
    """By account id; an account of which nothing is known has empty facts."""
    wanted = tuple(sorted(set(accounts)))
    reading.show(wanted)
    found: Mapping[str, Facts] = reading.memo.get(("person facts", wanted), lambda: _read(reading, wanted))
    return found


def _read(reading: Reading, wanted: Sequence[str]) -> Mapping[str, Facts]:
    found = {id_: Facts(id_) for id_ in wanted}
    numbers = {key: number for number, key in reading.numbers.items()}
    reading = withheld(reading)
    for read in (_accounts, _messages, _logins, _devices, _contacts):
        read(reading, wanted, found, numbers)
    return found


def _source(numbers: Mapping[str, str], item: str, place: str, exhibit: str) -> Source:
    return Source(item, place, numbers.get(exhibit, exhibit))


def _accounts(
    reading: Reading, wanted: Sequence[str], found: Mapping[str, Facts], numbers: Mapping[str, str]
) -> None:
    rows = reading.db.execute(
        """select account_id, name, coalesce(name_kind, ''), profile, min(us), max(us), count(*), arg_min(item_id, key),
                  arg_min(place, key), arg_min(exhibit, key), list_distinct(list(exhibit))
           from (select *, at_us(since, exhibit, parser) as us,
                        (coalesce(at_us(since, exhibit, parser), 9223372036854775807), item_id, place) as key
                 from accounts where account_id = any($ids))
           group by all order by account_id, 5 nulls first, 2, 3, 4""",
        {"ids": list(wanted)},
    ).fetchall()
    exhibits: dict[str, set[str]] = defaultdict(set)
    names: dict[tuple[str, str, str], Name] = {}
    told: set[tuple[str, str]] = set()
    for id_, name, kind, profile, first, last, seen, *place, inside in rows:
        exhibits[id_].update(numbers.get(one, one) for one in inside if one)
        source = _source(numbers, place[0], place[1] or "", place[2])
        if name is not None:
            before = names.get((id_, name, kind))
            names[id_, name, kind] = Name(
                name,
                kind,
                _least(before.since_us if before else None, first),
                _most(before.seen_us if before else None, last),
                seen + (before.seen if before else 0),
                before.source if before else source,
            )
        if profile and (id_, profile) not in told:
            told.add((id_, profile))
            found[id_].profiles.append(Profile(_stated(profile), source))
    for (id_, _name, _kind), one in names.items():
        found[id_].names.append(one)
    for id_, mine in found.items():
        mine.names.sort(
            key=lambda name: (name.since_us is not None, name.since_us or 0, name.name, name.kind)
        )
        mine.exhibits = tuple(sorted(exhibits[id_]))


def _stated(profile: str) -> tuple[tuple[str, str], ...]:
    found = facts(profile)
    if not found:
        return (("", profile),) if profile.strip() not in ("", "{}") else ()
    return tuple(
        (key, value if isinstance(value, str) else orjson.dumps(value).decode())
        for key, value in found.items()
        if value not in (None, "", [], {})
    )


def _least(one: int | None, other: int | None) -> int | None:
    return min((us for us in (one, other) if us is not None), default=None)


def _most(one: int | None, other: int | None) -> int | None:
    return max((us for us in (one, other) if us is not None), default=None)


def _messages(
    reading: Reading, wanted: Sequence[str], found: Mapping[str, Facts], numbers: Mapping[str, str]
) -> None:
    once = no_copy("same_messages", reading.snapshot)
    rows = reading.db.execute(
        f"""select sender_id, us // 3600000000, count(*), list_distinct(list(exhibit)),
                   list_distinct(list(conversation_id) filter (conversation like 'direct:%'))
            from (select *, coalesce(at_us(sent, exhibit, parser), at_us(received, exhibit, parser)) as us
                  from messages where sender_id = any($ids) and {once})
            group by 1, 2 order by 1, 2 nulls last""",
        {"ids": list(wanted)},
    ).fetchall()
    talks: dict[str, set[str]] = defaultdict(set)
    exhibits: dict[str, set[str]] = {id_: set(one.exhibits) for id_, one in found.items()}
    for id_, hour, n, inside, direct in rows:
        exhibits[id_].update(numbers.get(one, one) for one in inside if one)
        for talk in direct or ():
            talks[talk].add(id_)
        if hour is not None:
            found[id_].hours.append((hour, n))
    for id_, one in found.items():
        one.exhibits = tuple(sorted(exhibits[id_]))
    if not talks:
        return
    ties: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    written = "select trace_id, conversation_id, sender_id from messages where conversation_id = any($talks)"
    between = reading.db.execute(
        f"""with {each_once(written, "same_messages")}
            select conversation_id, list_distinct(list(sender_id)), count(*), sum(copies)::bigint
            from once group by 1 order by 1""",
        {"talks": sorted(talks)},
    ).fetchall()
    for talk, writers, n, copies in between:
        for id_ in talks[talk]:
            for other in writers:
                if other and other != id_:
                    before = ties[id_].get(other, (0, 0))
                    ties[id_][other] = before[0] + n, before[1] + copies
    for id_, theirs in ties.items():
        found[id_].ties = theirs


def _logins(
    reading: Reading, wanted: Sequence[str], found: Mapping[str, Facts], _numbers: Mapping[str, str]
) -> None:
    if not reading.snapshot.rows("logins"):
        return
    rows = reading.db.execute(
        """with mine as (
               select account_id, ip, host, count(*) as n, min(at_us("at", exhibit, parser)) as low,
                      max(at_us("at", exhibit, parser)) as high
               from logins where account_id = any($ids) and (ip is not null or host is not null) group by 1, 2, 3
           ), held as (
               select ip, host, count(distinct account_id) as n from logins
               where ip in (select ip from mine) or host in (select host from mine where ip is null) group by ip, host
           )
           select m.account_id, m.ip, m.host, m.n, m.low, m.high, greatest(coalesce(max(h.n), 1) - 1, 0)
           from mine m left join held h on h.ip is not distinct from m.ip and h.host is not distinct from m.host
           group by all order by m.account_id, m.n desc, m.ip, m.host""",
        {"ids": list(wanted)},
    ).fetchall()
    for id_, ip, host, n, low, high, others in rows:
        found[id_].addresses.append(Address(ip, host, n, low, high, int(others)))


def _devices(
    reading: Reading, wanted: Sequence[str], found: Mapping[str, Facts], numbers: Mapping[str, str]
) -> None:
    if not reading.snapshot.rows("devices"):
        return
    rows = reading.db.execute(
        """select account_id, coalesce(kind, ''), coalesce(native_id, ''), coalesce(model, ''), coalesce(system, ''),
                  min(item_id), arg_min(place, item_id), arg_min(exhibit, item_id)
           from devices where account_id = any($ids) group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5""",
        {"ids": list(wanted)},
    ).fetchall()
    for id_, kind, native, model, system, item, place, exhibit in rows:
        found[id_].devices.append(
            Device(kind, native, model, system, _source(numbers, item, place or "", exhibit))
        )


def _contacts(
    reading: Reading, wanted: Sequence[str], found: Mapping[str, Facts], numbers: Mapping[str, str]
) -> None:
    if not reading.snapshot.rows("contacts"):
        return
    rows = reading.db.execute(
        """select contact_id, coalesce(name, ''), owner_id, coalesce(owner, ''), min(at_us(added, exhibit, parser)),
                  min(item_id), arg_min(place, item_id), arg_min(exhibit, item_id)
           from contacts where contact_id = any($ids) and owner_id is distinct from contact_id
           group by 1, 2, 3, 4 order by 1, 2, 4, 3""",
        {"ids": list(wanted)},
    ).fetchall()
    for id_, name, owner_id, owner, added, item, place, exhibit in rows:
        found[id_].entries.append(
            Entry(name, owner_id, owner, added, _source(numbers, item, place or "", exhibit))
        )
