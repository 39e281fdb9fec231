"""The one door: it knows who asks and why, and writes down what was shown.

    door = Door(folder, who="engineer", purpose="intake of 2016-0142")
    with door.consult("items", wanted.words()) as look:  # one entry in the audit, when the block ends
        page = look.items(wanted)
    with door.stream(item_id, reason="asked for by counsel") as chunks:  # a disclosure, written first
        ...

Nothing else reads the catalog's parts or the ledger's tables for people. `progress` alone writes no entry.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from typing import Self

from duckdb import DuckDBPyConnection
from duckdb import Error as DuckDBError

from safelight.access import clock, content, items, papers, police, progress, sealed
from safelight.access import item as one_item
from safelight.access.consultation import Consultation
from safelight.access.damage import damage_is_told
from safelight.access.filter import ItemFilter
from safelight.access.identity_acts import IdentityActs
from safelight.access.known import Known
from safelight.access.memo import Memo
from safelight.access.model import (
    ItemRow,
    Progress,
)
from safelight.access.search import Counts, Searching
from safelight.access.search import Hit as TextHit
from safelight.access.search_filter import SearchFilter
from safelight.access.trace_acts import TraceActs
from safelight.access.where import condition
from safelight.catalog.catalog import Catalog
from safelight.catalog.fulltext import FullText
from safelight.catalog.snapshot import Snapshot
from safelight.errors import NotFound, Refused
from safelight.ledger import audit, clocks, privileged, rights, searches
from safelight.ledger.grading import SCHEMES, Scheme
from safelight.ledger.keys import UnlockedKeys
from safelight.ledger.ledger import Ledger
from safelight.ledger.police import PolicePeriod, periods
from safelight.messages import _
from safelight.operation.folder import OperationFolder
from safelight.operation.settings import read_settings


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

    @property
    def grading(self) -> Scheme:
        """The scheme that people grade in now."""
        return SCHEMES[read_settings(self.folder.settings).grading.scheme]

    def holds(self, right: str) -> bool:
        """Whether this person has a right of its own (`ledger/rights.py`). It shows nothing, so it writes no entry."""
        return rights.holds(self._ledger, self.who, right)

    def reviews(self) -> bool:
        """Whether privileged material is held for this person. It shows nothing of it, so it writes no entry."""
        return bool(privileged.reviewed_by(self._ledger, self.who))

    def progress(self) -> Progress | None:
        """How far the run under way is. Polled, so it writes no entry."""
        return progress.read(self.folder)

    # What leaves the house: written down before the first byte goes.

    @contextmanager
    def stream(
        self, item_id: str, reason: str, credentials: Sequence[str] = ()
    ) -> Iterator[Iterable[bytes | bytearray]]:
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
        with closing(chunks):  # who stops early ends the child
            first: bytes | bytearray = next(chunks, b"")  # what cannot be opened discloses nothing
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

    def export_counts(self, wanted: SearchFilter, reason: str, values: int) -> Counts:
        """Counts by facet of a search, `values` of each at most, for a file that leaves the house; written down.

        Raises Refused without a reason.
        """
        self._reason(reason)
        self._disclose("export of counts", reason, query=wanted.words())
        with self._reading() as (db, views):
            return self._searching(db, views).counts(wanted, bars=0, values=values)

    def _hits(self, wanted: SearchFilter) -> Iterator[TextHit]:
        with self._reading() as (db, views):
            yield from self._searching(db, views).every(wanted)

    def _searching(self, db: DuckDBPyConnection, views: _Views) -> Searching:
        numbers = papers.numbers(self._ledger)
        return Searching(self._fulltext, self._ledger, db, numbers, lambda _ids: None, memo=views.memo)

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

    def small_picture(self, sha256: str) -> bytes | None:
        """The plain small picture of a content whose bytes leave the house anyway: they were written down. None without keys
        or picture."""
        return self._plain(sha256, None)

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
