"""Calls beside payments: long calls of two accounts, before which the same account paid the same other one, again and
again.

Nothing says that caller and payer are one person; what is told is that the times lie together more often than chance lets
them: the tail of a Poisson distribution, times the number of combinations that were looked at (Bonferroni), below 1 %.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from scipy.stats import poisson

from safelight.catalog.copies import no_copy
from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import TRACES, Found, Role
from safelight.messages import _
from safelight.messages.figures import decimal

#: A call from so many seconds on; a payment so many hours before it began, up to its end.
SECONDS, HOURS = 600, 4
#: So many different calls at least, each with a payment of its own.
LEAST = 2
CHANCE = 0.01
_HOUR_US = 3_600_000_000

#: SQL: long calls between two, each once; those that are known to be sound alone are left out.
_TALKS = f"""
    create temp table if not exists talks as
    select a, b, min(us) as us, max(duration) as duration, min(trace_id) as call from (
        select least(caller_id, others[1]) as a, greatest(caller_id, others[1]) as b, us, duration, native_id, trace_id
        from (select *, list_distinct(list_filter(participants_id, lambda x: x <> caller_id)) as others,
                     at_us(started, exhibit, parser) as us
              from calls where kind is distinct from 'audio' and duration >= {SECONDS} and {no_copy("same_calls")})
        where len(others) = 1)
    where us is not null and a is not null and b is not null
    group by a, b, coalesce(native_id, (us // 60000000)::varchar)
"""


def find(ground: Ground) -> Iterator[Found]:
    """Both accounts of such calls."""
    ground.db.execute(_TALKS)
    rows = ground.rows(
        f"""select t.a, t.b, p.payer, p.payee, t.call, p.trace_id
            from talks t join paid p
                 on p.us between t.us - {HOURS * _HOUR_US} and t.us + (t.duration * 1000000)::bigint
            order by all"""
    )
    together: dict[tuple[str, str, str, str], dict[str, str]] = defaultdict(dict)
    for a, b, payer, payee, call, payment in rows:
        if payment not in together[a, b, payer, payee].values():
            together[a, b, payer, payee].setdefault(call, payment)
    if not together:
        return
    calls, payments, span = _figures(ground)
    combinations = len(calls) * len(payments)
    best: dict[str, Found] = {}
    for (a, b, payer, payee), met in sorted(together.items()):
        if len(met) < LEAST:
            continue
        expected = calls[a, b] * payments[payer, payee] * (HOURS + 1) * _HOUR_US / span
        if float(poisson.sf(len(met) - 1, expected)) * combinations >= CHANCE:
            continue
        for one, other in ((a, b), (b, a)):
            detail = {
                "met": len(met), "calls": calls[a, b], "with": other, "with_name": ground.names.get(other, other),
                "payer": payer, "payer_name": ground.names.get(payer, payer), "payee": payee,
                "payee_name": ground.names.get(payee, payee), "payments": payments[payer, payee],
            }  # fmt: skip
            traces = tuple(trace for pair in met.items() for trace in pair)[:TRACES]
            if one not in best or best[one].points < len(met):
                best[one] = Found(one, float(len(met)), detail, traces)
    yield from (best[one] for one in sorted(best))


def _figures(ground: Ground) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int], int]:
    """Long calls by pair, payments by pair, and the span of all payments (µs)."""
    calls = {(a, b): n for a, b, n in ground.rows("select a, b, count(*) from talks group by 1, 2")}
    payments = {(a, b): n for a, b, n in ground.rows("select payer, payee, count(*) from paid group by 1, 2")}
    ((low, high),) = ground.rows("select min(us), max(us) from paid where us is not null")
    return calls, payments, max((high or 0) - (low or 0), _HOUR_US * 24)


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    return _(
        "%(met)s of its %(calls)s long calls with %(with)s began within 4 hours after a payment of %(payer)s to "
        "%(payee)s; those two have %(payments)s payments in all."
    ) % {
        "met": decimal(detail["met"]),
        "calls": decimal(detail["calls"]),
        "with": detail["with_name"],
        "payer": detail["payer_name"],
        "payee": detail["payee_name"],
        "payments": decimal(detail["payments"]),
    }


ROLE = Role(
    name="beside",
    title=lambda: _("calls, payments"),
    rule=lambda: _(
        "At least 2 calls of 10 minutes or more with one account, not known to be sound alone, each with a payment "
        "between the same two accounts in the 4 hours before or during it, more often than chance would have it (below "
        "1 in 100 over all combinations). It does not say that caller and payer are one person."
    ),
    find=find,
    say=say,
    needs=("calls", "transfers"),
    reads=("calls", "same_calls", "transfers", "same_transfers", "accounts"),
)
