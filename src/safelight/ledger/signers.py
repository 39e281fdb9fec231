"""Whose signatures over handovers count: our own signing keys, those of others that somebody vouched for, and revocations.

A key is known by its fingerprint, the SHA-256 of the public key. A revocation counts from the entry that states it: what was
received and checked before stays received.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from safelight.errors import AlreadyExists, NotFound, Refused
from safelight.ledger import kinds
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger, Writing

_KINDS: Final = (kinds.SIGNER_MADE.name, kinds.SIGNER_TRUSTED.name, kinds.SIGNER_REVOKED.name)


@dataclass(frozen=True, slots=True)
class Signer:
    """One key. `own`: made in this operation; `seq`: the entry that named it; times are µs UTC."""

    fingerprint: str
    name: str
    public: bytes
    own: bool
    seq: int
    actor: str
    recorded_at: int
    reason: str = ""
    revoked_at: int | None = None
    revoked_why: str = ""


def fingerprint_of(public: bytes) -> str:
    """SHA-256 of an Ed25519 public key, in hexadecimal."""
    return hashlib.sha256(public).hexdigest()


def made(act: Writing, name: str, public: bytes, *, actor: str) -> Entry:
    """Write down that a signing key was made. Raises Refused without a name."""
    return _append(act, kinds.SIGNER_MADE, public, {"name": _line(name)}, actor)


def trust(ledger: Ledger, public: bytes, name: str, *, reason: str, actor: str) -> Entry:
    """Say that a public key is somebody's, and how one knows. Raises AlreadyExists, Refused."""
    if len(public) != 32:
        raise Refused("An Ed25519 public key has 32 bytes.", "Give 64 hexadecimal digits.")
    if not reason.strip():
        raise Refused("Trusting a key needs its reason.", "Say how you know whose it is.")
    known = every(ledger).get(fingerprint_of(public))
    if known is not None and known.revoked_at is None:
        raise AlreadyExists(
            f"{known.fingerprint} stands as {known.name} already.", "See `safelight handover key list`."
        )
    with ledger.writing() as act:
        payload = {"name": _line(name), "reason": reason.strip()}
        return _append(act, kinds.SIGNER_TRUSTED, public, payload, actor)


def revoke(ledger: Ledger, fingerprint: str, *, reason: str, actor: str) -> Entry:
    """Say that a key counts no more from now on. Raises NotFound, Refused."""
    if not reason.strip():
        raise Refused("Revoking a key needs its reason.", "Say what happened.")
    found = find(ledger, fingerprint)
    if found.revoked_at is not None:
        raise Refused(f"{found.fingerprint} is revoked already.", "See `safelight handover key list`.")
    kind = kinds.SIGNER_REVOKED
    return ledger.append(
        kind.name, {"reason": reason.strip()}, verb=kind.verb, actor=actor, subjects=[found.fingerprint]
    )


def find(ledger: Ledger, fingerprint: str) -> Signer:
    """A key by its fingerprint or the beginning of it (eight digits or more). Raises NotFound."""
    wanted = "".join(char for char in fingerprint.lower() if char not in " :-")
    found = [one for key, one in every(ledger).items() if len(wanted) >= 8 and key.startswith(wanted)]
    if len(found) != 1:
        raise NotFound(
            f"No key is known as {fingerprint!r}.", "`safelight handover key list` shows those there are."
        )
    return found[0]


def every(ledger: Ledger) -> dict[str, Signer]:
    """All keys by fingerprint, in the order in which they were named; one that is trusted anew counts again."""
    found: dict[str, Signer] = {}
    for entry in ledger.entries(kinds=_KINDS):
        payload = ledger.payload(entry.seq)
        key = entry.subjects[0]
        if payload is None:
            continue
        if entry.kind == kinds.SIGNER_REVOKED.name:
            if key in found:
                found[key] = replace(found[key], revoked_at=entry.recorded_at, revoked_why=payload["reason"])
        else:
            found[key] = Signer(
                key, payload["name"], bytes.fromhex(payload["public"]), entry.kind == kinds.SIGNER_MADE.name,
                entry.seq, entry.actor, entry.recorded_at, payload.get("reason", ""),
            )  # fmt: skip
    return found


def _line(name: str) -> str:
    if not name.strip() or not name.strip().isprintable():
        raise Refused("A key needs the name of who holds it.", "Give it on one line.")
    return name.strip()


def _append(act: Writing, kind: kinds.Kind, public: bytes, payload: dict[str, str], actor: str) -> Entry:
    return act.append(
        kind.name,
        {**payload, "public": public.hex()},
        verb=kind.verb,
        actor=actor,
        subjects=[fingerprint_of(public)],
    )
