"""Activity: how much an account wrote, on how many days, over which span, and whether it lately wrote more or less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import ONCE, Found, Role
from safelight.identities.triage.words import span
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal

_DAY_US = 86_400_000_000
#: A trend is told from so many messages over so many days on; `more` and `less` from twice and half the pace.
_LEAST_MESSAGES, _LEAST_DAYS = 40, 60


def find(ground: Ground) -> Iterator[Found]:
    """Every account that wrote."""
    for account, messages, days, first, last, late in ground.rows(
        f"""with mine as (
                select account, count(*) as n, count(distinct us // {_DAY_US}) as days, min(us) as low, max(us) as high
                from theirs group by account),
            late as (
                select account, count(*) as n from theirs join mine using (account)
                where us > high - (high - low) // 4 group by account)
            select m.account, m.n, m.days, m.low, m.high, coalesce(l.n, 0)
            from mine m left join late l using (account) order by m.account"""
    ):
        detail: dict[str, Any] = {"messages": messages, "days": days, "first": first, "last": last}
        if first is not None and messages >= _LEAST_MESSAGES and last - first >= _LEAST_DAYS * _DAY_US:
            detail["trend"] = _trend(late, messages - late)
        yield Found(account, float(messages), detail)


def _trend(late: int, before: int) -> str:
    """The last quarter of the span against the three before."""
    pace = 3 * late / before if before else float("inf")
    return "more" if pace >= 2 else "less" if pace <= 0.5 else "even"


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    n, days = detail["messages"], detail["days"]
    if not days:
        return ngettext(
            "Wrote %(n)s distinct message, its time not known.",
            "Wrote %(n)s distinct messages, their times not known.",
            n,
        ) % {"n": decimal(n)}
    wrote = ngettext("Wrote %(n)s distinct message", "Wrote %(n)s distinct messages", n) % {"n": decimal(n)}
    on = ngettext("on %(n)s day", "on %(n)s days", days) % {"n": decimal(days)}
    trend = {
        "more": _("; more in the last quarter of that time"),
        "less": _("; less in the last quarter of that time"),
    }.get(detail.get("trend", ""), "")
    return f"{wrote} {on}{span(detail)}{trend}."


ROLE = Role(
    name="activity",
    title=lambda: _("activity"),
    rule=lambda: _(
        "Messages, each distinct one once, and the days (UTC) on which they were sent. Lately more or less: the last "
        "quarter of the account's time had at least twice, or at most half, the pace of the three before, told from "
        "40 distinct messages over 60 days on."
    ),
    find=find,
    say=say,
    tag=False,
    needs=("messages",),
    reads=ONCE,
    own=True,
)
