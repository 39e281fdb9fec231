"""WhatsApp's databases in both schemas, read back with SQLite alone."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from pathlib import Path

import pytest

from safelight.scenario.world import FilePlan, Message, Removal
from safelight.scenario.write import whatsapp_db
from tests.scenario.hand import ANDROID, START_US, Noted, digests, world

MADE = world("whatsapp", ("+4790000001", "+639170000002", "+4790000003"), "639170000002-1451900000@g.us")
PATH = "data/data/com.whatsapp/databases/msgstore.db"
REMOVED: dict[int, Removal] = {
    **dict.fromkeys(range(50, 90, 4), "freeblock"),
    **dict.fromkeys(range(200, 230), "freelist"),
    **dict.fromkeys(range(700, 706), "wal"),
}
SPOKEN: dict[int, Message] = {one.id: one for talk in (0, 1) for one in MADE.messages(talk)}


def written(folder: Path, schema: str) -> Noted:
    noted = Noted()
    plan = FilePlan(
        "A1",
        PATH,
        "whatsapp-db",
        0,
        ANDROID,
        (0, 1),
        calls=(0, 1, 2),
        removed=REMOVED,
        precision_us=1_000,
        options={"schema": schema},
    )
    whatsapp_db.write(MADE, plan, folder, noted)
    return noted


def opened(folder: Path, name: str = "msgstore.db") -> sqlite3.Connection:
    base = sqlite3.connect(f"file:{(folder / PATH).with_name(name)}?mode=ro", uri=True)
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return base


def test_old_schema(tmp_path: Path) -> None:
    noted = written(tmp_path, "old")
    with opened(tmp_path) as base:
        rows = base.execute(
            "SELECT timestamp * 1000, key_remote_jid, key_from_me, key_id, remote_resource, data, media_wa_type,"
            " media_caption FROM messages WHERE media_wa_type IN ('0', '1', '15') ORDER BY timestamp, _id"
        ).fetchall()
        calls = base.execute(
            "SELECT timestamp, key_from_me, media_wa_type, media_duration, media_caption FROM messages"
            " WHERE media_wa_type IN ('8', '10') ORDER BY _id"
        ).fetchall()
        quoted = base.execute(
            "SELECT m.key_id, q.key_id, q.data FROM messages m JOIN messages_quotes q ON q._id = m.quoted_row_id"
            " ORDER BY m._id"
        ).fetchall()
        lists = base.execute("SELECT key_remote_jid, subject FROM chat_list ORDER BY _id").fetchall()
        members = base.execute("SELECT jid, admin FROM group_participants ORDER BY _id").fetchall()
        picture = base.execute(
            "SELECT media_name, media_size, media_hash FROM messages WHERE media_wa_type = '1'"
        ).fetchone()
    assert len(rows) == len(noted.ids("live")) + len(noted.ids("deleted"))
    assert rows[0] == (
        START_US, "639170000002@s.whatsapp.net", 1, SPOKEN[1].native_id, None,
        "Sol og åtte grader i dag, <tog> & «skinner» 0.0", "0", None,
    )  # fmt: skip
    assert rows[1][1:5] == (
        "639170000002-1451900000@g.us",
        0,
        SPOKEN[601].native_id,
        "639170000002@s.whatsapp.net",
    )
    assert sum(row[6] == "15" for row in rows) == len(noted.ids("deleted")) > 15
    first = START_US // 1_000
    assert calls == [
        (first + 300_000, 1, "8", 754, "video"),
        (first + 3_600_000, 0, "10", 0, "audio"),
        (first + 5_400_000, 0, "8", 61, "audio"),
    ]
    assert quoted[0] == (SPOKEN[4].native_id, SPOKEN[3].native_id, SPOKEN[3].text)
    assert lists == [("639170000002@s.whatsapp.net", None), ("639170000002-1451900000@g.us", "Sjakk & tog")]
    assert members == [("639170000002@s.whatsapp.net", 1), ("", 0), ("4790000003@s.whatsapp.net", 0)]
    held = (tmp_path / "data/media/0/WhatsApp/Media/WhatsApp Images" / picture[0]).read_bytes()
    assert (len(held), base64.b64encode(hashlib.sha256(held).digest()).decode()) == picture[1:]


def test_new_schema(tmp_path: Path) -> None:
    noted = written(tmp_path, "new")
    with opened(tmp_path) as base:
        rows = base.execute(
            "SELECT m.timestamp * 1000, j.raw_string, m.from_me, m.key_id, s.raw_string, m.text_data, m.message_type"
            " FROM message m JOIN chat c ON c._id = m.chat_row_id JOIN jid j ON j._id = c.jid_row_id"
            " LEFT JOIN jid s ON s._id = m.sender_jid_row_id ORDER BY m.timestamp, m._id"
        ).fetchall()
        calls = base.execute(
            "SELECT l.timestamp, j.raw_string, l.from_me, l.video_call, l.duration, l.call_result, l.group_jid_row_id > 0"
            " FROM call_log l JOIN jid j ON j._id = l.jid_row_id ORDER BY l._id"
        ).fetchall()
        parts = base.execute(
            "SELECT j.user FROM call_log_participant_v2 p JOIN jid j ON j._id = p.jid_row_id"
        ).fetchall()
        quoted = base.execute(
            "SELECT key_id, text_data FROM message_quoted ORDER BY message_row_id"
        ).fetchone()
        edits = base.execute("SELECT edited_timestamp - sender_timestamp FROM message_edit_info").fetchall()
        gone = base.execute("SELECT count(*) FROM message_revoked").fetchone()[0]
    assert len(rows) == len(noted.ids("live")) + len(noted.ids("deleted"))
    assert rows[0] == (
        START_US, "639170000002@s.whatsapp.net", 1, SPOKEN[1].native_id, None,
        "Sol og åtte grader i dag, <tog> & «skinner» 0.0", 0,
    )  # fmt: skip
    assert rows[1][1:5] == (
        "639170000002-1451900000@g.us",
        0,
        SPOKEN[601].native_id,
        "639170000002@s.whatsapp.net",
    )
    first = START_US // 1_000
    assert calls == [
        (first + 300_000, "639170000002@s.whatsapp.net", 1, 1, 754, 5, 0),
        (first + 3_600_000, "639170000002@s.whatsapp.net", 0, 0, 0, 2, 0),
        (first + 5_400_000, "639170000002@s.whatsapp.net", 0, 0, 61, 5, 1),
    ]
    assert parts == [("639170000002",), ("4790000003",)]
    assert quoted == (SPOKEN[3].native_id, SPOKEN[3].text)
    assert len(edits) > 20
    assert gone == len(noted.ids("deleted"))


@pytest.mark.parametrize("schema", ["old", "new"])
def test_what_the_record_says(tmp_path: Path, schema: str) -> None:
    noted = written(tmp_path, schema)
    first = next(one for one in noted.messages if one["id"] == 1)
    assert first == {
        "path": PATH, "id": 1, "sender": None, "sender_name": None, "utc_us": START_US, "wall_us": None,
        "text": "Sol og åtte grader i dag, <tog> & «skinner» 0.0", "state": "live",
        "conversation": "direct:+639170000002|?",
    }  # fmt: skip
    assert len(noted.ids("recovered")) >= 0.95 * len(REMOVED)
    with opened(tmp_path) as base:
        table, column = ("messages", "data") if schema == "old" else ("message", "text_data")
        live = {row[0] for row in base.execute(f"SELECT {column} FROM {table}")}
    data = (tmp_path / PATH).read_bytes() + (tmp_path / f"{PATH}-wal").read_bytes()
    for one in noted.messages:
        if one["state"] == "recovered" and one["text"]:
            assert one["text"] not in live
            assert str(one["text"]).encode() in data
    assert [one["seconds"] for one in noted.calls] == [754.0, 0.0, 61.0]


def test_contacts_and_preferences(tmp_path: Path) -> None:
    written(tmp_path, "old")
    with opened(tmp_path, "wa.db") as base:
        rows = base.execute("SELECT jid, display_name, wa_name FROM wa_contacts ORDER BY _id").fetchall()
    assert rows == [
        ("639170000002@s.whatsapp.net", "Jun", "Jun R"),
        ("4790000003@s.whatsapp.net", "Ola sjakk", "Ola"),
    ]
    preferences = (tmp_path / "data/data/com.whatsapp/shared_prefs/com.whatsapp_preferences.xml").read_text(
        "utf-8"
    )
    assert '<string name="registration_jid">4790000001</string>' in preferences


@pytest.mark.parametrize("schema", ["old", "new"])
def test_same_world_same_bytes(tmp_path: Path, schema: str) -> None:
    written(tmp_path / "one", schema)
    written(tmp_path / "two", schema)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
