"""Search for people: what they ask becomes a query of the index, limited to what they may see; hits come with their context.

Reached through the door alone (`Consultation.search`). Counts and order use nothing but the texts that the reader may see.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise

import tantivy
from duckdb import DuckDBPyConnection

from safelight.access import search_clock, search_copies
from safelight.access.cursor import Cursor, decode
from safelight.access.memo import Memo
from safelight.access.model import Bar, Facet, FacetValue, Page
from safelight.access.police import own_stretches, without_police
from safelight.access.search_copies import Repeated
from safelight.access.search_filter import SearchFilter
from safelight.catalog.fulltext import FullText
from safelight.catalog.fulltext_marks import Place, Segment, excerpt, places
from safelight.catalog.fulltext_plan import one_of, plan, without
from safelight.catalog.fulltext_query import Node
from safelight.catalog.fulltext_rows import message_of
from safelight.catalog.fulltext_schema import FACETS
from safelight.catalog.fulltext_search import Found, Held, Search, Wanted, without_facet
from safelight.ledger import clocks, kinds, searches
from safelight.ledger.identities import Tenure
from safelight.ledger.ledger import Ledger
from safelight.ledger.police import periods
from safelight.ledger.searches import SavedSearch
from safelight.traces.moment import Moment

#: Characters of the message before or after a hit.
_ASIDE = 160
#: Of more hits distinct ones are not counted, if any message has copies: a million take 0.9 s of processor.
DISTINCT_OF = 2_000_000
#: The memo's name for all messages that have copies.
_COPIES = "copies of messages"
#: Hits whose copies are looked up together, by what is stored of each.
_TOGETHER = 2000
#: Messages whose further copies the next page passes over, and characters of a message's digest in a cursor.
_AWAITED, _DIGITS = 64, 16


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
    """How many texts match, by facet, and over time. `distinct` counts copies of one message once, within each value and bar
    as in all; None where there are more than DISTINCT_OF hits."""

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
        *,
        memo: Memo,
    ) -> None:
        """`exhibits` maps numbers to keys; `within` are the keys of exhibits that the reader may see (None: all). `memo` is
        that of the connection's snapshot."""
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
        self._memo = memo
        self._numbers = {key: number for number, key in exhibits.items()}
        self._titles: dict[str, str] = {}
        self._erased = _erased(ledger)

    def page(
        self, wanted: SearchFilter, after: str | None = None, limit: int = 50, *, context: bool = False
    ) -> Page[Hit]:
        """One page of `limit` hits by time, with what stands around each if `context`. Raises Refused.

        Of the copies of one message the first is the hit, and those that follow are passed over, on this page and on later
        ones: the cursor names the messages whose copies are still to come. Of these it holds the newest `_AWAITED`; a copy
        that is further away is a hit again."""
        if self._search is None or not wanted:
            return Page(())
        node, query = self._query(wanted)
        order, limits, start, awaited = f"search {wanted.order}", self._wanted(wanted), None, {}
        if after:
            key, id_, told = decode(after, order, 3).values
            start, awaited = (int(key or 0), str(id_)), _awaited(str(told or ""))
        rows: list[tuple[Found, int]] = []
        cursor, size, whole = None, limit + 1, False
        while not whole and cursor is None:
            found = self._search.page(query, limits, size, start, wanted.order == "oldest")
            whole, size, heads = len(found) < size, size * 2, self._heads(found)
            for one in found:
                head, copies = heads.get(one.id, ("", one.copies))
                if head not in awaited:
                    if len(rows) == limit:
                        cursor = Cursor(order, (*(start or ()), _told(awaited))).encode()
                        break
                    rows.append((one, copies))
                if head:
                    awaited[head] = awaited.get(head, copies) - 1
                start = (one.key, one.id)
        self._show(message_of(one.id) for one, _copies in rows)
        self._name({one.conversation for one, _copies in rows if one.conversation})
        return Page(tuple(self._hit(one, node, context, copies) for one, copies in rows), None, cursor)

    def every(self, wanted: SearchFilter) -> Iterator[Hit]:
        """All hits in the order of the filter, each copy of a message for itself."""
        if self._search is None or not wanted:
            return
        node, query = self._query(wanted)
        found = self._search.every(query, self._wanted(wanted), oldest=wanted.order == "oldest")
        while rows := list(islice(found, _TOGETHER)):
            heads = self._heads(rows)
            self._name({one.conversation for one in rows if one.conversation})
            for one in rows:
                _head, copies = heads.get(one.id, ("", one.copies))
                yield self._hit(one, node, False, copies)

    def count(self, wanted: SearchFilter) -> int:
        """How many texts match."""
        if self._search is None or not wanted:
            return 0
        return self._search.count(self._query(wanted)[1], self._wanted(wanted))

    def distinct(self, wanted: SearchFilter) -> int | None:
        """How many different ones, copies of one message once; None where there are more than DISTINCT_OF hits."""
        if self._search is None or not wanted:
            return 0
        query, limits = self._query(wanted)[1], self._wanted(wanted)
        hits = self._search.count(query, limits)
        if hits <= _TOGETHER and not self._memo.known(
            _COPIES
        ):  # a command reads no million copies for ten hits
            rows = list(self._search.every(query, limits))
            heads = self._heads(rows)
            return len({heads[one.id][0] if one.id in heads else one.id for one in rows})
        repeated = self._repeated(query, limits, hits)
        return None if repeated is None else hits - repeated.in_all()

    def counts(self, wanted: SearchFilter, bars: int = 94, values: int = 12) -> Counts:
        """Counts by facet (its `values` of most hits and those that are chosen) and over time, in `bars` or none. Each facet
        is counted under the rest of the filter."""
        if self._search is None or not wanted:
            return Counts(0, 0, 0, (), ())
        query, limits = self._query(wanted)[1], self._wanted(wanted)
        counted = self._search.facets(query, limits, FACETS, most=10_000)
        inside = counted["conversation"]
        if limits.conversation:
            inside = {key: n for key, n in inside.items() if key in limits.conversation}
        hits = self._search.count(query, limits)
        repeated = self._repeated(query, limits, hits)
        facets = []
        for name in FACETS:
            mine = repeated
            if getattr(limits, name):
                less = without_facet(limits, name)
                mine = self._repeated(query, less, self._search.count(query, less))
            more = None if mine is None else mine.by(name)
            facets.append(self._facet(name, counted[name], more, wanted, values))
        distinct = None if repeated is None else hits - repeated.in_all()
        return Counts(hits, distinct, len(inside), tuple(facets), self._bars(query, limits, repeated, bars))

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

    def _heads(self, rows: Sequence[Found]) -> dict[str, tuple[str, int]]:
        """Of those that have copies a digest of the message that all of them are, and in how many places it was found."""
        ids = {one.id for one in rows if one.kind in ("message", "mail")}
        if not ids:
            return {}
        found = self._db.execute(
            "SELECT a.trace_id, any_value(distinct_id), count(*) FROM same_messages a JOIN same_messages b "
            "USING (distinct_id) WHERE a.trace_id IN (SELECT unnest(?)) GROUP BY 1",
            [sorted(ids)],
        ).fetchall()
        return {
            trace: (hashlib.sha256(head.encode()).hexdigest()[:_DIGITS], copies)
            for trace, head, copies in found
        }

    def _repeated(self, query: tantivy.Query | None, limits: Wanted, hits: int) -> Repeated | None:
        """The hits that have copies; None where there are too many hits to look."""
        assert self._search is not None
        copies = self._memo.get(_COPIES, lambda: search_copies.read(self._db))
        if not len(copies.digests) or not hits:
            return search_copies.among(copies, ())
        return search_copies.among(copies, self._search.marks(query, limits)) if hits <= DISTINCT_OF else None

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

    def _facet(
        self,
        name: str,
        counted: Mapping[str, int],
        repeated: Mapping[str, int] | None,
        wanted: SearchFilter,
        most: int,
    ) -> Facet:
        chosen: Sequence[str] = getattr(wanted, name)
        distinct = {} if repeated is None else {key: n - repeated.get(key, 0) for key, n in counted.items()}
        if name == "exhibit":
            counted, distinct = (
                {self._numbers.get(key, key): n for key, n in one.items()} for one in (counted, distinct)
            )
        ranked = sorted(counted, key=lambda value: (-counted[value], value))[:most]
        ranked += [value for value in chosen if value not in ranked]
        labels = self._labels(ranked, wanted) if name == "conversation" else {}
        values = (
            FacetValue(
                one, labels.get(one, one), counted.get(one, 0), one in chosen,
                None if repeated is None else distinct.get(one, 0),
            )
            for one in ranked
        )  # fmt: skip
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

    def _bars(
        self, query: tantivy.Query | None, limits: Wanted, repeated: Repeated | None, bars: int
    ) -> tuple[Bar, ...]:
        assert self._search is not None
        ends = self._search.span(query, limits) if bars else None
        if ends is None:
            return ()
        first, last = ends[0], ends[1] + 1
        edges = sorted({first + (last - first) * n // bars for n in range(bars + 1)})
        counts = self._search.bars(query, limits, edges)
        if repeated is None:
            return tuple(Bar(low, high, n) for (low, high), n in zip(pairwise(edges), counts, strict=True))
        return tuple(
            Bar(low, high, n, n - more)
            for (low, high), n, more in zip(pairwise(edges), counts, repeated.between(edges), strict=True)
        )


def _erased(ledger: Ledger) -> tuple[str, ...]:
    """Units of erased entries: a translation may still stand in the index until that is brought up."""
    found = ledger.entries(kinds=[kinds.PAYLOAD_ERASED.name])
    return tuple("t|" + subject.removeprefix("entry:") for entry in found for subject in entry.subjects)


def _told(awaited: Mapping[str, int]) -> str:
    """Messages with the number of copies that may follow, for a cursor."""
    more = [f"{head}{left:x}" for head, left in awaited.items() if left > 0]
    return " ".join(more[-_AWAITED:])


def _awaited(told: str) -> dict[str, int]:
    return {one[:_DIGITS]: int(one[_DIGITS:], 16) for one in told.split()}


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
