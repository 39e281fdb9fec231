"""What stands in a police-operated account outside its authority: flagged for people to look at, never judged.

- `outside`: the message was sent while police operated the account, in no authorised window of it;
- `officer`: at that time, as recorded, somebody wrote who was not named by the decision for it;
- `unstated`: who wrote is recorded for other times and not for this one;
- `undated`: it bears no time that can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from safelight.access.police import FIRST, LAST, Span, less
from safelight.access.reading import Reading
from safelight.access.timeline_events import EVENTS
from safelight.casework.authority import Authority
from safelight.catalog.copies import each_once, no_copy

FLAGS: Final = ("outside", "officer", "unstated", "undated")


@dataclass(frozen=True, slots=True)
class Flagged:
    """One message. `who`: the officer who wrote, where that is recorded."""

    trace_id: str
    conversation_id: str | None
    us: int | None
    text: str
    flag: str
    who: str


@dataclass(frozen=True, slots=True)
class Flags:
    """Flagged messages by time, those of one page, and how many there are of each flag; `messages`: all of the account while
    police operated it, each distinct one once, and `copies` with every copy of them."""

    page: Sequence[Flagged]
    counts: Mapping[str, int]
    messages: int
    copies: int


def flagged(
    reading: Reading, account: str, operations: Iterable[Authority], *, first: int = 0, count: int = 100
) -> Flags:
    """Messages of an account that stand outside what its operations allow. `operations`: all that were recorded."""
    own = [one for one in operations if any(period.account_id == account for period in one.periods)]
    held = [
        (_or(period.begin_us, FIRST), _or(period.end_us, LAST))
        for one in own
        for period in one.periods
        if period.account_id == account
    ]
    windows = [(_or(one.begin_us, FIRST), _or(one.end_us, LAST)) for one in own]
    watches = _watches(own)
    wrong = [(span, who) for who, spans in watches.items() for span in less(spans, _allowed(own, who))]
    told = [span for spans in watches.values() for span in spans]
    unstated = less(held, told) if told else []
    message = EVENTS["message"]
    who = " ".join(f"when {_in([span])} then {_text(name)}" for span, name in wrong)
    relation = f"""
        select *, case when us is null then 'undated' when not {_in(windows)} then 'outside'
                       when {_in([span for span, _who in wrong])} then 'officer'
                       when {_in(unstated)} then 'unstated' end as flag,
                  case {who or "when false then ''"} else '' end as who
        from (select trace_id, conversation_id, {message.us} as us, coalesce(text, '') as text from messages
              where sender_id = $id and kind not in ('system', 'notice'))
        where us is null or {_in(held)}"""
    rows = reading.db.execute(
        f"""with {each_once(f"select trace_id, flag from ({relation})", message.same)}
            select flag, count(*), sum(copies)::bigint from once group by 1""",
        {"id": account},
    ).fetchall()
    counts = {flag: n for flag, n, _copies in rows}
    page = [
        Flagged(*row)
        for row in reading.db.execute(
            f"""select trace_id, conversation_id, us, text, flag, who from ({relation})
                where flag is not null and {no_copy(message.same, reading.snapshot)}
                order by us nulls last, trace_id limit {int(count)} offset {int(first)}""",
            {"id": account},
        ).fetchall()
    ]
    reading.show([account, *(one.trace_id for one in page)])
    return Flags(
        page, {flag: counts.get(flag, 0) for flag in FLAGS}, sum(counts.values()), sum(row[2] for row in rows)
    )


def _watches(own: Sequence[Authority]) -> dict[str, list[Span]]:
    """Who wrote when, as it is recorded."""
    found: dict[str, list[Span]] = {}
    for one in own:
        for said in one.all("wrote"):
            found.setdefault(said.value["officer"], []).append((said.value["from_us"], said.value["to_us"]))
    return found


def _allowed(own: Sequence[Authority], who: str) -> list[Span]:
    """When the decisions name an officer: within the window, and within the officer's own period."""
    return [
        (max(_or(said.valid_from, FIRST), _or(one.begin_us, FIRST)),
         min(_or(said.valid_to, LAST), _or(one.end_us, LAST)))
        for one in own
        for said in one.all("officer")
        if str(said.value).casefold() == who.casefold()
    ]  # fmt: skip


def _in(spans: Sequence[Span]) -> str:
    """SQL: `us` lies within one of the spans."""
    return "(" + (" or ".join(f"(us >= {begin} and us < {end})" for begin, end in spans) or "false") + ")"


def _or(us: int | None, other: int) -> int:
    return other if us is None else us


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
