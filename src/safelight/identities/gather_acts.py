"""When tenures were active: hours of the week, and moments to the second with the device, where a trace tells it."""

from __future__ import annotations

from safelight.identities.gather_source import DISTINCT_CALL, HELD, Source

_SECOND_US, _HOUR_US = 1_000_000, 3_600_000_000
#: 1970 began on a Thursday; hour 0 of the week is Monday 00:00 UTC.
_THURSDAY = 3 * 24
#: Networks whose messages leave from one phone alone: what lies there as outgoing was sent from it. Others show on each
#: device of their holder.
_ONE_DEVICE = "('phone', 'whatsapp', 'kik')"
_CALLS = f"""
    select s.tenure, us, exhibit, network, direction from (
        select caller_id as account_id, at_us(started, exhibit, parser) as us, exhibit, network, direction
        from calls where caller_id is not null and {DISTINCT_CALL}
    ) c join spans s on s.account_id = c.account_id and {HELD}
"""
_LOGINS = f"""
    select distinct s.tenure, us // {_SECOND_US} as second, 'address:' || coalesce(ip, lower(host)) as device from (
        select account_id, at_us("at", exhibit, parser) as us, ip, host from logins
        where coalesce(ip, host) is not null and what not in ('part', 'quit')
    ) l join spans s on s.account_id = l.account_id and us is not null and {HELD}
"""


def hours(source: Source) -> None:
    """Fill `hours`: messages and calls."""
    source.move(
        "hours",
        f"""select tenure, ((us // {_HOUR_US} + {_THURSDAY}) % 168)::smallint as hour, count(*) as n from (
                select tenure, us from said where us is not null
                union all select tenure, us from ({_CALLS}) where us is not null
            ) group by all""",
    )


def moments(source: Source) -> None:
    """Fill `moments`. Times that are known to the minute alone are none."""
    device = f"case when direction = 'outgoing' and network in {_ONE_DEVICE} then 'exhibit:' || exhibit end"
    source.move(
        "moments",
        f"""select tenure, second, max(device) as device from (
                select tenure, us // {_SECOND_US} as second, {device} as device from said
                where us is not null and coalesce(precision_us, {_SECOND_US}) <= {_SECOND_US}
                union all
                select tenure, us // {_SECOND_US}, {device} from ({_CALLS}) where us is not null
            ) group by tenure, second""",
    )
    source.move(
        "moments", f"select tenure, second, max(device) as device from ({_LOGINS}) group by tenure, second"
    )
