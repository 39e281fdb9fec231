"""Names that tenures carried: their own, what address books call them, and handles that their native ids are.

Of a payment the service states who pays; whom it goes to, the payer types, as one would in an address book (`book`),
unless it stands in the payee's own statement.
"""

from __future__ import annotations

from safelight.identities.gather_source import HELD, Source

#: Networks whose native id is a name that its holder chose, up to `@` (kik puts `_` and three letters behind it).
_HANDLES = "('skype', 'irc', 'kik', 'xmpp', 'aim', 'msn', 'yahoo', 'mail')"
#: Exports that call others what the exporter's address book calls them.
_EXPORTERS = "('whatsapp-text')"
_HANDLE = """
    case network when 'kik' then regexp_replace(split_part(native, '@', 1), '_[a-z0-9]{3}$', '')
         when 'skype' then regexp_replace(native, '^live:', '')
         when 'irc' then native else split_part(native, '@', 1) end
"""


def names(source: Source) -> None:
    """Fill `names`. What a number or an address is told of as a name is an identifier and no name."""
    source.move(
        "names",
        f"""select tenure, name, kind, min(us) as since_us, count(*) as uses, min(trace_id) as trace,
                   if(kind = 'book', source_id, null) as book from (
                select s.tenure, a.* from (
                    select account_id, trim(name) as name, trace_id, source_id, at_us(since, exhibit, parser) as us,
                           case when name_kind = 'address book' or (parser in {_EXPORTERS} and owner is not true) then 'book'
                                else coalesce(nullif(name_kind, ''), 'display name') end as kind
                    from accounts where trim(name) <> '' and coalesce(name_kind, '') not in ('phone', 'e-mail')
                ) a join spans s on s.account_id = a.account_id and {HELD}
                union all
                select s.tenure, c.* from (
                    select contact_id as account_id, trim(name) as name, trace_id, source_id,
                           at_us(added, exhibit, parser) as us, 'book' as kind
                    from contacts where contact_id is not null and trim(name) <> ''
                ) c join spans s on s.account_id = c.account_id and {HELD}
                union all
                select s.tenure, t.* from (
                    select sender_id as account_id, trim(sender_name) as name, trace_id, source_id,
                           at_us(time, exhibit, parser) as us, 'full name' as kind
                    from transfers
                    union all
                    select receiver_id, trim(receiver_name), trace_id, source_id, at_us(time, exhibit, parser),
                           if(exists (from accounts a where a.owner and a.account_id = receiver_id
                                      and a.source_id = transfers.source_id), 'full name', 'book')
                    from transfers
                ) t join spans s on s.account_id = t.account_id and t.name <> '' and {HELD}
            ) group by all""",
    )
    source.move(
        "names",
        f"""select tenure, name, if(network in ('mail', 'msn'), 'e-mail', 'user name') as kind,
                   null::bigint as since_us, 1::bigint as uses, null::varchar as trace
            from (select s.tenure, k.network, {_HANDLE} as name from spans s join known k on k.id = s.account_id
                  where k.network in {_HANDLES} and not regexp_matches(k.native, '^(name:|local:|[?+])'))
            where name <> ''""",
    )
