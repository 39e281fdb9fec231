"""Gajim's logs.db, read back with SQLite alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from safelight.scenario.world import FilePlan, Removal
from safelight.scenario.write import gajim_db
from tests.scenario.hand import PC, START_US, Noted, digests, world

MADE = world(
    "xmpp",
    ("ase@jabber.example.org", "jun@jabber.example.org", "ola@jabber.example.org"),
    "tog@rooms.example.org",
)
PATH = "home/ase/.local/share/gajim/logs.db"
REMOVED: dict[int, Removal] = {
    **dict.fromkeys(range(50, 90, 4), "freeblock"),
    **dict.fromkeys(range(200, 280), "freelist"),
}


def written(folder: Path) -> Noted:
    noted = Noted()
    gajim_db.write(MADE, FilePlan("A1", PATH, "gajim-db", 0, PC, (0, 1), removed=REMOVED), folder, noted)
    return noted


def test_lines_are_what_the_record_says(tmp_path: Path) -> None:
    noted = written(tmp_path)
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro", uri=True) as base:
        rows = base.execute(
            "SELECT l.time * 1000000, j.jid, j.type, l.kind, l.contact_name, l.message FROM logs l"
            " JOIN jids j ON j.jid_id = l.jid_id ORDER BY l.time, l.log_line_id"
        ).fetchall()
        assert base.execute("PRAGMA freelist_count").fetchone()[0] > 0
    live = [one for one in noted.messages if one["state"] == "live"]
    assert sorted((row[0], row[5] or "") for row in rows) == sorted(
        (one["utc_us"], one["text"] or "") for one in live
    )
    first = START_US // 1_000_000 * 1_000_000
    assert rows[:3] == [
        (first, "jun@jabber.example.org", 0, 6, None, "Sol og åtte grader i dag, <tog> & «skinner» 0.0"),
        (
            first + 30_000_000,
            "tog@rooms.example.org",
            1,
            2,
            "Jun",
            "Sol og åtte grader i dag, <tog> & «skinner» 1.0",
        ),
        (first + 60_000_000, "jun@jabber.example.org", 0, 4, None, "ok 0.1"),
    ]
    assert [(one["sender"], one["sender_name"], one["conversation"]) for one in noted.messages[:3]] == [
        (None, None, "direct:?|jun@jabber.example.org"),
        (None, "Jun", None),
        ("jun@jabber.example.org", None, "direct:?|jun@jabber.example.org"),
    ]


def test_deleted_rows_are_gone_for_sqlite_and_still_in_the_bytes(tmp_path: Path) -> None:
    noted = written(tmp_path)
    there = [REMOVED[one] for one in noted.ids("recovered")]
    assert there.count("freeblock") == 10
    assert (
        there.count("freelist") > 40
    )  # SQLite moves rows together when pages become empty, and writes over some
    data = (tmp_path / PATH).read_bytes()
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro", uri=True) as base:
        live = {row[0] for row in base.execute("SELECT message FROM logs")}
    for one in noted.messages:
        if one["state"] == "recovered" and one["text"]:
            assert one["text"] not in live
            assert str(one["text"]).encode() in data


def test_same_world_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "one")
    written(tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
