"""Appending to the chain: the next number, the hashes, the time that never falls below the entry before.

Invariant: entries are numbered 1, 2, 3 ... without a gap in the order of their commits; the hash of each
covers its own body and, through the entry before and the entry it skips to, every entry that was ever
committed before it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
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


def append(connection: sa.Connection, draft: Draft, now: int) -> Entry:
    """Write one entry with its payload. The caller holds the writing transaction. Raises Refused.

    `now` is the clock's time, the same for all entries of one transaction (`headlog` and `verify` rely on
    that).
    """
    check_draft(draft)
    last = connection.execute(_LAST).first()
    seq, previous, not_before = (
        (1, ZERO, 0) if last is None else (last.seq + 1, bytes(last.hash), last.recorded_at)
    )
    if draft.corrects is not None and not 1 <= draft.corrects < seq:
        raise Refused(
            f"Entry {draft.corrects} does not exist, so nothing can correct it.", "Name an earlier entry."
        )
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
    own = link(seq, previous, hash_at(connection, skip_target(seq), seq - 1, previous), body_digest(body))
    connection.execute(
        _ADD_ENTRY,
        {
            "seq": seq,
            "previous": previous,
            "hash": own,
            "body": body,
            "recorded_at": entry.recorded_at,
            "verb": entry.verb,
            "kind": entry.kind,
            "actor": entry.actor,
        },
    )
    connection.execute(_ADD_PAYLOAD, {"seq": seq, "salt": salt, "payload": payload})
    return replace(entry, hash=own)


def hash_at(connection: sa.Connection, seq: int, known_seq: int, known: bytes) -> bytes:
    """The hash of an entry, zero for entry 0; `known` spares the look-up of entry `known_seq`."""
    if seq == 0:
        return ZERO
    if seq == known_seq:
        return known
    return bytes(connection.execute(_HASH_AT, {"at": seq}).scalar_one())
