"""Changes of nick that a log tells: "ola is now known as ola_". Both nicks were one connection's then."""

from __future__ import annotations

from typing import Final

from safelight.identities.gather_source import HELD, Source

#: How the logs of IRC programs say it.
_SAID: Final = r"(?:^|[\s*])([^\s*]+) is now known as (\S+?)\.?$"
#: RFC 1459: these are one letter's two cases.
_FOLDED: Final = "translate(lower({}), '[]~' || chr(92), '{{}}^|')"

_RENAMED = f"""
    with told as (
        select network, coalesce(instance, '') as instance, trace_id,
               coalesce(at_us(sent, exhibit, parser), at_us(received, exhibit, parser)) as us,
               {_FOLDED.format(f"regexp_extract(text, '{_SAID}', 1)")} as old,
               {_FOLDED.format(f"regexp_extract(text, '{_SAID}', 2)")} as new
        from messages where network = 'irc' and kind = 'system' and contains(text, ' is now known as ')
    ), nicks as (
        select distinct network, coalesce(instance, '') as instance, account, account_id from accounts where network = 'irc'
    )
    select s.tenure, 'renamed' as kind, n.account_id as value, 'own' as basis, min(us) as first_us, max(us) as last_us,
           count(distinct coalesce(us, 0)) as uses, min(trace_id) as trace
    from told t join nicks o on o.network = t.network and o.instance = t.instance and o.account = t.old
    join nicks n on n.network = t.network and n.instance = t.instance and n.account = t.new
    join spans s on s.account_id = o.account_id and {HELD}
    where t.old <> t.new group by s.tenure, n.account_id
"""


def renames(source: Source) -> None:
    """Fill `identifiers` with kind `renamed`: value is the account_id of the nick that was taken."""
    source.move("identifiers", _RENAMED)
