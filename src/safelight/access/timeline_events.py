"""Everything that has a time, as one relation of events: messages, calls and transfers (each distinct one once), logins, and
the times of files.

Columns: `kind`, `us` (microseconds UTC for comparison; null where no zone is known), `wall` (the wall clock as stated),
`network`, `account`, `conversation`, `exhibit`, `state`, `id` (trace or item). With copies `stands` says whether a row is no
copy of one that stands for it; with heads, for what each exhibit holds, `head` (a number) says which copies are of one.

Of some exhibits alone, each distinct one is there once that any of them holds, whichever exhibit the copy that stands for
it in all lies in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from safelight.catalog.copies import no_copy
from safelight.catalog.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class EventKind:
    """Where events of one kind lie. `times`: columns of their time, the first one that can be compared counts; `same`: the
    table that says which of them are one."""

    table: str
    times: tuple[str, ...]
    account: str
    conversation: str = "conversation_id"
    where: str = "true"
    id: str = "trace_id"
    network: str = "network"
    state: str = "state"
    form: str = "parser"
    same: str = ""

    @property
    def us(self) -> str:
        """SQL of the time for comparison."""
        return (
            "coalesce(" + ", ".join(f"at_us({time}, exhibit, {self.form})" for time in self.times) + ", null)"
        )

    @property
    def wall(self) -> str:
        """SQL of the wall clock (µs as if UTC), by which those are ordered that cannot be compared."""
        return "coalesce(" + ", ".join(f"epoch_us({time}.wall)" for time in self.times) + ", null)"


def _file(time: str) -> EventKind:
    """Times of files; a file that is there counts as live, as in a search."""
    return EventKind(
        "items",
        (time,),
        "null",
        conversation="null",
        where=f"kind in ('file', 'stream') and {time} is not null",
        id="item_id",
        network="'file'",
        state="case when state = 'allocated' then 'live' else 'deleted' end",
        form="'files'",
    )


#: The kinds of events, in the order in which they are shown.
EVENTS: Final[dict[str, EventKind]] = {
    "message": EventKind("messages", ("sent", "received"), "sender_id", same="same_messages"),
    "call": EventKind("calls", ("started",), "caller_id", same="same_calls"),
    "transfer": EventKind("transfers", ("time",), "sender_id", conversation="null", same="same_transfers"),
    "media": EventKind("media_shares", ('"at"',), "account_id"),
    "login": EventKind("logins", ('"at"',), "account_id", conversation="null"),
    "membership": EventKind("memberships", ('"at"',), "account_id", where="action <> 'member'"),
    "location": EventKind("locations", ('"at"',), "account_id", conversation="null"),
    "created": _file("created"),
    "modified": _file("modified"),
    "accessed": _file("accessed"),
}
#: Which of them are times of files.
FILE_KINDS: Final = ("created", "modified", "accessed")

#: Of more rows than this a span is worth leaving out row groups.
_MANY: Final = 400_000

_EMPTY = ("kind", "network", "account", "conversation", "exhibit", "state", "id")


def _once_in(kind: EventKind, exhibits: Collection[str]) -> str:
    """SQL: no copy of a trace that another one in these exhibits (keys) stands for."""
    keys = ", ".join("'" + key.replace("'", "''") + "'" for key in sorted(exhibits))
    return f"""trace_id not in (select trace_id from (
        select trace_id, row_number() over (
            partition by distinct_id order by trace_id <> distinct_id, hash(trace_id) >> 1) as n
        from {kind.same} semi join (select trace_id from {kind.table} where exhibit in ({keys})) using (trace_id))
        where n > 1)"""


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to before `end` (µs UTC). `slack`: by how much a correction may move a time at most (µs)."""

    begin: int
    end: int
    slack: int = 0


def relation(
    snapshot: Snapshot,
    kinds: Collection[str] = (),
    span: Span | None = None,
    columns: str = "",
    *,
    copies: bool = False,
    bare: bool = False,
    heads: bool = False,
    exhibits: Collection[str] = (),
) -> str:
    """SQL of the relation over the tables that have rows; all kinds if none is named.

    With a span times as they are stored are compared too, so that most row groups are never read; `columns` (SQL that
    begins with a comma) are added, which every table of `kinds` must then have. With `copies` no row is left out; `bare`
    they do not say which stand for others, which costs, and so do `heads`. Where only rows of some `exhibits` (keys) are
    wanted, what stands once is chosen among theirs; the caller leaves others out.
    """
    parts = []
    for name, one in EVENTS.items():
        if (kinds and name not in kinds) or not snapshot.rows(one.table):
            continue
        twice, source, head = not bare and one.same and snapshot.rows(one.same), one.table, "null::ubigint"
        stands = "true" if not twice else _once_in(one, exhibits) if exhibits else no_copy(one.same)
        # A span has few rows: a join looks for their copies alone, where `no_copy` would gather all copies that there are.
        joined = twice and (heads or (span and not exhibits))
        conditions = _conditions(
            one, "true" if copies or joined else stands, span, snapshot.rows(one.table) > _MANY
        )
        if joined:
            stands = stands if exhibits else "(head_id is null or trace_id = head_id)"
            head = "case when head_id is not null then hash(head_id) end"
            rows = " union all ".join(f"select * from {one.table} where {each}" for each in conditions)
            named = f"select trace_id, distinct_id as head_id from {one.same}"
            source = f"(select t.*, h.head_id from ({rows}) t left join ({named}) h using (trace_id))"
            conditions = ["true" if copies else stands]
        shown = f", {stands} as stands" if copies and not bare else ""
        shown += f", {head} as head" if heads else ""
        parts += [
            f"select '{name}' as kind, {one.us} as us, {one.wall} as wall, {one.network} as network, "
            f"{one.account} as account, {one.conversation} as conversation, exhibit, {one.state} as state, "
            f"{one.id} as id{shown}{columns} from {source} where {condition}"
            for condition in conditions
        ]
    empty = ", ".join(f"null::varchar as {name}" for name in _EMPTY)
    return (
        " union all ".join(parts)
        or f"select {empty}, null::bigint as us, null::bigint as wall, true as stands, null::ubigint as head where false"
    )


def _conditions(kind: EventKind, stands: str, span: Span | None, many: bool) -> list[str]:
    """What rows of a kind must fulfil: of `many` with a span two cases, for their stored UTC can be compared by itself
    alone; few are read once rather than opened twice."""
    where = kind.where if stands == "true" else f"{kind.where} and {stands}"
    if span is None:
        return [where]
    first, low, high = kind.times[0], span.begin - span.slack, span.end + span.slack
    within = f"{kind.us} >= {span.begin} and {kind.us} < {span.end}"
    if not many:
        return [f"{within} and {where}"]
    stored = f"{first}.utc >= make_timestamptz({low}) and {first}.utc <= make_timestamptz({high})"
    return [f"{stored} and {within} and {where}", f"{first}.utc is null and {within} and {where}"]
