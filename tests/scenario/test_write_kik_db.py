"""Kik's database on an iPhone, read back with SQLite alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from safelight.scenario.world import FilePlan, Removal
from safelight.scenario.write import kik_db
from tests.scenario.hand import IPHONE, START_US, Noted, digests, world

MADE = world(
    "kik",
    ("ase.berg_k3f@talk.kik.com", "jun_a2b@talk.kik.com", "ola_x7z@talk.kik.com"),
    "1100000000031_g@groups.kik.com",
)
PATH = "private/var/mobile/Containers/Shared/AppGroup/5C1E/cores/private/ase/kik.sqlite"
REMOVED: dict[int, Removal] = {
    **dict.fromkeys(range(50, 90, 4), "freeblock"),
    **dict.fromkeys(range(200, 300), "freelist"),
    **dict.fromkeys(range(700, 706), "wal"),
}


def written(folder: Path) -> Noted:
    noted = Noted()
    plan = FilePlan(
        "A1", PATH, "kik-ios", 0, IPHONE, (0, 1), contacts=(2,), removed=REMOVED, precision_us=1_000
    )
    kik_db.write(MADE, plan, folder, noted)
    return noted


def test_live_rows_are_what_the_record_says(tmp_path: Path) -> None:
    noted = written(tmp_path)
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro", uri=True) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = base.execute(
            "SELECT round((m.ZTIMESTAMP + 978307200) * 1e6), m.ZTYPE, u.ZJID, m.ZBODY, m.ZSTANZAID, c.ZUSER"
            " FROM ZKIKMESSAGE m JOIN Z_3MESSAGES j ON j.Z_5MESSAGES = m.Z_PK JOIN ZKIKCHAT c ON c.Z_PK = j.Z_3CHAT"
            " JOIN ZKIKUSER u ON u.Z_PK = m.ZUSER ORDER BY m.ZTIMESTAMP"
        ).fetchall()
        users = base.execute(
            "SELECT ZJID, ZDISPLAYNAME, ZUSERNAME, ZFLAGS FROM ZKIKUSER ORDER BY Z_PK"
        ).fetchall()
        members = base.execute("SELECT Z_6MEMBERSINVERSE, Z_6MEMBERS FROM Z_6MEMBERS").fetchall()
        attached = base.execute(
            "SELECT a.ZCONTENT = m.ZBODY FROM ZKIKATTACHMENT a JOIN ZKIKMESSAGE m ON m.Z_PK = a.ZMESSAGE"
        ).fetchall()
    assert (
        len(rows)
        == len(noted.ids("live"))
        == 1200 - 20 - len(REMOVED) + sum((one - 1) % 600 % 60 == 29 for one in REMOVED)
    )
    assert rows[0][:5] == (
        START_US,
        2,
        "jun_a2b@talk.kik.com",
        "Sol og åtte grader i dag, <tog> & «skinner» 0.0",
        next(iter(MADE.messages(0))).native_id,
    )
    assert rows[1][:3] == (START_US + 30_000_000, 1, "jun_a2b@talk.kik.com")
    assert users == [
        ("ase.berg_k3f@talk.kik.com", "Åse Berg", "ase.berg", 258),
        ("jun_a2b@talk.kik.com", "Jun R", "jun", 257),
        ("ola_x7z@talk.kik.com", "Ola", "ola", 256),
        ("1100000000031_g@groups.kik.com", "Sjakk & tog", None, 257),
    ]
    assert members == [(4, 2), (4, 3)]
    assert [(one["sender"], one["conversation"]) for one in noted.messages[:3]] == [
        (None, "direct:?|jun_a2b@talk.kik.com"),
        ("jun_a2b@talk.kik.com", None),
        ("jun_a2b@talk.kik.com", "direct:?|jun_a2b@talk.kik.com"),
    ]
    assert len(attached) > 15
    assert set(attached) == {(1,)}


def test_deleted_rows_are_gone_for_sqlite_and_still_in_the_bytes(tmp_path: Path) -> None:
    noted = written(tmp_path)
    assert len(noted.ids("recovered")) >= 0.95 * len(REMOVED)
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro", uri=True) as base:
        live = {row[0] for row in base.execute("SELECT ZBODY FROM ZKIKMESSAGE")}
        assert base.execute("PRAGMA freelist_count").fetchone()[0] > 0
    data = (tmp_path / PATH).read_bytes() + (tmp_path / f"{PATH}-wal").read_bytes()
    for one in noted.messages:
        if one["state"] == "recovered" and one["text"]:
            assert one["text"] not in live
            assert str(one["text"]).encode() in data


def test_same_world_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "one")
    written(tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert len(digests(tmp_path / "one")) == 2


def test_an_app_that_nobody_wrote_with_has_contacts_and_no_log(tmp_path: Path) -> None:
    plan = FilePlan("A1", PATH, "kik-ios", 0, IPHONE, (), contacts=(2,), precision_us=1_000)
    kik_db.write(MADE, plan, tmp_path, Noted())
    assert [path.name for path in (tmp_path / PATH).parent.iterdir()] == ["kik.sqlite"]
    with sqlite3.connect(f"file:{tmp_path / PATH}?mode=ro&immutable=1", uri=True) as base:
        assert base.execute("SELECT count(*) FROM ZKIKMESSAGE").fetchall() == [(0,)]
        assert ("ola_x7z@talk.kik.com",) in base.execute("SELECT ZJID FROM ZKIKUSER").fetchall()
