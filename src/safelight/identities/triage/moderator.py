"""Moderator: the account held a rank in a group, or acted with one: gave ranks, put others out, let them in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import TRACES, Found, Role
from safelight.identities.triage.words import listed, span
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal

#: Letting others in needs no rank; from so many on it is told by itself.
ADDED: Final = 5
#: Ranks as networks write them, in lower case.
RANKS: Final = (
    "^(admin|administrator|superadmin|creator|owner|moderator|master|founder|op|operator|halfop|@|&|~|%)$"
)
#: Each event once, however many items tell of it.
_EVENTS: Final = """
    select conversation_id, account_id, action, by_id, any_value(role) as role, min(us) as us, min(trace_id) as trace_id
    from (select *, at_us("at", exhibit, parser) as us from memberships)
    group by conversation_id, account_id, action, by_id, coalesce((us // 60000000)::varchar, trace_id)
"""


def find(ground: Ground) -> Iterator[Found]:
    """Whoever held a rank or acted with one."""
    acts = {
        row[0]: row[1:]
        for row in ground.rows(
            f"""select by_id, count(*) filter (action = 'role'), count(*) filter (action = 'removed'),
                       count(*) filter (action = 'added'), count(distinct conversation_id), min(us), max(us),
                       list(trace_id order by us, trace_id)
                from ({_EVENTS}) where by_id is not null and by_id <> account_id and action in ('role', 'removed', 'added')
                group by by_id"""
        )
    }
    held = {
        account: (ranks, conversations, traces)
        for account, ranks, conversations, traces in ground.rows(
            f"""select account_id, list_sort(list(distinct lower(role))), count(distinct conversation_id),
                       list(distinct trace_id order by trace_id)
                from ({_EVENTS}) where regexp_matches(lower(trim(role)), $ranks) group by account_id""",
            ranks=RANKS,
        )
    }
    for account in sorted({*acts, *held}):
        gave, removed, added, groups, first, last, traces = acts.get(account, (0, 0, 0, 0, None, None, []))
        ranks, ranked, named = held.get(account, ([], 0, []))
        if not (gave or removed or ranks or added >= ADDED):
            continue
        detail = {
            "gave": gave, "removed": removed, "added": added, "groups": groups, "first": first, "last": last,
            "ranks": list(ranks), "ranked": ranked,
        }  # fmt: skip
        yield Found(
            account, float(gave + removed + added + ranked), detail, tuple([*traces, *named][:TRACES])
        )


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    parts = []
    if detail["gave"]:
        parts.append(
            ngettext("gave a rank %(n)s time", "gave ranks %(n)s times", detail["gave"])
            % {"n": decimal(detail["gave"])}
        )
    if detail["removed"]:
        parts.append(
            ngettext("put out %(n)s account", "put out accounts %(n)s times", detail["removed"])
            % {"n": decimal(detail["removed"])}
        )
    if detail["added"]:
        parts.append(
            ngettext("let in %(n)s account", "let in accounts %(n)s times", detail["added"])
            % {"n": decimal(detail["added"])}
        )
    if parts:
        parts[-1] += span(detail)
    if detail["ranked"]:
        told = {"ranks": listed(detail["ranks"]), "n": decimal(detail["ranked"])}
        parts.append(
            ngettext(
                "listed as %(ranks)s in %(n)s group", "listed as %(ranks)s in %(n)s groups", detail["ranked"]
            )
            % told
        )
    told_all = "; ".join(parts)
    return f"{told_all[:1].upper()}{told_all[1:]}."


ROLE = Role(
    name="moderator",
    title=lambda: _("moderator"),
    rule=lambda: _(
        "Gave a rank or put somebody out at least once, let others in at least 5 times, or is listed with a rank (admin, "
        "owner, operator ...) in a group."
    ),
    find=find,
    say=say,
    needs=("memberships",),
    reads=("memberships",),
)
