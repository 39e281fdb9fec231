"""The ids that accounts have by themselves in their networks, as identifiers (`skype:ola.n`) that others may state."""

from __future__ import annotations

from typing import Final

#: SQL of rows like those of `identifiers`. An id that accounts in several instances of a network have is each one's own with
#: the instance alone (`irc/freenode:ola`), for whoever states `irc:ola` does not say which is meant. Tenures of one account
#: have it together. The trace is one that states the account's name.
OWN_IDS: Final = """
    select t.tenure, 'native' as kind,
           t.network || if(u.n > 1, '/' || coalesce(t.instance, t.account_id), '') || ':' || t.native as value,
           'own' as basis, s.trace, null::varchar as book, null::bigint as first_us, null::bigint as last_us
    from tenures t
    join (select network, native, count(distinct account_id) as n from tenures group by all) u using (network, native)
    left join (select tenure, min(trace) as trace from names where kind <> 'book' group by tenure) s using (tenure)
    where not regexp_matches(t.native, '^(name:|local:|[?])')
"""
