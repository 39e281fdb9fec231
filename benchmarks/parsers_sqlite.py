"""SQLite sources through their parsers into Arrow rows, beside a bare `sqlite3` loop that dumps the same rows as JSON:
`python -m benchmarks.parsers_sqlite --rows 200000`.

The bare loop selects the columns that the parser reads, of the message table alone, and dumps each row with `json`. The
parser's time holds everything: the private copy, recognition, conversations, ids, Arrow, and the look for deleted rows.
The databases are as a telephone leaves them (no deleted rows); seconds are processor time, the best of three.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from safelight.parsers import android_sms, ios_sms, skype_db, whatsapp_message
from safelight.parsers.model import HEAD_BYTES, Parser, Subject
from safelight.parsers.run import Ended, Found, run
from safelight.parsers.whatsapp_db import WhatsAppDb

_WORDS = "the rook takes on e4 and snow falls over the model railway at nine tomorrow evening"
#: (name, seconds of ours, seconds of the bare loop, messages)
Result = tuple[str, float, float, int]


def _texts(rows: int) -> list[str]:
    chance = random.Random(1)
    words = _WORDS.split()
    return [" ".join(chance.choices(words, k=chance.randint(2, 16))) for _ in range(rows)]


def _filled(path: Path, ddl: Sequence[str], tables: dict[str, list[tuple[Any, ...]]]) -> None:
    connection = sqlite3.connect(path)
    for statement in ddl:
        connection.execute(statement)
    for table, rows in tables.items():
        connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
    connection.commit()
    connection.close()


def make_sms(path: Path, rows: int) -> None:
    """mmssms.db: 100 threads."""
    ddl = (
        "CREATE TABLE sms (_id INTEGER PRIMARY KEY,thread_id INTEGER,address TEXT,person INTEGER,date INTEGER,"
        "date_sent INTEGER,protocol INTEGER,read INTEGER,status INTEGER,type INTEGER,reply_path_present INTEGER,"
        "subject TEXT,body TEXT,service_center TEXT,locked INTEGER,error_code INTEGER,seen INTEGER)",
        "CREATE TABLE threads (_id INTEGER PRIMARY KEY,recipient_ids TEXT)",
        "CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY,address TEXT)",
    )
    sms = [
        (n, n % 100, f"+47900{n % 100:05}", None, T + n * 1000, T + n * 1000 - 5000, 0, 1, -1, 1 + n % 2, 0, None, text,
         "+4799999999", 0, 0, 1)
        for n, text in enumerate(_texts(rows), 1)
    ]  # fmt: skip
    people = [(n, f"+47900{n:05}") for n in range(100)]
    _filled(
        path, ddl, {"sms": sms, "threads": [(n, str(n)) for n in range(100)], "canonical_addresses": people}
    )


def make_skype(path: Path, rows: int) -> None:
    """main.db: 100 conversations."""
    ddl = (
        "CREATE TABLE Accounts (id INTEGER PRIMARY KEY, skypename TEXT)",
        "CREATE TABLE Conversations (id INTEGER PRIMARY KEY, identity TEXT, type INTEGER, displayname TEXT)",
        "CREATE TABLE Messages (id INTEGER PRIMARY KEY, is_permanent INTEGER, convo_id INTEGER, chatname TEXT, author TEXT, "
        "from_dispname TEXT, guid BLOB, dialog_partner TEXT, timestamp INTEGER, type INTEGER, edited_by TEXT, "
        "edited_timestamp INTEGER, body_xml TEXT, identities TEXT, reason TEXT, body_is_rawxml INTEGER, remote_id INTEGER)",
    )
    messages = [
        (n, 1, n % 100 + 1, f"#me/$friend{n % 100};1", "me" if n % 2 else f"friend{n % 100}",
         "Me" if n % 2 else f"Friend {n % 100}", n.to_bytes(32, "big"), f"friend{n % 100}", T // 1000 + n, 61, None, None,
         text, None, None, 1, n)
        for n, text in enumerate(_texts(rows), 1)
    ]  # fmt: skip
    chats = [(n + 1, f"friend{n}", 1, f"Friend {n}") for n in range(100)]
    _filled(path, ddl, {"Messages": messages, "Conversations": chats, "Accounts": [(1, "me")]})


def make_whatsapp(path: Path, rows: int) -> None:
    """msgstore.db of the newer form: 100 conversations, a quotation in ten."""
    ddl = (
        "CREATE TABLE jid (_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT)",
        "CREATE TABLE chat (_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT, created_timestamp INTEGER)",
        "CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, "
        "sender_jid_row_id INTEGER, status INTEGER, timestamp INTEGER, received_timestamp INTEGER, message_type INTEGER, "
        "text_data TEXT, starred INTEGER, sort_id INTEGER)",
        "CREATE TABLE message_quoted (message_row_id INTEGER PRIMARY KEY, key_id TEXT)",
    )
    jids = [(n, f"47900{n:05}", "s.whatsapp.net", f"47900{n:05}@s.whatsapp.net") for n in range(1, 101)]
    messages = [
        (n, n % 100 + 1, n % 2, f"{n:032X}", 0, 5, T + n * 1000, T + n * 1000 + 300, 0, text, 0, n)
        for n, text in enumerate(_texts(rows), 1)
    ]
    quoted = [(n, f"{n - 1:032X}") for n in range(10, rows, 10)]
    tables: dict[str, list[tuple[Any, ...]]] = {
        "jid": jids,
        "chat": [(n, n, None, T) for n in range(1, 101)],
        "message": messages,
        "message_quoted": quoted,
    }
    _filled(path, ddl, tables)


def make_ios(path: Path, rows: int) -> None:
    """sms.db: 100 chats."""
    ddl = (
        "CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT, service TEXT)",
        "CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER, chat_identifier TEXT, service_name TEXT, "
        "account_login TEXT)",
        "CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER)",
        "CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, PRIMARY KEY (chat_id, message_id))",
        "CREATE TABLE message (ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, subject TEXT, "
        "attributedBody BLOB, service TEXT, account TEXT, date INTEGER, is_from_me INTEGER, item_type INTEGER, "
        "date_read INTEGER)",
    )
    messages = [
        (n, f"{n:08X}-0000-4000-8000-000000000000", text, n % 100 + 1, None, None, "iMessage", "P:+4790099999",
         (400_000_000 + n) * 10**9, n % 2, 0, 0)
        for n, text in enumerate(_texts(rows), 1)
    ]  # fmt: skip
    tables: dict[str, list[tuple[Any, ...]]] = {
        "handle": [(n + 1, f"+47900{n:05}", "iMessage") for n in range(100)],
        "chat": [
            (n + 1, f"iMessage;-;{n}", 45, f"+47900{n:05}", "iMessage", "P:+4790099999") for n in range(100)
        ],
        "chat_handle_join": [(n + 1, n + 1) for n in range(100)],
        "chat_message_join": [(n % 100 + 1, n) for n in range(1, rows + 1)],
        "message": messages,
    }
    _filled(path, ddl, tables)


T = 1_400_000_000_000
_CASES: dict[str, tuple[Callable[[Path, int], None], Callable[[], Parser], str, Sequence[str]]] = {
    "Android mmssms.db": (make_sms, android_sms.AndroidSms, "sms", android_sms.SMS),
    "Skype main.db": (make_skype, skype_db.SkypeDb, "Messages", skype_db.MESSAGES),
    "WhatsApp msgstore.db": (make_whatsapp, WhatsAppDb, "message", whatsapp_message.MESSAGES),
    "iOS sms.db": (make_ios, ios_sms.IosSms, "message", ios_sms.MESSAGES),
}


def ours(path: Path, parser: Parser) -> int:
    """Parse a database into Arrow rows; gives the number of messages."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    messages = 0
    with tempfile.TemporaryDirectory() as scratch:
        subject = Subject(
            item_id="i1",
            source_id="s1",
            path=path.name,
            name=path.name,
            size=path.stat().st_size,
            mime="application/vnd.sqlite3",
            group="database",
            sha256="",
            head=head,
            open=lambda: path.open("rb"),
            beside=lambda name: None,
            scratch=Path(scratch),
        )
        for found in run(subject, "exhibit", [parser]):
            if isinstance(found, Ended) and found.outcome != "done":
                raise AssertionError(found)
            if isinstance(found, Found) and found.table == "messages":
                messages += found.rows.num_rows
    return messages


def bare(path: Path, table: str, columns: Sequence[str]) -> int:
    """Select the same columns and dump each row as a line of JSON."""
    connection = sqlite3.connect(path)
    there = {row[1].lower() for row in connection.execute(f"PRAGMA table_info({table})")}
    chosen = [column for column in columns if column.lower() in there]
    count = 0
    with tempfile.TemporaryFile("w") as out:
        for row in connection.execute(f"SELECT rowid, {', '.join(chosen)} FROM {table}"):
            out.write(json.dumps(dict(zip(chosen, row[1:], strict=True)), default=bytes.hex) + "\n")
            count += 1
    connection.close()
    return count


def measured(rows: int = 200_000, rounds: int = 3) -> list[Result]:
    """Every case, ours and bare in turns, the best of some rounds."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (make, parser, table, columns) in _CASES.items():
            path = Path(folder) / f"{table}.db"
            make(path, rows)
            times: dict[str, list[float]] = {"ours": [], "bare": []}
            for _ in range(rounds):
                for who in ("bare", "ours"):
                    began = time.process_time()
                    counted = bare(path, table, columns) if who == "bare" else ours(path, parser())
                    times[who].append(time.process_time() - began)
                    assert counted == rows, (name, who, counted)
            results.append((name, min(times["ours"]), min(times["bare"]), rows))
            path.unlink()
    return results


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=200_000)
    for name, own, other, rows in measured(arguments.parse_args().rows):
        print(
            f"{name}: {rows / own:,.0f} messages/s, bare {rows / other:,.0f}/s, {own / other:.2f} times bare"
        )
