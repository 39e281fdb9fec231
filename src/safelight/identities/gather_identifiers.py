"""Hard identifiers of tenures, each in its normal form, with who states it (`basis`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson
import pyarrow as pa

from safelight.identities.gather_source import HELD, Source
from safelight.traces import networks

#: An IP address or host that is used again after a longer pause begins a new span of use.
PAUSE_US = 24 * 3_600_000_000
#: Of a network on a thing there must be so many conversations, and the account in this share of them.
LEAST_TALKS: Final = 3
SHARE: Final = 0.9
#: Or in this share, where nobody else is in so much of what it is in; then two to whom it wrote do. That is less (basis
#: `mostly`): a reason to ask.
MOSTLY: Final = 0.75
LED: Final = 0.7
#: The account itself wrote in so many of them, to so many others: a list or a robot's room only receives, or answers one.
LEAST_SENT: Final = 3
LEAST_OTHERS: Final = 3
#: Where nobody stands out (a log of two rooms, an export of one server), this many who wrote most in nearly all
#: conversations of a network are among whom its user is looked for: pairs for other kinds, and no evidence (`among`).
AMONG: Final = 12
#: Keys of profiles that hold identifiers -> kind, network of another account.
_STATED: Final[dict[str, tuple[str, str]]] = {
    "phone": ("phone", ""), "phone_number": ("phone", ""), "mobile": ("phone", ""), "number": ("phone", ""),
    "phone_home": ("phone", ""), "phone_office": ("phone", ""), "phone_mobile": ("phone", ""),
    "email": ("email", ""), "e-mail": ("email", ""), "mail": ("email", ""), "emails": ("email", ""),
    "user_icq": ("native", "icq"), "icq": ("native", "icq"), "user_aim": ("native", "aim"), "aim": ("native", "aim"),
    "user_yim": ("native", "yahoo"), "user_msnm": ("native", "msn"), "msn": ("native", "msn"),
    "user_jabber": ("native", "xmpp"), "jabber": ("native", "xmpp"), "xmpp": ("native", "xmpp"),
    "skype": ("native", "skype"), "telegram": ("native", "telegram"), "kik": ("native", "kik"),
    "fingerprint": ("fingerprint", ""), "pgp": ("fingerprint", ""), "key_fingerprint": ("fingerprint", ""),
    "avatar_sha256": ("avatar", ""), "avatar_hash": ("avatar", ""), "photo_sha256": ("avatar", ""),
    "wallet": ("wallet", ""), "bitcoin": ("wallet", ""), "iban": ("payment", ""), "device_id": ("device", ""),
}  # fmt: skip
_EMAIL: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_NUMBER: Final = re.compile(r"\+?[0-9]{6,15}")

_OWN = f"""
    select s.tenure, kind, network, value, 'own' as basis, us, trace_id from (
        select id as account_id, network, null::bigint as us, null::varchar as trace_id, native as value,
               case when network in ('phone', 'whatsapp') then 'phone'
                    when network = 'imessage' then if(contains(native, '@'), 'email', 'phone')
                    when network in ('mail', 'msn') then 'email'
                    when network = 'skype' and regexp_matches(native, '^(live:)?[^:]+@') then 'email'
                    when network = 'skype' and starts_with(native, '+') then 'phone'
                    when network in ('bank', 'remitter') then 'payment' end as kind
        from known where not regexp_matches(native, '^(name:|local:|[?])')
        union all
        select account_id, network, at_us(since, exhibit, parser), trace_id, name,
               case name_kind when 'phone' then 'phone' else 'email' end
        from accounts where name_kind in ('phone', 'e-mail') and name is not null
        union all
        select account_id, network, at_us("at", exhibit, parser), trace_id, native_id, 'device' from devices
        where account_id is not null and native_id is not null
    ) i join spans s on s.account_id = i.account_id and (us is null or ({HELD}))
    where kind is not null
"""
_BOOK = f"""
    select s.tenure, 'phone' as kind, network, value, 'book' as basis, us, trace_id, source_id as book from (
        select contact_id as account_id, network, at_us(added, exhibit, parser) as us, trace_id, source_id,
               unnest([detail ->> '$.number', detail ->> '$.phone', detail ->> '$.as']) as value
        from contacts where contact_id is not null and detail is not null
    ) c join spans s on s.account_id = c.account_id and value is not null and {HELD}
"""
_LOGGED_IN = """
    select s.tenure, 'device' as kind, '' as network, 'source:' || a.source_id as value, 'file' as basis, null::bigint as us,
           min(a.trace_id) as trace_id
    from accounts a join spans s on s.account_id = a.account_id
    where a.owner and a.network not in ('bank', 'remitter') group by all
"""
#: Different texts, long enough to be one's own, that show whose the messages sent from a thing are, and the share of all
#: messages that copies tell of which must be that account's.
LEAST_TEXTS: Final = 5
LONG_ENOUGH: Final = 12
ONE_HAND: Final = 0.95
#: A database that does not name its own account calls messages "outgoing"; a copy of the conversation, on the other's phone,
#: names who wrote them: that account was logged in here. By file, for who has two accounts on a telephone has two databases.
_UNNAMED = """
    create or replace temp table unnamed as
    select x.distinct_id, m.trace_id, m.source_id, m.item_id, m.network, m.text
    from messages m join same_messages x using (trace_id)
    where m.direction = 'outgoing' and m.sender_id is null and m.kind not in ('system', 'notice')
"""
_COPIES = """
    create or replace temp table their_copies as
    select trace_id, distinct_id from same_messages where distinct_id in (select distinct_id from unnamed)
        and trace_id not in (select trace_id from unnamed)
"""
_SENT_FROM = f"""
    with named as (
        select u.source_id, u.item_id, u.network, o.sender_id as account_id, count(distinct u.distinct_id) as n,
               count(distinct u.text) filter (length(u.text) >= {LONG_ENOUGH}) as texts, min(u.trace_id) as trace_id
        from unnamed u join their_copies using (distinct_id)
        join (
            select trace_id, network, sender_id from messages
            where sender_id is not null and not regexp_matches(sender, '^(name:|local:|[?])')
                  and trace_id in (select trace_id from their_copies)
        ) o on o.trace_id = their_copies.trace_id and o.network = u.network group by all
    ), shares as (select *, sum(n) over (partition by item_id, network) as all_n from named)
    select s.tenure, 'device' as kind, '' as network, 'source:' || n.source_id as value, 'file' as basis,
           null::bigint as us, min(n.trace_id) as trace_id
    from shares n join spans s on s.account_id = n.account_id
    where texts >= {LEAST_TEXTS} and n >= {ONE_HAND} * all_n group by all
"""
#: Whose files do not say whose they are: the only account that takes part in all conversations of a network on a thing, and
#: itself wrote to several others there. A mailing list is in all mails of a box as well.
_EVERYWHERE = f"""
    with lines as materialized (
        select source_id, network, coalesce(instance, '') as instance, conversation_id, sender_id, recipients_id,
               coalesce(direction, 'outgoing') = 'outgoing' as outgoing, min(trace_id) as trace_id, count(*) as messages
        from messages where kind not in ('system', 'notice') group by all
    ), talks as materialized (
        select source_id, network, instance, conversation_id, account_id, min(trace_id) as trace_id from (
            select source_id, network, instance, conversation_id, trace_id,
                   unnest(list_append(coalesce(recipients_id, []), sender_id)) as account_id
            from lines
        ) group by all
    ), parts as (
        select source_id, network, instance, account_id, count(distinct conversation_id) as n, min(trace_id) as trace_id
        from talks where account_id is not null group by all
    ), sent as (
        select source_id, network, instance, sender_id as account_id, count(distinct conversation_id) as talks,
               count(distinct other) as others
        from (
            select source_id, network, instance, sender_id, conversation_id, unnest(recipients_id) as other
            from lines where sender_id is not null and outgoing
            union all
            select m.source_id, m.network, m.instance, m.sender_id, m.conversation_id, t.account_id
            from lines m join (select distinct source_id, conversation_id, account_id from talks) t
                on t.source_id = m.source_id and t.conversation_id = m.conversation_id
            where len(coalesce(m.recipients_id, [])) = 0 and m.sender_id is not null and m.outgoing
        ) where other is not null and other <> sender_id
        group by all having talks >= 2 and others >= 2
    ), wholes as (
        select source_id, network, instance, count(distinct conversation_id) as n from talks group by all
    ), most as (
        select source_id, network, instance, p.account_id, p.n, w.n as all_n, p.trace_id,
               coalesce(max(p.n) over (partition by source_id, network, instance rows between unbounded preceding
                                       and unbounded following exclude current row), 0) as next_n
        from parts p join wholes w using (source_id, network, instance)
        where not exists (from accounts a where a.owner and a.source_id = p.source_id and a.network = p.network)
    ), alone as (
        select m.*, if(n >= {SHARE} * all_n and talks >= {LEAST_SENT} and others >= {LEAST_OTHERS}, 'presence', 'mostly')
               as basis
        from most m join sent using (source_id, network, instance, account_id)
        where all_n >= {LEAST_TALKS}
              and (n >= {SHARE} * all_n and next_n < {SHARE} * all_n or n >= {MOSTLY} * all_n and next_n <= {LED} * n)
    ), wrote as (
        select source_id, network, instance, sender_id as account_id, sum(messages) as messages
        from lines where sender_id is not null group by all
    ), among as (
        select source_id, account_id, trace_id from most m join wrote using (source_id, network, instance, account_id)
        where n >= {SHARE} * all_n
              and not exists (from alone x where (x.source_id, x.network, x.instance) = (m.source_id, m.network, m.instance))
        qualify row_number() over (partition by source_id, network, instance order by messages desc, account_id) <= {AMONG}
    )
    select s.tenure, kind, '' as network, 'source:' || source_id as value, basis, null::bigint as us, trace_id
    from (
        select 'device' as kind, source_id, account_id, basis, trace_id from alone
        union all select 'among', source_id, account_id, 'among', trace_id from among
    ) found join spans s using (account_id)
"""
#: A span ends where the same address is not used for longer than PAUSE_US.
_ADDRESSES = f"""
    with used as (
        select s.tenure, kind, value, us, trace_id from (
            select account_id, 'ip' as kind, ip as value, at_us("at", exhibit, parser) as us, trace_id from logins
            where ip is not null
            union all
            select account_id, 'host', coalesce("user" || '@', '') || lower(host), at_us("at", exhibit, parser), trace_id
            from logins where host is not null
        ) l join spans s on s.account_id = l.account_id and {HELD}
    ), begun as (
        select *, coalesce(us - lag(us) over w > {PAUSE_US}, false) as begins from used
        window w as (partition by tenure, kind, value order by us)
    ), numbered as (
        select *, sum(begins::int) over (partition by tenure, kind, value order by us rows unbounded preceding) as n
        from begun
    )
    select tenure, kind, value, 'own' as basis, min(us) as first_us, max(us) as last_us, count(*) as uses,
           arg_min(trace_id, (coalesce(us, 0), trace_id)) as trace
    from numbered group by tenure, kind, value, n
"""
_STATED_ROWS = pa.schema(
    [
        ("tenure", pa.int32()), ("kind", pa.string()), ("network", pa.string()), ("value", pa.string()),
        ("basis", pa.string()), ("us", pa.int64()), ("trace_id", pa.string()),
    ]
)  # fmt: skip


def identifiers(source: Source) -> None:
    """Fill `identifiers` and `profiles`; a value that has no normal form is none."""
    stated = list(_profiles(source))
    source.bench.add("profiles", [row for row in stated if "field" in row])
    rows = [row for row in stated if "kind" in row]
    source.table("stated", pa.Table.from_pylist(rows, schema=_STATED_ROWS))
    source.db.execute(_UNNAMED)
    source.db.execute(_COPIES)
    source.db.execute(
        f"create or replace temp table raw as select *, null::varchar as book from ({_OWN}) union all from ({_BOOK}) "
        f"union all select *, null from ({_LOGGED_IN}) union all select *, null from ({_SENT_FROM}) "
        f"union all select *, null from ({_EVERYWHERE}) "
        "union all select tenure, kind, network, value, basis, us, trace_id, null from stated"
    )
    found = source.db.execute("select distinct kind, network, value from raw").fetchall()
    forms = [(kind, network, value, normal(kind, network, value)) for kind, network, value in found]
    columns = ("kind", "network", "value", "form")
    table = {name: pa.array([row[n] for row in forms], pa.string()) for n, name in enumerate(columns)}
    source.table("forms", pa.table(table))
    source.move(
        "identifiers",
        """select tenure, kind, form as value, basis, min(us) as first_us, max(us) as last_us, count(*) as uses,
                  min(trace_id) as trace, book
           from raw join forms using (kind, network, value) where form is not null
           group by tenure, kind, form, basis, book""",
    )
    source.move("identifiers", _ADDRESSES)


def normal(kind: str, network: str, value: str) -> str | None:
    """The normal form of an identifier; None for what is none. `native` ones become `<network>:<id>`.

    A number as dialled at home stays one only where a person wrote it: of a `phone` account it says nothing outside its
    source (`networks.own_account`).
    """
    text = value.strip()
    match kind:
        case "phone":
            if network == "whatsapp" and not text.startswith("+") and text.isdigit():
                text = "+" + text
            number = networks.phone(text)
            if not _NUMBER.fullmatch(number):
                return None
            return (
                None if networks.own_account("phone", number) and network in ("phone", "imessage") else number
            )
        case "email":
            address = networks.mail(text.removeprefix("live:"))
            return address if _EMAIL.fullmatch(address) else None
        case "native":
            native = networks.normal(network, text)
            return f"{network}:{native}" if native else None
        case "payment":
            return f"{network}:{networks.normal(network, text)}" if network in ("bank", "remitter") else text
        case "fingerprint" | "avatar":
            return re.sub(r"[\s:]", "", text).lower() or None
        case _:
            return text or None


def _profiles(source: Source) -> Iterator[dict[str, Any]]:
    rows = source.db.execute(
        f"""select s.tenure, a.network, a.profile, a.us, a.trace_id from (
                select account_id, network, profile, min(at_us(since, exhibit, parser)) as us, min(trace_id) as trace_id
                from accounts where profile is not null group by account_id, network, profile
            ) a join spans s on s.account_id = a.account_id and {HELD} order by s.tenure, a.trace_id"""
    ).fetchall()
    for tenure, network, profile, us, trace in rows:
        for field, value in _facts(profile):
            kind, other = _STATED.get(field.lower(), ("", ""))
            if kind:
                yield {
                    "tenure": tenure, "kind": kind, "network": other or network, "value": value, "basis": "profile",
                    "us": us, "trace_id": trace,
                }  # fmt: skip
            else:
                yield {"tenure": tenure, "field": field, "value": value, "trace": trace}


def _facts(profile: str) -> Iterator[tuple[str, str]]:
    try:
        found = orjson.loads(profile)
    except orjson.JSONDecodeError:
        return
    if isinstance(found, dict):
        for field, value in found.items():
            if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
                yield str(field), str(value).strip()
