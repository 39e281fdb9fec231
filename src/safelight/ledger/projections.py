"""State tables as a pure function of the chain: `apply` follows each entry, `rebuild` replays them all.

Invariant: after every transaction the state equals what `rebuild` would make of the entries and payloads that
exist. An erased payload takes its facts with it; exhibits and sources keep a row with their id, so that
nothing that points at them hangs in the air.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from safelight.ledger import kinds, tables
from safelight.ledger.entry import Entry, from_body
from safelight.ledger.insert import insert_statements

Payload = dict[str, Any]
_PAGE = 1000
_SHORT = 64
_ADD_SUBJECT = tables.SUBJECTS.insert()

#: Every state table but the index of subjects, which follows from the entries' bodies alone.
REPLAYED: tuple[sa.Table, ...] = tuple(
    table for table in tables.STATE.sorted_tables if table is not tables.SUBJECTS
)


def follows(kind: str, version: int) -> bool:
    """Whether entries of this kind change the state."""
    return (kind, version) in _FOLLOW


def apply(connection: sa.Connection, followed: Sequence[tuple[Entry, Payload | None]]) -> None:
    """Bring the state up to these entries, in their order. Their subjects were indexed when they were written."""
    _follow_all(connection, followed)


def rebuild(connection: sa.Connection) -> None:
    """Make every state table anew from the entries and payloads there are, in the caller's transaction."""
    connection.execute(tables.SUBJECTS.delete())
    after = 0
    while rows := connection.execute(_page(after)).all():
        for row in rows:
            _index_subjects(connection, from_body(bytes(row.body), bytes(row.previous), bytes(row.hash)))
        after = rows[-1].seq
    replay(connection, connection)


def replay(source: sa.Connection, target: sa.Connection) -> None:
    """Make the tables of `REPLAYED` in `target` (which may be `source`) anew: all that payloads have a say
    in.
    """
    for table in REPLAYED:
        target.execute(table.delete())
    names = sorted({kind for kind, _ in _FOLLOW})
    after = 0
    while rows := source.execute(_page(after).where(tables.ENTRIES.c.kind.in_(names))).all():
        _follow_all(
            target,
            [
                (
                    from_body(bytes(row.body), bytes(row.previous), bytes(row.hash)),
                    None if row.payload is None else orjson.loads(bytes(row.payload)),
                )
                for row in rows
            ],
        )
        after = rows[-1].seq


def _page(after: int) -> sa.Select[Any]:
    entries, payloads = tables.ENTRIES, tables.PAYLOADS
    return (
        sa.select(entries.c.seq, entries.c.previous, entries.c.hash, entries.c.body, payloads.c.payload)
        .select_from(entries.outerjoin(payloads, entries.c.seq == payloads.c.seq))
        .where(entries.c.seq > after)
        .order_by(entries.c.seq)
        .limit(_PAGE)
    )


def _index_subjects(connection: sa.Connection, entry: Entry) -> None:
    if entry.subjects:
        rows = [
            {"seq": entry.seq, "position": place, "subject": subject}
            for place, subject in enumerate(entry.subjects)
        ]
        connection.execute(_ADD_SUBJECT, rows)


def _follow(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    follow = _FOLLOW.get((entry.kind, entry.version))
    if follow is not None:
        follow(connection, entry, payload)


def _follow_all(connection: sa.Connection, followed: Iterable[tuple[Entry, Payload | None]]) -> None:
    """The same as `_follow` for each, with new statements written together: there are a million of them."""
    waiting: list[tuple[Entry, Payload]] = []
    for entry, payload in followed:
        if entry.kind == kinds.STATEMENT_MADE.name and entry.version == 1 and entry.corrects is None:
            if payload:
                waiting.append((entry, payload))
        elif (entry.kind, entry.version) in _FOLLOW:
            _add_statements(connection, waiting)
            waiting = []
            _follow(connection, entry, payload)
    _add_statements(connection, waiting)


def _exhibit_added(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    fields = payload or {
        "number": f"erased:{entry.seq}",
        "label": "",
        "seized": "",
        "legal_basis": "",
        "officer": "",
        "acquired_hash": None,
        "size": None,
    }
    connection.execute(
        tables.EXHIBITS.insert().values(
            key=entry.subjects[0], seq=entry.seq, recorded_at=entry.recorded_at, **fields
        )
    )


def _exhibit_corrected(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    if payload:
        connection.execute(
            tables.EXHIBITS.update().where(tables.EXHIBITS.c.key == entry.subjects[0]).values(**payload)
        )


def _custody_recorded(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    if payload:
        connection.execute(
            tables.CUSTODY.insert().values(
                seq=entry.seq, exhibit=entry.subjects[0], actor=entry.actor,
                recorded_at=entry.recorded_at, **payload,
            )
        )  # fmt: skip


def _source_registered(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    fields = payload or {"label": "", "location": "", "kind": "", "fingerprint": {}}
    connection.execute(
        tables.SOURCES.insert().values(
            id=entry.subjects[0],
            exhibit=entry.subjects[1],
            label=fields["label"],
            location=fields["location"],
            kind=fields["kind"],
            fingerprint=_text(fields["fingerprint"]),
            seq=entry.seq,
            recorded_at=entry.recorded_at,
        )
    )


def _source_located(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    if payload:
        connection.execute(
            tables.SOURCES.update()
            .where(tables.SOURCES.c.id == entry.subjects[0])
            .values(location=payload["location"])
        )


def _hashset_registered(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    if payload:
        connection.execute(
            tables.HASHSETS.insert().values(
                set_id=entry.subjects[0], info=_text(payload["info"]), seq=entry.seq,
                recorded_at=entry.recorded_at,
            )
        )  # fmt: skip


def _hashset_withdrawn(connection: sa.Connection, entry: Entry, _payload: Payload | None) -> None:
    connection.execute(
        tables.HASHSETS.update()
        .where(tables.HASHSETS.c.set_id == entry.subjects[0])
        .values(withdrawn_at=entry.recorded_at)
    )


def _image_checked(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    if payload:
        connection.execute(
            tables.IMAGECHECKS.insert().values(
                seq=entry.seq,
                exhibit=entry.subjects[0],
                source=entry.subjects[1] if len(entry.subjects) > 1 else None,
                recorded_at=entry.recorded_at,
                **payload,
            )
        )


def _run_ended(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    if payload:
        connection.execute(
            tables.RUNS.insert().values(
                seq=entry.seq,
                figures=_text(payload["figures"]),
                journal_head=payload["journal_head"],
                versions=_text(payload["versions"]),
                actor=entry.actor,
                recorded_at=entry.recorded_at,
            )
        )


def _record_made(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    fields = payload or {"type": "erased", "number": 0, "received_from": ""}
    connection.execute(
        tables.RECORDS.insert().values(
            id=entry.subjects[0], seq=entry.seq, recorded_at=entry.recorded_at, **fields
        )
    )


def _statement_made(connection: sa.Connection, entry: Entry, payload: Payload | None) -> None:
    if entry.corrects is not None:
        _supersede(connection, entry)
    if payload:
        _add_statements(connection, [(entry, payload)])


def _add_statements(connection: sa.Connection, made: Sequence[tuple[Entry, Payload]]) -> None:
    if not made:
        return
    records = sorted({entry.subjects[0] for entry, _payload in made})
    types: dict[str, str] = {}
    for start in range(0, len(records), _PAGE):
        found = connection.execute(_TYPES_OF, {"ids": records[start : start + _PAGE]})
        types.update((row.id, row.type) for row in found)
    rows = [
        (
            entry.seq,
            entry.subjects[0],
            types.get(entry.subjects[0], "erased"),
            payload["field"],
            orjson.dumps(payload["value"], option=orjson.OPT_SORT_KEYS).decode(),
            short_code(payload["value"]),
            entry.subjects[1] if len(entry.subjects) > 1 else None,
            entry.recorded_at,
            entry.valid_from,
            entry.valid_to,
        )
        for entry, payload in made
    ]
    insert_statements(connection, rows)


def short_code(value: object) -> str:
    """What a statement is counted by: its value where that is a short text, else nothing."""
    return value if isinstance(value, str) and len(value) <= _SHORT else ""


def _supersede(connection: sa.Connection, entry: Entry, _payload: Payload | None = None) -> None:
    connection.execute(_SUPERSEDE, {"of": entry.corrects, "at": entry.recorded_at})


_TYPES_OF = sa.select(tables.RECORDS.c.id, tables.RECORDS.c.type).where(
    tables.RECORDS.c.id.in_(sa.bindparam("ids", expanding=True))
)
_SUPERSEDE = (
    tables.STATEMENTS.update()
    .where(tables.STATEMENTS.c.seq == sa.bindparam("of"), tables.STATEMENTS.c.superseded_at.is_(None))
    .values(superseded_at=sa.bindparam("at"))
)


def _text(value: Payload) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


_FOLLOW: dict[tuple[str, int], Callable[[sa.Connection, Entry, Payload | None], None]] = {
    (kinds.EXHIBIT_ADDED.name, 1): _exhibit_added,
    (kinds.EXHIBIT_CORRECTED.name, 1): _exhibit_corrected,
    (kinds.CUSTODY_RECORDED.name, 1): _custody_recorded,
    (kinds.SOURCE_REGISTERED.name, 1): _source_registered,
    (kinds.SOURCE_LOCATED.name, 1): _source_located,
    (kinds.HASHSET_REGISTERED.name, 1): _hashset_registered,
    (kinds.HASHSET_WITHDRAWN.name, 1): _hashset_withdrawn,
    (kinds.IMAGE_CHECKED.name, 1): _image_checked,
    (kinds.RUN_ENDED.name, 1): _run_ended,
    (kinds.RECORD_MADE.name, 1): _record_made,
    (kinds.STATEMENT_MADE.name, 1): _statement_made,
    (kinds.STATEMENT_WITHDRAWN.name, 1): _supersede,
}
