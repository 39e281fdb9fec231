"""Appending to the chain: the next number, the hashes, the time that never falls below the entry before.

Invariant: entries are numbered 1, 2, 3 ... without a gap in the order of their commits; the hash of each
covers its own body and, through the entry before and the entry it skips to, every entry that was ever
committed before it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from safelight.errors import Refused
from safelight.ledger.entry import (
    ZERO,
    Draft,
    Entry,
    body_digest,
    body_of,
    canonical,
    check_draft,
    link,
    payload_digest,
    skip_target,
)
from safelight.ledger.head import Head
from safelight.ledger.insert import EntryRow, PayloadRow, Rows, SubjectRow
from safelight.ledger.tables import ENTRIES

Clock = Callable[[], int]

#: All that the next entry rests on, in one look: the newest entry, and the hash that the next one skips to.
TIP: Final = (
    "SELECT seq, hash, recorded_at, (SELECT s.hash FROM entries s WHERE s.seq = ((e.seq + 1) & e.seq))"
    " FROM entries e ORDER BY seq DESC LIMIT 1"
)
_LAST = sa.select(ENTRIES.c.seq, ENTRIES.c.hash).order_by(ENTRIES.c.seq.desc()).limit(1)
_HASH_AT = sa.select(ENTRIES.c.hash).where(ENTRIES.c.seq == sa.bindparam("at"))


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest entry (number 0 where there is none), its time, and the hash that the next entry skips to (None: not
    looked up).
    """

    head: Head
    recorded_at: int
    skip: bytes | None


def tip_of(row: Sequence[Any] | None) -> Tip:
    """What a row of `TIP` says; None is an empty ledger."""
    if row is None:
        return Tip(Head(0, ZERO), 0, ZERO)
    seq, own, recorded_at, skip = row
    return Tip(Head(seq, bytes(own)), recorded_at, ZERO if skip is None else bytes(skip))


def head_of(connection: sa.Connection) -> Head:
    """Number and hash of the newest entry; `Head(0, zero)` of an empty ledger."""
    row = connection.execute(_LAST).first()
    return Head(0, ZERO) if row is None else Head(row.seq, bytes(row.hash))


def follow(
    connection: sa.Connection, drafts: Sequence[Draft], now: int, tip: Tip
) -> tuple[list[Entry], Rows, Tip]:
    """The entries that these drafts become behind `tip`, their rows, and the new tip. Raises Refused.

    The caller holds the writing transaction and writes the rows. `now` is the clock's time, the same for all entries of one
    transaction (`headlog` and `verify` rely on that).
    """
    if not drafts:
        return [], Rows((), (), ()), tip
    recorded_at, clock = max(now, tip.recorded_at), now if now < tip.recorded_at else None
    seq, previous = tip.head.seq, tip.head.hash
    hashes = {seq: previous}
    if tip.skip is not None:
        hashes[skip_target(seq + 1)] = tip.skip
    made: list[Entry] = []
    entries: list[EntryRow] = []
    payloads: list[PayloadRow] = []
    subjects: list[SubjectRow] = []
    for draft in drafts:
        seq += 1
        _check(draft, seq)
        payload, salt = canonical(draft.payload), secrets.token_bytes(32)
        digest = payload_digest(salt, payload)
        body = body_of(draft, seq, recorded_at, clock, digest)
        own = link(seq, previous, _skip_hash(connection, seq, hashes), body_digest(body))
        made.append(
            Entry(
                seq, recorded_at, clock, draft.actor, draft.verb, draft.kind, draft.version, tuple(draft.subjects),
                draft.purpose, draft.authorisation, draft.valid_from, draft.valid_to, draft.corrects, digest,
                previous, own,
            )
        )  # fmt: skip
        entries.append((seq, previous, own, body, recorded_at, draft.verb, draft.kind, draft.actor))
        payloads.append((seq, salt, payload))
        subjects += [(seq, place, subject) for place, subject in enumerate(draft.subjects)]
        hashes[seq] = previous = own
    rows = Rows(entries, payloads, subjects)
    return made, rows, Tip(Head(seq, previous), recorded_at, hashes.get(skip_target(seq + 1)))


def _check(draft: Draft, seq: int) -> None:
    check_draft(draft)
    if draft.corrects is not None and not 1 <= draft.corrects < seq:
        raise Refused(
            f"Entry {draft.corrects} does not exist, so nothing can correct it.", "Name an earlier entry."
        )


def _skip_hash(connection: sa.Connection, seq: int, known: dict[int, bytes]) -> bytes:
    target = skip_target(seq)
    found = known.get(target)
    return hash_at(connection, target, 0, ZERO) if found is None else found


def hash_at(connection: sa.Connection, seq: int, known_seq: int, known: bytes) -> bytes:
    """The hash of an entry, zero for entry 0; `known` spares the look-up of entry `known_seq`."""
    if seq == 0:
        return ZERO
    if seq == known_seq:
        return known
    return bytes(connection.execute(_HASH_AT, {"at": seq}).scalar_one())
