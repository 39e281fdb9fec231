"""Signing keys: sealed by the operation's key and kept when it rotates, known by their fingerprint, revoked by an entry."""

from __future__ import annotations

import hashlib

import pytest

from safelight.casework.handover import keys
from safelight.casework.handover.verify import ed25519_verify
from safelight.errors import AlreadyExists, BadInput, NotFound, Refused
from safelight.ledger import signers
from safelight.ledger.keys import KeyRing
from tests.access.built import PASSPHRASE
from tests.casework.handover.cases import MAKER, SECOND, Case


def test_a_key_signs_through_a_rotation_of_the_operations_key(case: Case) -> None:
    folder = case.built.folder
    ring = KeyRing.open(folder.keys)
    ring = ring.rotate(case.built.keys, PASSPHRASE)
    now = ring.unlock(PASSPHRASE)
    assert keys.reseal(folder, ring, now) == 1
    ring = ring.drop_older(now, PASSPHRASE)
    with case.ledger() as ledger:
        (key,) = keys.unlocked(folder, ledger, ring.unlock(PASSPHRASE))
    assert key.fingerprint == hashlib.sha256(key.public).hexdigest() == case.signer.fingerprint
    assert ed25519_verify(key.public, b"sjakk", key.sign(b"sjakk"))
    assert repr(key) == f"SigningKey({key.fingerprint})"


def test_whose_key_it_is_is_stated_and_revoked(case: Case) -> None:
    with case.ledger() as ledger:
        public = bytes(range(32))
        for words, told in (
            ({"reason": " "}, "needs its reason"),
            ({"reason": "x", "name": " "}, "needs the name"),
        ):
            with pytest.raises(Refused, match=told):
                signers.trust(ledger, public, **({"name": "Øst"} | words), actor=MAKER)
        with pytest.raises(Refused, match="32 bytes"):
            signers.trust(ledger, b"x", "Øst", reason="x", actor=MAKER)
        entry = signers.trust(ledger, public, "Øst", reason="by telephone", actor=SECOND)
        with pytest.raises(AlreadyExists):
            signers.trust(ledger, public, "Øst", reason="again", actor=SECOND)
        found = signers.find(ledger, entry.subjects[0][:8])
        assert (found.name, found.own, found.reason, found.actor) == ("Øst", False, "by telephone", SECOND)
        with pytest.raises(Refused, match="needs its reason"):
            signers.revoke(ledger, found.fingerprint, reason="", actor=MAKER)
        signers.revoke(ledger, found.fingerprint, reason="lost", actor=MAKER)
        with pytest.raises(Refused, match="is revoked already"):
            signers.revoke(ledger, found.fingerprint, reason="lost", actor=MAKER)
        with pytest.raises(NotFound):
            signers.find(ledger, "ab")
        with pytest.raises(Refused, match="is revoked"):
            keys.unlocked(case.built.folder, ledger, case.built.keys, (found.fingerprint,))
        with pytest.raises(Refused, match="named twice"):
            keys.unlocked(case.built.folder, ledger, case.built.keys, (case.signer.fingerprint,) * 2)


def test_a_private_half_that_is_missing_or_another(case: Case) -> None:
    path = case.built.folder.keys / f"signing-{case.signer.fingerprint}.json"
    with case.ledger() as ledger:
        other = keys.make(case.built.folder, ledger, "T. Åmås", actor=MAKER)
        theirs = (case.built.folder.keys / f"signing-{other.fingerprint}.json").read_bytes()
        path.write_bytes(theirs)
        wanted = (case.signer.fingerprint,)
        with pytest.raises(BadInput, match="another key than it says"):
            keys.unlocked(case.built.folder, ledger, case.built.keys, wanted)
        path.write_bytes(b"{}")
        with pytest.raises(BadInput, match="is damaged"):
            keys.unlocked(case.built.folder, ledger, case.built.keys, wanted)
        path.unlink()
        with pytest.raises(NotFound, match="private half"):
            keys.unlocked(case.built.folder, ledger, case.built.keys, wanted)
