"""One entry of the ledger, its canonical bytes and its digests. This format is final: a chain cannot be
migrated.

    payload digest = SHA-256("safelight.ledger.payload.1" 00 | salt (32) | payload, canonical JSON)
    body digest    = SHA-256("safelight.ledger.body.1" 00    | body, canonical JSON with that digest)
    hash           = SHA-256("safelight.ledger.link.1" 00    | seq (8, big endian) | previous hash (32)
                             | skip hash (32) | body digest (32))

The skip hash is the hash of entry `seq - (lowest set bit of seq)`, so that an excerpt is proven in a
logarithmic number of steps, each of which shows two hashes and nothing of a neighbour (Maniatis and Baker,
"Authenticated append-only skip lists", 2003). Entry 0 does not exist; its hash is 32 zero bytes. Canonical
JSON is RFC 8785. `docs/ledger.md` states every byte and holds a worked example that a test recomputes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import rfc8785

from safelight.errors import Refused

FORMAT_VERSION: Final = 1
ZERO: Final = bytes(32)

#: The six operations that LED (EU) 2016/680 art. 25 wants logged, then what else the ledger keeps.
LED_VERBS: Final = ("collection", "alteration", "consultation", "disclosure", "combination", "erasure")
VERBS: Final = (*LED_VERBS, "decision", "custody", "run", "administration")

_EXACT: Final = 2**53
_ATOMS: Final = frozenset([str, bool, type(None)])
_PAYLOAD = b"safelight.ledger.payload.1\x00"
_BODY = b"safelight.ledger.body.1\x00"
_LINK = b"safelight.ledger.link.1\x00"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written: everything of an entry that the one who writes decides.

    `valid_from` and `valid_to` say from when to when the statement holds in the world (microseconds UTC),
    `corrects` names the entry that this one follows. `subjects` are ids (exhibits, items, persons), never
    names.
    """

    kind: str
    payload: dict[str, Any]
    verb: str
    actor: str
    subjects: tuple[str, ...] = ()
    purpose: str = ""
    authorisation: str = ""
    valid_from: int | None = None
    valid_to: int | None = None
    corrects: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands in the chain. Times are microseconds UTC.

    `clock` is what the machine's clock said, where that was earlier than the entry before; else None.
    """

    seq: int
    recorded_at: int
    clock: int | None
    actor: str
    verb: str
    kind: str
    version: int
    subjects: tuple[str, ...]
    purpose: str
    authorisation: str
    valid_from: int | None
    valid_to: int | None
    corrects: int | None
    digest: bytes
    previous: bytes
    hash: bytes

    def body(self) -> bytes:
        """The canonical bytes that the chain covers."""
        return body_of(self, self.seq, self.recorded_at, self.clock, self.digest)


def body_of(what: Draft | Entry, seq: int, recorded_at: int, clock: int | None, digest: bytes) -> bytes:
    """The canonical bytes of a body. Raises Refused."""
    return canonical(
        {
            "actor": what.actor,
            "authorisation": what.authorisation,
            "clock": clock,
            "corrects": what.corrects,
            "digest": digest.hex(),
            "kind": what.kind,
            "purpose": what.purpose,
            "recorded_at": recorded_at,
            "seq": seq,
            "subjects": list(what.subjects),
            "valid_from": what.valid_from,
            "valid_to": what.valid_to,
            "verb": what.verb,
            "version": what.version,
        }
    )


def from_body(body: bytes, previous: bytes, own_hash: bytes) -> Entry:
    """Read an entry back from its canonical bytes and its place in the chain. Raises ValueError if they are
    none.
    """
    fields = orjson.loads(body)
    try:
        fields["subjects"] = tuple(fields["subjects"])
        fields["digest"] = bytes.fromhex(fields["digest"])
        return Entry(**fields, previous=previous, hash=own_hash)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an entry's body: {error}") from error


def canonical(value: dict[str, Any]) -> bytes:
    """RFC 8785 bytes. Raises Refused for what would not come back equal (NaN, 2^53 and beyond, lone
    surrogates).
    """
    try:
        if _is_plain(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        _refuse_large_floats(value)
        return rfc8785.dumps(value)
    except (
        rfc8785.CanonicalizationError,
        orjson.JSONEncodeError,
        UnicodeEncodeError,
        RecursionError,
    ) as error:
        raise Refused(
            f"This cannot be written to the ledger: {error}.", "Give numbers below 2^53 and text."
        ) from error


def _is_plain(value: object) -> bool:
    """Whether orjson, sixty times as fast, writes the same bytes: no floats, no other types that it would know how to
    write, and keys whose order by code points is that by UTF-16 units.
    """
    if type(value) in _ATOMS:
        return True
    if type(value) is int:
        return -_EXACT < value < _EXACT
    if type(value) is list or type(value) is tuple:
        return all(map(_is_plain, value))
    if type(value) is not dict:
        return False
    for key, inner in value.items():
        if type(key) is not str or not key.isascii():
            return False
        if type(inner) not in _ATOMS and not _is_plain(inner):
            return False
    return True


def _refuse_large_floats(value: object) -> None:
    """RFC 8785 writes a large float as an integer, shortened: it would be read back as another number."""
    if isinstance(value, float) and abs(value) >= _EXACT:
        raise Refused(f"The number {value} cannot be written to the ledger.", "Give numbers below 2^53.")
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    ):
        _refuse_large_floats(inner)


def payload_digest(salt: bytes, payload: bytes) -> bytes:
    """The digest that stands in the body. The random salt keeps an erased payload from being guessed."""
    return hashlib.sha256(_PAYLOAD + salt + payload).digest()


def body_digest(body: bytes) -> bytes:
    """The digest of an entry's canonical body."""
    return hashlib.sha256(_BODY + body).digest()


def link(seq: int, previous: bytes, skip: bytes, of_body: bytes) -> bytes:
    """An entry's hash: its number, the entry before, the entry it skips to, and its body's digest."""
    return hashlib.sha256(_LINK + seq.to_bytes(8, "big") + previous + skip + of_body).digest()


def skip_target(seq: int) -> int:
    """The number of the earlier entry whose hash is the skip hash: `seq` without its lowest set bit."""
    return seq & (seq - 1)


def check_draft(draft: Draft) -> None:
    """Raise Refused for a draft that must never enter a chain."""
    if draft.verb not in VERBS:
        raise Refused(f"The ledger has no verb {draft.verb!r}.", f"Use one of {', '.join(VERBS)}.")
    if not draft.actor.strip():
        raise Refused("Every entry names who acted, and no actor was given.", "Name the person or account.")
    if not draft.kind or not draft.kind.isascii() or draft.version < 1:
        raise Refused(f"{draft.kind!r} version {draft.version} is not a kind of entry.")
    single_lines: Sequence[str] = (draft.actor, draft.purpose, draft.authorisation, *draft.subjects)
    if any("\x00" in text for text in single_lines):
        raise Refused(
            "Actor, purpose, authorisation and subjects cannot hold a NUL character.", "Leave it out."
        )
    if draft.valid_from is not None and draft.valid_to is not None and draft.valid_to < draft.valid_from:
        raise Refused("The validity ends before it begins.", "Give the earlier time first.")
