"""The one door: it knows who asks and why, and writes down what was shown.

    door = Door(folder, who="engineer", purpose="intake of 2016-0142")
    with door.consult("items", wanted.words()) as look:  # one entry in the audit, when the block ends
        page = look.items(wanted)
    with door.stream(item_id, reason="asked for by counsel") as chunks:  # a disclosure, written first
        ...

Nothing else reads the catalog's parts or the ledger's tables for people. `progress` alone writes no entry.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from typing import Self

from duckdb import DuckDBPyConnection
from duckdb import Error as DuckDBError

from safelight.access import clock, content, cube, failures, hits, items, papers, police, progress, sealed
from safelight.access import item as one_item
from safelight.access.damage import damage_is_told
from safelight.access.filter import ItemFilter
from safelight.access.identity_acts import IdentityActs
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
    Progress,
    Standing,
)
from safelight.access.papers import Sums
from safelight.access.reading import Reading
from safelight.access.search import Hit as TextHit
from safelight.access.search import Searching
from safelight.access.search_filter import SearchFilter
from safelight.access.trace_acts import TraceActs
from safelight.access.where import Condition, Failing, condition
from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext import FullText
from safelight.catalog.snapshot import Snapshot
from safelight.errors import NotFound, Refused
from safelight.ledger import audit, clocks, hashsets, privileged, rights, searches
from safelight.ledger.clocks import ClockDecision
from safelight.ledger.keys import UnlockedKeys
from safelight.ledger.ledger import Ledger
from safelight.ledger.police import PolicePeriod, periods
from safelight.messages import _
from safelight.operation.folder import OperationFolder

#: Tables of more items than this show no number of copies.
_COPIES_BELOW = 2_000_000

#: Ids that stand in a consultation one by one; longer lists leave a digest.
_FEW = 5


@dataclass(slots=True)
class _Views:
    """One snapshot's connection and how many read on it. Closing it would close their cursors too."""

    db: DuckDBPyConnection
    snapshot: Snapshot
    clock: tuple[int, ...] = ()
    """Entries of the decisions about clocks that its `at_us` follows."""
    police: tuple[PolicePeriod, ...] = ()
    """When police operated which account: figures in `memo` leave its acts out."""
    readers: int = 0
    memo: Memo = field(default_factory=Memo)


class Door:
    """Opens one operation for one person with one purpose. Safe for several threads; close it when done.

    `credentials` are passwords and keys of evidence, tried where bytes of an item are read; they are held in memory.
    """

    def __init__(
        self,
        folder: OperationFolder,
        *,
        who: str,
        purpose: str,
        keys: UnlockedKeys | None = None,
        credentials: Sequence[str] = (),
    ) -> None:
        self.folder, self.who, self.purpose, self.keys = folder, who, purpose, keys
        self._catalog = Catalog.at(folder)
        self._ledger = Ledger.open(folder)
        self._lock = threading.Lock()
        self._views: _Views | None = None
        self._contents = content.Contents(folder, credentials)
        self._known = Known(folder.parts)
        self._fulltext = FullText(folder.index)

    def close(self) -> None:
        """Let go of both stores and of the child that reads sources. Nobody may be reading any more."""
        self._contents.close()
        with self._lock:
            if self._views is not None:
                self._views.db.close()
            self._views = None
            self._catalog.close()
            self._ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[tuple[DuckDBPyConnection, _Views]]:
        """A cursor on the newest snapshot. Views are made again only when the journal has moved or a clock was decided
        upon, and older ones stay until their last reader is done. Raises IntegrityBroken if parts cannot be read."""
        with damage_is_told(self._catalog.spill):
            with self._lock:
                snapshot = self._catalog.snapshot()
                decisions = clocks.every(self._ledger)
                seqs, operated = tuple(one.seq for one in decisions), tuple(periods(self._ledger))
                views = self._views
                if views is None or (views.snapshot.digest, views.clock, views.police) != (
                    snapshot.digest, seqs, operated,
                ):  # fmt: skip
                    self._let_go(views)
                    views = self._views = None
                    views = self._views = _Views(self._catalog.connect(snapshot), snapshot, seqs, operated)
                    clock.install(views.db, decisions)
                    police.install(views.db, operated)
                views.readers += 1
                cursor = views.db.cursor()
            try:
                with cursor:
                    yield cursor, views
            except DuckDBError:
                with self._lock:
                    if views is self._views:
                        self._views = None  # after some errors a database serves no more
                raise
            finally:
                with self._lock:
                    views.readers -= 1
                    if views is not self._views:
                        self._let_go(views)

    @staticmethod
    def _let_go(views: _Views | None) -> None:
        if views is not None and not views.readers:
            views.db.close()

    @contextmanager
    def consult(self, what: str, query: str = "") -> Iterator[Consultation]:
        """Read for one page or command; one consultation is written when the block ends, come what may."""
        with self._reading() as (db, views):
            look = Consultation(
                self._ledger, db, views.snapshot, views.memo, self._contents, self._known, self._fulltext
            )
            try:
                yield look
            finally:
                audit.consult(
                    self._ledger,
                    actor=self.who,
                    purpose=self.purpose,
                    what={"page": what, "query": query} | look.digest,
                    subjects=look.subjects,
                )

    def save_search(self, name: str, wanted: SearchFilter) -> None:
        """Save a search under a name, as a decision. Raises Refused."""
        searches.save(self._ledger, name, wanted.text, wanted.pairs()[bool(wanted.text) :], actor=self.who)

    def withdraw_search(self, seq: int) -> None:
        """Take a saved search off the list. Raises NotFound."""
        searches.withdraw(self._ledger, seq, actor=self.who)

    @cached_property
    def traces(self) -> TraceActs:
        """What this person decides about messages and hands out of conversations."""
        return TraceActs(self)

    @cached_property
    def identities(self) -> IdentityActs:
        """What this person decides about accounts and persons."""
        return IdentityActs(self)

    @property
    def synthetic(self) -> bool:
        """Whether the operation's first entry says so."""
        return self._ledger.synthetic

    def holds(self, right: str) -> bool:
        """Whether this person has a right of its own (`ledger/rights.py`). It shows nothing, so it writes no entry."""
        return rights.holds(self._ledger, self.who, right)

    def progress(self) -> Progress | None:
        """How far the run under way is. Polled, so it writes no entry."""
        return progress.read(self.folder)

    # What leaves the house: written down before the first byte goes.

    @contextmanager
    def stream(self, item_id: str, reason: str, credentials: Sequence[str] = ()) -> Iterator[Iterable[bytes]]:
        """An item's bytes in chunks, out of its source. `credentials` are tried on what is encrypted.

        They are read in a supervised child. Raises Refused without a reason, NotFound, Unreachable, EvidenceError;
        SafelightError if the child was ended by them.
        """
        self._reason(reason)
        with self._reading() as (db, _views):
            whole, place = one_item.find(db, item_id)
            privileged.refuse_closed(self._ledger, whole)
            spec, _size = one_item.spec_of(db, whole, place)
        chunks = self._contents.stream(papers.source(self._ledger, place.source_id), spec, credentials)
        first = next(chunks, b"")  # what cannot be opened discloses nothing
        self._disclose("cat", reason, [whole])
        yield chain([first], chunks)

    def export(self, wanted: ItemFilter, reason: str, limit: int | None = None) -> Iterator[ItemRow]:
        """Every matching row by path, for a file that leaves the house; written down when this is called.

        Raises Refused without a reason.
        """
        self._reason(reason)
        self._disclose("export", reason, query=wanted.words())
        return self._rows(wanted, limit)

    def export_hits(self, wanted: SearchFilter, reason: str) -> Iterator[TextHit]:
        """Every hit of a search by time, for a file that leaves the house; written down when this is called.

        Raises Refused without a reason.
        """
        self._reason(reason)
        self._disclose("export of hits", reason, query=wanted.words())
        return self._hits(wanted)

    def _hits(self, wanted: SearchFilter) -> Iterator[TextHit]:
        with self._reading() as (db, _views):
            numbers = papers.numbers(self._ledger)
            yield from Searching(self._fulltext, self._ledger, db, numbers, lambda _ids: None).every(wanted)

    def _rows(self, wanted: ItemFilter, limit: int | None) -> Iterator[ItemRow]:
        with self._reading() as (db, views):
            numbers = papers.numbers(self._ledger)
            keys = {key: number for number, key in numbers.items()}
            sets_of = partial(self._known.sets_of, db.cursor(), views.snapshot)
            yield from items.stream(db, condition(wanted, numbers), keys, limit, sets_of)

    def sealed(self, sha256: str) -> bytes | None:
        """The picture's sealed degree (grey, 96 px, blurred) for a page; None without keys or picture."""
        found = self._plain(sha256, None)
        return sealed.degrade(found, "sealed") if found else None

    def open_derivative(self, sha256: str, recipe: str | None, reason: str) -> bytes:
        """The picture at Grey 320, as an act that is written down.

        Raises Refused (no reason), NotFound (no picture, or its key is not held).
        """
        self._reason(reason)
        plain = self._plain(sha256, recipe)
        if plain is None:
            raise NotFound(
                _("There is no picture that could be opened for this content."),
                _("Start the workbench with the operation's passphrase, or see its failures."),
            )
        self._disclose("open sealed picture", reason, [sha256], degree="grey 320")
        return sealed.degrade(plain, "grey")

    def closed_derivative(self, sha256: str, seconds: float) -> None:
        """Write down how long an opened picture was seen (as the browser says)."""
        audit.consult(
            self._ledger,
            actor=self.who,
            purpose=self.purpose,
            what={"page": "sealed picture closed", "seconds": round(seconds, 1)},
            subjects=[sha256],
        )

    def _plain(self, sha256: str, recipe: str | None) -> bytes | None:
        if self.keys is None:
            return None
        with self._reading() as (db, _views):
            row = db.execute(
                "SELECT key_id, sealed FROM derivatives WHERE sha256 = ? AND (? IS NULL OR recipe = ?) "
                "ORDER BY recipe DESC LIMIT 1",
                [sha256, recipe, recipe],
            ).fetchone()
        return self.keys.open(row[0], bytes(row[1])) if row else None

    def _reason(self, reason: str) -> None:
        if not reason.strip():
            raise Refused(_("A reason is needed, and none was given."), _("Say why, in one sentence."))

    def _disclose(self, act: str, reason: str, subjects: Iterable[str] = (), **more: str | float) -> None:
        audit.disclose(
            self._ledger,
            actor=self.who,
            purpose=reason,
            recipient=self.who,
            what={"act": act, "work": self.purpose} | more,
            subjects=subjects,
        )


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
        return Page(items.with_findings(self._db, found.rows, copies, sets_of), found.before, found.after)

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
        return one_item.whole(self._db, row, card)

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
        return Searching(self._fulltext, self._ledger, self._db, self._numbers, self._show)

    # Exhibits and the whole

    def standing(self) -> Standing:
        """Name, head and sizes of the operation, for the frame around a page."""
        return Standing(
            name=self._ledger.name,
            synthetic=self._ledger.synthetic,
            head=str(self._ledger.head()),
            exhibits=len(self._numbers),
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
            by_type=tuple(Figure(name, types[name], ItemFilter(type=(name,))) for name in by_size),
            deleted=figure("deleted", ItemFilter(state=("deleted", "orphan"))),
            failed=figure("failed", ItemFilter(failed=("any",))),
            hit=figure("hits", ItemFilter(known=("any",))),
            failures=self.failure_groups(),
            hits=self.hit_groups(),
            exhibits=self.exhibits(),
        )
