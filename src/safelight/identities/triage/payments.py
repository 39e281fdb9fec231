"""What the payments of an account come to, seen from one side: how many, to or from how many others, how much, when.

Where people confirmed that a paying account and others are one person, the finding stands at those others too, and says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import TRACES, Found


def found(ground: Ground, side: Literal["payer", "payee"], least: int, others: int) -> Iterator[Found]:
    """Accounts with at least `least` payments with at least `others` others on that side, then their confirmed others."""
    other = "payee" if side == "payer" else "payer"
    amounts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for account, currency, amount in ground.rows(
        f"""select {side}, coalesce(currency, ''), sum(amount)::varchar from paid where amount is not null
            group by 1, 2 order by 1, sum(amount) desc, 2"""
    ):
        amounts[account].append((currency, amount))
    for account, n, many, first, last, most, traces in ground.rows(
        f"""with mine as (select {side} as account, {other} as other, count(*) as n, min(us) as low, max(us) as high,
                                 list(trace_id order by us, trace_id) as traces from paid group by 1, 2)
            select account, sum(n)::bigint, count(*), min(low), max(high), max(n), flatten(list(traces order by other))
            from mine group by account having sum(n) >= $least and count(*) >= $others order by account""",
        least=least,
        others=others,
    ):
        detail = {
            "n": n, "others": many, "amounts": amounts[account], "first": first, "last": last, "most": most,
        }  # fmt: skip
        yield Found(account, float(n), detail, tuple(traces[:TRACES]))
        members, entries = ground.groups.get(account, (frozenset(), ()))
        for one in sorted(members - {account}):
            via = {"via": account, "via_name": ground.names.get(account, account), "entries": list(entries)}
            yield Found(one, float(n), detail | via, tuple(traces[:TRACES]))


def confirmed(sentence: str, detail: Mapping[str, Any], through: str) -> str:
    """The sentence, with the account that it is about where that is another one; `through` has `%(name)s`."""
    return f"{through % {'name': detail['via_name']}} {sentence}" if "via" in detail else sentence
