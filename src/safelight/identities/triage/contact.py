"""Contact by the unit's list: terms in an account's own messages to one other account, and the rhythm of that contact.

Terms are looked for in what the account itself wrote in conversations between two. A rhythm alone flags nobody. Nothing is
said about who the other one is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from safelight.identities.triage.contact_list import ContactList, Rhythm
from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import ONCE, TRACES, Found, Role
from safelight.identities.triage.words import listed
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal

_DAY_US = 86_400_000_000
_AT_ONCE = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: SQL: conversations between two, with both ends.
_TWO = """
    create temp table if not exists two as
    with told as (select conversation_id from conversations group by 1 having mode(kind) = 'direct'
                  union select conversation_id from messages where starts_with(conversation, 'direct:')),
    ends as (select conversation_id, unnest(members_id) as account from conversations semi join told using (conversation_id)
             union select conversation_id, sender_id from messages semi join told using (conversation_id))
    select conversation_id, min(account) as one, max(account) as other from ends where account is not null
    group by 1 having count(distinct account) = 2
"""


def find(ground: Ground) -> Iterator[Found]:
    """Accounts with enough messages to one other account in which terms stand."""
    wanted = ground.contacts
    if wanted is None:
        return
    ground.db.execute(_TWO)
    terms: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    talks: dict[tuple[str, str], tuple[str, str]] = {}
    for account, other, trace, conversation, text in _texts(ground):
        names = set(wanted.matches(text))
        if names:
            terms[account, other].update(names)
            said[account, other].append(trace)
            talks[account, other] = min(
                talks.get((account, other), (trace, conversation)), (trace, conversation)
            )
    flagged = {pair for pair, traces in said.items() if len(traces) >= wanted.least}
    rhythms = _rhythms(ground, wanted, flagged)
    by_account: dict[str, list[str]] = defaultdict(list)
    for account, other in sorted(flagged):
        by_account[account].append(other)
    for account, others in sorted(by_account.items()):
        others.sort(key=lambda one: (not rhythms.get((account, one)), -len(said[account, one]), one))
        best = account, others[0]
        shown = rhythms.get(best)
        detail: dict[str, Any] = {
            "list": wanted.name, "sha256": wanted.sha256, "standing": "terms and rhythm" if shown else "terms alone",
            "others": len(others), "messages": sum(len(said[account, one]) for one in others), "with": best[1],
            "with_name": ground.names.get(best[1], best[1]), "with_messages": len(said[best]),
            "terms": [name for name, _n in sorted(terms[best].items(), key=lambda one: (-one[1], one[0]))],
            "rhythm": shown, "conversation": talks[best][1],
        }  # fmt: skip
        yield Found(account, float(detail["messages"]), detail, tuple(sorted(said[best])[:TRACES]))


def _texts(ground: Ground) -> Iterator[tuple[str, str, str, str, str]]:
    result = ground.db.execute(
        """select account, case when account = one then other else one end, trace_id, conversation_id, text
           from once join two using (conversation_id) where text is not null"""
    )
    while rows := result.fetchmany(_AT_ONCE):
        yield from rows


def _rhythms(
    ground: Ground, wanted: ContactList, flagged: set[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, Any]]:
    """The first rhythm of the list that each flagged contact shows."""
    if not flagged or not wanted.rhythms:
        return {}
    both = sorted({(min(pair), max(pair)) for pair in flagged})
    columns = {"one": [one for one, _other in both], "other": [other for _one, other in both]}
    ground.db.register("flagged", pa.table(columns))
    wrote: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for one, other, account, us in ground.rows(
        """select one, other, account, us from once join two using (conversation_id) semi join flagged using (one, other)
           where us is not null order by us"""
    ):
        wrote[one, other].append((account, us))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for account, other in sorted(flagged):
        told = wrote[min(account, other), max(account, other)]
        shown = next((shown for one in wanted.rhythms if (shown := _shows(account, told, one))), None)
        if shown:
            found[account, other] = shown
    return found


def _shows(account: str, wrote: list[tuple[str, int]], rhythm: Rhythm) -> dict[str, Any] | None:
    if not wrote:
        return None
    begin = wrote[0][1]
    own = [us for who, us in wrote if who == account and us < begin + rhythm.days * _DAY_US]
    zone, (first, last) = ZoneInfo(rhythm.zone), rhythm.hours
    within = [us for us in own if _within(us, zone, first, last)]
    if len(own) < rhythm.messages or len(within) < rhythm.share * len(own):
        return None
    return {"name": rhythm.name, "days": rhythm.days, "messages": len(own), "within": len(within),
            "hours": [first, last], "zone": rhythm.zone, "begin": begin}  # fmt: skip


def _within(us: int, zone: ZoneInfo, first: int, last: int) -> bool:
    hour = (_EPOCH + timedelta(microseconds=us)).astimezone(zone).hour
    return first <= hour < last if first <= last else hour >= first or hour < last


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    n = detail["with_messages"]
    told = ngettext(
        "Terms of “%(list)s” (%(terms)s) in %(n)s distinct message to %(with)s",
        "Terms of “%(list)s” (%(terms)s) in %(n)s distinct messages to %(with)s",
        n,
    ) % {
        "list": detail["list"],
        "terms": listed(detail["terms"]),
        "n": decimal(n),
        "with": detail["with_name"],
    }
    rhythm = detail["rhythm"]
    if rhythm:
        told += _(
            "; %(n)s distinct messages in the first %(days)s days, %(within)s of them from %(from)s to %(to)s (%(zone)s)"
        ) % {
            "n": decimal(rhythm["messages"]), "days": decimal(rhythm["days"]), "within": decimal(rhythm["within"]),
            "from": f"{rhythm['hours'][0]:02}:00", "to": f"{rhythm['hours'][1]:02}:00", "zone": rhythm["zone"],
        }  # fmt: skip
    more = detail["others"] - 1
    if more:
        told += ngettext(
            "; terms also to %(n)s other account", "; terms also to %(n)s other accounts", more
        ) % {"n": decimal(more)}
    return f"{told}."


ROLE = Role(
    name="contact",
    title=lambda: _("list"),
    rule=lambda: _(
        "Terms of the unit's contact list stand in at least as many of the account's own distinct messages to one other "
        "account, between the two, as the list asks for; with rhythm, where the first days of that contact also look as the "
        "list describes. A rhythm alone flags nobody, and nothing is said about who the other one is."
    ),
    find=find,
    say=say,
    needs=("messages",),
    reads=(*ONCE, "conversations", "accounts", "list"),
)
