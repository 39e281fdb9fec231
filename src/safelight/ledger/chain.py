"""Appending to the chain: the next number, the hashes, the time that never falls below the entry before.

Invariant: entries are numbered 1, 2, 3 ... without a gap in the order of their commits; the hash of each
covers its own body and, through the entry before and the entry it skips to, every entry that was ever
committed before it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from safelight.errors import Refused
from safelight.ledger.entry import (
    ZERO,
    Draft,
    Entry,
    body_digest,
    canonical,
    check_draft,
    link,
    payload_digest,
    skip_target,
)
from safelight.ledger.head import Head
from safelight.ledger.tables import ENTRIES, PAYLOADS

Clock = Callable[[], int]

# Made once: building a statement costs more than running it.
_LAST = (
    sa.select(ENTRIES.c.seq, ENTRIES.c.hash, ENTRIES.c.recorded_at).order_by(ENTRIES.c.seq.desc()).limit(1)
)
_HASH_AT = sa.select(ENTRIES.c.hash).where(ENTRIES.c.seq == sa.bindparam("at"))
_ADD_ENTRY, _ADD_PAYLOAD = ENTRIES.insert(), PAYLOADS.insert()


def head_of(connection: sa.Connection) -> Head:
    """Number and hash of the newest entry; `Head(0, zero)` of an empty ledger."""
    row = connection.execute(_LAST).first()
    return Head(0, ZERO) if row is None else Head(row.seq, bytes(row.hash))


def append(connection: sa.Connection, drafts: Sequence[Draft], now: int) -> list[Entry]:
    """Write entries with their payloads. The caller holds the writing transaction. Raises Refused.

    `now` is the clock's time, the same for all entries of one transaction (`headlog` and `verify` rely on
    that).
    """
    last = connection.execute(_LAST).first()
    seq, previous, not_before = (
        (0, ZERO, 0) if last is None else (last.seq, bytes(last.hash), last.recorded_at)
    )
    written = {seq: previous}
    made: list[Entry] = []
    payloads: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    for draft in drafts:
        seq += 1
        _check(draft, seq)
        payload, salt = canonical(draft.payload), secrets.token_bytes(32)
        entry = Entry(
            seq=seq,
            recorded_at=max(now, not_before),
            clock=now if now < not_before else None,
            actor=draft.actor,
            verb=draft.verb,
            kind=draft.kind,
            version=draft.version,
            subjects=tuple(draft.subjects),
            purpose=draft.purpose,
            authorisation=draft.authorisation,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
            corrects=draft.corrects,
            digest=payload_digest(salt, payload),
            previous=previous,
            hash=ZERO,
        )
        body = entry.body()
        own = link(seq, previous, _skip_hash(connection, skip_target(seq), written), body_digest(body))
        rows.append(
            {
                "seq": seq,
                "previous": previous,
                "hash": own,
                "body": body,
                "recorded_at": entry.recorded_at,
                "verb": entry.verb,
                "kind": entry.kind,
                "actor": entry.actor,
            }
        )
        payloads.append({"seq": seq, "salt": salt, "payload": payload})
        made.append(replace(entry, hash=own))
        written[seq] = previous = own
    if rows:
        connection.execute(_ADD_ENTRY, rows)
        connection.execute(_ADD_PAYLOAD, payloads)
    return made


def _check(draft: Draft, seq: int) -> None:
    check_draft(draft)
    if draft.corrects is not None and not 1 <= draft.corrects < seq:
        raise Refused(
            f"Entry {draft.corrects} does not exist, so nothing can correct it.", "Name an earlier entry."
        )


def _skip_hash(connection: sa.Connection, target: int, written: dict[int, bytes]) -> bytes:
    found = written.get(target)
    return hash_at(connection, target, 0, ZERO) if found is None else found


def hash_at(connection: sa.Connection, seq: int, known_seq: int, known: bytes) -> bytes:
    """The hash of an entry, zero for entry 0; `known` spares the look-up of entry `known_seq`."""
    if seq == 0:
        return ZERO
    if seq == known_seq:
        return known
    return bytes(connection.execute(_HASH_AT, {"at": seq}).scalar_one())
