"""The network of accounts: who wrote to, called, paid or answered whom, and who sat together in a small group, by month.

A message ties its sender to the other end of a conversation between two, to the recipients that it names, or to the sender
of the message that it answers. In a group everybody reads everything; that ties nobody, except in small ones, where being
there in the same month is a weak tie of its own. Messages, calls and payments that several items tell of count once;
how many copies of them were found is counted beside, and weighs nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any, Final

import networkx as nx
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from duckdb import DuckDBPyConnection

from safelight.catalog.copies import all_once
from safelight.catalog.snapshot import Snapshot

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: What ties two accounts, in the order of the numbers in `Ties.kind`. All but `together` go from the first to the second.
KINDS: Final = ("message", "answer", "call", "payment", "together")
MESSAGE, ANSWER, CALL, PAYMENT, TOGETHER = range(len(KINDS))
#: Groups in which at most so many wrote are small.
SMALL_GROUP: Final = 12
#: How much each kind adds to the weight of a tie: this, times log2(1 + how often). Answers count as messages.
WEIGHTS: Final = {MESSAGE: 1.0, CALL: 2.0, PAYMENT: 3.0, TOGETHER: 0.5}
#: Month of what has no comparable time.
NO_MONTH: Final = -1
_SEED: Final = 1
#: From how many accounts betweenness is estimated.
_PIVOTS: Final = 100


@dataclass(frozen=True, slots=True)
class Ties:
    """One row a pair, month and kind. `a` and `b` are places in `accounts` (sorted ids); `month` is 12 × year + month - 1,
    UTC; `n` counts each distinct message, call or payment once, `copies` every copy of them."""

    accounts: tuple[str, ...]
    a: Ints
    b: Ints
    month: Ints
    kind: Ints
    n: Ints
    copies: Ints

    def between(self, first: int, last: int) -> Ties:
        """Those of the months from `first` to `last`, without what has no time."""
        return self.where((self.month >= first) & (self.month <= last))

    def where(self, there: npt.NDArray[np.bool_]) -> Ties:
        """Those rows."""
        columns = (self.a, self.b, self.month, self.kind, self.n, self.copies)
        return Ties(self.accounts, *(column[there] for column in columns))

    def with_copies(self) -> Ties:
        """The same ties, every copy counted."""
        return replace(self, n=self.copies)

    def months(self) -> tuple[int, int] | None:
        """First and last month that has a tie."""
        known = self.month[self.month != NO_MONTH]
        return (int(known.min()), int(known.max())) if known.size else None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Ties summed by unordered pair, `a` < `b`: how often of each kind (columns as `KINDS`), and the weight."""

    accounts: tuple[str, ...]
    a: Ints
    b: Ints
    counts: Ints
    weight: Floats

    def degree(self) -> Ints:
        """With how many others each account is tied."""
        size = len(self.accounts)
        found: Ints = np.bincount(self.a, minlength=size) + np.bincount(self.b, minlength=size)
        return found

    def strength(self) -> Floats:
        """Sum of the weights of each account's ties."""
        size = len(self.accounts)
        sums = np.bincount(self.a, self.weight, size) + np.bincount(self.b, self.weight, size)
        return np.asarray(sums, np.float64)

    def graph(self) -> Any:
        """As a networkx graph over places in `accounts`; accounts without ties are not in it."""
        made = nx.Graph()
        made.add_nodes_from(np.unique(np.concatenate([self.a, self.b])).tolist())
        made.add_weighted_edges_from(zip(self.a.tolist(), self.b.tolist(), self.weight.tolist(), strict=True))
        return made


def pairs(ties: Ties) -> Pairs:
    """Sum ties over months and directions."""
    size = max(len(ties.accounts), 1)
    low, high = np.minimum(ties.a, ties.b), np.maximum(ties.a, ties.b)
    keys, place = np.unique(low * size + high, return_inverse=True)
    counts = np.zeros((len(keys), len(KINDS)), np.int64)
    np.add.at(counts, (place, ties.kind), ties.n)
    weight = np.zeros(len(keys))
    for kind, factor in WEIGHTS.items():
        often = counts[:, kind] + (counts[:, ANSWER] if kind == MESSAGE else 0)
        weight += factor * np.log2(1 + often)
    return Pairs(ties.accounts, keys // size, keys % size, counts, weight)


def communities(graph: Any) -> list[set[int]]:
    """Louvain communities (Blondel et al. 2008) by weight, the largest first; the same graph always gives the same."""
    if not graph:
        return []
    found = nx.community.louvain_communities(graph, weight="weight", seed=_SEED)
    return sorted(found, key=lambda one: (-len(one), min(one)))


def pagerank(graph: Any) -> dict[int, float]:
    """PageRank by weight."""
    return dict(nx.pagerank(graph, weight="weight")) if graph else {}


def betweenness(graph: Any) -> dict[int, float]:
    """Share of shortest paths that lead over each account, estimated from a hundred of them (Brandes and Pich 2007).

    The ways from all of these are walked at once, a step at a time, as products of matrices (Brandes 2001): what networkx
    gives for the same ones, in a tenth of the time.
    """
    places = list(graph)
    if not places:
        return {}
    size = len(places)
    chosen = random.Random(_SEED).sample(range(size), _PIVOTS) if size > _PIVOTS else list(range(size))
    near = nx.to_scipy_sparse_array(graph, nodelist=places, weight=None, dtype=np.float64, format="csr")
    here = (np.asarray(chosen), np.arange(len(chosen)))
    step = np.full((size, len(chosen)), -1, np.int32)
    ways = np.zeros((size, len(chosen)))
    step[here], ways[here], last = 0, 1.0, 0
    while True:
        reached = np.asarray(near @ np.where(step == last, ways, 0.0))
        new = (reached > 0) & (step < 0)
        if not new.any():
            break
        last += 1
        step[new], ways[new] = last, reached[new]
    over = np.zeros_like(ways)
    for at in range(last, 0, -1):
        share = np.divide(1 + over, ways, out=np.zeros_like(ways), where=step == at)
        over += np.where(step == at - 1, ways * np.asarray(near @ share), 0.0)
    over[here] = 0.0
    # Who is one of the hundred lies on no way from itself.
    sources = np.full(size, len(chosen), np.float64)
    sources[chosen] -= 1
    possible = np.maximum(sources, 1) * max(size - 2, 1)
    return dict(zip(places, (over.sum(axis=1) / possible).tolist(), strict=True))


def read(db: DuckDBPyConnection, snapshot: Snapshot) -> Ties:
    """All ties of a snapshot. The connection must know `at_us` (`access/clock.py`)."""
    parts = []
    if snapshot.rows("messages"):
        parts += [_DIRECT, _NAMED, _ANSWERS, _TOGETHER]
    if snapshot.rows("calls"):
        parts.append(_CALLS)
    if snapshot.rows("transfers"):
        parts.append(_PAYMENTS)
    if not parts:
        none = np.zeros(0, np.int64)
        return Ties((), none, none, none, none, none, none)
    wanted = " union all ".join(f"({part})" for part in parts)
    rows = db.sql(
        f"""{_WITH}
            select a, b, coalesce(month, {NO_MONTH})::bigint as month, kind::bigint as kind, sum(n)::bigint as n,
                   sum(copies)::bigint as copies
            from ({wanted}) where a is not null and b is not null and a <> b group by 1, 2, 3, 4 order by 1, 2, 3, 4"""
    ).to_arrow_table()
    coded = (
        pa.chunked_array(rows["a"].chunks + rows["b"].chunks, pa.string())
        .combine_chunks()
        .dictionary_encode()
    )
    names = coded.dictionary.to_numpy(zero_copy_only=False).astype(object)
    order = np.argsort(names)
    number = np.empty(len(names), np.int64)
    number[order] = np.arange(len(names))
    places = number[coded.indices.to_numpy()]
    return Ties(
        tuple(names[order].tolist()),
        places[: rows.num_rows],
        places[rows.num_rows :],
        *(rows[name].to_numpy().astype(np.int64) for name in ("month", "kind", "n", "copies")),
    )


def _month(us: str) -> str:
    at = f"make_timestamp({us})"
    return f"12 * year({at}) + month({at}) - 1"


def _sent(table: str) -> str:
    times = (f"at_us({table}.{time}, {table}.exhibit, {table}.parser)" for time in ("sent", "received"))
    return _month(f"coalesce({', '.join(times)})")


_WITH = f"""
    with told as (select conversation_id, mode(kind) as kind,
                         list_distinct(flatten(list(coalesce(members_id, [])))) as members
                  from conversations group by conversation_id),
    wrote as (select conversation_id, any_value(conversation) as native,
                     list(distinct sender_id) filter (sender_id is not null) as senders
              from messages group by conversation_id),
    talks as (select conversation_id,
                     coalesce(t.kind, '') = 'direct' or starts_with(coalesce(w.native, ''), 'direct:') as direct,
                     list_distinct(list_concat(coalesce(t.members, []), coalesce(w.senders, []))) as ends
              from told t full join wrote w using (conversation_id)),
    two as (select conversation_id, ends[1] as one, ends[2] as other from talks where direct and len(ends) = 2),
    here as (select distinct m.conversation_id, m.sender_id, {_sent("m")} as month
             from messages m join talks using (conversation_id)
             where not direct and len(ends) between 2 and {SMALL_GROUP} and m.sender_id is not null)
"""


_DIRECT = f"""
    select m.sender_id as a, case when m.sender_id = one then other else one end as b, {_sent("m")} as month,
           {MESSAGE} as kind, count(*) as n, sum(copies) as copies
    from {all_once("messages")} m join two using (conversation_id) where m.sender_id is not null group by 1, 2, 3
"""
_NAMED = f"""
    select a, b, month, {MESSAGE} as kind, count(*) as n, sum(copies) as copies from (
        select m.sender_id as a, unnest(m.recipients_id) as b, {_sent("m")} as month, copies from {all_once("messages")} m
        where m.sender_id is not null and m.recipients_id is not null
              and m.conversation_id not in (select conversation_id from two))
    group by 1, 2, 3
"""
_ANSWERS = f"""
    select m.sender_id as a, o.sender_id as b, {_sent("m")} as month, {ANSWER} as kind, count(*) as n, sum(copies) as copies
    from {all_once("messages")} m join (
        select conversation_id, native_id, min(sender_id) as sender_id from messages
        where native_id is not null and sender_id is not null group by 1, 2) o
        on o.conversation_id = m.conversation_id and o.native_id = m.reply_to
    where m.sender_id is not null and m.reply_to is not null
          and m.conversation_id not in (select conversation_id from two) group by 1, 2, 3
"""
_TOGETHER = f"""
    select x.sender_id as a, y.sender_id as b, x.month, {TOGETHER} as kind, count(*) as n, count(*) as copies
    from here x join here y on x.conversation_id = y.conversation_id and x.month = y.month and x.sender_id < y.sender_id
    group by 1, 2, 3
"""
_CALLS = f"""
    select a, b, {_month("us")} as month, {CALL} as kind, count(*) as n, sum(copies) as copies from (
        select a, b, min(us) as us, sum(copies) as copies from (
            select caller_id as a, unnest(list_distinct(participants_id)) as b, at_us(started, exhibit, parser) as us,
                   native_id, trace_id, copies
            from {all_once("calls")} where caller_id is not null)
        group by a, b, coalesce(native_id, (us // 60000000)::varchar, trace_id))
    group by 1, 2, 3
"""
_PAYMENTS = f"""
    select a, b, {_month("us")} as month, {PAYMENT} as kind, count(*) as n, sum(copies) as copies from (
        select sender_id as a, receiver_id as b, min(at_us("time", exhibit, parser)) as us, sum(copies) as copies
        from {all_once("transfers")} where sender_id is not null and receiver_id is not null
        group by sender_id, receiver_id, amount, coalesce(native_id, "time".text, trace_id))
    group by 1, 2, 3
"""
