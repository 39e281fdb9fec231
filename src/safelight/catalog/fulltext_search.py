"""Hits, counts and times out of the index.

Hits come by time, the newest first (or the oldest), then by a digest of the id and by the id: never by a score, since scores
depend on texts that the reader may not see. `Group`s carry what people decided about clocks: the texts of one group are
moved by the same number of microseconds, so that a group's order in the index is its true order, and groups are merged.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import tantivy

from safelight.catalog.fulltext_plan import between, both, either, one_of, without
from safelight.catalog.fulltext_schema import FORM, LEAST_KEY, TIES, bound_key, slice_of, tag, time_of

#: Texts at one time beyond a page: a page is cut between two keys or between two ids of one key.
_SLACK = 16
#: A page is first looked for in so small a part of all texts (one in ...), and in no more than are enough for any word that
#: is frequent: what does not fill a page from so many has few hits, and those are quickly put in order.
_PART, _ENOUGH = 32, 50_000
#: Marks lie between 0 and this, evenly.
_MOST_MARK = 1 << 63


@dataclass(frozen=True, slots=True)
class Held:
    """An account in a period, microseconds UTC after correction, from `begin` to before `end` (None: open)."""

    account: str
    begin: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which texts, by what the index holds of them: ids and words of the catalog. Empty: all. Times are microseconds UTC
    after correction, from `begin` to before `end`. `held`: sent or received by one of these in its period; what has no
    time lies in no period that begins or ends. `within`: the exhibits that the reader may see (None: all)."""

    kind: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    conversation: tuple[str, ...] = ()
    exhibit: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()
    begin: int | None = None
    end: int | None = None
    within: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Texts of one exhibit whose times lie between two (as found, microseconds; None: open). `zoned`: those whose format
    states UTC, or those with a wall clock alone. `formats`: of these parsers; `others`: of none of these."""

    exhibit: str
    zoned: bool
    begin: int | None = None
    end: int | None = None
    formats: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that are moved by `shift` microseconds: those of the spans, or without spans all but those of `untouched`
    exhibits. `assumed`: their zone is one that a person assumed, so the moved times are UTC."""

    shift: int = 0
    assumed: bool = False
    spans: tuple[Span, ...] = ()
    untouched: tuple[str, ...] = ()


#: Nobody decided anything about a clock.
AS_FOUND = (Group(),)


@dataclass(frozen=True, slots=True)
class Found:
    """One text. `key` orders it after correction; `time` is the corrected time (microseconds), None if it has none; `zoned`
    is False for a wall clock without a zone."""

    key: int
    id: str
    item: str
    kind: str
    network: str | None
    conversation: str | None
    native: str | None
    exhibit: str
    language: str
    state: str
    sender: str | None
    sender_name: str | None
    sender_id: str | None
    time: int | None
    zoned: bool
    copies: int
    text: str = field(repr=False)


class Search:
    """Reads one commit of the index."""

    def __init__(
        self,
        searcher: tantivy.Searcher,
        schema: tantivy.Schema,
        groups: Sequence[Group] = AS_FOUND,
        few: int = 200_000,
    ) -> None:
        """`few`: up to so many texts are put in order without looking at slices of time first."""
        self._searcher, self._schema, self._groups = searcher, schema, groups
        self._few = few
        self._slices: list[tuple[str, int]] | None = None

    def page(
        self,
        query: tantivy.Query | None,
        wanted: Wanted,
        limit: int,
        after: tuple[int, str] | None = None,
        oldest: bool = False,
    ) -> list[Found]:
        """The first `limit` hits behind `after` (key and id of a hit)."""
        sign = 1 if oldest else -1
        lists = [self._of_group(query, wanted, group, limit, after, oldest) for group in self._groups]
        merged = heapq.merge(*lists, key=lambda one: (sign * one.key, one.id))
        return [one for one, _n in zip(merged, range(limit), strict=False)]

    def _of_group(
        self,
        query: tantivy.Query | None,
        wanted: Wanted,
        group: Group,
        limit: int,
        after: tuple[int, str] | None,
        oldest: bool,
    ) -> list[Found]:
        sign, moved = (1 if oldest else -1), group.shift * TIES
        parts = [self._filtered(query, wanted, group)]
        if after is not None:
            at = after[0] - moved if after[0] >= LEAST_KEY else after[0]
            parts.append(between(self._schema, at, None) if oldest else between(self._schema, None, at + 1))
        order = tantivy.Order.Asc if oldest else tantivy.Order.Desc
        size = limit + _SLACK
        near = self._near(at if after is not None else None, oldest)
        while True:
            hits = self._top([*parts, one_of(self._schema, "slice", near)], size, order) if near else []
            if len(hits) < size:
                hits = self._top(parts, size, order)
            whole = len(hits) < size
            last = None if whole else hits[-1][0]
            # Of texts with the last key more may follow: they are left for the next page, or all are fetched.
            kept = [(key, place) for key, place in hits if whole or key != last]
            found = [
                one
                for one in (self._found(key, place, group) for key, place in _first(kept, limit + 1))
                if after is None or (sign * one.key, one.id) > (sign * after[0], after[1])
            ]
            if whole or len(found) >= limit:
                return sorted(found, key=lambda one: (sign * one.key, one.id))[:limit]
            size *= 4

    def _top(
        self, parts: Sequence[tantivy.Query], size: int, order: tantivy.Order
    ) -> list[tuple[int, tantivy.DocAddress]]:
        found = self._searcher.search(both(*parts), size, count=False, order_by_field="key", order=order)
        return list(found.hits)

    def _near(self, start: int | None, oldest: bool) -> list[str]:
        """The slices of time where a page begins, with a part of all texts: what is frequent fills a page from them, so
        that millions of other hits need not be put in order. Empty where it would not pay.
        """
        if self._searcher.num_docs < self._few:
            return []
        if self._slices is None:
            begin = tag("slice", "")
            named = self._searcher.terms_with_prefix("tags", begin)
            self._slices = sorted((name.removeprefix(begin), count) for name, count in named)
        edge = "" if start is None else slice_of(start)
        ordered = self._slices if oldest else self._slices[::-1]
        chosen: list[str] = []
        texts = 0
        for name, count in ordered:
            if edge and (name < edge if oldest else name > edge):
                continue
            chosen.append(name)
            texts += count
            if texts >= min(self._searcher.num_docs // _PART, _ENOUGH):
                break
        return chosen

    def count(self, query: tantivy.Query | None, wanted: Wanted) -> int:
        """How many texts match."""
        return sum(
            int(self._searcher.search(self._filtered(query, wanted, group), 1, count=True).count or 0)
            for group in self._groups
        )

    def marks(
        self, query: tantivy.Query | None, wanted: Wanted, at_once: int = 500_000
    ) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
        """`mark` of all hits, the greatest first, about `at_once` together; with the microseconds that they are moved by.

        A million take half a second; those that are held at once 80 MB."""
        for group in self._groups:
            asked = self._filtered(query, wanted, group)
            pieces = -(-int(self._searcher.search(asked, 1, count=True).count or 0) // at_once)
            edges = [(_MOST_MARK * n // pieces if n < pieces else None) for n in range(pieces, -1, -1)]
            for high, low in pairwise(edges):
                piece = both(asked, between(self._schema, low, high, "mark")) if pieces > 1 else asked
                size = int(self._searcher.search(piece, 1, count=True).count or 0)
                found = self._searcher.search(piece, max(size, 1), count=False, order_by_field="mark").hits
                yield group.shift, np.fromiter((mark for mark, _place in found), np.int64, len(found))

    def facets(
        self, query: tantivy.Query | None, wanted: Wanted, names: Sequence[str], most: int = 1000
    ) -> dict[str, dict[str, int]]:
        """Texts by value of each facet, each counted under all of the filter but its own part."""
        apart = [name for name in names if getattr(wanted, name)]
        together = [name for name in names if name not in apart]
        counted: dict[str, dict[str, int]] = {name: {} for name in names}
        for asked, chosen in [
            (together, wanted),
            *(([name], without_facet(wanted, name)) for name in apart),
        ]:
            if not asked:
                continue
            fields = {"form" if name in FORM else name for name in asked}
            wish = {one: {"terms": {"field": one, "size": most, "shard_size": most * 4}} for one in fields}
            for group in self._groups:
                answer = self._searcher.aggregate(self._filtered(query, chosen, group), wish)
                for one in fields:
                    for bucket in answer[one]["buckets"]:
                        key = str(bucket["key"])
                        named = zip(FORM, orjson.loads(key), strict=True) if one == "form" else [(one, key)]
                        for name, value in named:
                            if name in asked and (value or name != "network"):
                                counted[name][value] = counted[name].get(value, 0) + int(bucket["doc_count"])
        return counted

    def span(self, query: tantivy.Query | None, wanted: Wanted) -> tuple[int, int] | None:
        """The first and the last time of what matches, microseconds; None if nothing has a time."""
        first = self.page(query, _timed(wanted), 1, oldest=True)
        last = self.page(query, _timed(wanted), 1)
        if not first or not last or first[0].time is None or last[0].time is None:
            return None
        return first[0].time, last[0].time

    def bars(self, query: tantivy.Query | None, wanted: Wanted, edges: Sequence[int]) -> list[int]:
        """Texts between each two neighbours of `edges` (times in microseconds)."""
        counts = [0] * (len(edges) - 1)
        for group in self._groups:
            keys = [bound_key(edge - group.shift) for edge in edges]
            ranges = [{"from": float(low), "to": float(high)} for low, high in pairwise(keys)]
            answer = self._searcher.aggregate(
                self._filtered(query, _timed(wanted), group),
                {"bars": {"range": {"field": "key", "ranges": ranges}}},
            )
            by_from = {bucket.get("from"): int(bucket["doc_count"]) for bucket in answer["bars"]["buckets"]}
            for n, one in enumerate(ranges):
                counts[n] += by_from.get(one["from"], 0)
        return counts

    def every(
        self, query: tantivy.Query | None, wanted: Wanted, at_once: int = 2000, oldest: bool = False
    ) -> Iterator[Found]:
        """All hits by time, page by page."""
        after: tuple[int, str] | None = None
        while page := self.page(query, wanted, at_once, after, oldest):
            yield from page
            after = (page[-1].key, page[-1].id)

    def around(self, one: Found, within: tuple[str, ...] | None = None) -> tuple[Found | None, Found | None]:
        """What was written in the same conversation of the same exhibit just before and just after."""
        if one.conversation is None:
            return None, None
        same = Wanted(
            kind=("message", "mail"), conversation=(one.conversation,), exhibit=(one.exhibit,), within=within
        )
        before = self.page(None, same, 1, (one.key, one.id))
        after = self.page(None, same, 1, (one.key, one.id), oldest=True)
        return (before[0] if before else None), (after[0] if after else None)

    def _filtered(self, query: tantivy.Query | None, wanted: Wanted, group: Group) -> tantivy.Query:
        schema, parts = self._schema, [] if query is None else [query]
        for name in ("kind", "network", "conversation", "exhibit", "language", "state", "account"):
            values = getattr(wanted, name)
            if values:
                parts.append(one_of(schema, name, values))
        if wanted.held:
            parts.append(_held(schema, wanted.held, group.shift))
        if wanted.within is not None:
            parts.append(
                one_of(schema, "exhibit", wanted.within) if wanted.within else tantivy.Query.empty_query()
            )
        if wanted.begin is not None or wanted.end is not None:
            parts.append(_within(schema, wanted.begin, wanted.end, group.shift))
        if group.spans:
            parts.append(either([_span(schema, span) for span in group.spans]))
        found = both(*parts) if parts else tantivy.Query.all_query()
        return without(found, [one_of(schema, "exhibit", group.untouched)] if group.untouched else [])

    def _found(self, key: int, place: tantivy.DocAddress, group: Group) -> Found:
        stored = self._searcher.doc(place)
        shown, _, id_ = (stored.get_first("shown") or "").partition("\n")
        (
            item, network, conversation, exhibit, language, state, kind, native, sender, sender_name, sender_id,
            zoned, copies,
        ) = orjson.loads(shown)  # fmt: skip
        text = stored.get_first("original") or stored.get_first("plain") or ""
        if key >= LEAST_KEY:
            key += group.shift * TIES
        return Found(
            key, id_, item, kind, network, conversation, native, exhibit, language, state, sender, sender_name,
            sender_id, time_of(key), bool(zoned) or group.assumed, copies, text,
        )  # fmt: skip


def _first(hits: Sequence[tuple[int, Any]], limit: int) -> Iterator[tuple[int, Any]]:
    """The first `limit` hits and those with the same key as the last of them."""
    for n, hit in enumerate(hits):
        if n >= limit and hit[0] != hits[limit - 1][0]:
            return
        yield hit


def _timed(wanted: Wanted) -> Wanted:
    """Only what has a time."""
    return (
        wanted
        if wanted.begin is not None or wanted.end is not None
        else replace(wanted, begin=-(2**62) // TIES)
    )


def without_facet(wanted: Wanted, name: str) -> Wanted:
    """The same without one of its parts."""
    changes: Mapping[str, Any] = {name: ()}
    return replace(wanted, **changes)


def _within(schema: tantivy.Schema, begin: int | None, end: int | None, shift: int) -> tantivy.Query:
    """Texts with a time between two, after they are moved by `shift`."""
    low, high = (None if edge is None else bound_key(edge - shift) for edge in (begin, end))
    return between(schema, LEAST_KEY if low is None else low, high)


def _held(schema: tantivy.Schema, held: Sequence[Held], shift: int) -> tantivy.Query:
    """Texts of these accounts, each in its period."""
    whole = [one.account for one in held if one.begin is None and one.end is None]
    parts = [one_of(schema, "account", whole)] if whole else []
    parts += [
        both(one_of(schema, "account", [one.account]), _within(schema, one.begin, one.end, shift))
        for one in held
        if one.begin is not None or one.end is not None
    ]
    return either(parts)


def _span(schema: tantivy.Schema, span: Span) -> tantivy.Query:
    parts = [
        one_of(schema, "exhibit", [span.exhibit]),
        one_of(schema, "zoned", ["1" if span.zoned else "0"]),
    ]
    if span.formats:
        parts.append(one_of(schema, "format", span.formats))
    if span.begin is not None or span.end is not None:
        low, high = (None if edge is None else bound_key(edge) for edge in (span.begin, span.end))
        parts.append(between(schema, low, high))
    found = both(*parts)
    return without(found, [one_of(schema, "format", span.others)] if span.others else [])
