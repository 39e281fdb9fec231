"""The pass over the chain: each entry's stored bytes hashed anew, in their order, over one snapshot.

A million entries are walked, so rows come from the driver as tuples and one loop does all: an object or a call more for
each would be seen in the figure of `docs/benchmarks.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson
import sqlalchemy as sa

from safelight.ledger import kinds, tables
from safelight.ledger.entry import ZERO, body_digest, link, payload_digest, skip_target
from safelight.ledger.head import Head

_PAGE: Final = 2000
_BYTES_OR_NONE: Final = (bytes, type(None))
_ROWS: Final = (
    "SELECT e.seq, e.previous, e.hash, e.body, e.recorded_at, e.verb, e.kind, e.actor, p.salt, p.payload"
    " FROM entries e LEFT JOIN payloads p ON p.seq = e.seq WHERE {where} ORDER BY e.seq LIMIT {limit}"
)
_SUBJECTS: Final = (
    "SELECT seq, position, subject FROM state_subjects"
    " WHERE seq BETWEEN {low} AND {high} ORDER BY seq, position"
)

Row = tuple[Any, ...]


class Bad(Exception):
    """What is not as it was written, at entry `seq`, or at none that could be named."""

    def __init__(self, seq: int | None, reason: str) -> None:
        super().__init__(reason)
        self.seq, self.reason = seq, reason


class Walk:
    """One pass. `outside`: a head that was kept elsewhere; `at`: called for each entry that was found right, with its
    number, hash and time.
    """

    def __init__(self, outside: Head | None = None) -> None:
        self.outside = outside
        self.at: Callable[[int, bytes, int], None] | None = None
        self.vouched_up_to: int | None = None
        self._seq, self._hash = 0, ZERO
        self._recorded_at = 0
        self._skips = {0: ZERO}
        self._erased: dict[int, int] = {}

    @property
    def last(self) -> Head:
        """The newest entry that was found right."""
        return Head(self._seq, self._hash)

    def run(self, connection: sa.Connection) -> None:
        """Check every entry, its payload and the index of its subjects. Raises Bad for the first that is wrong."""
        entries = tables.ENTRIES
        #: SQLite stores any type in any column, and text that is none: what drivers answer to that.
        unreadable = (TypeError, ValueError, OverflowError, connection.dialect.loaded_dbapi.Error)
        self._erased = _erasures(connection)
        below = connection.execute(sa.select(entries.c.seq).where(entries.c.seq < 1)).first()
        if below is not None:
            raise Bad(below.seq, "an entry has a number below 1")
        while rows := self._page(connection, unreadable):
            first = rows[0][0]
            wanted = self._entries(rows)
            try:
                given = _fetch(connection, _SUBJECTS.format(low=int(first), high=self._seq))
            except unreadable as error:
                raise Bad(None, f"the index of subjects cannot be read: {error}") from error
            if given != wanted:
                raise Bad(
                    _first_difference(given, wanted), "the index of subjects does not follow from the entry"
                )
        if self._seq == 0:
            raise Bad(1, "the ledger is empty")
        for table in (tables.PAYLOADS, tables.SUBJECTS):
            stray = table.c.seq.not_in(sa.select(entries.c.seq))
            left = connection.execute(sa.select(sa.func.min(table.c.seq)).where(stray)).scalar()
            if left is not None:
                raise Bad(left, f"entry {left} is gone, but something of it is left in {table.name}")

    def _page(self, connection: sa.Connection, unreadable: tuple[type[Exception], ...]) -> list[Row]:
        """The next rows; one that the driver cannot even read is placed at its entry."""
        try:
            return _fetch(connection, _ROWS.format(where=f"e.seq > {self._seq}", limit=_PAGE))
        except unreadable as error:
            seq = tables.ENTRIES.c.seq
            for number in connection.execute(sa.select(seq).where(seq > self._seq).order_by(seq)).scalars():
                try:
                    _fetch(connection, _ROWS.format(where=f"e.seq = {number}", limit=1))
                except unreadable:
                    raise Bad(number, f"entry {number} cannot be read: {error}") from error
            raise

    def _entries(self, rows: Sequence[Row]) -> list[Row]:
        """Check these rows; returns what the index of subjects must hold for them."""
        wanted: list[Row] = []
        before, previous_hash, before_at = self._seq, self._hash, self._recorded_at
        skips, at, erased = self._skips, self.at, self._erased
        outside = 0 if self.outside is None else self.outside.seq
        try:
            for seq, previous, own, body, recorded_at, verb, kind, actor, salt, payload in rows:
                if seq != before + 1:
                    raise Bad(before + 1, f"entry {before + 1} is missing")
                if previous != previous_hash:
                    raise Bad(seq, f"entry {seq} does not follow entry {before}")
                if not (
                    type(body) is bytes and type(salt) in _BYTES_OR_NONE and type(payload) in _BYTES_OR_NONE
                ):
                    raise Bad(seq, f"entry {seq} holds values of a type that was never written")
                if link(seq, previous_hash, skips[seq & before], body_digest(body)) != own:
                    raise Bad(seq, f"entry {seq} does not have the hash it was written with")
                try:
                    fields = orjson.loads(body)
                    said = (
                        fields["seq"],
                        fields["recorded_at"],
                        fields["verb"],
                        fields["kind"],
                        fields["actor"],
                    )
                    digest, subjects = fields["digest"], fields["subjects"]
                    wanted += [(seq, place, subject) for place, subject in enumerate(subjects)]
                except (ValueError, KeyError, TypeError) as error:
                    raise Bad(seq, f"entry {seq} cannot be read: {error}") from error
                if said != (seq, recorded_at, verb, kind, actor):
                    raise Bad(seq, f"the columns of entry {seq} do not say what its body says")
                if recorded_at < before_at:
                    raise Bad(seq, f"entry {seq} claims a time before the entry before it")
                if seq == 1 and kind != kinds.OPERATION_CREATED.name:
                    raise Bad(seq, "the first entry does not create an operation")
                there = payload is not None and salt is not None
                if there and payload_digest(salt, payload).hex() != digest:
                    raise Bad(seq, f"the payload of entry {seq} was changed")
                if not there or seq in erased:
                    self._check_erased(seq, there)
                before_at = recorded_at
                if at is not None:
                    at(seq, own, recorded_at)
                before, previous_hash = seq, own
                if not seq & 1:
                    self._remember(seq, own)
                if seq == outside:
                    self._vouch(seq, own)
        finally:
            self._seq, self._hash, self._recorded_at = before, previous_hash, before_at
        return wanted

    def _check_erased(self, seq: int, there: bool) -> None:
        eraser = self._erased.get(seq)
        if there:
            raise Bad(seq, f"entry {eraser} says that the payload of entry {seq} was erased, but it is there")
        if eraser is None or eraser <= seq:
            raise Bad(seq, f"the payload of entry {seq} is gone, and no later entry says that it was erased")

    def _vouch(self, seq: int, own: bytes) -> None:
        if self.outside is None or not self.outside.fits(own):
            raise Bad(
                seq, f"entry {seq} is not the one the head given knows: it or one before it was replaced"
            )
        self.vouched_up_to = seq

    def _remember(self, seq: int, own: bytes) -> None:
        """Keep what later entries may skip to: `seq`, and `seq` with its lowest set bits cleared one by one."""
        self._skips[seq] = own
        drop, step = skip_target(seq), 2
        while seq - step > drop:
            self._skips.pop(seq - step, None)
            step *= 2


def _fetch(connection: sa.Connection, query: str) -> list[Row]:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(query)
        return list(cursor.fetchall())
    finally:
        cursor.close()


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


def _first_difference(given: list[Row], wanted: list[Row]) -> int:
    return min(int(row[0]) for row in set(given) ^ set(wanted))
