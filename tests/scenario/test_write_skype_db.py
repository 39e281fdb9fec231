"""Skype's main.db, read back with SQLite alone: what is live, what was deleted and still lies there, what the log holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from safelight.scenario.world import FilePlan, Removal
from safelight.scenario.write import skype_db
from tests.scenario.hand import PC, START_US, Noted, digests, world

MADE = world("skype", ("ase.berg", "live:jun", "ola.lie"), "19:0f0f@thread.skype")
PATH = "Users/ase/AppData/Roaming/Skype/ase.berg/main.db"
REMOVED: Mapping[int, Removal] = {
    **dict.fromkeys(range(100, 140, 4), "freeblock"),
    **dict.fromkeys(range(300, 380), "freelist"),
    **dict.fromkeys(range(900, 910), "wal"),
}


def plan(**changes: object) -> FilePlan:
    given: dict[str, object] = {
        "conversations": (0, 1), "calls": (0, 1, 2), "contacts": (2,), "removed": REMOVED, **changes
    }  # fmt: skip
    return FilePlan("A1", PATH, "skype-db", 0, PC, **given)  # type: ignore[arg-type]


def written(folder: Path, **changes: object) -> Noted:
    noted = Noted()
    skype_db.write(MADE, plan(**changes), folder, noted)
    return noted


def test_live_rows_are_what_the_record_says(tmp_path: Path) -> None:
    noted = written(tmp_path)
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro", uri=True) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = base.execute(
            "SELECT timestamp, author, from_dispname, type, body_xml FROM Messages ORDER BY timestamp, id"
        ).fetchall()
        one = base.execute(
            "SELECT c.identity, c.type, m.dialog_partner, m.edited_by, m.edited_timestamp - m.timestamp FROM Messages m"
            " JOIN Conversations c ON c.id = m.convo_id WHERE edited_timestamp IS NOT NULL ORDER BY m.id LIMIT 2"
        ).fetchall()
        calls = base.execute(
            "SELECT begin_timestamp, host_identity, is_incoming, duration, is_unseen_missed FROM Calls ORDER BY id"
        ).fetchall()
        members = base.execute("SELECT identity, videostatus FROM CallMembers ORDER BY id").fetchall()
        files = base.execute("SELECT filename, type FROM Transfers ORDER BY id LIMIT 2").fetchall()
    live = [one for one in noted.messages if one["state"] == "live"]
    assert len(rows) == len(live)
    assert sorted((row[0] * 1_000_000, row[1], row[2]) for row in rows) == sorted(
        (one["utc_us"], one["sender"], one["sender_name"]) for one in live
    )
    assert rows[0] == (
        START_US // 1_000_000,
        "ase.berg",
        "Åse Berg",
        61,
        "Sol og åtte grader i dag, &lt;tog&gt; &amp; «skinner» 0.0",
    )
    assert rows[-1][2] == "Ola"
    assert one == [
        ("live:jun", 1, "live:jun", "live:jun", 3),
        ("19:0f0f@thread.skype", 2, None, "ola.lie", 3),
    ]
    first = START_US // 1_000_000
    assert calls == [
        (first + 300, "ase.berg", 0, 754, 0),
        (first + 3600, "live:jun", 1, None, 1),
        (first + 5400, "live:jun", 1, 61, 0),
    ]
    assert members == [("live:jun", 3), ("live:jun", 0), ("live:jun", 0), ("ola.lie", 0)]
    assert files == [("IMG_0018.jpg", 1), ("IMG_0618.jpg", 1)]
    assert [one["seconds"] for one in noted.calls] == [754.0, None, 61.0]


def test_the_clock_error_of_the_computer_is_in_the_times(tmp_path: Path) -> None:
    noted = written(tmp_path)
    wrong = {one["id"]: one["utc_us"] for one in noted.messages}
    assert wrong[11] == (START_US + 10 * 60_000_000 + 90_000_000) // 1_000_000 * 1_000_000
    assert wrong[25] == (START_US + 24 * 60_000_000) // 1_000_000 * 1_000_000


def test_deleted_rows_are_gone_for_sqlite_and_still_in_the_bytes(tmp_path: Path) -> None:
    noted = written(tmp_path)
    recovered = noted.ids("recovered")
    assert len(recovered) >= 0.95 * len(REMOVED)
    assert {REMOVED[one] for one in recovered} == {"freeblock", "freelist", "wal"}
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro", uri=True) as base:
        live = {row[0] for row in base.execute("SELECT body_xml FROM Messages")}
        assert base.execute("PRAGMA freelist_count").fetchone()[0] > 0
    data = (tmp_path / PATH).read_bytes() + (tmp_path / f"{PATH}-wal").read_bytes()
    for one in noted.messages:
        if one["state"] == "recovered" and one["text"]:
            text = str(one["text"]).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            assert text not in live
            assert text.encode() in data


def test_the_log_holds_rows_that_the_file_does_not(tmp_path: Path) -> None:
    noted = written(tmp_path)
    alone = tmp_path / "alone.db"
    alone.write_bytes((tmp_path / PATH).read_bytes())
    with sqlite3.connect(f"file:{alone}?mode=ro&immutable=1", uri=True) as base:
        without = base.execute("SELECT count(*) FROM Messages").fetchone()[0]
        in_list = base.execute("PRAGMA freelist_count").fetchone()[0]
    assert without < len(noted.ids("live")) + 80
    assert in_list == 0


def test_without_deletions_there_is_no_log(tmp_path: Path) -> None:
    noted = written(tmp_path, removed={})
    assert not (tmp_path / f"{PATH}-wal").exists()
    assert len(noted.messages) == 1200 - 20
    assert (tmp_path / PATH).read_bytes()[96:100] == (3_007_009).to_bytes(4, "big")


def test_same_world_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "one")
    written(tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert len(digests(tmp_path / "one")) == 2


def test_gaps_and_the_window_leave_nothing(tmp_path: Path) -> None:
    noted = written(
        tmp_path,
        removed={},
        window=(START_US, START_US + 120 * 60_000_000),
        gaps=((START_US + 30 * 60_000_000, START_US + 60 * 60_000_000),),
    )
    assert {one["id"] for one in noted.messages if int(str(one["id"])) <= 600} == {
        number for number in (*range(1, 31), *range(61, 121)) if (number - 1) % 60 != 29
    }
    assert "ditt trekk 0.40" not in (tmp_path / PATH).read_bytes().decode("utf-8", "replace")
