"""The ledger of one operation: a small port that appends entries and reads them back.

Acts with a meaning of their own (exhibits, custody, sources, audit ...) are modules of functions that take a
ledger. Everything that must be checked before it is written is checked inside `writing()`, where no other
writer can interfere.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson
import sqlalchemy as sa

from safelight.errors import AlreadyExists, DiskFull, IntegrityBroken, NotAnOperation, NotFound
from safelight.ledger import chain, kinds, projections
from safelight.ledger.entry import FORMAT_VERSION, ZERO, Draft, Entry, from_body
from safelight.ledger.head import Head
from safelight.ledger.headlog import MOST_LOST, HeadLog, HeldLog
from safelight.ledger.insert import insert
from safelight.ledger.set_clock import clock_for
from safelight.ledger.store import Store, Turn, create_store, open_store
from safelight.ledger.tables import ENTRIES, PAYLOADS, SUBJECTS
from safelight.ledger.together import Together
from safelight.operation.folder import OperationFolder

_PAGE = 1000
#: The last entry of each transaction in between: all entries of one have the same time, and time never falls.
_ENDS = (
    sa.select(ENTRIES.c.seq, ENTRIES.c.hash)
    .where(
        ENTRIES.c.seq.in_(
            sa.select(sa.func.max(ENTRIES.c.seq))
            .where(ENTRIES.c.seq > sa.bindparam("after"), ENTRIES.c.seq <= sa.bindparam("until"))
            .group_by(ENTRIES.c.recorded_at)
        )
    )
    .order_by(ENTRIES.c.seq)
    .limit(MOST_LOST + 1)
)


@dataclass(slots=True)
class Writing:
    """The one writing transaction: what is read on `connection` cannot change before the entries are
    committed.
    """

    connection: sa.Connection
    now: int  # microseconds UTC, the time of all its entries
    tip: chain.Tip  # what the next entry follows
    last: Turn | None = None  # where the rows of the only entries go, if nothing is read behind them

    def append(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        verb: str,
        actor: str,
        subjects: Iterable[str] = (),
        purpose: str = "",
        authorisation: str = "",
        valid_from: int | None = None,
        valid_to: int | None = None,
        corrects: int | None = None,
    ) -> Entry:
        """Append one entry and bring the state up to it. Raises Refused."""
        return self.append_draft(
            Draft(
                kind, payload, verb, actor, tuple(subjects), purpose, authorisation,
                valid_from, valid_to, corrects,
            )
        )  # fmt: skip

    def append_draft(self, draft: Draft) -> Entry:
        """Append one draft and bring the state up to it. Raises Refused."""
        return self.append_drafts([draft])[0]

    def append_drafts(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Append several drafts and bring the state up to them. Raises Refused."""
        made, rows, self.tip = chain.follow(self.connection, drafts, self.now, self.tip)
        if not made:
            return []
        if self.last is not None and not any(projections.follows(one.kind, one.version) for one in made):
            self.last.last = rows
            return made
        insert(self.connection, rows)
        followed = [(entry, draft.payload) for entry, draft in zip(made, drafts, strict=True)]
        projections.apply(self.connection, followed)
        return made


class Ledger:
    """One operation's ledger. Threads may share it, processes open their own. Close it or use `with`."""

    def __init__(self, store: Store, head_log: HeadLog | None, clock: chain.Clock | None = None) -> None:
        self.store = store
        self.head_log = head_log
        with store.reading() as connection:
            first = _first_payload(connection)
        self.operation_id: str = first["operation_id"]
        self.name: str = first["name"]
        self.synthetic: bool = first["synthetic"]
        self._clock = clock or clock_for(self.synthetic)
        self._wrote = False
        self._together = Together(self._once)

    @classmethod
    def create(
        cls,
        place: OperationFolder | str,
        *,
        name: str,
        actor: str,
        synthetic: bool = False,
        clock: chain.Clock | None = None,
    ) -> Self:
        """Make the tables and the first entry, which gives the operation its random id.

        `place` is an operation's folder (SQLite, or the address in `ledger.url`; with `head.log`) or an SQLAlchemy URL.
        Raises AlreadyExists.
        """
        where, log = _where(place)
        if isinstance(place, OperationFolder):
            place.ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = create_store(where)
        operation_id = str(uuid.uuid4())
        first = Draft(
            kinds.OPERATION_CREATED.name,
            {"operation_id": operation_id, "name": name, "synthetic": synthetic, "format": FORMAT_VERSION},
            kinds.OPERATION_CREATED.verb,
            actor,
            (operation_id,),
        )
        try:
            with _writing(store, log, clock or clock_for(synthetic)) as act:
                if act.tip.head.seq:
                    raise AlreadyExists("There is a ledger already.", "Open it, or choose another place.")
                act.append_draft(first)
            made = cls(store, log, clock)
            made._wrote = True
            return made
        except BaseException:
            if log is not None:
                log.close()
            store.close()
            raise

    @classmethod
    def open(cls, place: OperationFolder | str, *, clock: chain.Clock | None = None) -> Self:
        """Open an existing ledger. Raises NotAnOperation if there is none or a newer version made it."""
        where, log = _where(place)
        store = open_store(where)
        try:
            return cls(store, log, clock)
        except BaseException:
            store.close()
            raise

    def now(self) -> int:
        """What its clock shows (µs UTC), by which entries are dated: the machine's time, or in a synthetic operation a set
        one."""
        return self._clock()

    def close(self) -> None:
        """Let go of the database; the head log is on the disk then."""
        if self.head_log is not None and self._wrote:
            with suppress(OSError):  # it may lag, and the next writer completes it
                self.head_log.sync()
        if self.head_log is not None:
            self.head_log.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction of several acts. Raises DiskFull, Locked; IntegrityBroken if entries were lost."""
        self._wrote = True
        with _writing(self.store, self.head_log, self._clock) as act:
            yield act

    @contextmanager
    def _once(self) -> Iterator[Writing]:
        """As `writing`, for one append and nothing else."""
        self._wrote = True
        with _writing(self.store, self.head_log, self._clock, once=True) as act:
            yield act

    def append(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        verb: str,
        actor: str,
        subjects: Iterable[str] = (),
        purpose: str = "",
        authorisation: str = "",
        valid_from: int | None = None,
        valid_to: int | None = None,
        corrects: int | None = None,
    ) -> Entry:
        """Append one entry; on the disk when this returns. Threads at once share a transaction. Raises Refused."""
        draft = Draft(
            kind,
            payload,
            verb,
            actor,
            tuple(subjects),
            purpose,
            authorisation,
            valid_from,
            valid_to,
            corrects,
        )
        return self._together.append([draft])[0]

    def append_many(self, drafts: Iterable[Draft]) -> list[Entry]:
        """Append several entries in one transaction: all of them or none. Raises Refused."""
        return self._together.append(list(drafts))

    def head(self) -> Head:
        """Number and hash of the newest entry, which is on the disk; `str()` of it is short enough to write on paper."""
        with self.store.reading() as connection:
            found = chain.head_of(connection)
        self.store.settle()
        return found

    def entry(self, seq: int) -> Entry:
        """One entry. Raises NotFound."""
        with self.store.reading() as connection:
            row = connection.execute(_columns().where(ENTRIES.c.seq == seq)).first()
        if row is None:
            raise NotFound(f"The ledger has no entry {seq}.", "Its newest is shown by `safelight status`.")
        return from_body(bytes(row.body), bytes(row.previous), bytes(row.hash))

    def entries(
        self,
        after: int = 0,
        limit: int | None = None,
        kinds: Iterable[str] | None = None,
        subject: str | Sequence[str] | None = None,
    ) -> Iterator[Entry]:
        """Entries behind number `after` in their order, at most `limit`, of these kinds, about this subject (or one of
        these).

        Read in pages: entries written meanwhile are seen, memory does not grow.
        """
        query = _columns().order_by(ENTRIES.c.seq)
        if kinds is not None:
            query = query.where(ENTRIES.c.kind.in_(list(kinds)))
        if subject is not None:
            named = [subject] if isinstance(subject, str) else list(subject)
            about = sa.select(SUBJECTS.c.seq).where(SUBJECTS.c.subject.in_(named))
            query = query.where(ENTRIES.c.seq.in_(about))
        while limit is None or limit > 0:
            page = _PAGE if limit is None else min(limit, _PAGE)
            with self.store.reading() as connection:
                rows = connection.execute(query.where(ENTRIES.c.seq > after).limit(page)).all()
            for row in rows:
                yield from_body(bytes(row.body), bytes(row.previous), bytes(row.hash))
            if len(rows) < page:
                return
            after = rows[-1].seq
            limit = None if limit is None else limit - len(rows)

    def payload(self, seq: int) -> dict[str, Any] | None:
        """What an entry says; None if it was erased. Raises NotFound if there is no such entry."""
        with self.store.reading() as connection:
            found = connection.execute(sa.select(PAYLOADS.c.payload).where(PAYLOADS.c.seq == seq)).scalar()
        if found is None:
            self.entry(seq)
            return None
        loaded: dict[str, Any] = orjson.loads(bytes(found))
        return loaded


def _where(place: OperationFolder | str) -> tuple[Path | str, HeadLog | None]:
    if isinstance(place, OperationFolder):
        elsewhere = place.ledger_url
        where = elsewhere.read_text("utf-8").strip() if elsewhere.is_file() else place.ledger
        return where, HeadLog(place.head_log)
    return place, None


@contextmanager
def _writing(
    store: Store, log: HeadLog | None, clock: chain.Clock, *, once: bool = False
) -> Iterator[Writing]:
    # One after the other on this machine, in the order in which they came, where SQLite would try again and again.
    with log.held() if log and store.sqlite else nullcontext() as queue:
        with store.appending(chain.TIP) as turn:
            tip = chain.tip_of(turn.row)
            if log is not None:
                with nullcontext(queue) if queue else log.held() as held:
                    _check_log(held, turn.connection, tip.head)
            act = Writing(turn.connection, clock(), tip, turn if once else None)
            yield act
        if log is not None:
            # The commit stands whatever happens here; the next writer finds the log behind and completes it.
            with suppress(DiskFull), nullcontext(queue) if queue else log.held() as held:
                _complete(held, store, tip.head, act.tip.head)


def _check_log(held: HeldLog, connection: sa.Connection, head: Head) -> None:
    """Raises IntegrityBroken if the log knows what the chain lost."""
    last = held.last() or Head(0, ZERO)
    known = head.hash if last.seq == head.seq else b""
    if last.seq < head.seq:
        known = chain.hash_at(connection, last.seq, 0, ZERO)
    if known != last.hash:
        raise IntegrityBroken(
            f"The ledger ends at entry {head.seq}, but {held.path.name} has seen entry {last.seq} as {last}.",
            "Nothing is written to it any more: run `safelight verify`, then restore a backup.",
        )


def _complete(held: HeldLog, store: Store, before: Head, head: Head) -> None:
    """Write down the head that was committed, and those before it that are missing: of a crash, a power cut, or of writers
    who are still on their way. Everything up to `head` is on the disk.
    """
    last = held.last() or Head(0, ZERO)
    if last.seq >= head.seq:
        return
    missing = [head]
    if last.seq not in (0, before.seq):
        with store.reading() as connection:
            found = connection.execute(_ENDS, {"after": last.seq, "until": head.seq}).all()
        ends = [Head(row.seq, bytes(row.hash)) for row in found]
        missing = ends if len(ends) <= MOST_LOST else missing  # else it was cut, and the gap is to be seen
    for one in missing:
        held.append(one)


def _columns() -> sa.Select[Any]:
    return sa.select(ENTRIES.c.seq, ENTRIES.c.body, ENTRIES.c.previous, ENTRIES.c.hash)


def _first_payload(connection: sa.Connection) -> dict[str, Any]:
    try:
        found = connection.execute(sa.select(PAYLOADS.c.payload).where(PAYLOADS.c.seq == 1)).scalar()
        if found is None and chain.head_of(connection).seq == 0:
            raise NotAnOperation("The ledger is empty.", "Make the operation again with `safelight init`.")
        first = orjson.loads(bytes(found or b""))
        known = {key: first[key] for key in ("operation_id", "name", "synthetic", "format")}
    except (KeyError, TypeError, ValueError, sa.exc.DBAPIError) as error:
        raise IntegrityBroken(
            "The ledger's first entry was changed or removed.", "Restore a backup."
        ) from error
    if known["format"] != FORMAT_VERSION:
        raise NotAnOperation("A newer version of Safelight made this ledger.", "Install that version.")
    return known
