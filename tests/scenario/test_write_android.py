"""Android's messages, calls and address book, read back with SQLite alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from safelight.scenario.world import FilePlan, Removal
from safelight.scenario.write import android_calls, android_sms
from tests.scenario.hand import ANDROID, START_US, Noted, digests, world

MADE = world("phone", ("+4790000001", "+639170000002", "+4790000003"), "none")
PATH = "data/data/com.android.providers.telephony/databases/mmssms.db"
CALLS = "data/data/com.android.providers.contacts/databases/"
REMOVED: dict[int, Removal] = {
    **dict.fromkeys(range(50, 90, 4), "freeblock"),
    **dict.fromkeys(range(200, 230), "freelist"),
}


def written(folder: Path) -> Noted:
    noted = Noted()
    plan = FilePlan("A1", PATH, "sms-android", 0, ANDROID, (0,), removed=REMOVED, precision_us=1_000)
    android_sms.write(MADE, plan, folder, noted)
    return noted


def test_messages(tmp_path: Path) -> None:
    noted = written(tmp_path)
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro", uri=True) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert base.execute("PRAGMA auto_vacuum").fetchone() == (1,)
        rows = base.execute(
            "SELECT s.date * 1000, s.type, s.body, s.date_sent, c.address FROM sms s JOIN threads t ON t._id = s.thread_id"
            " JOIN canonical_addresses c ON c._id = t.recipient_ids ORDER BY s.date"
        ).fetchall()
        mms = base.execute(
            "SELECT p.date, p.msg_box, group_concat(a.address || a.type, ' '), x._data FROM pdu p"
            " JOIN addr a ON a.msg_id = p._id JOIN part x ON x.mid = p._id GROUP BY p._id ORDER BY p._id"
        ).fetchall()
    assert len(rows) + len(mms) == len(noted.ids("live"))
    sent = START_US + 60_000_000
    assert rows[:2] == [
        (START_US, 2, "Sol og åtte grader i dag, <tog> & «skinner» 0.0", 0, "+639170000002"),
        (sent, 1, "ok 0.1", sent // 1_000_000 * 1_000, "+639170000002"),
    ]
    assert mms[0][:3] == (
        (START_US + 17 * 60_000_000) // 1_000_000,
        1,
        "+639170000002137 insert-address-token151",
    )
    assert len(mms) == 11 + 1 - sum(one % 50 == 18 for one in REMOVED)
    parts = tmp_path / "data/data/com.android.providers.telephony/app_parts"
    assert {Path(row[3]).name for row in mms} <= {path.name for path in parts.iterdir()}
    assert noted.messages[1] == {
        "path": PATH, "id": 2, "sender": "+639170000002", "sender_name": None, "utc_us": sent - 250_000, "wall_us": None,
        "text": "ok 0.1", "state": "live", "conversation": "direct:+639170000002|?",
    }  # fmt: skip
    assert noted.messages[0]["sender"] is None


def test_deleted_rows_are_gone_for_sqlite_and_still_in_the_bytes(tmp_path: Path) -> None:
    noted = written(tmp_path)
    assert len(noted.ids("recovered")) >= 0.95 * len(REMOVED)
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro", uri=True) as base:
        live = {row[0] for row in base.execute("SELECT body FROM sms")}
    data = (tmp_path / PATH).read_bytes()
    for one in noted.messages:
        if one["state"] == "recovered" and one["text"]:
            assert one["text"] not in live
            assert str(one["text"]).encode() in data


@pytest.mark.parametrize(("name", "book"), [("contacts2.db", "contacts2.db"), ("calllog.db", "contacts2.db")])
def test_calls_and_contacts(tmp_path: Path, name: str, book: str) -> None:
    noted = Noted()
    plan = FilePlan("A1", CALLS + name, "calls-android", 0, ANDROID, calls=(0, 1), contacts=(2,))
    android_calls.write(MADE, plan, tmp_path, noted)
    with sqlite3.connect(f"file:{tmp_path / CALLS / name}?mode=ro", uri=True) as base:
        rows = base.execute("SELECT number, date, duration, type, name FROM calls ORDER BY date").fetchall()
    first = START_US // 1_000_000 * 1_000
    assert rows == [
        ("+639170000002", first + 300_000, 754, 2, "Jun"),
        ("+639170000002", first + 3_600_000, 0, 3, "Jun"),
    ]
    with sqlite3.connect(f"file:{tmp_path / CALLS / book}?mode=ro", uri=True) as base:
        people = base.execute(
            "SELECT r.display_name, d.data1 FROM raw_contacts r JOIN data d ON d.raw_contact_id = r._id"
            " JOIN mimetypes m ON m._id = d.mimetype_id WHERE m.mimetype LIKE '%phone_v2' ORDER BY r._id"
        ).fetchall()
    assert people == [("Jun", "+639170000002"), ("Ola sjakk", "+4790000003")]
    assert [one["utc_us"] for one in noted.calls] == [(first + 300_000) * 1_000, (first + 3_600_000) * 1_000]
    assert noted.accounts == [(CALLS + book, 1, "Jun"), (CALLS + book, 2, "Ola sjakk")]


def test_same_world_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "one")
    written(tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
