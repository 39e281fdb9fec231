"""Automatic: writes at all hours and mostly the same; bots, gateways and names that many use look like this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import ONCE, Found, Role
from safelight.messages import _
from safelight.messages.figures import decimal

#: From so many messages on; each hour of the day holds this share of them at least, or so few texts are distinct.
LEAST, QUIETEST, DISTINCT = 500, 0.015, 0.25


def find(ground: Ground) -> Iterator[Found]:
    """Accounts without quiet hours, or that repeat themselves."""
    for account, n, distinct, quietest, hours in ground.rows(
        f"""with hours as (select account, (us // 3600000000) % 24 as hour, count(*) as n from theirs where us is not null
                           group by 1, 2),
            quiet as (select account, count(*) as hours, min(n) as least, sum(n) as dated from hours group by account),
            wrote as (select account, count(*) as n, count(distinct text) as distinct_texts, count(text) as texts
                      from theirs group by account having count(*) >= {LEAST})
            select w.account, w.n, w.distinct_texts / greatest(w.texts, 1), coalesce(q.least / q.dated, 0),
                   coalesce(q.hours, 0)
            from wrote w left join quiet q using (account)
            where (q.hours = 24 and q.least >= {QUIETEST} * q.dated) or w.distinct_texts <= {DISTINCT} * w.texts
            order by w.account"""
    ):
        round_the_clock = hours == 24 and quietest >= QUIETEST
        detail = {
            "messages": n, "same": round(1 - distinct, 3), "all_hours": round_the_clock, "quietest": round(quietest, 4),
        }  # fmt: skip
        yield Found(account, float(n), detail)


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    parts = []
    if detail["all_hours"]:
        parts.append(
            _("writes at all 24 hours, %(share)s %% of its messages even in the quietest")
            % {"share": decimal(100 * detail["quietest"], 1)}
        )
    if 1 - detail["same"] <= DISTINCT:
        parts.append(
            _("%(share)s %% of its messages repeat another one's text")
            % {"share": decimal(100 * detail["same"])}
        )
    told = "; ".join(parts)
    return f"{told[:1].upper()}{told[1:]}."


ROLE = Role(
    name="automatic",
    title=lambda: _("bot or shared"),
    rule=lambda: _(
        "At least 500 distinct messages, and either each hour of the day holds at least 3 in 200 of them, or at most a "
        "quarter of the texts are distinct. A program, a gateway, or a name that several use can look like this."
    ),
    find=find,
    say=say,
    needs=("messages",),
    reads=ONCE,
    own=True,
)
