"""Recompute the ledger and name the first entry that is not as it was written.

Checked in one pass over a snapshot: numbers without a gap, both links of each hash, the body's digest,
repeated columns, time that never falls, every payload against its digest, every missing payload against an
erasure that names it. Then the state tables against a replay, `head.log`, and a head kept elsewhere. Only the
last shows a lost tail (if `head.log` was cut as well) or a history computed anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import orjson
import sqlalchemy as sa

from safelight.ledger import kinds, projections, tables
from safelight.ledger.entry import ZERO, body_digest, link, payload_digest, skip_target
from safelight.ledger.head import Head, parse_head
from safelight.ledger.headlog import MOST_LOST, HeadLog
from safelight.ledger.ledger import Ledger

_PAGE: Final = 2000
#: SQLite stores any type in any column, and text that is none: what drivers answer to that.
_UNREADABLE: Final = (TypeError, ValueError, OverflowError, sa.exc.DBAPIError)
_BYTES_OR_NONE: Final = (bytes, type(None))


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `first_bad` is an entry's number, or None where the fault cannot be placed at one
    entry.

    `vouched_up_to` is the entry up to which the outside head vouches, None without one; `head` is the newest
    entry's. `notes` say what is odd and yet no fault, such as a head log that lags after a crash.
    """

    ok: bool
    first_bad: int | None
    reason: str
    entries: int
    vouched_up_to: int | None
    head: Head
    notes: tuple[str, ...] = ()


class _Bad(Exception):
    def __init__(self, seq: int | None, reason: str) -> None:
        super().__init__(reason)
        self.seq, self.reason = seq, reason


def verify(ledger: Ledger, head: str | Head | None = None) -> Report:
    """Check everything against everything. `head` is a printed head that was kept elsewhere. Raises BadInput
    for it.
    """
    outside = parse_head(head) if isinstance(head, str) else head
    walk = _Walk(outside)
    notes: list[str] = []
    with ledger.store.reading() as connection:
        try:
            if ledger.head_log is not None:
                walk.log = _LogCheck(ledger.head_log)
            walk.run(connection)
            if walk.log is not None:
                notes += walk.log.end(walk, ledger)
            if outside is not None and outside.seq > walk.last.seq:
                raise _Bad(
                    walk.last.seq + 1,
                    f"the ledger ends before entry {outside.seq}, which the head given knows",
                )
            _check_state(connection)
        except _Bad as bad:
            vouched = walk.vouched_up_to
            if vouched is not None and bad.seq is not None and bad.seq <= vouched:
                vouched = None
            return Report(False, bad.seq, bad.reason, walk.last.seq, vouched, walk.last, tuple(notes))
        except sa.exc.DBAPIError as error:
            reason = f"the database cannot be read behind entry {walk.last.seq}: {error.orig}"
            return Report(False, None, reason, walk.last.seq, walk.vouched_up_to, walk.last, tuple(notes))
    return Report(True, None, "", walk.last.seq, walk.vouched_up_to, walk.last, tuple(notes))


class _Walk:
    """The pass over the chain."""

    def __init__(self, outside: Head | None) -> None:
        self.outside = outside
        self.vouched_up_to: int | None = None
        self.log: _LogCheck | None = None
        self._seq, self._hash = 0, ZERO
        self._recorded_at = 0
        self._skips = {0: ZERO}
        self._erased: dict[int, int] = {}

    @property
    def last(self) -> Head:
        """The newest entry that was found right."""
        return Head(self._seq, self._hash)

    def run(self, connection: sa.Connection) -> None:
        self._erased = _erasures(connection)
        entries, payloads, subjects = tables.ENTRIES, tables.PAYLOADS, tables.SUBJECTS
        query = (
            sa.select(entries, payloads.c.salt, payloads.c.payload)
            .select_from(entries.outerjoin(payloads, entries.c.seq == payloads.c.seq))
            .order_by(entries.c.seq)
            .limit(_PAGE)
        )
        index = (
            sa.select(subjects)
            .where(subjects.c.seq.between(sa.bindparam("low"), sa.bindparam("high")))
            .order_by(subjects.c.seq, subjects.c.position)
        )
        below = connection.execute(sa.select(entries.c.seq).where(entries.c.seq < 1)).first()
        if below is not None:
            raise _Bad(below.seq, "an entry has a number below 1")
        while rows := self._page(connection, query.where(entries.c.seq > self._seq)):
            wanted: list[_Row] = []
            first = rows[0].seq
            for row in rows:
                wanted += self._entry(*row)
            try:
                found = connection.execute(index, {"low": first, "high": self._seq}).all()
            except _UNREADABLE as error:
                raise _Bad(None, f"the index of subjects cannot be read: {error}") from error
            if (given := [tuple(row) for row in found]) != wanted:
                raise _Bad(
                    _first_difference(given, wanted), "the index of subjects does not follow from the entry"
                )
        if self._seq == 0:
            raise _Bad(1, "the ledger is empty")
        for table in (payloads, subjects):
            stray = table.c.seq.not_in(sa.select(entries.c.seq))
            left = connection.execute(sa.select(sa.func.min(table.c.seq)).where(stray)).scalar()
            if left is not None:
                raise _Bad(left, f"entry {left} is gone, but something of it is left in {table.name}")

    def _page(self, connection: sa.Connection, query: sa.Select[Any]) -> Sequence[Any]:
        """The next rows; one that the driver cannot even read is placed at its entry."""
        try:
            return connection.execute(query).all()
        except _UNREADABLE as error:
            seq = tables.ENTRIES.c.seq
            for number in connection.execute(sa.select(seq).where(seq > self._seq).order_by(seq)).scalars():
                try:
                    connection.execute(query.where(seq == number)).all()
                except _UNREADABLE:
                    raise _Bad(number, f"entry {number} cannot be read: {error}") from error
            raise

    def _entry(
        self,
        seq: int,
        previous: bytes,
        own: bytes,
        body: bytes,
        recorded_at: int,
        verb: str,
        kind: str,
        actor: str,
        salt: bytes | None,
        payload: bytes | None,
    ) -> list[_Row]:
        """Check one row; returns the rows that the index of subjects must hold for it."""
        if seq != self._seq + 1:
            raise _Bad(self._seq + 1, f"entry {self._seq + 1} is missing")
        if previous != self._hash:
            raise _Bad(seq, f"entry {seq} does not follow entry {self._seq}")
        if not (type(body) is bytes and type(salt) in _BYTES_OR_NONE and type(payload) in _BYTES_OR_NONE):
            raise _Bad(seq, f"entry {seq} holds values of a type that was never written")
        if link(seq, previous, self._skips[skip_target(seq)], body_digest(body)) != own:
            raise _Bad(seq, f"entry {seq} does not have the hash it was written with")
        try:
            fields = orjson.loads(body)
            columns = (fields["seq"], fields["recorded_at"], fields["verb"], fields["kind"], fields["actor"])
            digest, subjects = bytes.fromhex(fields["digest"]), fields["subjects"]
        except (ValueError, KeyError, TypeError) as error:
            raise _Bad(seq, f"entry {seq} cannot be read: {error}") from error
        if columns != (seq, recorded_at, verb, kind, actor):
            raise _Bad(seq, f"the columns of entry {seq} do not say what its body says")
        if recorded_at < self._recorded_at:
            raise _Bad(seq, f"entry {seq} claims a time before the entry before it")
        if seq == 1 and kind != kinds.OPERATION_CREATED.name:
            raise _Bad(seq, "the first entry does not create an operation")
        self._payload(seq, digest, salt, payload)
        self._recorded_at = recorded_at
        if self.log is not None:
            self.log.at(seq, own, recorded_at)
        self._seq, self._hash = seq, own
        if not seq & 1:
            self._remember(seq, own)
        if self.outside is not None and seq == self.outside.seq:
            if not self.outside.fits(own):
                raise _Bad(
                    seq, f"entry {seq} is not the one the head given knows: it or one before it was replaced"
                )
            self.vouched_up_to = seq
        return [(seq, place, subject) for place, subject in enumerate(subjects)]

    def _payload(self, seq: int, digest: bytes, salt: bytes | None, payload: bytes | None) -> None:
        eraser = self._erased.get(seq)
        if payload is None or salt is None:
            if eraser is None or eraser <= seq:
                raise _Bad(
                    seq, f"the payload of entry {seq} is gone, and no later entry says that it was erased"
                )
        elif payload_digest(salt, payload) != digest:
            raise _Bad(seq, f"the payload of entry {seq} was changed")
        elif eraser is not None:
            raise _Bad(
                seq, f"entry {eraser} says that the payload of entry {seq} was erased, but it is there"
            )

    def _remember(self, seq: int, own: bytes) -> None:
        """Keep what later entries may skip to: `seq`, and `seq` with its lowest set bits cleared one by one."""
        self._skips[seq] = own
        drop, step = skip_target(seq), 2
        while seq - step > drop:
            self._skips.pop(seq - step, None)
            step *= 2


def _erasures(connection: sa.Connection) -> dict[int, int]:
    """Which entry's payload is said to be erased by which entry."""
    found: dict[int, int] = {}
    query = sa.select(tables.ENTRIES.c.seq, tables.ENTRIES.c.body).where(
        tables.ENTRIES.c.kind == kinds.PAYLOAD_ERASED.name
    )
    for seq, body in connection.execute(query):
        try:
            for subject in orjson.loads(bytes(body))["subjects"]:
                found.setdefault(int(subject.removeprefix("entry:")), seq)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # the walk finds such a body, for its hash does not fit
    return found


class _LogCheck:
    """Compares `head.log` with the chain while the walk goes on."""

    def __init__(self, log: HeadLog) -> None:
        self.name = log.path.name
        self._lines = log.lines()
        self._last = 0
        self._unlogged: int | None = None
        self._missing, self._lacks = 0, 0
        self._next = self._advance()

    def at(self, seq: int, own: bytes, recorded_at: int) -> None:
        """Entry `seq` has this hash and time: the log must not know another.

        It has a line for the last entry of each transaction, and all entries of one have the same time. A power cut costs
        the last of them, never one in between, and never the first.
        """
        if self._unlogged is not None and self._unlogged != recorded_at:
            self._missing += 1
            self._lacks = self._lacks or seq - 1
            if self._next is not None or self._last == 0 or self._missing >= MOST_LOST:
                raise _Bad(
                    None,
                    f"{self.name} lacks the head of entry {self._lacks}: more is missing than a crash explains",
                )
        self._unlogged = recorded_at
        if self._next is not None and self._next.seq == seq:
            if self._next.hash != own:
                raise _Bad(seq, f"{self.name} knows another entry {seq} than the ledger")
            self._unlogged, self._next = None, self._advance()

    def end(self, walk: _Walk, ledger: Ledger) -> list[str]:
        """The chain is at its end: what the log knows beyond it must have been committed meanwhile."""
        end = walk.last.seq
        while self._next is not None:
            if not _is_committed(ledger, self._next):
                raise _Bad(
                    end + 1, f"the ledger ends at entry {end}, but {self.name} knows entry {self._next.seq}"
                )
            self._next = self._advance()
        if self._last >= end:
            return []
        return [
            f"{self.name} ends at entry {self._last} (a crash came in between); the next entry completes it"
        ]

    def _advance(self) -> Head | None:
        try:
            head = next(self._lines)
        except StopIteration:
            return None
        if head is None or head.seq <= self._last:
            raise _Bad(
                None, f"{self.name} was changed: a line after that of entry {self._last} is not in order"
            )
        self._last = head.seq
        return head


def _is_committed(ledger: Ledger, head: Head) -> bool:
    with ledger.store.reading() as connection:
        query = sa.select(tables.ENTRIES.c.hash).where(tables.ENTRIES.c.seq == head.seq)
        return bytes(connection.execute(query).scalar() or b"") == head.hash


def _check_state(connection: sa.Connection) -> None:
    """Compare each state table with a replay into a temporary database."""
    # An empty name is a temporary database that SQLite keeps on disk: memory does not grow with the ledger.
    engine = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect(""))
    try:
        with engine.begin() as made:
            tables.STATE.create_all(made)
            projections.replay(connection, made)
            for table in projections.REPLAYED:
                order = list(table.primary_key.columns)
                query = sa.select(table).order_by(*order).execution_options(yield_per=_PAGE)
                for kept, anew in zip_longest(connection.execute(query), made.execute(query)):
                    if kept is None or anew is None or tuple(kept) != tuple(anew):
                        raise _stray_row(table, connection.execute(query).all(), made.execute(query).all())
    except (*_UNREADABLE, LookupError) as error:
        raise _Bad(None, f"the entries do not make a state: {error}") from error
    finally:
        engine.dispose()


_Row = tuple[Any, ...]


def _stray_row(table: sa.Table, kept: Sequence[Any], anew: Sequence[Any]) -> _Bad:
    """The first row that is not what the entries make, placed at the entry that it goes back to."""
    keys = len(table.primary_key.columns)
    there, wanted = ({tuple(row)[:keys]: tuple(row) for row in rows} for rows in (kept, anew))
    key = next(key for key in [*wanted, *there] if there.get(key) != wanted.get(key))
    seq = wanted[key][list(table.columns).index(table.c.seq)] if key in wanted else None
    return _Bad(seq, f"{table.name} does not follow from the entries (row {', '.join(map(str, key))})")


def _first_difference(given: list[_Row], wanted: list[_Row]) -> int:
    return min(int(row[0]) for row in set(given) ^ set(wanted))
