"""An excerpt: some entries, proven to stand in the chain whose head is known, without showing any other
entry.

The proof is the way from the head down to each entry, by the previous or the skip hash, whichever leads
nearer without passing it. Each step shows two hashes and a body's digest; the digest covers a salted payload
digest, so nobody can guess what a neighbour says. `check` needs no ledger: a partner runs it on the excerpt
and the printed head alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson
import sqlalchemy as sa

from safelight.errors import BadInput, IntegrityBroken, NotFound
from safelight.ledger import chain
from safelight.ledger.entry import Entry, body_digest, from_body, link, payload_digest, skip_target
from safelight.ledger.head import Head, parse_head
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import ENTRIES, PAYLOADS

_FORMAT: Final = "safelight.ledger.excerpt.1"


@dataclass(frozen=True, slots=True)
class Proven:
    """One entry of an excerpt that was proven; `payload` is None if it was erased or is withheld."""

    entry: Entry
    payload: dict[str, Any] | None


def make(ledger: Ledger, seqs: Iterable[int], *, withhold: Iterable[int] = ()) -> bytes:
    """The excerpt as JSON. Payloads of the entries in `withhold` stay out. Raises NotFound."""
    shown, withheld = sorted(set(seqs)), frozenset(withhold)
    with ledger.store.reading() as connection:
        head = chain.head_of(connection)
        for seq in shown:
            if not 1 <= seq <= head.seq:
                raise NotFound(f"The ledger has no entry {seq}.", "Name one that it has.")
        steps = []
        for seq in sorted(_way(head.seq, shown), reverse=True):
            row = connection.execute(sa.select(ENTRIES).where(ENTRIES.c.seq == seq)).one()
            step: dict[str, Any] = {
                "seq": seq,
                "previous": bytes(row.previous).hex(),
                "skip": chain.hash_at(connection, skip_target(seq), seq - 1, bytes(row.previous)).hex(),
            }
            if seq in shown:
                step["body"] = bytes(row.body).decode()
                kept = connection.execute(sa.select(PAYLOADS).where(PAYLOADS.c.seq == seq)).first()
                if kept is not None and seq not in withheld:
                    step |= {"salt": bytes(kept.salt).hex(), "payload": bytes(kept.payload).decode()}
            else:
                step["body_digest"] = body_digest(bytes(row.body)).hex()
            steps.append(step)
    ledger.store.settle()  # a head that leaves the house is on the disk
    return orjson.dumps({"format": _FORMAT, "head": str(head), "steps": steps}, option=orjson.OPT_INDENT_2)


def check(excerpt: bytes, head: str | Head) -> list[Proven]:
    """The entries that the excerpt proves to stand below `head`, which must come from somewhere else than the
    excerpt.

    Raises BadInput for bytes that are no excerpt, IntegrityBroken for one that the head does not prove.
    """
    trusted = parse_head(head) if isinstance(head, str) else head
    try:
        given = orjson.loads(excerpt)
        if given["format"] != _FORMAT:
            raise BadInput("The excerpt has a format this version does not know.", "Install a newer version.")
        return _walk(given["steps"], trusted)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BadInput(f"This is no excerpt of a ledger: {error!r}.", "Ask for it again.") from error


def _walk(steps: list[dict[str, Any]], head: Head) -> list[Proven]:
    known: dict[int, bytes] = {}
    proven = []
    for step in steps:
        seq, previous, skip = int(step["seq"]), bytes.fromhex(step["previous"]), bytes.fromhex(step["skip"])
        if len(previous) != 32 or len(skip) != 32 or seq < 1:
            raise ValueError("a step's hashes have not 32 bytes")
        body = step["body"].encode() if "body" in step else None
        of_body = bytes.fromhex(step["body_digest"]) if body is None else body_digest(body)
        own = link(seq, previous, skip, of_body)
        if not (head.fits(own) if seq == head.seq else known.get(seq) == own):
            raise IntegrityBroken(
                f"Entry {seq} of the excerpt does not stand below {head}.", "Ask for it again."
            )
        known[seq - 1], known[skip_target(seq)] = previous, skip
        if body is not None:
            proven.append(_proven(step, seq, from_body(body, previous, own)))
    return proven[::-1]


def _proven(step: dict[str, Any], seq: int, entry: Entry) -> Proven:
    if entry.seq != seq:
        raise IntegrityBroken(f"Entry {seq} of the excerpt says that it is entry {entry.seq}.")
    if "payload" not in step:
        return Proven(entry, None)
    payload = step["payload"].encode()
    if payload_digest(bytes.fromhex(step["salt"]), payload) != entry.digest:
        raise IntegrityBroken(f"The payload of entry {seq} in the excerpt was changed.", "Ask for it again.")
    return Proven(entry, orjson.loads(payload))


def _way(head: int, shown: list[int]) -> set[int]:
    """The entries on the way from the head to each shown one, both ends included."""
    way = set()
    for target in shown:
        at = head
        while at > target:
            way.add(at)
            at = skip_target(at) if skip_target(at) >= target else at - 1
        way.add(target)
    return way
