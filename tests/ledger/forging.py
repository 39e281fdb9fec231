"""Ways to tamper with a ledger by direct SQL on its file, each telling which entry is then the first bad one."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from safelight.ledger.entry import ZERO, body_digest, canonical, link, payload_digest, skip_target

#: Changes the file and returns the number of the entry that is then the first bad one.
Way = Callable[[sqlite3.Connection, random.Random, int], int]


def tamper(database: Path, way: Way, rng: random.Random) -> int:
    """Drop the triggers and tamper."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        (newest,) = connection.execute("SELECT max(seq) FROM entries").fetchone()
        return way(connection, rng, int(newest))


def recompute(connection: sqlite3.Connection, start: int) -> None:
    """What only an insider with time does: every hash from `start` on anew, so that the chain fits itself."""
    hashes = dict(connection.execute("SELECT seq, hash FROM entries WHERE seq < ?", (start,)).fetchall())
    hashes[0] = ZERO
    for seq, body in connection.execute(
        "SELECT seq, body FROM entries WHERE seq >= ? ORDER BY seq", (start,)
    ).fetchall():
        hashes[seq] = link(seq, hashes[seq - 1], hashes[skip_target(seq)], body_digest(body))
        connection.execute(
            "UPDATE entries SET previous = ?, hash = ? WHERE seq = ?", (hashes[seq - 1], hashes[seq], seq)
        )


def set_body(connection: sqlite3.Connection, at: int, /, **changes: object) -> None:
    """Change fields of a body, canonically, and the columns that repeat them."""
    (body,) = connection.execute("SELECT body FROM entries WHERE seq = ?", (at,)).fetchone()
    fields = {**json.loads(body), **changes}
    connection.execute("UPDATE entries SET body = ? WHERE seq = ?", (canonical(fields), at))
    for name in {"actor", "kind", "verb", "recorded_at"} & changes.keys():
        connection.execute(f"UPDATE entries SET {name} = ? WHERE seq = ?", (changes[name], at))


def replace_payload(connection: sqlite3.Connection, seq: int) -> None:
    """Another payload under its old salt, with the digest that fits it."""
    salt, old = connection.execute("SELECT salt, payload FROM payloads WHERE seq = ?", (seq,)).fetchone()
    new = canonical({**json.loads(old), "forged": True})
    connection.execute("UPDATE payloads SET payload = ? WHERE seq = ?", (new, seq))
    set_body(connection, seq, digest=payload_digest(salt, new).hex())


def _rehash(connection: sqlite3.Connection, seq: int) -> None:
    hashes = dict(connection.execute("SELECT seq, hash FROM entries").fetchall())
    hashes[0] = ZERO
    (body,) = connection.execute("SELECT body FROM entries WHERE seq = ?", (seq,)).fetchone()
    own = link(seq, hashes[seq - 1], hashes[skip_target(seq)], body_digest(body))
    connection.execute("UPDATE entries SET hash = ? WHERE seq = ?", (own, seq))


def _with_payload(connection: sqlite3.Connection, rng: random.Random) -> int:
    return int(rng.choice(connection.execute("SELECT seq FROM payloads").fetchall())[0])


def _flip(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]


def flip_a_bit(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    table, column = rng.choice(
        [
            ("entries", "body"),
            ("entries", "hash"),
            ("entries", "previous"),
            ("payloads", "salt"),
            ("payloads", "payload"),
        ]
    )
    seq = _with_payload(connection, rng)
    (data,) = connection.execute(f"SELECT {column} FROM {table} WHERE seq = ?", (seq,)).fetchone()
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (_flip(data, rng), seq))
    return seq


def forge_a_column(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    seq = rng.randint(1, newest)
    column, value = rng.choice(
        [("actor", "nobody"), ("kind", "other"), ("verb", "other"), ("recorded_at", 1)]
    )
    connection.execute(f"UPDATE entries SET {column} = ? WHERE seq = ?", (value, seq))
    return seq


_LINK_TO = "UPDATE entries SET previous = coalesce((SELECT hash FROM entries WHERE seq = ?), zeroblob(32)) WHERE seq = ?"
_SAYS_OTHERWISE: list[dict[str, object]] = [
    {"actor": "nobody"},
    {"purpose": "other"},
    {"subjects": ["other"]},
]


def forge_a_body(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    seq = rng.randint(1, newest)
    set_body(connection, seq, **_SAYS_OTHERWISE[rng.randrange(3)])
    return seq


def forge_with_its_own_hash(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    """The entry's own hash fits again, the next entry's does not: that one is the first to differ."""
    seq = rng.randint(1, newest - 1)
    set_body(connection, seq, purpose="other")
    _rehash(connection, seq)
    return seq + 1


def forge_a_payload(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    seq = _with_payload(connection, rng)
    replace_payload(connection, seq)
    return seq


def delete_a_payload(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    seq = _with_payload(connection, rng)
    connection.execute("DELETE FROM payloads WHERE seq = ?", (seq,))
    return seq


def delete_an_entry(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    seq = rng.randint(1, newest - 1)
    for table in ("entries", "payloads", "state_subjects"):
        connection.execute(f"DELETE FROM {table} WHERE seq = ?", (seq,))
    return seq


def delete_and_close_the_gap(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    """An entry goes, all later ones move up and are re-linked to the one before, each with its number in the
    body.
    """
    gone = delete_an_entry(connection, rng, newest)
    for seq in range(gone + 1, newest + 1):
        for table in ("entries", "payloads", "state_subjects"):
            connection.execute(f"UPDATE {table} SET seq = seq - 1 WHERE seq = ?", (seq,))
        set_body(connection, seq - 1, seq=seq - 1)
        connection.execute(
            _LINK_TO,
            (seq - 2, seq - 1),
        )
    return gone


def swap_two_entries(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    low, high = sorted(rng.sample(range(1, newest + 1), 2))
    for table in ("entries", "payloads", "state_subjects"):
        for old, new in ((low, -1), (high, low), (-1, high)):
            connection.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", (new, old))
    if rng.random() < 0.5:  # thoroughly: bodies and links say so as well
        for seq in (low, high):
            set_body(connection, seq, seq=seq)
            connection.execute(
                _LINK_TO,
                (seq - 1, seq),
            )
    return low


def swap_two_payloads(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    there = [int(seq) for (seq,) in connection.execute("SELECT seq FROM payloads")]
    low, high = sorted(rng.sample(there, 2))
    for old, new in ((low, -1), (high, low), (-1, high)):
        connection.execute("UPDATE payloads SET seq = ? WHERE seq = ?", (new, old))
    return low


def relink_an_entry(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    """Let an entry follow another one than it did, with a hash that fits that claim."""
    seq = rng.randint(2, newest)
    other = rng.choice([number for number in range(newest) if number not in (seq - 1, seq)])
    hashes = {0: ZERO, **dict(connection.execute("SELECT seq, hash FROM entries").fetchall())}
    (body,) = connection.execute("SELECT body FROM entries WHERE seq = ?", (seq,)).fetchone()
    own = link(seq, hashes[other], hashes[skip_target(seq)], body_digest(body))
    connection.execute("UPDATE entries SET previous = ?, hash = ? WHERE seq = ?", (hashes[other], own, seq))
    return seq


def copy_an_entry_to_the_end(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    seq = rng.randint(1, newest)
    connection.execute(
        "INSERT INTO entries SELECT ?, (SELECT hash FROM entries WHERE seq = ?), "
        "hash, body, recorded_at, verb, kind, actor FROM entries WHERE seq = ?",
        (newest + 1, newest, seq),
    )
    return newest + 1


def forge_the_index(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    (seq,) = rng.choice(connection.execute("SELECT seq FROM state_subjects").fetchall())
    connection.execute(
        rng.choice(
            [
                "UPDATE state_subjects SET subject = 'other' WHERE seq = ?",
                "DELETE FROM state_subjects WHERE seq = ?",
                "INSERT INTO state_subjects VALUES (?, 99, 'other')",
            ]
        ),
        (seq,),
    )
    return int(seq)


def forge_the_state(connection: sqlite3.Connection, rng: random.Random, newest: int) -> int:
    """A state table is changed: the entry that the row goes back to is named."""
    table, column = rng.choice(
        [
            ("exhibits", "label"),
            ("custody", "place"),
            ("sources", "location"),
            ("hashsets", "info"),
            ("runs", "figures"),
        ]
    )
    (seq,) = rng.choice(connection.execute(f"SELECT seq FROM state_{table}").fetchall())
    if rng.random() < 0.5:
        connection.execute(f"DELETE FROM state_{table} WHERE seq = ?", (seq,))
    else:
        connection.execute(f"UPDATE state_{table} SET {column} = '{{}}' WHERE seq = ?", (seq,))
    return int(seq)


WAYS: tuple[Way, ...] = (
    flip_a_bit,
    forge_a_column,
    forge_a_body,
    forge_with_its_own_hash,
    forge_a_payload,
    delete_a_payload,
    delete_an_entry,
    delete_and_close_the_gap,
    swap_two_entries,
    swap_two_payloads,
    relink_an_entry,
    copy_an_entry_to_the_end,
    forge_the_index,
    forge_the_state,
)
