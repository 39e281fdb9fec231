"""The operation's keys: derivatives are sealed with a public key that lies open, and opened with a wrapped
private one.

`keys/ring.json` holds the public keys and, once for the passphrase and once for the recovery recipient, the
private keys of all generations, encrypted:

- passphrase: Argon2id (RFC 9106, second recommended option; the parameters stand in the file) makes a key for
  XSalsa20-Poly1305 (libsodium secretbox);
- recovery: an age X25519 recipient, whose secret is shown once when the ring is made and belongs on paper in
  a safe.

Sealing is libsodium's sealed box (X25519, XSalsa20-Poly1305), so a process that decodes hostile pictures
never holds anything that opens one (decision 0003). Nothing here imports the database: such a process loads
it in milliseconds.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson
import pyrage
from argon2.low_level import Type, hash_secret_raw
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from safelight.errors import AlreadyExists, BadInput, NotFound, Refused, WrongPassphrase
from safelight.traces.moment import iso_utc, now_us

FILE_NAME: Final = "ring.json"
SHORTEST_PASSPHRASE: Final = 8
_FORMAT: Final = 1
_SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class PassphraseCost:
    """What a guess of the passphrase costs (Argon2id). Raising it slows guessing and unlocking alike."""

    passes: int = 3
    kibibytes: int = 65_536
    lanes: int = 4

    def key(self, passphrase: str, salt: bytes) -> bytes:
        return hash_secret_raw(
            passphrase.encode(), salt, self.passes, self.kibibytes, self.lanes, SecretBox.KEY_SIZE, Type.ID
        )


def key_id_of(public: bytes) -> str:
    """The id of a public key: `k1-` and the first 80 bits of its SHA-256 in hexadecimal."""
    return "k1-" + hashlib.sha256(b"safelight.key.1\x00" + public).hexdigest()[:20]


def seal(public: bytes, data: bytes) -> bytes:
    """Encrypt for the holder of the private key; needs no secret. 48 bytes longer than `data`."""
    return bytes(SealedBox(PublicKey(public)).encrypt(data))


@dataclass(frozen=True, slots=True)
class UnlockedKeys:
    """The private keys of all generations, in memory. There is no way to print them."""

    _private: dict[str, bytes]

    def __repr__(self) -> str:
        return f"UnlockedKeys({', '.join(self._private)})"

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The keys that can be opened, oldest first."""
        return tuple(self._private)

    def open(self, key_id: str, sealed: bytes) -> bytes:
        """The plain bytes. Raises NotFound for a key that is not in the ring, BadInput for damaged bytes."""
        private = self._private.get(key_id)
        if private is None:
            raise NotFound(
                f"Key {key_id} is not in the operation's ring.", "Make the derivatives anew from the sources."
            )
        try:
            return bytes(SealedBox(PrivateKey(private)).decrypt(sealed))
        except (CryptoError, ValueError, TypeError) as error:
            raise BadInput(
                "The sealed bytes are damaged.", "Make the derivative anew from its source."
            ) from error


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The ring as it lies in the folder. `public` and `key_id` need no passphrase."""

    folder: Path
    _state: dict[str, Any]

    @classmethod
    def create(
        cls, folder: Path, passphrase: str, *, cost: PassphraseCost | None = None
    ) -> tuple[KeyRing, str]:
        """A new ring in `folder` and the recovery secret, which is written down nowhere else.

        Raises AlreadyExists, Refused for a passphrase that is too short.
        """
        if (folder / FILE_NAME).exists():
            raise AlreadyExists(f"{folder} has keys already.", "Rotate them instead, or move the ring away.")
        recovery = pyrage.x25519.Identity.generate()
        ring = cls(
            folder,
            {
                "format": _FORMAT,
                "keys": [],
                "recovery": {"recipient": str(recovery.to_public()), "wrapped": ""},
            },
        )
        return ring._with_new_pair({}, passphrase, cost or PassphraseCost()), str(recovery)

    @classmethod
    def open(cls, folder: Path) -> KeyRing:
        """The ring of `folder`, locked. Raises NotFound, or BadInput for a file that is no ring."""
        path = folder / FILE_NAME
        try:
            state = orjson.loads(path.read_bytes())
        except FileNotFoundError as error:
            raise NotFound(
                f"{folder} has no keys.",
                "Restore them from a backup, or begin new ones with `safelight key renew`.",
            ) from error
        except ValueError as error:
            raise BadInput(f"{path} is damaged: {error}.", "Restore it from a backup.") from error
        try:
            if state["format"] != _FORMAT:
                raise BadInput(f"{path} was made by a newer version.", "Install that version.")
            for key in state["keys"]:
                if key_id_of(bytes.fromhex(key["public"])) != key["id"]:
                    raise BadInput(
                        f"{path}: key {key['id']} does not have its own id.", "Restore it from a backup."
                    )
            ring = cls(folder, state)
            ring.public, state["passphrase"]["wrapped"], state["recovery"]["wrapped"]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise BadInput(f"{path} is damaged: {error!r}.", "Restore it from a backup.") from error
        return ring

    @property
    def public(self) -> bytes:
        """The newest public key (32 bytes, X25519): what `seal` takes."""
        return bytes.fromhex(self._state["keys"][-1]["public"])

    @property
    def key_id(self) -> str:
        """The id of the newest key: what is stored beside sealed bytes."""
        return str(self._state["keys"][-1]["id"])

    @property
    def key_ids(self) -> tuple[str, ...]:
        """All generations, oldest first."""
        return tuple(key["id"] for key in self._state["keys"])

    def unlock(self, passphrase: str) -> UnlockedKeys:
        """Open the private keys by passphrase. Raises WrongPassphrase."""
        wrapping = self._state["passphrase"]
        try:
            cost = PassphraseCost(wrapping["passes"], wrapping["kibibytes"], wrapping["lanes"])
            if cost.kibibytes > 4_194_304 or cost.passes > 100:
                raise BadInput("The ring asks for more than 4 GiB to unlock it.", "Restore it from a backup.")
            box = SecretBox(cost.key(passphrase, bytes.fromhex(wrapping["salt"])))
            bundle = bytes(box.decrypt(bytes.fromhex(wrapping["wrapped"])))
        except (CryptoError, ValueError) as error:
            raise WrongPassphrase(
                "The passphrase does not open the operation's keys.", "Try again."
            ) from error
        return self._checked(bundle)

    def unlock_by_recovery(self, secret: str) -> UnlockedKeys:
        """Open the private keys by the recovery secret that was shown once. Raises WrongPassphrase."""
        try:
            identity = pyrage.x25519.Identity.from_str("".join(secret.split()).upper())
            bundle = pyrage.decrypt(bytes.fromhex(self._state["recovery"]["wrapped"]), [identity])
        except (pyrage.IdentityError, pyrage.DecryptError, ValueError) as error:
            raise WrongPassphrase(
                "The recovery secret does not open the operation's keys.", "It begins with AGE-SECRET-KEY-1."
            ) from error
        return self._checked(bundle)

    def change_passphrase(self, unlocked: UnlockedKeys, passphrase: str) -> KeyRing:
        """The same keys under another passphrase. Copies of the old file still open with the old one: see
        `rotate`.
        """
        return self._written(unlocked._private, passphrase, self._cost())

    def rotate(self, unlocked: UnlockedKeys, passphrase: str) -> KeyRing:
        """A new key pair for what is sealed from now on; older private keys stay until `drop_older`."""
        return self._with_new_pair(unlocked._private, passphrase, self._cost())

    def drop_older(self, unlocked: UnlockedKeys, passphrase: str) -> KeyRing:
        """Forget all but the newest key, once every derivative is resealed to it."""
        newest = {self.key_id: unlocked._private[self.key_id]}
        ring = replace(self, _state={**self._state, "keys": self._state["keys"][-1:]})
        return ring._written(newest, passphrase, self._cost())

    def new_recovery(self, unlocked: UnlockedKeys, passphrase: str) -> tuple[KeyRing, str]:
        """Another recovery recipient, for when the paper is lost or was seen. Returns the new secret."""
        recovery = pyrage.x25519.Identity.generate()
        ring = replace(self, _state={**self._state, "recovery": {"recipient": str(recovery.to_public())}})
        return ring._written(unlocked._private, passphrase, self._cost()), str(recovery)

    def _cost(self) -> PassphraseCost:
        wrapping = self._state["passphrase"]
        return PassphraseCost(wrapping["passes"], wrapping["kibibytes"], wrapping["lanes"])

    def _checked(self, bundle: bytes) -> UnlockedKeys:
        """The bundle's keys, compared with the public ones: a public key that was swapped is found here."""
        private = {key_id: bytes.fromhex(secret) for key_id, secret in orjson.loads(bundle).items()}
        for key in self._state["keys"]:
            secret = private.get(key["id"])
            if secret is None or bytes(PrivateKey(secret).public_key).hex() != key["public"]:
                raise BadInput(
                    f"Public key {key['id']} does not belong to the wrapped private keys.",
                    "Someone changed the ring: restore it from a backup and reseal what was made since.",
                )
        return UnlockedKeys({key["id"]: private[key["id"]] for key in self._state["keys"]})

    def _with_new_pair(self, private: dict[str, bytes], passphrase: str, cost: PassphraseCost) -> KeyRing:
        pair = PrivateKey.generate()
        public = bytes(pair.public_key)
        key_id = key_id_of(public)
        described = {"id": key_id, "public": public.hex(), "made": iso_utc(now_us())}
        ring = replace(self, _state={**self._state, "keys": [*self._state["keys"], described]})
        return ring._written({**private, key_id: bytes(pair)}, passphrase, cost)

    def _written(self, private: dict[str, bytes], passphrase: str, cost: PassphraseCost) -> KeyRing:
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise Refused(
                f"The passphrase is shorter than {SHORTEST_PASSPHRASE} characters.", "Use several words."
            )
        bundle = orjson.dumps({key_id: secret.hex() for key_id, secret in private.items()})
        salt = os.urandom(_SALT_BYTES)
        recipient = pyrage.x25519.Recipient.from_str(self._state["recovery"]["recipient"])
        state = {
            **self._state,
            "passphrase": {
                "algorithm": "argon2id",
                "passes": cost.passes,
                "kibibytes": cost.kibibytes,
                "lanes": cost.lanes,
                "salt": salt.hex(),
                "wrapped": bytes(SecretBox(cost.key(passphrase, salt)).encrypt(bundle)).hex(),
            },
            "recovery": {
                "recipient": self._state["recovery"]["recipient"],
                "wrapped": bytes(pyrage.encrypt(bundle, [recipient])).hex(),
            },
        }
        _write_safely(self.folder / FILE_NAME, orjson.dumps(state, option=orjson.OPT_INDENT_2))
        return KeyRing(self.folder, state)


def resealed(
    old: UnlockedKeys, ring: KeyRing, sealed: Iterable[tuple[str, bytes]]
) -> Iterable[tuple[str, bytes]]:
    """(key id, sealed bytes) of any generation to the same sealed to the ring's newest key, one after the
    other.
    """
    for key_id, data in sealed:
        yield (ring.key_id, data if key_id == ring.key_id else seal(ring.public, old.open(key_id, data)))


def _write_safely(path: Path, data: bytes) -> None:
    """The old file or the new one after a crash, never half of one; readable by the owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
