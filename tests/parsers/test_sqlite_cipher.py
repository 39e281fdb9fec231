"""SQLCipher's databases: opened by a passphrase or a raw key; a wrong key and damage are told apart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from safelight.parsers.android_sms import AndroidSms
from safelight.parsers.model import Options
from safelight.traces.model import Message
from tests.parsers.run import Parsed, parse
from tests.parsers.sqlcipher_writer import RESERVE, encrypted, encrypted_log, key_of

WORDS = "hemmelig springer"


def plain(folder: Path, page_size: int, version: int) -> bytes:
    """mmssms.db with some messages; its pages leave free what SQLCipher takes."""
    path = folder / "plain.db"
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA page_size = {page_size}")
    db.execute("CREATE TABLE x (a)")
    db.commit()
    db.close()
    data = bytearray(path.read_bytes())
    data[20] = RESERVE[version]
    for at in range(
        page_size, len(data), page_size
    ):  # an empty leaf: its content area ends before what is reserved
        data[at + 5 : at + 7] = (page_size - RESERVE[version]).to_bytes(2, "big")
    path.write_bytes(data)
    db = sqlite3.connect(path)
    db.execute("VACUUM")
    db.execute("DROP TABLE x")
    db.execute(
        "CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER, "
        "date_sent INTEGER, read INTEGER, status INTEGER, type INTEGER, subject TEXT, body TEXT)"
    )
    db.execute("CREATE TABLE threads (_id INTEGER PRIMARY KEY, recipient_ids TEXT)")
    db.executemany(
        "INSERT INTO sms (thread_id, address, date, type, body) VALUES (1, '+4700000001', ?, 1, ?)",
        [(1_456_000_000_000 + n * 60_000, f"parti nummer {n} i klubben") for n in range(200)],
    )
    db.commit()
    db.execute("VACUUM")
    db.close()
    found = path.read_bytes()
    assert found[20] == RESERVE[version]
    return found


def read(data: bytes, *credentials: str) -> Parsed:
    return parse(AndroidSms(), data, name="mmssms.db", options=Options(credentials=credentials))


@pytest.mark.parametrize(("version", "page_size"), [(4, 4096), (3, 1024)])
def test_a_passphrase_and_a_raw_key_open_it(tmp_path: Path, version: int, page_size: int) -> None:
    key = key_of(WORDS, version)
    data = encrypted(plain(tmp_path, page_size, version), page_size, version, key)
    for credential in (WORDS, f"x'{key.hex()}'"):
        found = read(data, "another", credential)
        assert found.of(Message, "text") == [f"parti nummer {n} i klubben" for n in range(200)]
        assert found.ended is not None
        assert found.ended.outcome == "done"


def test_its_write_ahead_log_is_applied(tmp_path: Path) -> None:
    path, key = tmp_path / "plain.db", key_of(WORDS, 4)
    data = plain(tmp_path, 4096, 4)
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    before = path.read_bytes()
    assert before != data
    db.execute(
        "INSERT INTO sms (thread_id, address, date, type, body) VALUES (1, '+4700000001', 1456900000000, 1, 'sist')"
    )
    db.commit()
    log = (tmp_path / "plain.db-wal").read_bytes()
    assert log[:4] == bytes.fromhex("377f0682")
    db.close()
    hidden = encrypted_log(log, 4096, 4, key)
    for beside, count in ((hidden, 201), (hidden[:-1], 200), (b"", 200)):
        found = parse(
            AndroidSms(),
            encrypted(before, 4096, 4, key),
            name="mmssms.db",
            beside={"mmssms.db-wal": beside},
            options=Options(credentials=(WORDS,)),
        )
        assert len([one for one in found.of(Message) if one["state"] == "live"]) == count


def test_without_its_key_it_is_encrypted(tmp_path: Path) -> None:
    data = encrypted(plain(tmp_path, 4096, 4), 4096, 4, key_of(WORDS, 4))
    for credentials, cause in (((), "--credential takes"), (("another",), "no key that was given opens")):
        ended = read(data, *credentials).ended
        assert ended is not None
        assert (ended.outcome, ended.cause) == ("failed", "encrypted")
        assert cause in ended.detail


def test_a_damaged_page_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    data = bytearray(encrypted(plain(tmp_path, 1024, 3), 1024, 3, key_of(WORDS, 3)))
    data[-700] ^= 1
    found = read(bytes(data), WORDS)
    texts = found.of(Message, "text")
    assert 150 < len(texts) < 200
    assert set(texts) <= {f"parti nummer {n} i klubben" for n in range(200)}
    last = len(data) // 1024
    assert [part.detail for part in found.parts if part.place == f"page {last}"] == [
        "its HMAC is not that of its bytes"
    ]
