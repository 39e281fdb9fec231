"""Our own signing keys: the private half lies sealed in the operation's folder, the public one in the ledger.

The seal is the operation's key (`ledger/keys.py`), so that signing needs its passphrase, and a copy of the folder alone
signs nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from nacl.signing import SigningKey as Ed25519

from safelight.errors import BadInput, NotFound, Refused
from safelight.ledger import signers
from safelight.ledger.keys import KeyRing, UnlockedKeys, seal
from safelight.ledger.ledger import Ledger
from safelight.ledger.signers import Signer
from safelight.operation.folder import OperationFolder

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that can sign. There is no way to print its private half."""

    fingerprint: str
    name: str
    public: bytes
    _private: Ed25519

    def __repr__(self) -> str:
        return f"SigningKey({self.fingerprint})"

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature (64 bytes)."""
        return bytes(self._private.sign(message).signature)


def make(folder: OperationFolder, ledger: Ledger, name: str, *, actor: str) -> Signer:
    """Make a signing key for somebody. Its private half is sealed to the operation's key. Raises Refused, NotFound."""
    ring = KeyRing.open(folder.keys)
    private = Ed25519.generate()
    public = bytes(private.verify_key)
    fingerprint = signers.fingerprint_of(public)
    path = _path(folder, fingerprint)
    _write(path, ring, bytes(private))
    try:
        with ledger.writing() as act:
            signers.made(act, name, public, actor=actor)
    except BaseException:
        path.unlink()
        raise
    return signers.find(ledger, fingerprint)


def unlocked(
    folder: OperationFolder, ledger: Ledger, keys: UnlockedKeys, fingerprints: tuple[str, ...] = ()
) -> list[SigningKey]:
    """The keys to sign with: those named, else the newest of our own. Raises NotFound, Refused, BadInput."""
    own = [one for one in signers.every(ledger).values() if one.own and one.revoked_at is None]
    if fingerprints:
        wanted = [signers.find(ledger, one) for one in fingerprints]
    elif own:
        wanted = own[-1:]
    else:
        raise Refused(
            "This operation has no signing key.", "Make one: `safelight handover key make OPERATION --name NAME`."
        )  # fmt: skip
    for one in wanted:
        if one.revoked_at is not None:
            raise Refused(f"{one.fingerprint} is revoked.", "Sign with another key.")
    if len({one.fingerprint for one in wanted}) != len(wanted):
        raise Refused("The same key was named twice.", "Two signatures need two keys.")
    return [_open(folder, keys, one) for one in wanted]


def reseal(folder: OperationFolder, ring: KeyRing, keys: UnlockedKeys) -> int:
    """Seal every private half to the ring's newest key, before the older ones are forgotten; how many there are."""
    found = sorted(folder.keys.glob("signing-*.json"))
    for path in found:
        state = orjson.loads(path.read_bytes())
        if state["key"] != ring.key_id:
            half = path.with_suffix(".half")
            half.unlink(missing_ok=True)
            _write(half, ring, keys.open(state["key"], bytes.fromhex(state["sealed"])))
            half.replace(path)
    return len(found)


def _write(path: Path, ring: KeyRing, private: bytes) -> None:
    state = {"format": _FORMAT, "key": ring.key_id, "sealed": seal(ring.public, private).hex()}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(state))
        file.flush()
        os.fsync(file.fileno())


def _open(folder: OperationFolder, keys: UnlockedKeys, signer: Signer) -> SigningKey:
    path = _path(folder, signer.fingerprint)
    try:
        state = orjson.loads(path.read_bytes())
        private = Ed25519(keys.open(state["key"], bytes.fromhex(state["sealed"])))
    except FileNotFoundError as error:
        raise NotFound(
            f"The private half of {signer.fingerprint} is not here.", "Sign where it was made."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} is damaged.", "Restore it from a backup, or make a new key.") from error
    if bytes(private.verify_key) != signer.public:
        raise BadInput(f"{path} holds another key than it says.", "Restore it from a backup.")
    return SigningKey(signer.fingerprint, signer.name, signer.public, private)


def _path(folder: OperationFolder, fingerprint: str) -> Path:
    return folder.keys / f"signing-{fingerprint}.json"
