from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from safelight.parsers.model import Trouble
from safelight.parsers.sqlite_file import Database
from safelight.parsers.sqlite_found import Recovered
from tests.parsers.sqlite_history import COLUMNS, DDL, History, a_row, history, subject_of


def opened(made: History, scratch: Path) -> Database:
    database = Database.of(made.subject(scratch))
    assert database is not None
    return database


def told_of(row: Recovered, made: History) -> bool:
    """Whether a row that was found once stood in the table: each value, or a text's beginning where it was cut."""
    forms = list(made.ever.get(row.rowid or -1, ()))
    if row.rowid is None:
        forms = [form for all_forms in made.ever.values() for form in all_forms]
    if row.whole:
        return any(row.values[1:] == form[1:] for form in forms)
    return any(
        all(
            value == own or value is None or (isinstance(own, str) and own.startswith(str(value)))
            for value, own in zip(row.values[1:], form[1:], strict=True)
        )
        for form in forms
    )


@pytest.mark.parametrize("wal", [False, True], ids=["journal", "wal"])
@pytest.mark.parametrize(
    ("seed", "page_size", "longest"),
    [(0, 4096, 25), (1, 4096, 25), (3, 4096, 120), (4, 1024, 25), (6, 512, 120)],
)
def test_deleted_rows_that_are_still_in_the_bytes_are_found_and_none_is_invented(
    seed: int, page_size: int, longest: int, wal: bool, tmp_path: Path
) -> None:
    made = history(seed, tmp_path, wal=wal, page_size=page_size, longest=longest)
    database = opened(made, tmp_path)
    assert {row[0]: row[1:] for row in database.rows("sms", COLUMNS)} == made.live
    found = list(database.recovered({"sms": COLUMNS}))
    named = {row.values for row in found if row.rowid is not None}
    nameless = {row.values[1:] for row in found if row.rowid is None}
    gone = made.gone()
    missed = [row for row in gone if row not in named and row[1:] not in nameless]
    assert gone
    assert len(missed) <= len(gone) * 0.05
    assert [row for row in found if not told_of(row, made)] == []
    assert [row for row in found if made.live.get(row.rowid or -1) == row.values] == []
    assert list(database.troubles()) == []
    database.close()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_histories(seed: int, tmp_path: Path) -> None:
    hits = missed = 0
    for wal in (False, True):
        for page_size in (512, 1024, 4096):
            made = history(seed, tmp_path, wal=wal, page_size=page_size, longest=25 if seed % 3 else 120)
            database = opened(made, tmp_path)
            found = list(database.recovered({"sms": COLUMNS}))
            named = {row.values for row in found if row.rowid is not None}
            nameless = {row.values[1:] for row in found if row.rowid is None}
            gone = made.gone()
            hits += len(gone)
            missed += sum(row not in named and row[1:] not in nameless for row in gone)
            assert [row for row in found if not told_of(row, made)] == []
            database.close()
    assert missed <= hits * 0.05


def written(folder: Path, *statements: tuple[str, tuple[object, ...]], ddl: tuple[str, ...] = DDL) -> bytes:
    """A database made by these statements."""
    path = folder / "made.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA secure_delete = OFF")
    for statement in ddl:
        connection.execute(statement)
    for sql, values in statements:
        connection.execute(sql, values)
    connection.close()
    return path.read_bytes()


def database_of(data: bytes, scratch: Path, **beside: bytes) -> Database:
    """`beside` by suffix: wal, journal."""
    others = {f"sms.db-{suffix}": content for suffix, content in beside.items()}
    database = Database.of(subject_of(data, scratch, "sms.db", others))
    assert database is not None
    return database


INSERT = "INSERT INTO sms VALUES (?,?,?,?,?,?,?,?,?,?)"


def row_of(rowid: int, body: str, read: int = 0) -> tuple[object, ...]:
    return (rowid, 7, "+4790000001", 1_400_000_000_000, 0, read, 1, None, body, 0)


def test_a_freed_row_loses_its_rowid_and_says_where_it_lies(tmp_path: Path) -> None:
    rows = [(INSERT, row_of(n, f"Sjakk tirsdag nummer {n}")) for n in range(200, 210)]
    data = written(tmp_path, *rows, ("DELETE FROM sms WHERE _id = ?", (205,)))
    (found,) = database_of(data, tmp_path).recovered({"sms": ("body", "_id", "no_such_column")})
    page = data.index(b"Sjakk tirsdag nummer 205") // 4096
    start = int(found.place.rpartition(" ")[2])
    assert found == Recovered(
        "sms", f"sms:page {page + 1} byte {start}", None, ("Sjakk tirsdag nummer 205", None, None), True
    )
    assert 0 < data.index(b"Sjakk tirsdag nummer 205") - page * 4096 - start < 50


def test_an_older_form_counts_only_if_what_was_asked_for_differs(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = WAL")
    for statement in DDL:
        connection.execute(statement)
    connection.execute(INSERT, row_of(1, "Partiet er tirsdag"))
    connection.execute("UPDATE sms SET read = 1")
    connection.execute("UPDATE sms SET body = 'Partiet er onsdag'")
    data, wal = path.read_bytes(), (tmp_path / "log.db-wal").read_bytes()
    connection.close()
    database = database_of(data, tmp_path, wal=wal)
    assert list(database.rows("sms", ("body", "read"))) == [(1, "Partiet er onsdag", 1)]
    assert [(row.rowid, row.values) for row in database.recovered({"sms": ("body",)})] == [
        (1, ("Partiet er tirsdag",))
    ]
    forms = [(row.place, row.values) for row in database.recovered({"sms": ("body", "read")})]
    assert [values for _, values in forms] == [("Partiet er tirsdag", 0), ("Partiet er tirsdag", 1)]
    assert all(place.startswith("sms:wal frame ") and " page 2 byte " in place for place, _ in forms)
    database.close()


def test_an_uncommitted_row_of_the_log_is_recovered_and_not_live(tmp_path: Path) -> None:
    path = tmp_path / "open.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("PRAGMA cache_spill = 1")
    for statement in DDL:
        connection.execute(statement)
    connection.execute("BEGIN")
    for n in range(1, 200):
        connection.execute(INSERT, row_of(n, f"Vår tirsdag {n} " + "regn " * 30))
    data, wal = path.read_bytes(), (tmp_path / "open.db-wal").read_bytes()
    connection.execute("ROLLBACK")
    connection.close()
    database = database_of(data, tmp_path, wal=wal)
    assert list(database.rows("sms", ("body",))) == []
    found = list(database.recovered({"sms": ("body",)}))
    texts = {f"Vår tirsdag {n} " + "regn " * 30: n for n in range(1, 200)}
    assert len({row.values[0] for row in found}) > 50
    assert all(row.rowid in (None, texts[str(row.values[0])]) for row in found)
    database.close()


def test_a_hot_journal_is_rolled_back_and_what_it_undid_is_recovered(tmp_path: Path) -> None:
    path = tmp_path / "hot.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = 1")
    for statement in DDL:
        connection.execute(statement)
    connection.executemany(INSERT, [row_of(n, f"Tog {n} " + "går i rute " * 10) for n in range(1, 100)])
    connection.execute("BEGIN")
    connection.execute("UPDATE sms SET body = 'forsinket ' || _id || ' ' || body")
    data, journal = path.read_bytes(), (tmp_path / "hot.db-journal").read_bytes()
    connection.execute("ROLLBACK")
    connection.close()
    database = database_of(data, tmp_path, journal=journal)
    assert [row[1] for row in database.rows("sms", ("body",))] == [
        f"Tog {n} " + "går i rute " * 10 for n in range(1, 100)
    ]
    found = list(database.recovered({"sms": ("body",)}))
    assert len(found) > 10
    assert all(str(row.values[0]).startswith("forsinket ") for row in found)
    database.close()


def test_a_message_on_overflow_pages_that_are_free_is_cut_and_not_guessed(tmp_path: Path) -> None:
    long = "Langt referat. " * 700
    rows = [(INSERT, row_of(n, f"{n} kort")) for n in (300, 301)]
    other = (*row_of(302, long)[:2], "+4790000002", *row_of(302, long)[3:])
    data = written(tmp_path, *rows, (INSERT, other), ("DELETE FROM sms WHERE _id = 302", ()))
    (found,) = database_of(data, tmp_path).recovered({"sms": ("address", "body", "error_code")})
    assert found.values[0] == "+4790000002"
    assert found.values[2] == 0  # a zero takes no byte and is told by the header
    assert long.startswith(str(found.values[1])) and len(str(found.values[1])) > 400
    assert not found.whole


def test_a_row_that_fits_two_tables_is_left_alone(tmp_path: Path) -> None:
    ddl = (
        "CREATE TABLE one (_id INTEGER PRIMARY KEY, a TEXT, b TEXT, c INTEGER, d TEXT)",
        "CREATE TABLE two (_id INTEGER PRIMARY KEY, a TEXT, b TEXT, c INTEGER, d TEXT)",
    )
    insert = "INSERT INTO one VALUES (?, 'sjakk', 'tirsdag', 12345, 'åpning med noen flere ord')"
    steps = [(insert, (n,)) for n in range(1, 400)]
    data = written(tmp_path, *steps, ("DELETE FROM one WHERE _id < 390", ()), ddl=ddl)
    found = list(database_of(data, tmp_path).recovered({"two": ("a",), "one": ("a", "_id")}))
    assert {row.table for row in found} <= {"one"}


@pytest.mark.parametrize("damage", range(12))
def test_random_damage_never_raises(damage: int, tmp_path: Path) -> None:
    made = history(2, tmp_path, wal=damage % 2 == 0, steps=30)
    import random

    chance = random.Random(damage)
    data, wal = bytearray(made.data), bytearray(made.wal)
    for target in (data, wal):
        for _ in range(30 if target else 0):
            at = chance.randrange(100, len(target))
            target[at : at + 8] = chance.randbytes(len(target[at : at + 8]))
    database = Database.of(subject_of(bytes(data), tmp_path, "x.db", {"x.db-wal": bytes(wal)} if wal else {}))
    if database is None:
        return
    list(database.rows("sms", COLUMNS))
    list(database.recovered({"sms": COLUMNS}))
    assert all(isinstance(one, Trouble) for one in database.troubles() if not hasattr(one, "text"))
    database.close()


def test_rows_of_a_known_history_are_what_the_helper_says() -> None:
    import random

    row = a_row(random.Random(1), 5, 3)
    assert row[0] == 5


LINES = (
    "CREATE TABLE lines (_id INTEGER PRIMARY KEY, room INTEGER, who TEXT, said TEXT, kind INTEGER, topic TEXT, at INTEGER)",
)
LINE = "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?)"


def test_a_row_that_says_little_is_told_by_where_the_block_ended_that_it_begins_with(tmp_path: Path) -> None:
    rows = [(LINE, (n, 1, None, f"regn {n}", 6, None, 1_400_000_000_000 + n)) for n in range(200, 260)]
    gone = [
        ("DELETE FROM lines WHERE _id = ?", (n,)) for n in range(230, 240)
    ]  # each joins the block before it
    database = database_of(written(tmp_path, *rows, *gone, ddl=LINES), tmp_path)
    found = list(database.recovered({"lines": ("said", "at")}))
    assert {row.values for row in found} == {(f"regn {n}", 1_400_000_000_000 + n) for n in range(230, 240)}
    assert len(found) == 10


def test_rows_on_a_trunk_page_of_the_free_list_are_found(tmp_path: Path) -> None:
    rows = [
        (LINE, (n, 1, None, f"tog {n} " + "går " * 9, 6, None, 1_400_000_000_000 + n))
        for n in range(200, 800)
    ]
    gone = [("DELETE FROM lines WHERE _id = ?", (n,)) for n in range(260, 790)]
    data = written(tmp_path, *rows, *gone, ddl=LINES)
    trunk = int.from_bytes(data[32:36], "big")
    database = database_of(data, tmp_path)
    places = {row.values[0]: row.place for row in database.recovered({"lines": ("said",)})}
    there = {f"tog {n} " + "går " * 9 for n in range(260, 790) if f"tog {n} ".encode() in data}
    behind = data[(trunk - 1) * 4096 : trunk * 4096].count(b"tog ")
    assert behind > 40
    assert len(there - set(places)) <= len(there) * 0.05
    assert sum(place.startswith(f"lines:page {trunk} ") for place in places.values()) >= behind - 2


def test_a_newer_row_over_the_end_of_an_older_one_is_the_one_that_is_told(tmp_path: Path) -> None:
    rows: list[tuple[str, tuple[object, ...]]] = [
        (LINE, (n, 1, None, f"tårn {n}", 6, None, 1_400_000_000_000 + n)) for n in range(200, 230)
    ]
    rows[20] = (LINE, (220, 77, "Kari Nordmann", "tårn 220", 66, "Sjakk", 1_400_000_000_220))
    gone = [("DELETE FROM lines WHERE _id = ?", (n,)) for n in (218, 219, 220)]
    data = bytearray(written(tmp_path, *rows, *gone, ddl=LINES))
    page = bytes(data).index(b"t\xc3\xa5rn 220") // 4096 * 4096
    start = page + int.from_bytes(data[page + 1 : page + 3], "big")
    size = int.from_bytes(data[start + 2 : start + 4], "big")
    newer = bytes(data).index(b"t\xc3\xa5rn 219") - 11  # payload, rowid, seven columns' header
    assert newer + int.from_bytes(data[newer + 2 : newer + 4], "big") == start + size
    # The older row as it lay five bytes further on, before the newer was written over its end.
    older = bytearray(data[start : newer - 5])
    older[2:4] = (size - 5).to_bytes(2, "big")
    data[start + 5 : newer] = older
    found = list(database_of(bytes(data), tmp_path).recovered({"lines": ("said", "at")}))
    assert {row.values for row in found} == {(f"tårn {n}", 1_400_000_000_000 + n) for n in (218, 219)}
    # What lies over its end may be no row that can be told: then nothing begins where it ended.
    data[start + 7 : start + 9] = (size - 50).to_bytes(2, "big")
    data[newer : newer + 24] = b"\xee" * 24
    found = list(database_of(bytes(data), tmp_path).recovered({"lines": ("said", "at")}))
    assert {row.values for row in found} == {("tårn 218", 1_400_000_000_218)}
