"""All parsers of SQLite databases at once: whatever stands in a column and whatever happened to a page, none of them breaks;
no two traces have one id.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from safelight.parsers.android_calls import AndroidCalls
from safelight.parsers.android_contacts import AndroidContacts
from safelight.parsers.android_sms import AndroidSms
from safelight.parsers.gajim import Gajim
from safelight.parsers.ios_calls import IosCalls
from safelight.parsers.ios_sms import IosSms
from safelight.parsers.kik import Kik
from safelight.parsers.known_columns import (
    ANDROID_CALLS,
    ANDROID_CONTACTS,
    ANDROID_SMS,
    GAJIM,
    IOS_CALLS,
    IOS_SMS,
    KIK,
    SKYPE,
    WHATSAPP,
    WHATSAPP_CONTACTS,
    Known,
)
from safelight.parsers.model import Parser
from safelight.parsers.skype_db import SkypeDb
from safelight.parsers.sqlite_file import Database
from safelight.parsers.whatsapp_db import WhatsAppDb
from safelight.parsers.whatsapp_people import WhatsAppContacts
from tests.parsers import (
    test_android_calls,
    test_android_contacts,
    test_android_sms,
    test_gajim,
    test_ios_calls,
    test_ios_sms,
    test_kik,
    test_skype_db,
    test_whatsapp_db,
)
from tests.parsers.run import Parsed, parse

_IOS_KIK = (
    "CREATE TABLE ZKIKMESSAGE (Z_PK INTEGER PRIMARY KEY, ZTYPE INTEGER, ZUSER INTEGER, ZRECEIVEDTIMESTAMP TIMESTAMP, "
    "ZTIMESTAMP TIMESTAMP, ZBODY VARCHAR, ZSTANZAID VARCHAR)",
    "CREATE TABLE ZKIKUSER (Z_PK INTEGER PRIMARY KEY, ZDISPLAYNAME VARCHAR, ZEMAIL VARCHAR, ZGROUPTAG VARCHAR, "
    "ZJID VARCHAR, ZSTATUS VARCHAR, ZUSERNAME VARCHAR)",
    "CREATE TABLE ZKIKCHAT (Z_PK INTEGER PRIMARY KEY, ZUSER INTEGER)",
    "CREATE TABLE ZKIKATTACHMENT (Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZTYPE INTEGER, ZTIMESTAMP TIMESTAMP, "
    "ZCONTENT VARCHAR)",
    "CREATE TABLE Z_3MESSAGES (Z_3CHAT INTEGER, Z_5MESSAGES INTEGER, PRIMARY KEY (Z_3CHAT, Z_5MESSAGES))",
    "CREATE TABLE Z_6MEMBERS (Z_6MEMBERSINVERSE INTEGER, Z_6MEMBERS INTEGER)",
    "CREATE TABLE Z_6ADMINSINVERSE (Z_6ADMINS INTEGER, Z_6ADMINSINVERSE INTEGER)",
)
_CASES: dict[str, tuple[Parser, Sequence[Any]]] = {
    "android-calls": (AndroidCalls(), [test_android_calls.DDL]),
    "android-contacts": (AndroidContacts(), test_android_contacts.DDL),
    "android-sms": (AndroidSms(), test_android_sms.DDL),
    "gajim": (Gajim(), [test_gajim.JIDS, test_gajim.NEW]),
    "ios-calls": (IosCalls(), [test_ios_calls.STORE]),
    "ios-calls, old": (IosCalls(), [test_ios_calls.OLD]),
    "ios-sms": (IosSms(), test_ios_sms.DDL),
    "kik": (Kik(), _IOS_KIK),
    "kik, android": (Kik(), test_kik.ANDROID),
    "skype-db": (SkypeDb(), test_skype_db.DDL),
    "whatsapp-contacts": (WhatsAppContacts(), test_whatsapp_db.WA),
    "whatsapp-db": (WhatsAppDb(), test_whatsapp_db.NEW),
    "whatsapp-db, old": (WhatsAppDb(), test_whatsapp_db.OLD),
}
_JUNK = (
    None, 0, 1, -1, 2, 3, 6, 7, 12, 15, 61, 68, 137, 2000, 2**62, -(2**63), 1_400_000_000, 1_400_000_000_000, 0.0, -1.5,
    1e300, float("inf"), 4.5e8, "", " ", "1", "-1", "a@b", "4790000001@s.whatsapp.net", "1@g.us", "1_g@groups.kik.com",
    "\u202e\u200b", "<quote guid=\"x", "<a href=>&amp;&#x110000;", "[{", "E:", "P:", b"", b"\xff\xfe",
    b"NSString\x84\x01+\x82", "é" * 300,
    "\ud7ff\U0010ffff", "9" * 40, "+" * 5, "12:34@x:9.1",
)  # fmt: skip


def filled(ddl: Sequence[Any], seed: int, rows: int = 40) -> bytes:
    """Every table of a schema with junk in every column, some rows deleted again."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "junk.db"
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA secure_delete = OFF")
        for statement in ddl:
            if isinstance(statement, str):
                connection.execute(statement)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            if table.startswith("sqlite_"):
                continue
            columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
            for n in range(rows):
                values = [
                    n + 1 if column[5] == 1 and "INTEGER" in column[2] else chance.choice(_JUNK)
                    for column in columns
                ]
                marks = ",".join("?" * len(values))
                connection.execute(f'INSERT OR IGNORE INTO "{table}" VALUES ({marks})', values)
            connection.execute(f'DELETE FROM "{table}" WHERE rowid % 7 = {seed % 7}')
        connection.close()
        return path.read_bytes()


def sound(parsed: Parsed) -> None:
    """The parser ended as it should, and each id stands for one trace."""
    assert parsed.ended is None or parsed.ended.cause != "defect", parsed.ended
    for table, rows in parsed.tables.items():
        ids = [row["trace_id"] for row in rows]
        assert len(ids) == len(set(ids)), (table, [one for one in ids if ids.count(one) > 1][:3])


@pytest.mark.parametrize("case", _CASES)
@pytest.mark.parametrize("seed", range(2))
def test_anything_may_stand_in_any_column(case: str, seed: int) -> None:
    parser, ddl = _CASES[case]
    parsed = parse(parser, filled(ddl, seed), name="x.db")
    assert parsed.ended and parsed.ended.outcome == "done"
    sound(parsed)


@pytest.mark.parametrize("case", _CASES)
def test_damaged_pages_and_files_that_were_cut_off(case: str) -> None:
    parser, ddl = _CASES[case]
    data = filled(ddl, 9, rows=120)
    chance = random.Random(case)
    for _ in range(3):
        broken = bytearray(data)
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(100, len(broken))
            broken[at : at + 16] = chance.randbytes(len(broken[at : at + 16]))
        sound(parse(parser, bytes(broken), name="x.db"))
    for length in (50, 4096, len(data) // 2, len(data) - 1):
        sound(parse(parser, data[:length], name="x.db"))


@pytest.mark.parametrize("case", _CASES)
def test_what_another_parser_owns_is_left_alone(case: str) -> None:
    data = filled(_CASES[case][1], 1, rows=2)
    found = [parser.name for parser, _ in _CASES.values() if parse(parser, data, name="x.db").ended]
    assert set(found) == {_CASES[case][0].name}


def test_traces_of_real_files_have_ids_of_their_own(realdata: Path) -> None:
    chat = realdata / "chat"
    sound(parse(SkypeDb(), chat / "sqlite__skype_main.db"))
    sound(parse(Kik(), chat / "ios__kik.sqlite"))
    sound(parse(AndroidSms(), chat / "android__mmssms.db"))
    sound(parse(AndroidCalls(), chat / "android__contacts2.db"))


_KNOWN: dict[str, Known] = {
    "android-calls": ANDROID_CALLS, "android-contacts": ANDROID_CONTACTS, "android-sms": ANDROID_SMS, "gajim": GAJIM,
    "ios-calls": IOS_CALLS, "ios-sms": IOS_SMS, "kik": KIK, "skype-db": SKYPE, "whatsapp-contacts": WHATSAPP_CONTACTS,
    "whatsapp-db": WHATSAPP,
}  # fmt: skip


def newer(parsed: Parsed) -> list[str]:
    """The remarks about columns that are not known."""
    assert parsed.ended is not None
    return sorted(remark for remark in parsed.ended.remarks if remark.startswith("columns of"))


@pytest.mark.parametrize("case", _CASES)
def test_columns_that_a_newer_app_added_are_named_and_known_ones_are_not(case: str) -> None:
    parser, steps = _CASES[case]
    ddl = [step for step in steps if isinstance(step, str) and step.startswith("CREATE TABLE")]
    assert newer(parse(parser, filled(ddl, 1))) == []
    tables = [step.removeprefix("CREATE TABLE ").partition("(")[0].strip() for step in ddl]
    added = [f"ALTER TABLE {table} ADD COLUMN brand_new INTEGER" for table in tables]
    here = {table.lower() for table in tables}
    assert newer(parse(parser, filled([*ddl, *added], 1))) == sorted(
        f"columns of {table} that this parser does not read: brand_new"
        for table in _KNOWN[parser.name]
        if table.lower() in here
    )


@pytest.mark.parametrize("case", _CASES)
def test_every_column_that_is_read_is_a_known_one(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[tuple[str, str]] = set()
    batches, ordered, recovered = Database.batches, Database.ordered, Database.recovered

    def note(table: str, columns: Sequence[str]) -> None:
        asked.update((table.lower(), column.lower()) for column in columns)

    def noted_batches(own: Database, table: str, columns: Sequence[str]) -> Any:
        note(table, columns)
        return batches(own, table, columns)

    def noted_ordered(own: Database, table: str, by: str, columns: Sequence[str]) -> Any:
        note(table, (by, *columns))
        return ordered(own, table, by, columns)

    def noted_recovered(own: Database, wanted: Mapping[str, Sequence[str]], *more: Any, **named: Any) -> Any:
        for table, columns in wanted.items():
            note(table, columns)
        return recovered(own, wanted, *more, **named)

    monkeypatch.setattr(Database, "batches", noted_batches)
    monkeypatch.setattr(Database, "ordered", noted_ordered)
    monkeypatch.setattr(Database, "recovered", noted_recovered)
    parser, ddl = _CASES[case]
    assert parse(parser, filled(ddl, 1)).ended is not None
    known = {
        (table.lower(), column.lower())
        for table, columns in _KNOWN[parser.name].items()
        for column in columns
    }
    # The names of Kik's join tables carry numbers that change with each version of its model.
    assert {one for one in asked - known if not one[0].startswith("z_")} == set()


@pytest.mark.parametrize(
    ("parser", "name"),
    [
        (AndroidCalls(), "android__contacts2.db"),
        (AndroidSms(), "android__mmssms.db"),
        (Kik(), "ios__kik.sqlite"),
        (SkypeDb(), "sqlite__skype_main.db"),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_real_files_of_known_versions_have_no_unknown_columns(
    parser: Parser, name: str, realdata: Path
) -> None:
    assert newer(parse(parser, realdata / "chat" / name)) == []
