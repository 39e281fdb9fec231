"""Search for people: what they ask becomes a query of the index, limited to what they may see; hits come with their context.

Reached through the door alone (`Consultation.search`). Counts and order use nothing but the texts that the reader may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import tantivy
from duckdb import DuckDBPyConnection

from safelight.access import search_clock
from safelight.access.cursor import Cursor, decode
from safelight.access.model import Bar, Facet, FacetValue, Page
from safelight.access.police import own_stretches, without_police
from safelight.access.search_filter import SearchFilter
from safelight.catalog.fulltext import FullText
from safelight.catalog.fulltext_marks import Place, Segment, excerpt, places
from safelight.catalog.fulltext_plan import one_of, plan, without
from safelight.catalog.fulltext_query import Node
from safelight.catalog.fulltext_rows import message_of
from safelight.catalog.fulltext_schema import FACETS
from safelight.catalog.fulltext_search import Found, Held, Search, Wanted
from safelight.ledger import clocks, kinds, searches
from safelight.ledger.identities import Tenure
from safelight.ledger.ledger import Ledger
from safelight.ledger.police import periods
from safelight.ledger.searches import SavedSearch
from safelight.traces.moment import Moment

#: Characters of the message before or after a hit.
_ASIDE = 160
#: Hits whose copies are counted; reading more of them would take seconds.
DISTINCT_OF = 20_000
#: Values of a facet that are shown.
_VALUES = 12


@dataclass(frozen=True, slots=True)
class Hit:
    """One text in which the query was found. `segments` is the piece around the first place, in order, to be escaped by
    whoever shows it; `before` and `after` are what was written in the conversation around it."""

    id: str
    item_id: str
    kind: str
    network: str
    conversation_id: str | None
    title: str
    """Of the conversation, or the path of the item."""
    exhibit: str
    """Number as people know it."""
    language: str
    state: str
    sender: str
    time: Moment | None
    """After correction."""
    copies: int
    """Places in which a message was found, whatever the exhibit; items in that exhibit that hold the same text."""
    segments: tuple[Segment, ...]
    text: str = field(repr=False)
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many texts match, by facet, and over time. `distinct` counts what was found several times once; None where there
    are more than DISTINCT_OF hits."""

    hits: int
    distinct: int | None
    conversations: int
    facets: tuple[Facet, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class KeywordTerm:
    """One term of a keyword list with the texts that it stands in (copies of a message once: `distinct`), and how often in
    all."""

    list: str
    sha256: str
    line: int
    term: str
    match: str
    texts: int
    distinct: int
    places: int


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """One text in which a term stands. `segments` is empty where the text is not a message's."""

    line: int
    term: str
    trace_id: str | None
    item_id: str
    exhibit: str
    conversation_id: str | None
    title: str
    kind: str
    places: int
    start: int | None
    end: int | None
    segments: tuple[Segment, ...]


class Searching:
    """Search on one commit of the index, for one consultation."""

    def __init__(
        self,
        fulltext: FullText,
        ledger: Ledger,
        db: DuckDBPyConnection,
        exhibits: Mapping[str, str],
        show: Callable[[Iterable[str | None]], None],
        within: tuple[str, ...] | None = None,
    ) -> None:
        """`exhibits` maps numbers to keys; `within` are the keys of exhibits that the reader may see (None: all)."""
        searcher = fulltext.searcher()
        self.indexed = 0 if searcher is None else searcher.num_docs
        """Texts in the index; 0 while it was never made."""
        self._schema = fulltext.schema
        self._search = (
            None
            if searcher is None
            else Search(searcher, self._schema, search_clock.groups(clocks.every(ledger)))
        )
        self._ledger, self._db, self._exhibits, self._show, self._within = ledger, db, exhibits, show, within
        self._numbers = {key: number for number, key in exhibits.items()}
        self._titles: dict[str, str] = {}
        self._erased = _erased(ledger)

    def page(
        self, wanted: SearchFilter, after: str | None = None, limit: int = 50, *, context: bool = False
    ) -> Page[Hit]:
        """One page of hits by time, with what stands around each if `context`. Raises Refused."""
        if self._search is None or not wanted:
            return Page(())
        node, query = self._query(wanted)
        start = None
        if after:
            key, id_ = decode(after, f"search {wanted.order}", 2).values
            start = (int(key or 0), str(id_))
        found = self._search.page(query, self._wanted(wanted), limit + 1, start, wanted.order == "oldest")
        rows, more = found[:limit], len(found) > limit
        self._show(message_of(one.id) for one in rows)
        self._name({one.conversation for one in rows if one.conversation})
        cursor = Cursor(f"search {wanted.order}", (rows[-1].key, rows[-1].id)).encode() if more else None
        return Page(tuple(self._hit(one, node, context, n) for one, n in self._once(rows)), None, cursor)

    def every(self, wanted: SearchFilter) -> Iterator[Hit]:
        """All hits in the order of the filter."""
        if self._search is None or not wanted:
            return
        node, query = self._query(wanted)
        for one in self._search.every(query, self._wanted(wanted), oldest=wanted.order == "oldest"):
            self._name({one.conversation} if one.conversation else set())
            yield self._hit(one, node, False, one.copies)

    def count(self, wanted: SearchFilter) -> int:
        """How many texts match."""
        if self._search is None or not wanted:
            return 0
        return self._search.count(self._query(wanted)[1], self._wanted(wanted))

    def distinct(self, wanted: SearchFilter) -> int | None:
        """How many different ones, each found several times once; None where there are more than DISTINCT_OF hits."""
        if self._search is None or not wanted:
            return 0
        query, limits = self._query(wanted)[1], self._wanted(wanted)
        return self._distinct(query, limits, self._search.count(query, limits))

    def counts(self, wanted: SearchFilter, bars: int = 94) -> Counts:
        """Counts by facet and over time. Each facet is counted under the rest of the filter."""
        if self._search is None or not wanted:
            return Counts(0, 0, 0, (), ())
        query, limits = self._query(wanted)[1], self._wanted(wanted)
        counted = self._search.facets(query, limits, FACETS, most=10_000)
        inside = counted["conversation"]
        if limits.conversation:
            inside = {key: n for key, n in inside.items() if key in limits.conversation}
        facets = tuple(self._facet(name, counted[name], wanted) for name in FACETS)
        hits = self._search.count(query, limits)
        distinct = self._distinct(query, limits, hits)
        return Counts(hits, distinct, len(inside), facets, self._bars(query, limits, bars))

    def saved(self) -> list[tuple[SavedSearch, SearchFilter]]:
        """The saved searches in use, each as a filter."""
        return [
            (one, SearchFilter.from_pairs([("q", one.query), *one.filters]))
            for one in searches.every(self._ledger)
        ]

    @cached_property
    def _suspects(self) -> DuckDBPyConnection:
        """The catalog without what police wrote: no list counts an officer's words as a suspect's."""
        return without_police(self._db, self._ledger)

    def keywords(self) -> tuple[KeywordTerm, ...]:
        """The terms of every keyword list that was run and found something, by list and line."""
        rows = self._suspects.execute(
            "SELECT list, list_sha256, line, term, match, count(*), "
            "count(DISTINCT (kind = 'translation', coalesce(distinct_id, trace_id, item_id || ' ' || kind))), sum(places) "
            f"FROM keyword_hits LEFT JOIN same_messages USING (trace_id) WHERE {self._allowed} GROUP BY ALL "
            "ORDER BY list, line"
        ).fetchall()
        return tuple(
            KeywordTerm(name, sha256, line, term, match, int(texts), int(distinct), int(places_))
            for name, sha256, line, term, match, texts, distinct, places_ in rows
        )

    def keyword_hits(
        self, list_name: str, line: int | None = None, after: str | None = None, limit: int = 200
    ) -> Page[KeywordHit]:
        """Hits of a list, or of one of its lines, by line and place. Raises Refused on a cursor of another list."""
        start = decode(after, "keywords", 2).values if after else (-1, "")
        rows = self._suspects.execute(
            "SELECT line, coalesce(trace_id, '') || ' ' || item_id AS id, term, trace_id, item_id, exhibit, "
            f"conversation_id, kind, places, begins, ends FROM keyword_hits WHERE {self._allowed} AND list = ? "
            "AND (? IS NULL OR line = ?) AND (line, id) > (?, ?) ORDER BY line, id LIMIT ?",
            [list_name, line, line, *start, limit + 1],
        ).fetchall()
        found, more = rows[:limit], len(rows) > limit
        texts = self._texts_of([row[3] for row in found if row[3]])
        self._show(row[3] or row[4] for row in found)
        self._name({row[6] for row in found if row[6]})
        hits = tuple(
            KeywordHit(
                row[0], row[2], row[3], row[4], self._numbers.get(row[5], row[5]), row[6],
                self._titles.get(row[6] or "", "") or "", row[7], row[8], row[9], row[10],
                _around_place(texts.get(row[3] or "", ""), row[9], row[10]),
            )
            for row in found
        )  # fmt: skip
        return Page(hits, None, Cursor("keywords", found[-1][:2]).encode() if more else None)

    def _texts_of(self, traces: Sequence[str]) -> dict[str, str]:
        """What was searched of some messages, without what is attached (that stands behind it)."""
        if not traces:
            return {}
        return dict(
            self._db.execute(
                "SELECT trace_id, concat_ws(chr(10), nullif(subject, ''), nullif(text, '')) FROM messages "
                "WHERE trace_id IN (SELECT unnest(?))",
                [list(traces)],
            ).fetchall()
        )

    @property
    def _allowed(self) -> str:
        if self._within is None:
            return "true"
        return (
            "exhibit IN ("
            + ", ".join("'" + key.replace("'", "''") + "'" for key in self._within or ("",))
            + ")"
        )

    def _query(self, wanted: SearchFilter) -> tuple[Node | None, tantivy.Query | None]:
        node = wanted.node()
        query = None if node is None else plan(self._schema, node)
        if self._erased:
            gone = [one_of(self._schema, "unit", self._erased)]
            query = without(tantivy.Query.all_query() if query is None else query, gone)
        return node, query

    def _wanted(self, wanted: SearchFilter) -> Wanted:
        begin, end = wanted.times()
        return Wanted(
            kind=wanted.kind, network=wanted.network, conversation=wanted.conversation,
            exhibit=tuple(self._exhibits.get(number, number) for number in wanted.exhibit),
            language=wanted.language, state=wanted.state, account=wanted.account,
            held=self._held(wanted.tenures()),
            begin=begin, end=end, within=self._within,
        )  # fmt: skip

    def _held(self, tenures: Sequence[Tenure]) -> tuple[Held, ...]:
        """Accounts of persons, each in its period, without the stretches in which police held it."""
        operated = periods(self._ledger) if tenures else []
        held = tuple(
            Held(one.account_id, begin, end)
            for one in tenures
            for begin, end in own_stretches(one.account_id, one.begin_us, one.end_us, operated)
        )
        return held or tuple(Held("") for _one in tenures[:1])  # nobody's, which is not the same as anybody's

    def _once(self, rows: Sequence[Found]) -> list[tuple[Found, int]]:
        """Of the copies of one message among these the first, with the number of places in which it was found."""
        ids = {one.id for one in rows if one.kind in ("message", "mail")}
        heads: dict[str, tuple[str, int]] = {}
        if ids:
            found = self._db.execute(
                "SELECT a.trace_id, any_value(distinct_id), count(*) FROM same_messages a JOIN same_messages b "
                "USING (distinct_id) WHERE a.trace_id IN (SELECT unnest(?)) GROUP BY 1",
                [sorted(ids)],
            ).fetchall()
            heads = {trace: (head, copies) for trace, head, copies in found}
        shown: dict[str, tuple[Found, int]] = {}
        for one in rows:
            head, copies = heads.get(one.id, (one.id, one.copies))
            shown.setdefault(head, (one, copies))
        return list(shown.values())

    def _distinct(self, query: tantivy.Query | None, limits: Wanted, hits: int) -> int | None:
        assert self._search is not None
        if hits > DISTINCT_OF:
            return None
        ids = [one.id for one in self._search.every(query, limits)]
        row = self._db.execute(
            "SELECT count(DISTINCT coalesce(s.distinct_id, id)) FROM (SELECT unnest(?) AS id) LEFT JOIN same_messages s "
            "ON s.trace_id = id",
            [ids],
        ).fetchone()
        return int(row[0]) if row else 0

    def _hit(self, one: Found, node: Node | None, context: bool, copies: int) -> Hit:
        found = [] if node is None else places(node, one.text, one.language)
        before, after = (None, None)
        if context and self._search is not None:
            before, after = (
                None if near is None else _aside(near) for near in self._search.around(one, self._within)
            )
        return Hit(
            message_of(one.id), one.item, one.kind, one.network or "", one.conversation, self._title(one),
            self._numbers.get(one.exhibit, one.exhibit), one.language, one.state,
            one.sender_name or one.sender or "", _moment(one), copies, excerpt(one.text, found), one.text,
            before, after,
        )  # fmt: skip

    def _title(self, one: Found) -> str:
        return (self._titles.get(one.conversation, "") if one.conversation else "") or one.native or ""

    def _name(self, conversations: set[str]) -> None:
        """Look up titles of conversations."""
        unknown = sorted(conversations - self._titles.keys())
        if unknown:
            rows = self._db.execute(
                "SELECT conversation_id, min(title) FROM conversations WHERE title <> '' AND conversation_id IN "
                "(SELECT unnest(?)) GROUP BY 1",
                [unknown],
            ).fetchall()
            self._titles |= dict.fromkeys(unknown, "") | dict(rows)

    def _facet(self, name: str, counted: Mapping[str, int], wanted: SearchFilter) -> Facet:
        chosen: Sequence[str] = getattr(wanted, name)
        if name == "exhibit":
            counted = {self._numbers.get(key, key): n for key, n in counted.items()}
        ranked = sorted(counted, key=lambda value: (-counted[value], value))[:_VALUES]
        ranked += [value for value in chosen if value not in ranked]
        labels = self._labels(ranked, wanted) if name == "conversation" else {}
        values = (FacetValue(one, labels.get(one, one), counted.get(one, 0), one in chosen) for one in ranked)
        return Facet(name, tuple(values))

    def _labels(self, conversations: Sequence[str], wanted: SearchFilter) -> dict[str, str]:
        """Titles of conversations, or their native ids."""
        self._name(set(conversations))
        labels = {}
        for one in conversations:
            labels[one] = self._titles[one]
            if not labels[one] and self._search is not None:
                first = self._search.page(None, Wanted(conversation=(one,), within=self._within), 1)
                labels[one] = self._title(first[0]) if first else one
        return labels

    def _bars(self, query: tantivy.Query | None, limits: Wanted, bars: int) -> tuple[Bar, ...]:
        assert self._search is not None
        ends = self._search.span(query, limits)
        if ends is None:
            return ()
        first, last = ends[0], ends[1] + 1
        edges = sorted({first + (last - first) * n // bars for n in range(bars + 1)})
        counts = self._search.bars(query, limits, edges)
        return tuple(Bar(low, high, n) for low, high, n in zip(edges, edges[1:], counts, strict=False))


def _erased(ledger: Ledger) -> tuple[str, ...]:
    """Units of erased entries: a translation may still stand in the index until that is brought up."""
    found = ledger.entries(kinds=[kinds.PAYLOAD_ERASED.name])
    return tuple("t|" + subject.removeprefix("entry:") for entry in found for subject in entry.subjects)


def _around_place(text: str, start: int | None, end: int | None) -> tuple[Segment, ...]:
    if not text or start is None or end is None:
        return ()
    return excerpt(text, [Place(start, end)])


def _aside(one: Found) -> str:
    text = " ".join(one.text.split())
    return text if len(text) <= _ASIDE else text[:_ASIDE] + "…"


def _moment(one: Found) -> Moment | None:
    if one.time is None:
        return None
    return Moment(one.time if one.zoned else None, one.time, "", "stated" if one.zoned else "unknown")
