"""The ids that accounts have by themselves in their networks, as identifiers (`skype:ola.n`) that others may state."""

from __future__ import annotations

from typing import Final

#: SQL of rows like those of `identifiers`. An id that several accounts of a network have stands in several of its
#: instances, and whoever states it does not say which is meant: no row. Tenures of one account have it together. The trace
#: is one that states the account's name.
OWN_IDS: Final = """
    select t.tenure, 'native' as kind, t.network || ':' || t.native as value, 'own' as basis, s.trace,
           null::bigint as first_us, null::bigint as last_us
    from tenures t
    join (select network, native from tenures group by all having count(distinct account_id) = 1) using (network, native)
    left join (select tenure, min(trace) as trace from names where kind <> 'book' group by tenure) s using (tenure)
    where not regexp_matches(t.native, '^(name:|local:|[?])')
"""
