"""The journal: which parts are live. Its invariants:

1. One transaction is one entry. Entries have a gapless sequence in commit order; each carries a digest over
   the digest before it and over everything the entry says (its parts with their SHA-256, what it replaces),
   so the head's digest vouches for every byte of every part.
2. A batch id stands in at most one entry, for ever: a batch sent again finds itself, also after compaction.
3. Entries and rows of parts are never removed; a part that was replaced names the entry that replaced it.
4. A file gets its final name inside the transaction that names it, so two writers of one batch cannot mix
   their files.

SQLAlchemy Core over SQLite (WAL, synchronous=FULL, BEGIN IMMEDIATE) or PostgreSQL. Writers queue on the one
row of `head`, which they update first. `superseded_at` and `deleted_at` serve the grace period only and are
not covered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql
from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text

from safelight.catalog.locks import connect_engine, exclusive
from safelight.catalog.snapshot import Part, PartName, Snapshot
from safelight.traces.moment import now_us

_GENESIS = hashlib.sha256(b"safelight catalog journal 1").hexdigest()
_BIG = BigInteger().with_variant(Integer, "sqlite")

_meta = MetaData()
_head = Table(
    "head",
    _meta,
    Column("id", Integer, primary_key=True),
    Column("sequence", _BIG, nullable=False),
    Column("digest", Text, nullable=False),
)
_entries = Table(
    "entries",
    _meta,
    Column("sequence", _BIG, primary_key=True, autoincrement=False),
    Column("batch", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # batch or compaction
    Column("stage", Text, nullable=False, index=True),
    Column("made_by", Text, nullable=False),
    Column("committed_at", _BIG, nullable=False),
    Column("digest", Text, nullable=False),
)
_layouts = Table(
    "layouts", _meta, Column("layout", Text, primary_key=True), Column("columns", Text, nullable=False)
)
_parts = Table(
    "parts",
    _meta,
    Column("table", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sequence", _BIG, ForeignKey("entries.sequence"), nullable=False, index=True),
    Column("rows", _BIG, nullable=False),
    Column("bytes", _BIG, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("layout", Text, ForeignKey("layouts.layout"), nullable=False),
    Column("level", Integer, nullable=False),
    Column("low", _BIG, nullable=False),
    Column("high", _BIG, nullable=False),
    Column("superseded_by", _BIG, ForeignKey("entries.sequence"), index=True),
    Column("superseded_at", _BIG),
    Column("deleted_at", _BIG),
)
_live = _parts.c.superseded_by.is_(None)
Index("live_parts", _parts.c.table, _parts.c.name, sqlite_where=_live, postgresql_where=_live)


class PartsChanged(Exception):
    """A part that an entry wants to replace is not live any more: somebody else replaced it first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands in the journal. `committed_at`: microseconds UTC, by the machine's clock."""

    sequence: int
    batch: str
    kind: str
    stage: str
    made_by: Mapping[str, str]
    committed_at: int
    digest: str


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part about to be named: what the journal will say of it. `low` and `high` None mean the entry
    itself.
    """

    key: PartName
    rows: int
    bytes: int
    sha256: str
    layout: str
    level: int = 0
    low: int | None = None
    high: int | None = None


def layout_id(columns: Sequence[str]) -> str:
    """Name of a list of columns."""
    return hashlib.sha256("\n".join(columns).encode()).hexdigest()[:16]


class Journal:
    """The table of parts. Safe to use from several threads and processes; open it anew in a forked child."""

    def __init__(self, url: str) -> None:
        self._engine = connect_engine(url)
        if not sql.inspect(self._engine).has_table(_head.name):
            self._make()

    def _make(self) -> None:
        """Make the tables, all in one transaction and by one process: several may open a new journal at once."""
        with self.exclusive("making", wait=True), self._engine.connect() as connection, connection.begin():
            _meta.create_all(connection)
            if connection.execute(sql.select(_head.c.id)).first() is None:
                connection.execute(_head.insert().values(id=1, sequence=0, digest=_GENESIS))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def head(self) -> tuple[int, str]:
        """Sequence number and digest of the newest entry; (0, a constant) for an empty journal."""
        with self._engine.connect() as connection:
            return _read_head(connection)

    def digest_at(self, sequence: int) -> str | None:
        """Digest of the entry with this number (0: the constant of an empty journal); None if there is none."""
        if sequence == 0:
            return _GENESIS
        with self._engine.connect() as connection:
            query = sql.select(_entries.c.digest).where(_entries.c.sequence == sequence)
            return connection.execute(query).scalar()

    def has(self, batch: str) -> bool:
        """Whether the batch was ever committed."""
        with self._engine.connect() as connection:
            return _has(connection, batch)

    def entries(self, stage_prefix: str = "") -> list[Entry]:
        """Entries whose stage begins so, oldest first."""
        chosen = sql.select(_entries).order_by(_entries.c.sequence)
        if stage_prefix:
            chosen = chosen.where(_entries.c.stage.startswith(stage_prefix, autoescape=True))
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(chosen)]

    def snapshot(self) -> Snapshot:
        """Head and live parts, read in one transaction."""
        with self._engine.connect() as connection:
            sequence, digest = _read_head(connection)
            parts: dict[str, list[Part]] = {}
            for row in connection.execute(
                sql.select(_parts).where(_live).order_by(_parts.c.table, _parts.c.name)
            ):
                parts.setdefault(row.table, []).append(_part(row))
            layouts = {
                row.layout: tuple(json.loads(row.columns)) for row in connection.execute(sql.select(_layouts))
            }
        return Snapshot(sequence, digest, {table: tuple(found) for table, found in parts.items()}, layouts)

    @contextmanager
    def commit(
        self,
        batch: str,
        parts: Sequence[NewPart],
        *,
        kind: str,
        made_by: Mapping[str, str],
        layouts: Mapping[str, Sequence[str]],
        replaces: Sequence[PartName] = (),
    ) -> Iterator[bool]:
        """Add one entry. Yields False when the batch is there already; else True, and the caller puts its
        files in place.

        Committed when the block ends, rolled back if it raises. Raises PartsChanged.
        """
        with (
            self._engine.connect().execution_options(safelight_writes=True) as connection,
            connection.begin(),
        ):
            connection.execute(_head.update().values(sequence=_head.c.sequence + 1))
            sequence, previous = _read_head(connection)
            if _has(connection, batch):
                connection.rollback()
                yield False
                return
            now = now_us()
            digest = entry_digest(previous, sequence, batch, kind, made_by, now, parts, replaces)
            connection.execute(
                _entries.insert().values(
                    sequence=sequence, batch=batch, kind=kind, stage=made_by.get("stage", ""),
                    made_by=_canonical(dict(made_by)), committed_at=now, digest=digest,
                )
            )  # fmt: skip
            self._supersede(connection, replaces, sequence, now)
            known = {row.layout for row in connection.execute(sql.select(_layouts.c.layout))}
            for layout, columns in layouts.items():
                if layout not in known:
                    connection.execute(
                        _layouts.insert().values(layout=layout, columns=json.dumps(list(columns)))
                    )
            if parts:
                connection.execute(_parts.insert(), [_row(part, sequence) for part in parts])
            connection.execute(_head.update().values(digest=digest))
            yield True

    def _supersede(
        self, connection: sql.Connection, replaces: Sequence[PartName], sequence: int, now: int
    ) -> None:
        for key in replaces:
            done = connection.execute(
                _parts.update()
                .where(_parts.c.table == key.table, _parts.c.name == key.name, _live)
                .values(superseded_by=sequence, superseded_at=now)
            )
            if done.rowcount != 1:
                raise PartsChanged(str(key))

    @contextmanager
    def writers_wait(self) -> Iterator[sql.Connection]:
        """No entry is added while the block runs (nothing is added by it either)."""
        with (
            self._engine.connect().execution_options(safelight_writes=True) as connection,
            connection.begin(),
        ):
            connection.execute(_head.update().values(sequence=_head.c.sequence))
            yield connection

    def known_names(self, connection: sql.Connection, table: str) -> set[str]:
        """Names of all parts of a table whose file should be there: live ones and those in their grace
        period.
        """
        found = sql.select(_parts.c.name).where(_parts.c.table == table, _parts.c.deleted_at.is_(None))
        return set(connection.scalars(found))

    def outlived(self, grace_us: int) -> list[PartName]:
        """Parts that were replaced longer ago than the grace period and whose file was not deleted yet."""
        found = sql.select(_parts.c.table, _parts.c.name).where(
            _parts.c.superseded_at <= now_us() - grace_us, _parts.c.deleted_at.is_(None)
        )
        with self._engine.connect() as connection:
            return [PartName(table, name) for table, name in connection.execute(found)]

    def mark_deleted(self, keys: Sequence[PartName]) -> None:
        """Note that these replaced parts have no file any more."""
        now = now_us()
        with (
            self._engine.connect().execution_options(safelight_writes=True) as connection,
            connection.begin(),
        ):
            for key in keys:
                connection.execute(
                    _parts.update()
                    .where(_parts.c.table == key.table, _parts.c.name == key.name, ~_live)
                    .values(deleted_at=now)
                )

    @contextmanager
    def exclusive(self, purpose: str, *, wait: bool) -> Iterator[bool]:
        """Hold a lock among all processes on this journal; yields False if it is taken and `wait` is off."""
        with exclusive(self._engine, purpose, wait=wait) as held:
            yield held

    def first_break(self) -> str | None:
        """Recompute the chain; one sentence about the first entry that does not fit, or None."""
        with self._engine.connect() as connection:
            previous, expected = _GENESIS, 0
            by_entry: dict[int, list[NewPart]] = {}
            replaced: dict[int, list[PartName]] = {}
            for row in connection.execute(sql.select(_parts)):
                by_entry.setdefault(row.sequence, []).append(_as_new(row))
                if row.superseded_by is not None:
                    replaced.setdefault(row.superseded_by, []).append(PartName(row.table, row.name))
            for row in connection.execute(sql.select(_entries).order_by(_entries.c.sequence)):
                expected += 1
                entry = _entry(row)
                digest = entry_digest(
                    previous, entry.sequence, entry.batch, entry.kind, entry.made_by, entry.committed_at,
                    by_entry.pop(entry.sequence, []), replaced.pop(entry.sequence, []),
                )  # fmt: skip
                if entry.sequence != expected or digest != entry.digest:
                    return f"entry {expected} of the journal was changed, removed or reordered"
                previous = digest
            if by_entry or replaced:
                return f"parts name entry {min([*by_entry, *replaced])}, which the journal does not have"
            if _read_head(connection) != (expected, previous):
                return "the journal's head does not fit its newest entry"
        return None


def entry_digest(
    previous: str,
    sequence: int,
    batch: str,
    kind: str,
    made_by: Mapping[str, str],
    committed_at: int,
    parts: Sequence[NewPart],
    replaces: Sequence[PartName],
) -> str:
    """SHA-256 over the digest before and the entry as canonical JSON."""
    said = {
        "previous": previous,
        "sequence": sequence,
        "batch": batch,
        "kind": kind,
        "made_by": dict(made_by),
        "committed_at": committed_at,
        "parts": sorted(
            [*part.key, part.rows, part.bytes, part.sha256, part.layout, part.level,
             sequence if part.low is None else part.low, sequence if part.high is None else part.high]
            for part in parts
        ),
        "replaces": sorted([*key] for key in replaces),
    }  # fmt: skip
    return hashlib.sha256(_canonical(said).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _read_head(connection: sql.Connection) -> tuple[int, str]:
    row = connection.execute(sql.select(_head.c.sequence, _head.c.digest)).one()
    return row.sequence, row.digest


def _has(connection: sql.Connection, batch: str) -> bool:
    return (
        connection.execute(sql.select(_entries.c.sequence).where(_entries.c.batch == batch)).first()
        is not None
    )


def _row(part: NewPart, sequence: int) -> dict[str, Any]:
    return {
        "table": part.key.table,
        "name": part.key.name,
        "sequence": sequence,
        "rows": part.rows,
        "bytes": part.bytes,
        "sha256": part.sha256,
        "layout": part.layout,
        "level": part.level,
        "low": sequence if part.low is None else part.low,
        "high": sequence if part.high is None else part.high,
    }


def _as_new(row: Any) -> NewPart:
    return NewPart(
        PartName(row.table, row.name),
        row.rows,
        row.bytes,
        row.sha256,
        row.layout,
        row.level,
        row.low,
        row.high,
    )


def _part(row: Any) -> Part:
    return Part(
        row.table, row.name, row.rows, row.bytes, row.sha256, row.layout, row.level, row.low, row.high
    )  # fmt: skip


def _entry(row: Any) -> Entry:
    return Entry(
        row.sequence, row.batch, row.kind, row.stage, json.loads(row.made_by), row.committed_at, row.digest
    )  # fmt: skip
