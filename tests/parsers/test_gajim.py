"""Gajim's logs.db, made with its own CREATE statements of two times."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers.gajim import Gajim
from safelight.traces.model import Account, Conversation, Message
from tests.parsers.run import parse

JIDS = "CREATE TABLE jids(jid_id INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, jid TEXT UNIQUE, type INTEGER)"
OLD = """CREATE TABLE logs(log_line_id INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, jid_id INTEGER, contact_name TEXT,
time INTEGER, kind INTEGER, show INTEGER, message TEXT, subject TEXT)"""
NEW = """CREATE TABLE logs(log_line_id INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, account_id INTEGER, jid_id INTEGER,
contact_name TEXT, time INTEGER, kind INTEGER, show INTEGER, message TEXT, error TEXT, subject TEXT, additional_data TEXT,
stanza_id TEXT, message_id TEXT, encryption TEXT, encryption_state TEXT, marker INTEGER)"""
_T = 1_262_649_600  # 2010-01-05 00:00:00 UTC
_PEOPLE = [
    (1, "bo@chess.example", 0),
    (2, "club@conference.chess.example", 1),
    (3, "anna@chess.example", 0),
    (4, "club@conference.chess.example/Cy", 0),
]
#: jid, name, seconds, kind, text
_LINES: list[tuple[int, str | None, int, int, str | None]] = [
    (1, None, 0, 6, "tårn til e4"),
    (1, "Bo", 5, 4, "ok"),
    (1, "Bo", 5, 4, "ok"),
    (1, None, 6, 0, None),
    (2, "Cy", 10, 2, "snow tomorrow"),
    (2, "Cy", 11, 1, None),
    (4, None, 12, 4, "hei"),
]


def database(folder: Path, *, accounts: bool, extra: str = "") -> Path:
    file = folder / "logs.db"
    with sqlite3.connect(file) as connection:
        connection.execute(JIDS)
        connection.execute((NEW if accounts else OLD) if not extra else OLD[:-1] + f", {extra} TEXT)")
        connection.executemany("INSERT INTO jids VALUES (?, ?, ?)", _PEOPLE)
        for jid, name, after, kind, message in _LINES:
            connection.execute(
                "INSERT INTO logs(jid_id, contact_name, time, kind, message) VALUES (?, ?, ?, ?, ?)",
                (jid, name, _T + after, kind, message),
            )
        if accounts:
            connection.execute("UPDATE logs SET account_id = 3, message_id = 'm' || log_line_id")
    connection.close()
    return file


def test_a_database_that_names_its_account(tmp_path: Path) -> None:
    parsed = parse(Gajim(), database(tmp_path, accounts=True))
    assert parsed.ended is not None
    assert (parsed.ended.variant, parsed.ended.outcome) == ("logs.db with accounts", "done")
    assert (parsed.ended.remarks, parsed.parts) == ([], [])
    anna, bo, club = "anna@chess.example", "bo@chess.example", "club@conference.chess.example"
    rows = parsed.of(
        Message, "conversation", "sender", "recipients", "direction", "kind", "text", "native_id"
    )
    assert rows == [
        (f"direct:{anna}|{bo}", anna, [bo], "outgoing", "text", "tårn til e4", "m1"),
        (f"direct:{anna}|{bo}", bo, [anna], "incoming", "text", "ok", "m2"),
        (f"direct:{anna}|{bo}", bo, [anna], "incoming", "text", "ok", "m3"),
        (club, f"{club}/Cy", None, None, "text", "snow tomorrow", "m5"),
        (club, None, None, None, "system", None, "m6"),
        (f"direct:{anna}|{club}/Cy", f"{club}/Cy", [anna], "incoming", "text", "hei", "m7"),
    ]
    sent: Any = parsed.of(Message, "sent")[0]
    assert (sent["utc"].isoformat(), sent["basis"], sent["text"]) == (
        "2010-01-05T00:00:00+00:00",
        "stated",
        str(_T),
    )
    assert parsed.of(Message, "place")[3] == "logs:5"
    assert set(parsed.of(Account, "account", "name", "owner")) == {
        (anna, None, True),
        (bo, "Bo", None),
        (f"{club}/Cy", "Cy", None),
    }
    assert {(row["kind"], row["conversation"]) for row in parsed.of(Conversation)} == {
        ("direct", f"direct:{anna}|{bo}"),
        ("group", club),
        ("direct", f"direct:{anna}|{club}/Cy"),
    }


def test_an_older_database_does_not_say_whose_it_is(tmp_path: Path) -> None:
    parsed = parse(Gajim(), database(tmp_path, accounts=False))
    assert parsed.ended is not None
    assert parsed.ended.variant == "logs.db"
    rows = parsed.of(Message, "conversation", "sender", "recipients", "direction")
    assert rows[:2] == [
        ("direct:?|bo@chess.example", None, ["bo@chess.example"], "outgoing"),
        ("direct:?|bo@chess.example", "bo@chess.example", None, "incoming"),
    ]


def test_columns_of_a_newer_schema_are_named(tmp_path: Path) -> None:
    parsed = parse(Gajim(), database(tmp_path, accounts=False, extra="mood"))
    assert parsed.ended is not None
    assert parsed.ended.remarks == ["columns of logs that this parser does not read: mood"]
    assert len(parsed.of(Message)) == 6


def test_a_deleted_row_that_survives_is_recovered(tmp_path: Path) -> None:
    file = database(tmp_path, accounts=True)
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("DELETE FROM logs WHERE message = 'snow tomorrow'")
    connection.commit()
    connection.close()
    rows = parse(Gajim(), file).of(Message, "state", "text")
    assert ("recovered", "snow tomorrow") in rows
    assert ("live", "snow tomorrow") not in rows


@pytest.mark.parametrize("statement", [JIDS, "CREATE TABLE logs(x)"])
def test_other_databases(tmp_path: Path, statement: str) -> None:
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute(statement)
    connection.close()
    assert parse(Gajim(), tmp_path / "x.db").ended is None


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 12_000), st.binary(min_size=1, max_size=40))
def test_a_damaged_database_ends_well(
    tmp_path_factory: pytest.TempPathFactory, at: int, damage: bytes
) -> None:
    data = bytearray(database(tmp_path_factory.mktemp("gajim"), accounts=True).read_bytes())
    data[at : at + len(damage)] = damage
    ended = parse(Gajim(), bytes(data), name="logs.db").ended
    assert ended is None or ended.cause != "defect", ended
