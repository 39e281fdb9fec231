"""The iPhone's messages and calls, read back with SQLite alone."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from safelight.scenario.media import picture
from safelight.scenario.world import FilePlan, Media, Removal
from safelight.scenario.write import ios_calls, ios_sms
from tests.scenario.hand import IPHONE, START_US, Noted, digests, world

MADE = world("imessage", ("+4790000001", "jun@mail.example.org", "+4790000003"), "chat831774")
PATH = "private/var/mobile/Library/SMS/sms.db"
REMOVED: dict[int, Removal] = {
    **dict.fromkeys(range(50, 90, 4), "freeblock"),
    **dict.fromkeys(range(200, 300), "freelist"),
    **dict.fromkeys(range(700, 706), "wal"),
}


def written(folder: Path) -> Noted:
    noted = Noted()
    plan = FilePlan("A1", PATH, "sms-ios", 0, IPHONE, (0, 1), removed=REMOVED, precision_us=1_000)
    ios_sms.write(MADE, plan, folder, noted)
    return noted


def test_messages_are_what_the_record_says(tmp_path: Path) -> None:
    noted = written(tmp_path)
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro", uri=True) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = base.execute(
            "SELECT (m.date + 978307200) * 1000000, m.is_from_me, h.id, m.text, m.service, m.account, c.guid, c.style"
            " FROM message m JOIN chat_message_join j ON j.message_id = m.ROWID JOIN chat c ON c.ROWID = j.chat_id"
            " LEFT JOIN handle h ON h.ROWID = m.handle_id ORDER BY m.date, m.ROWID"
        ).fetchall()
        files = base.execute("SELECT filename, total_bytes FROM attachment").fetchall()
    live = [one for one in noted.messages if one["state"] == "live"]
    assert sorted((row[0], row[3].strip("\ufffc") or None) for row in rows) == sorted(
        (one["utc_us"], one["text"]) for one in live
    )
    assert rows[0] == (
        START_US - 250_000,
        1,
        "jun@mail.example.org",
        "Sol og åtte grader i dag, <tog> & «skinner» 0.0",
        "iMessage",
        "p:+4790000001",
        "iMessage;-;jun@mail.example.org",
        45,
    )
    assert [row[1:3] + row[6:] for row in rows if row[7] == 43][:3] == [
        (0, "jun@mail.example.org", "iMessage;+;chat831774", 43),
        (1, None, "iMessage;+;chat831774", 43),
        (0, "+4790000003", "iMessage;+;chat831774", 43),
    ]
    phone = tmp_path / "private/var/mobile"
    assert len(files) > 15
    for name, size in files:
        assert (phone / name.removeprefix("~/")).stat().st_size == size
    assert {path.read_bytes()[:2] for path in phone.rglob("*.jpg")} == {b"\xff\xd8"}


def test_deleted_rows_are_gone_for_sqlite_and_still_in_the_bytes(tmp_path: Path) -> None:
    noted = written(tmp_path)
    assert len(noted.ids("recovered")) >= 0.95 * len(REMOVED)
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro", uri=True) as base:
        live = {row[0] for row in base.execute("SELECT text FROM message")}
        assert base.execute("PRAGMA freelist_count").fetchone()[0] > 0
    data = (tmp_path / PATH).read_bytes() + (tmp_path / f"{PATH}-wal").read_bytes()
    for one in noted.messages:
        if one["state"] == "recovered" and one["text"]:
            assert one["text"] not in live
            assert str(one["text"]).encode() in data


def test_calls(tmp_path: Path) -> None:
    noted = Noted()
    path = "private/var/mobile/Library/CallHistoryDB/CallHistory.storedata"
    ios_calls.write(MADE, FilePlan("A1", path, "calls-ios", 0, IPHONE, calls=(0, 1, 2)), tmp_path, noted)
    with sqlite3.connect(f"file:{tmp_path / path}?mode=ro", uri=True) as base:
        rows = base.execute(
            "SELECT ZDATE + 978307200, ZDURATION, ZORIGINATED, ZANSWERED, ZCALLTYPE, ZADDRESS FROM ZCALLRECORD "
            "ORDER BY ZDATE"
        ).fetchall()
    first = START_US // 1_000_000
    assert rows == [
        (first + 300, 754.0, 1, 0, 8, b"jun@mail.example.org"),
        (first + 3600, 0.0, 0, 0, 16, b"jun@mail.example.org"),
        (first + 5400, 61.0, 0, 1, 16, b"jun@mail.example.org"),
    ]
    assert [(one["utc_us"], one["seconds"]) for one in noted.calls] == [
        ((first + 300) * 1_000_000, 754.0),
        ((first + 3600) * 1_000_000, 0.0),
        ((first + 5400) * 1_000_000, 61.0),
    ]


def test_same_world_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "one")
    written(tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert picture(Media("a.jpg", "image/jpeg", 5)) == picture(replace(Media("b.jpg", "image/jpeg", 5)))
