"""What one page or command reads, on one snapshot; the door writes down what it showed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property, partial

from duckdb import DuckDBPyConnection

from safelight.access import content, cube, failures, hits, items, papers
from safelight.access import item as one_item
from safelight.access.filter import ItemFilter
from safelight.access.items import Place
from safelight.access.known import Known
from safelight.access.memo import Memo
from safelight.access.model import (
    Bytes,
    Counted,
    ExhibitCard,
    Facet,
    FailureGroup,
    FailureRow,
    Figure,
    HashSetInfo,
    Histogram,
    Hit,
    HitGroup,
    InspectorCost,
    ItemFacts,
    ItemRow,
    Order,
    Overview,
    Page,
    Standing,
)
from safelight.access.papers import Sums
from safelight.access.reading import Reading
from safelight.access.search import Searching
from safelight.access.where import Condition, Failing, condition
from safelight.catalog.fulltext import FullText
from safelight.catalog.snapshot import Snapshot
from safelight.errors import NotFound
from safelight.ledger import clocks, hashsets, privileged, received
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.ledger import Ledger
from safelight.ledger.received import Received
from safelight.messages import _

#: Tables of more items than this show no number of copies.
_COPIES_BELOW = 2_000_000

#: Ids that stand in a consultation one by one; longer lists leave a digest.
_FEW = 5


class Consultation:
    """Reads of one page or command, on one snapshot. Made by `Door.consult`."""

    def __init__(
        self,
        ledger: Ledger,
        db: DuckDBPyConnection,
        snapshot: Snapshot,
        memo: Memo,
        contents: content.Contents,
        known: Known,
        fulltext: FullText,
    ) -> None:
        self._ledger, self._db, self._snapshot, self._memo = ledger, db, snapshot, memo
        self._contents, self._known, self._fulltext = contents, known, fulltext
        self._shown: dict[str, None] = {}
        self._numbers = papers.numbers(self._ledger)
        self._places: dict[str, Place] = {}

    def _sources(self) -> list[str]:
        """All sources that the catalog knows, by exhibit and label: the order of the items table."""
        there = self._memo.get(
            "sources",
            lambda: [
                row[0]
                for row in self._db.execute("SELECT DISTINCT source_id FROM items").fetchall()
                if row[0]
            ],
        )
        return papers.in_order(self._ledger, there)

    @property
    def reading(self) -> Reading:
        """What the reads of traces take (`access/conversation.py`, `timeline.py` ...)."""
        return Reading(self._db, self._snapshot, self._memo, self._ledger, self._numbers, self._show)

    def clocks(self) -> list[tuple[str, ClockDecision]]:
        """Decisions about clocks in force, each with the number of its exhibit."""
        found = clocks.every(self._ledger)
        self._show(one.exhibit for one in found)
        return [(self._keys.get(one.exhibit, one.exhibit), one) for one in found]

    @property
    def subjects(self) -> list[str]:
        """Ids that were shown, as long as they are few."""
        return list(self._shown) if len(self._shown) <= _FEW else []

    @property
    def digest(self) -> dict[str, str | int]:
        """For lists: how many ids were shown and the SHA-256 of them, sorted, a line each."""
        if len(self._shown) <= _FEW:
            return {}
        ids = "\n".join(sorted(self._shown)).encode()
        return {"ids": len(self._shown), "sha256": hashlib.sha256(ids).hexdigest()}

    def _show(self, ids: Iterable[str | None]) -> None:
        self._shown.update((one, None) for one in ids if one)

    @property
    def _keys(self) -> Mapping[str, str]:
        return {key: number for number, key in self._numbers.items()}

    @property
    def _exhibit_of(self) -> Mapping[str, str]:
        return papers.exhibit_of(self._ledger)

    def _where(self, wanted: ItemFilter) -> Condition:
        failing = (
            self._memo.get("failing", lambda: failures.failing(self._db)) if wanted.failed else Failing()
        )
        return condition(wanted, self._numbers, failing=failing)

    # Items

    def items(
        self,
        wanted: ItemFilter | None = None,
        order: Order = "path",
        after: str | None = None,
        before: str | None = None,
        limit: int = 200,
    ) -> Page[ItemRow]:
        """One page of items with their findings. Raises Refused on a cursor of another list.

        Beyond two million items the rows carry no number of copies: counting them reads every digest.
        """
        where = self._where(wanted or ItemFilter())
        found = items.page(self._db, where, self._keys, self._sources(), order, after, before, limit)
        self._show(row.item_id for row in found.rows)
        copies = self._snapshot.rows("items") < _COPIES_BELOW
        sets_of = partial(self._known.sets_of, self._db, self._snapshot)
        rows = items.with_findings(self._db, found.rows, copies, sets_of)
        return Page(self._marked(rows), found.before, found.after)

    def _marked(self, rows: Iterable[ItemRow]) -> tuple[ItemRow, ...]:
        """Rows, those marked that another operation gave."""
        given = received.exhibits(self._ledger)
        return tuple(
            replace(row, received=True) if self._numbers.get(row.exhibit) in given else row for row in rows
        )

    def count(self, wanted: ItemFilter | None = None, contents: bool = True) -> Counted:
        """Exact counts of items, contents and bytes, and of failed places that are no items; without `contents` that
        number may be 0."""
        wanted = wanted or ItemFilter()
        if not contents and self._memo.known(self._cube_key(wanted)):
            cells = cube.matching(self._cube(wanted), wanted, self._numbers)
            found = Counted(sum(one.items for one in cells), 0, sum(one.bytes for one in cells))
        else:
            found = self._memo.get(
                ("count", contents, tuple(wanted.pairs())),
                lambda: items.count(self._db, self._where(wanted), contents),
            )
        if not wanted.failed:
            return found
        return replace(found, places=failures.places(self._db, wanted, self._numbers, self._exhibit_of))

    def _cube(self, wanted: ItemFilter) -> cube.Cube:
        rest = cube.rest(wanted)
        return self._memo.get(self._cube_key(wanted), lambda: cube.cube(self._db, self._where(rest)))

    def _cube_key(self, wanted: ItemFilter) -> tuple[str, tuple[tuple[str, str], ...]]:
        return "cube", tuple(cube.rest(wanted).pairs())

    def facets(self, wanted: ItemFilter | None = None) -> tuple[Facet, ...]:
        """Exhibit, type, state, failed, known; each counted under the rest of the filter."""
        wanted = wanted or ItemFilter()
        labels = {card.number: card.label for card in papers.listed(self._ledger)}
        return items.facets(self._db, wanted, self._numbers, labels, self._cube(wanted))

    def histogram(
        self, wanted: ItemFilter | None = None, time: str = "modified", bars: int = 120
    ) -> Histogram:
        """Items over one of their times."""
        wanted = wanted or ItemFilter()
        return self._memo.get(
            ("histogram", time, bars, tuple(wanted.pairs())),
            lambda: items.histogram(self._db, self._where(wanted), time, bars),
        )

    def item(self, item_id: str) -> ItemFacts:
        """Everything about one item; the beginning of its id (ten characters) will do. Raises NotFound."""
        whole, place = one_item.find(self._db, item_id)
        self._places[whole] = place
        row = one_item.row(self._db, whole, place, self._keys)
        card = papers.card(self._ledger, None, row.exhibit)
        self._show([whole])
        return one_item.whole(self._db, row, card, self.given(row.exhibit) if card is None else None)

    def given(self, number: str) -> Received | None:
        """Who gave the exhibit that is known here as `2016-0142-A1 (HO-003)`; None if it is none that was received."""
        return received.exhibits(self._ledger).get(self._numbers.get(number, ""))

    def copies(
        self, sha256: str, after: str | None = None, before: str | None = None, limit: int = 50
    ) -> Page[ItemRow]:
        """All items with one content."""
        found = items.page(
            self._db,
            self._where(ItemFilter(hash=sha256)),
            self._keys,
            self._sources(),
            "path",
            after,
            before,
            limit,
        )
        self._show(row.item_id for row in found.rows)
        return found

    def bytes(self, item_id: str, offset: int = 0, length: int = 512) -> Bytes:
        """A piece of an item for the hex view, read out of its source now."""
        if item_id not in self._places:
            item_id, self._places[item_id] = one_item.find(self._db, item_id)
        place = self._places[item_id]
        privileged.refuse_closed(self._ledger, item_id)
        spec, size = one_item.spec_of(self._db, item_id, place)
        self._show([item_id])
        return self._contents.piece(
            papers.source(self._ledger, place.source_id),
            item_id,
            spec,
            size,
            max(offset, 0),
            min(length, content.MOST),
        )

    # Failures and hits

    def failures(
        self,
        wanted: ItemFilter | None = None,
        inspector: str = "",
        after: str | None = None,
        limit: int = 200,
    ) -> Page[FailureRow]:
        """Failures by cause, part and place. Raises Refused on a cursor of another list."""
        found = failures.page(
            self._db, wanted or ItemFilter(), self._numbers, self._exhibit_of, inspector, after, limit
        )
        self._show(row.item_id or row.sha256 for row in found.rows)
        return found

    def _again(self) -> int:
        """Messages that are a further copy of one that was counted."""
        row = self._db.execute("SELECT count(*) - count(DISTINCT distinct_id) FROM same_messages").fetchone()
        return int(row[0]) if row else 0

    def failure_groups(self, wanted: ItemFilter | None = None) -> tuple[FailureGroup, ...]:
        """Failures by cause and part, most first."""
        wanted = wanted or ItemFilter()
        return self._memo.get(
            ("failures", tuple(wanted.pairs())),
            lambda: failures.groups(self._db, wanted, self._numbers, self._exhibit_of),
        )

    def hits(
        self, hash_set: str = "", category: str = "", after: str | None = None, limit: int = 200
    ) -> Page[Hit]:
        """Items whose content stands in a hash set (name or id) or category (`scheme/code`)."""
        found = hits.page(self._db, self._keys, hash_set, category, after, limit)
        self._show(hit.item.item_id for hit in found.rows)
        return found

    def hit_groups(self) -> tuple[HitGroup, ...]:
        """Hits by set and category."""
        return self._memo.get("hits", lambda: hits.groups(self._db))

    def hash_sets(self) -> tuple[HashSetInfo, ...]:
        """The registered hash sets, in the order of registration."""
        found = tuple(
            HashSetInfo(
                one.set_id,
                one.name,
                str(one.info.get("kind", "")),
                str(one.info.get("origin", "")),
                int(one.info.get("rows", 0)),
                int(one.info.get("bad", 0)),
                str(one.info.get("source_sha256", "")),
            )
            for one in hashsets.every(self._ledger)
        )
        self._show(one.set_id for one in found)
        return found

    # Search

    @cached_property
    def search(self) -> Searching:
        """Search over all text, on the index as it is now."""
        return Searching(self._fulltext, self._ledger, self._db, self._numbers, self._show, memo=self._memo)

    # Exhibits and the whole

    def standing(self) -> Standing:
        """Name, head and sizes of the operation, for the frame around a page."""
        return Standing(
            name=self._ledger.name,
            synthetic=self._ledger.synthetic,
            head=str(self._ledger.head()),
            exhibits=len(papers.listed(self._ledger)),
            items=self._snapshot.rows("items"),
            failures=self._snapshot.rows("failures"),
            hits=self._snapshot.rows("hits"),
            snapshot=self._snapshot.sequence,
        )

    def exhibits(self) -> tuple[ExhibitCard, ...]:
        """Every exhibit with custody, sources and figures, by number."""
        cards = papers.cards(self._ledger, self._sums())
        self._show(card.key for card in cards)
        return cards

    def _sums(self) -> Sums:
        return self._memo.get("sums", lambda: papers.sums(self._db, self._cube(ItemFilter())))

    def exhibit(self, number: str) -> ExhibitCard:
        """One exhibit. Raises NotFound."""
        card = papers.card(self._ledger, self._sums(), number)
        if card is None:
            raise NotFound(
                _("There is no exhibit %(number)s.") % {"number": number},
                _("See `safelight exhibit list` for those there are."),
            )
        self._show([card.key])
        return card

    def costs(self, exhibit: str | None = None) -> tuple[InspectorCost, ...]:
        """What each inspector cost, for one exhibit (number) or all."""
        return papers.costs(self._db, self._numbers.get(exhibit) if exhibit else None)

    def overview(self) -> Overview:
        """The operation in figures, each with the filter that opens its rows."""
        cells, sums = self._cube(ItemFilter()), self._sums()

        def figure(name: str, wanted: ItemFilter) -> Figure:
            found = cube.matching(cells, wanted, self._numbers)
            return Figure(name, sum(one.items for one in found), wanted)

        types = cube.counts(cells, "type")
        by_size = sorted(types, key=lambda t: (t == "none", t == "other", -types[t], t))
        return Overview(
            total=sums.total,
            messages=self._snapshot.rows("messages"),
            distinct_messages=self._snapshot.rows("messages") - self._memo.get("further copies", self._again),
            by_type=tuple(Figure(name, types[name], ItemFilter(type=(name,))) for name in by_size),
            deleted=figure("deleted", ItemFilter(state=("deleted", "orphan"))),
            failed=figure("failed", ItemFilter(failed=("any",))),
            hit=figure("hits", ItemFilter(known=("any",))),
            failures=self.failure_groups(),
            hits=self.hit_groups(),
            exhibits=self.exhibits(),
        )
