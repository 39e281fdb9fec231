"""Keys: sealing needs no secret, opening needs one of two, and a swapped or damaged ring is noticed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.errors import AlreadyExists, BadInput, NotFound, Refused, WrongPassphrase
from safelight.ledger import keylog
from safelight.ledger.keys import FILE_NAME, KeyRing, PassphraseCost, UnlockedKeys, key_id_of, resealed, seal
from safelight.ledger.ledger import Ledger
from tests.ledger.conftest import ACTOR

CHEAP = PassphraseCost(passes=1, kibibytes=64, lanes=1)
PASSPHRASE = "fire søvnige sauer på fjellet"
OTHER = "fem våkne geiter i dalen"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def _change(folder: Path, /, **changes: object) -> None:
    path = folder / FILE_NAME
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_what_is_sealed_with_the_open_key_opens_with_the_passphrase_and_with_the_recovery_secret(
    keys: Path,
) -> None:
    ring, secret = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    assert secret.startswith("AGE-SECRET-KEY-1")
    locked = KeyRing.open(keys)
    assert (
        (locked.public, locked.key_id) == (ring.public, ring.key_id) == (ring.public, key_id_of(ring.public))
    )
    sealed = seal(locked.public, b"a picture of a train")
    assert b"train" not in sealed and len(sealed) == len(b"a picture of a train") + 48
    for unlocked in (locked.unlock(PASSPHRASE), locked.unlock_by_recovery(f" {secret.lower()}\n")):
        assert unlocked.open(locked.key_id, sealed) == b"a picture of a train"


@given(st.binary(max_size=5000))
def test_any_bytes_come_back(data: bytes) -> None:
    from nacl.public import PrivateKey

    pair = PrivateKey.generate()
    public = bytes(pair.public_key)
    unlocked = UnlockedKeys({key_id_of(public): bytes(pair)})
    assert unlocked.open(key_id_of(public), seal(public, data)) == data


def test_wrong_secrets_are_refused(keys: Path, tmp_path: Path) -> None:
    KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    _, elsewhere = KeyRing.create(tmp_path / "other", PASSPHRASE, cost=CHEAP)
    locked = KeyRing.open(keys)
    for wrong in ("", OTHER, PASSPHRASE + " "):
        with pytest.raises(WrongPassphrase):
            locked.unlock(wrong)
    for wrong in ("", "AGE-SECRET-KEY-1", elsewhere):
        with pytest.raises(WrongPassphrase):
            locked.unlock_by_recovery(wrong)


def test_a_new_ring_never_overwrites_one(keys: Path) -> None:
    KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    with pytest.raises(AlreadyExists):
        KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    with pytest.raises(Refused):
        KeyRing.create(keys.with_name("other"), "short", cost=CHEAP)


def test_secrets_are_nowhere_in_the_file_nor_in_what_is_printed(keys: Path) -> None:
    ring, secret = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    unlocked = ring.unlock(PASSPHRASE)
    private = unlocked._private[ring.key_id]
    text = (keys / FILE_NAME).read_text() + repr(ring) + repr(unlocked)
    assert private.hex() not in text and secret not in text and PASSPHRASE not in text
    assert (keys / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in keys.iterdir()] == [FILE_NAME]


def test_the_stated_cost_is_rfc_9106s_second_recommendation(keys: Path) -> None:
    KeyRing.create(keys, PASSPHRASE)
    wrapping = json.loads((keys / FILE_NAME).read_text())["passphrase"]
    assert {name: wrapping[name] for name in ("algorithm", "passes", "kibibytes", "lanes")} == {
        "algorithm": "argon2id", "passes": 3, "kibibytes": 64 * 1024, "lanes": 4,
    }  # fmt: skip
    assert KeyRing.open(keys).unlock(PASSPHRASE).key_ids == KeyRing.open(keys).key_ids


def test_the_passphrase_is_changed_and_the_recovery_secret_still_opens(keys: Path) -> None:
    ring, secret = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    sealed = seal(ring.public, b"x")
    ring.change_passphrase(ring.unlock(PASSPHRASE), OTHER)
    again = KeyRing.open(keys)
    with pytest.raises(WrongPassphrase):
        again.unlock(PASSPHRASE)
    assert again.unlock(OTHER).open(ring.key_id, sealed) == b"x"
    assert again.unlock_by_recovery(secret).open(ring.key_id, sealed) == b"x"


def test_a_forgotten_passphrase_is_replaced_by_the_recovery_secret(keys: Path) -> None:
    ring, secret = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    ring.change_passphrase(ring.unlock_by_recovery(secret), OTHER)
    assert KeyRing.open(keys).unlock(OTHER).key_ids == (ring.key_id,)


def test_rotation_keeps_the_old_key_until_everything_is_resealed(keys: Path) -> None:
    first, secret = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    old = [(first.key_id, seal(first.public, text)) for text in (b"one", b"two")]
    second = first.rotate(first.unlock(PASSPHRASE), OTHER)
    assert second.key_id != first.key_id and second.key_ids == (first.key_id, second.key_id)
    unlocked = KeyRing.open(keys).unlock(OTHER)
    assert [unlocked.open(*one) for one in old] == [b"one", b"two"]

    new = list(resealed(unlocked, second, [*old, (second.key_id, seal(second.public, b"three"))]))
    assert [key_id for key_id, _ in new] == [second.key_id] * 3
    third = second.drop_older(unlocked, OTHER)
    assert third.key_ids == (second.key_id,)
    for unlocked in (KeyRing.open(keys).unlock(OTHER), KeyRing.open(keys).unlock_by_recovery(secret)):
        assert [unlocked.open(*one) for one in new] == [b"one", b"two", b"three"]
        with pytest.raises(NotFound):
            unlocked.open(*old[0])


def test_a_new_recovery_secret_replaces_the_one_that_was_seen(keys: Path) -> None:
    ring, seen = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    again, secret = ring.new_recovery(ring.unlock(PASSPHRASE), PASSPHRASE)
    assert again.unlock_by_recovery(secret).key_ids == ring.key_ids
    with pytest.raises(WrongPassphrase):
        KeyRing.open(keys).unlock_by_recovery(seen)


def test_after_a_loss_a_new_ring_seals_what_is_made_anew(keys: Path) -> None:
    lost, _ = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    old = seal(lost.public, b"made before")
    (keys / FILE_NAME).unlink()
    with pytest.raises(NotFound):
        KeyRing.open(keys)
    ring, _ = KeyRing.create(keys, OTHER, cost=CHEAP)
    unlocked = ring.unlock(OTHER)
    assert unlocked.open(ring.key_id, seal(ring.public, b"made anew")) == b"made anew"
    with pytest.raises(NotFound):
        unlocked.open(lost.key_id, old)


@pytest.mark.parametrize("damage", [b"", b"x", b"\x00" * 100])
def test_damaged_sealed_bytes_are_refused(keys: Path, damage: bytes) -> None:
    ring, _ = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    unlocked = ring.unlock(PASSPHRASE)
    with pytest.raises(BadInput):
        unlocked.open(ring.key_id, damage)
    sealed = bytearray(seal(ring.public, b"a picture"))
    sealed[-1] ^= 1
    with pytest.raises(BadInput):
        unlocked.open(ring.key_id, bytes(sealed))


def test_a_public_key_put_in_by_somebody_else_is_noticed(keys: Path, tmp_path: Path) -> None:
    ring, _ = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    stranger, _ = KeyRing.create(tmp_path / "stranger", OTHER, cost=CHEAP)
    theirs = json.loads((tmp_path / "stranger" / FILE_NAME).read_text())["keys"]
    _change(keys, keys=theirs)
    swapped = KeyRing.open(keys)
    assert swapped.public == stranger.public
    with pytest.raises(BadInput, match="does not belong"):
        swapped.unlock(PASSPHRASE)
    _change(keys, keys=[{**theirs[0], "id": ring.key_id}])
    with pytest.raises(BadInput, match="does not have its own id"):
        KeyRing.open(keys)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"format": 2}', '{"format": 1, "keys": []}', '{"format": 1, "keys": [{"id": 1}]}'],
)
def test_a_damaged_ring_is_refused(keys: Path, text: str) -> None:
    keys.mkdir()
    (keys / FILE_NAME).write_text(text)
    with pytest.raises(BadInput):
        KeyRing.open(keys)


def test_a_ring_that_asks_for_absurd_memory_is_refused(keys: Path) -> None:
    KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    wrapping = json.loads((keys / FILE_NAME).read_text())["passphrase"]
    _change(keys, passphrase={**wrapping, "kibibytes": 2**40})
    with pytest.raises(BadInput):
        KeyRing.open(keys).unlock(PASSPHRASE)


def test_a_crash_while_writing_leaves_the_old_ring(keys: Path) -> None:
    """The process dies at each system call that it makes while it changes the passphrase."""
    ring, _ = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from safelight.ledger.keys import KeyRing\n"
        "ring = KeyRing.open(Path(sys.argv[1])); keys = ring.unlock(sys.argv[2])\n"
        "real = {name: getattr(os, name) for name in ('fsync', 'open')}\n"
        "left = [int(sys.argv[4])]\n"
        "def dying(name):\n"
        "    def call(*given, **named):\n"
        "        left[0] -= 1\n"
        "        if left[0] < 0: os._exit(9)\n"
        "        return real[name](*given, **named)\n"
        "    return call\n"
        "for name in real: setattr(os, name, dying(name))\n"
        "ring.change_passphrase(keys, sys.argv[3])\n"
    )
    codes = []
    for calls in range(5):
        done = subprocess.run(
            [sys.executable, "-c", script, keys, PASSPHRASE, OTHER, str(calls)], check=False
        )
        codes.append(done.returncode)
        again = KeyRing.open(keys)
        opened = [word for word in (PASSPHRASE, OTHER) if _opens(again, word)]
        assert len(opened) == 1
        if opened == [OTHER]:
            again.change_passphrase(again.unlock(OTHER), PASSPHRASE)
    assert codes == [9, 9, 9, 9, 0]
    assert [path.name for path in keys.iterdir()] == [FILE_NAME]
    assert ring.key_ids == KeyRing.open(keys).key_ids


def _opens(ring: KeyRing, passphrase: str) -> bool:
    try:
        ring.unlock(passphrase)
    except WrongPassphrase:
        return False
    return True


def test_a_child_that_seals_loads_no_database() -> None:
    """Decoding children import this module; it must stay light and reach nothing of the ledger."""
    script = "import sys, safelight.ledger.keys; print('sqlalchemy' in sys.modules, 'alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


def test_the_chain_knows_which_keys_there_were(ledger: Ledger, keys: Path, tmp_path: Path) -> None:
    ring, _ = KeyRing.create(keys, PASSPHRASE, cost=CHEAP)
    assert keylog.problem(ledger, ring) == f"the ledger knows no key, but the ring holds {ring.key_id}"
    entry = keylog.record(ledger, ring, actor=ACTOR, reason="init")
    assert entry is not None and entry.subjects == (ring.key_id,)
    assert keylog.record(ledger, ring, actor=ACTOR, reason="again") is None
    assert keylog.problem(ledger, ring) is None
    stranger, _ = KeyRing.create(tmp_path / "stranger", OTHER, cost=CHEAP)
    assert keylog.problem(ledger, stranger) == (
        f"the ring's newest key is {stranger.key_id}, but the ledger knows {ring.key_id} as the newest"
    )
    rotated = ring.rotate(ring.unlock(PASSPHRASE), PASSPHRASE)
    keylog.record(ledger, rotated, actor=ACTOR, reason="rotation")
    assert keylog.problem(ledger, rotated) is None
    assert keylog.problem(ledger, ring) is not None
