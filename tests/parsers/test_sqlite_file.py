from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from safelight.parsers.model import ParseFailed, Remark
from safelight.parsers.sqlite_file import Database, refuse_encrypted
from safelight.parsers.sqlite_schema import stored_tables
from tests.parsers.sqlite_history import COLUMNS, history, subject_of


def made(folder: Path, *statements: str, page_size: int = 1024) -> bytes:
    path = folder / "made.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA page_size = {page_size}")
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return path.read_bytes()


def opened(data: bytes, scratch: Path, name: str = "x.db") -> Database:
    database = Database.of(subject_of(data, scratch, name, {}))
    assert database is not None
    return database


MANY = (
    "CREATE TABLE club (id INTEGER PRIMARY KEY, name TEXT)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
    "INSERT INTO club SELECT i, 'spiller ' || i FROM n",
)


def test_one_database_for_all_parsers_of_an_item(tmp_path: Path) -> None:
    subject = subject_of(made(tmp_path, *MANY), tmp_path, "x.db", {})
    database = Database.of(subject)
    assert database is Database.of(subject)
    assert len(subject.closing) == 1
    assert Database.of(subject_of(b"no database", tmp_path, "x.db", {})) is None


def test_columns_that_are_missing_are_none_and_case_does_not_matter(tmp_path: Path) -> None:
    database = opened(made(tmp_path, *MANY), tmp_path)
    assert database.has("Club", "NAME")
    assert not database.has("club", "rating")
    assert next(database.rows("club", ("NAME", "rating", "id"))) == (1, "spiller 1", None, 1)
    assert list(database.rows("nothing", ("a",))) == []
    assert list(database.unknown({"club": ("ID",)})) == [
        Remark("columns of club that this parser does not read: name")
    ]


def test_views_virtual_tables_and_tables_without_rowid_are_not_read(tmp_path: Path) -> None:
    database = opened(
        made(
            tmp_path,
            "CREATE TABLE real (a)",
            "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n",
            "CREATE TABLE keyed (a TEXT PRIMARY KEY) WITHOUT ROWID",
        ),
        tmp_path,
    )
    assert list(database.tables) == ["real"]


def test_a_statement_that_computes_for_ever_is_stopped() -> None:
    endless = (
        "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    )
    assert stored_tables([("table", "t", 2, endless)]) == {}


def test_the_alias_of_the_rowid_is_told_from_a_key_that_is_none() -> None:
    tables = stored_tables(
        [
            (
                "table",
                "a",
                2,
                "CREATE TABLE a (x TEXT, id INTEGER PRIMARY KEY, y VARCHAR(9) NOT NULL, z, w TIMESTAMP)",
            ),
            ("table", "b", 3, "CREATE TABLE b (id INTEGER PRIMARY KEY DESC)"),
            ("table", "c", 4, "CREATE TABLE c (id INT PRIMARY KEY, a REAL, b AS (id + 1))"),
        ]
    )
    assert [(c.name, c.affinity, c.not_null, c.rowid) for c in tables["a"].columns] == [
        ("x", "text", False, False),
        ("id", "integer", False, True),
        ("y", "text", True, False),
        ("z", "blob", False, False),
        ("w", "numeric", False, False),
    ]
    assert [c.rowid for c in tables["b"].columns] == [False]
    assert [(c.name, c.rowid) for c in tables["c"].columns] == [("id", False), ("a", False)]


def test_what_lies_around_a_damaged_page_is_read_and_the_page_is_named(tmp_path: Path) -> None:
    data = bytearray(made(tmp_path, *MANY))
    at = data.index(b"spiller 1000") // 1024
    data[at * 1024 : at * 1024 + 1024] = b"\xff" * 1024
    database = opened(bytes(data), tmp_path)
    rows = list(database.rows("club", ("name",)))
    lost = set(range(1, 2001)) - {row[0] for row in rows}
    assert all(name == f"spiller {n}" for n, name in rows)
    assert 1000 in lost and 20 < len(lost) < 120 and max(lost) - min(lost) < 120
    troubles = [one for one in database.troubles() if not isinstance(one, Remark)]
    assert {(one.place, one.cause) for one in troubles} == {
        ("club", "corrupt"),
        (f"page {at + 1}", "corrupt"),
    }


def test_a_file_that_was_cut_off_gives_the_rows_that_it_has(tmp_path: Path) -> None:
    data = made(tmp_path, *MANY)
    database = opened(data[: len(data) // 2], tmp_path)
    rows = list(database.rows("club", ("name",)))
    assert 500 < len(rows) < 2000
    assert all(name == f"spiller {n}" for n, name in rows)
    assert any(one.place.startswith("page ") for one in database.troubles() if not isinstance(one, Remark))


def test_a_page_that_leads_in_circles_ends(tmp_path: Path) -> None:
    data = bytearray(made(tmp_path, *MANY))
    root = next(n for n in range(1, len(data) // 1024) if data[n * 1024] == 5)
    data[root * 1024 + 8 : root * 1024 + 12] = (root + 1).to_bytes(4, "big")
    database = opened(bytes(data), tmp_path)
    assert 0 < len(list(database.rows("club", ("name",)))) <= 2000
    assert list(database.troubles())


def test_texts_that_are_no_utf8_show_their_odd_bytes(tmp_path: Path) -> None:
    data = made(
        tmp_path,
        "CREATE TABLE t (a TEXT)",
        "INSERT INTO t VALUES ('først'), (CAST(x'61ff62' AS TEXT)), ('sist')",
    )
    database = opened(data, tmp_path)
    assert list(database.rows("t", ("a",))) == [(1, "først"), (2, "a\\xffb"), (3, "sist")]
    assert list(database.troubles()) == [
        Remark("1 texts of t are not in the database's encoding; odd bytes are shown as \\xNN")
    ]


def test_utf16_databases(tmp_path: Path) -> None:
    data = made(
        tmp_path,
        "PRAGMA encoding = 'UTF-16le'",
        "CREATE TABLE løp (å TEXT)",
        "INSERT INTO løp VALUES ('tårn')",
    )
    assert list(opened(data, tmp_path).rows("løp", ("å",))) == [(1, "tårn")]


def test_the_log_alone_holds_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "fresh.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (a)")
    connection.execute("INSERT INTO t VALUES (1)")
    data, wal = path.read_bytes(), (tmp_path / "fresh.db-wal").read_bytes()
    connection.close()
    database = Database.of(subject_of(data, tmp_path, "fresh.db", {"fresh.db-wal": wal}))
    assert database is not None
    assert list(database.rows("t", ("a",))) == [(1, 1)]
    database.close()


def test_the_evidence_is_not_written(tmp_path: Path) -> None:
    told = history(5, tmp_path, wal=True, steps=20)
    before = (told.data, told.wal)
    database = Database.of(told.subject(tmp_path))
    assert database is not None
    list(database.rows("sms", COLUMNS))
    with pytest.raises(sqlite3.Error):
        database._opened().execute("DELETE FROM sms")
    database.close()
    assert (told.data, told.wal) == before


def test_an_encrypted_database_of_a_known_name_is_said_to_be_one(tmp_path: Path) -> None:
    import random

    noise = random.Random(1).randbytes(8192)
    with pytest.raises(ParseFailed, match="encrypted"):
        refuse_encrypted(subject_of(noise, tmp_path, "sms.db", {}), {"sms.db"}, "Messages")
    refuse_encrypted(subject_of(noise, tmp_path, "other.db", {}), {"sms.db"}, "Messages")
    refuse_encrypted(subject_of(b"\0" * 8192, tmp_path, "sms.db", {}), {"sms.db"}, "Messages")
    refuse_encrypted(subject_of(made(tmp_path, *MANY), tmp_path, "sms.db", {}), {"sms.db"}, "Messages")
