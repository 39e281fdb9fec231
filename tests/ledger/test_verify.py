"""Whatever is done to a ledger is found and named; what only a head kept elsewhere shows is found by that."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from safelight.errors import BadInput, IntegrityBroken, NotAnOperation
from safelight.ledger import audit, custody, erase, exhibits, hashsets, notes, records, runs, sources
from safelight.ledger.head import Head
from safelight.ledger.ledger import Ledger
from safelight.ledger.verify import Report, verify
from safelight.operation.folder import OperationFolder
from tests.ledger import forging
from tests.ledger.conftest import ACTOR


def _live(ledger: Ledger) -> None:
    """A small operation's life: every kind of state, an erasure, corrections."""
    for number in range(3):
        exhibit = exhibits.add(
            ledger, number=f"A{number}", label="Laptop", seized="2016-01-12", legal_basis="order", officer="Kari",
            actor=ACTOR,
        )  # fmt: skip
        for act in ("received", "sealed"):
            custody.record(ledger, exhibit, act, place="lab", person="Ola", when=number, actor=ACTOR)
        sources.register(ledger, exhibit, "disk", Path("/mnt/disk"), "folder", {"size": number}, actor=ACTOR)
        notes.write(ledger, [exhibit.key], f"note {number}", actor=ACTOR)
        audit.consult(
            ledger, actor=ACTOR, purpose="inventory", what={"page": "items"}, subjects=[exhibit.key]
        )
        hashsets.register(ledger, {"name": f"set {number}"}, ACTOR)
        runs.record(ledger, {"items": number}, f"{number}:ab", {"safelight": "0.1.0"}, ACTOR)
    exhibits.correct(ledger, "A1", actor=ACTOR, purpose="typo", label="Desktop")
    erase.erase(ledger, [6], actor=ACTOR, purpose="request", authorisation="order 2", reason="request")
    notes.write(ledger, ["x"], "last", actor=ACTOR)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> OperationFolder:
    """A ledger to copy for each way of tampering."""
    folder = OperationFolder(tmp_path_factory.mktemp("template"))
    folder.make()
    with Ledger.create(folder, name="Vårsol", actor=ACTOR) as ledger:
        _live(ledger)
        assert verify(ledger) == Report(True, None, "", 28, None, ledger.head())
    assert not folder.ledger.with_name("ledger.sqlite-wal").exists()
    return folder


def _copy(template: OperationFolder, target: Path) -> OperationFolder:
    shutil.copytree(template.root, target)
    return OperationFolder(target)


def _check(folder: OperationFolder | str, head: str | None = None) -> Report:
    try:
        with Ledger.open(folder) as ledger:
            return verify(ledger, head)
    except (IntegrityBroken, NotAnOperation) as found:  # the ledger does not even open
        return Report(False, 1, str(found), 0, None, Head(0, b""))


def test_tampering_in_200_random_ways_is_found_and_placed(template: OperationFolder, tmp_path: Path) -> None:
    tried: Counter[str] = Counter()
    for number in range(200):
        rng = random.Random(number)
        way = forging.WAYS[number % len(forging.WAYS)]
        folder = _copy(template, tmp_path / str(number))
        expected = forging.tamper(folder.ledger, way, rng)
        assert not _check(folder).ok, way.__name__
        report = _check(f"sqlite:///{folder.ledger}")  # without the head log: the chain alone finds it
        assert (report.ok, report.first_bad) == (False, expected), (number, way.__name__, report)
        assert report.reason
        tried[way.__name__] += 1
        shutil.rmtree(folder.root)
    assert len(tried) == 14 and sum(tried.values()) == 200


@pytest.mark.parametrize("lost", [1, 2, 9])
def test_lost_newest_entries_are_shown_by_the_head_log_and_by_an_outside_head_alone(
    template: OperationFolder, tmp_path: Path, lost: int
) -> None:
    with Ledger.open(template) as ledger:
        printed = str(ledger.head())
        earlier = str(Head(5, ledger.entry(5).hash))
    folder = _copy(template, tmp_path / "copy")
    with closing(sqlite3.connect(folder.ledger)) as connection, connection:
        connection.execute("DROP TRIGGER entries_no_delete")
        for table in ("entries", "payloads", "state_subjects"):
            connection.execute(f"DELETE FROM {table} WHERE seq > ?", (28 - lost,))
        connection.execute("DELETE FROM state_runs WHERE seq > ?", (28 - lost,))
        connection.execute("DELETE FROM state_hashsets WHERE seq > ?", (28 - lost,))
        connection.execute("DELETE FROM state_sources WHERE seq > ?", (28 - lost,))
        connection.execute("UPDATE state_exhibits SET label = 'Laptop' WHERE ? > 2", (lost,))
        if lost > 1:  # the erasure is lost as well; the tamperer, who is thorough, erases nothing then
            connection.execute("DELETE FROM entries WHERE seq > 5")
            connection.execute("DELETE FROM payloads WHERE seq > 5")
            for table in ("subjects", "custody", "exhibits", "sources", "hashsets", "runs"):
                connection.execute(f"DELETE FROM state_{table} WHERE seq > 5")
    kept = 27 if lost == 1 else 5

    report = _check(folder)
    assert (report.ok, report.first_bad) == (False, kept + 1)
    assert report.reason == f"the ledger ends at entry {kept}, but head.log knows entry {kept + 1}"
    with Ledger.open(folder) as ledger, pytest.raises(IntegrityBroken):
        notes.write(ledger, ["x"], "goes on as if nothing had happened", actor=ACTOR)

    lines = folder.head_log.read_bytes().splitlines(keepends=True)
    folder.head_log.write_bytes(b"".join(lines[:kept]))
    report = _check(folder)
    assert (report.ok, report.entries, report.vouched_up_to) == (True, kept, None)  # nothing inside shows it
    report = _check(folder, earlier)
    assert (report.ok, report.vouched_up_to) == (True, 5)  # nor does a head from before
    report = _check(folder, printed)
    assert (report.ok, report.first_bad, report.vouched_up_to) == (False, kept + 1, None)


@pytest.mark.parametrize("start", [2, 9, 28])
def test_a_history_computed_anew_is_shown_by_an_outside_head_alone(
    template: OperationFolder, tmp_path: Path, start: int
) -> None:
    with Ledger.open(template) as ledger:
        printed = str(ledger.head())
        earlier = str(Head(start - 1, ledger.entry(start - 1).hash))
    folder = _copy(template, tmp_path / "copy")
    with closing(sqlite3.connect(folder.ledger)) as connection, connection:
        connection.execute("DROP TRIGGER entries_no_update")
        forging.set_body(connection, start, purpose="other")
        forging.recompute(connection, start)
        hashes = connection.execute("SELECT seq, hash FROM entries ORDER BY seq").fetchall()

    report = _check(folder)
    assert (report.ok, report.first_bad, report.reason) == (
        False, start, f"head.log knows another entry {start} than the ledger",
    )  # fmt: skip

    folder.head_log.write_text("".join(f"{seq} {own.hex()}\n" for seq, own in hashes))
    assert _check(folder).ok  # nothing inside shows it
    report = _check(folder, earlier)
    assert (report.ok, report.vouched_up_to) == (True, start - 1)
    report = _check(folder, printed)
    assert (report.ok, report.first_bad, report.vouched_up_to) == (False, 28, None)
    assert report.reason == "entry 28 is not the one the head given knows: it or one before it was replaced"


def test_a_head_that_fits_vouches_up_to_its_entry(template: OperationFolder) -> None:
    with Ledger.open(template) as ledger:
        report = verify(ledger, str(ledger.head()))
        assert (report.ok, report.vouched_up_to, report.entries) == (True, 28, 28)
        full = Head(7, ledger.entry(7).hash)
        assert verify(ledger, full).vouched_up_to == 7
        with pytest.raises(BadInput):
            verify(ledger, "28:not-a-head")


def test_a_payload_that_was_erased_and_came_back_is_found(template: OperationFolder, tmp_path: Path) -> None:
    folder = _copy(template, tmp_path / "copy")
    with closing(sqlite3.connect(folder.ledger)) as connection, connection:
        connection.execute("INSERT INTO payloads SELECT 6, salt, payload FROM payloads WHERE seq = 5")
    report = _check(folder)
    assert (report.ok, report.first_bad) == (False, 6)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET body = 'text' WHERE seq = 9",
        "UPDATE entries SET body = 7 WHERE seq = 9",
        "UPDATE entries SET hash = 'text' WHERE seq = 9",
        "UPDATE entries SET previous = 1.5 WHERE seq = 9",
        "UPDATE entries SET actor = x'ff' WHERE seq = 9",
        "UPDATE entries SET recorded_at = 'soon' WHERE seq = 9",
        "UPDATE payloads SET payload = 'text' WHERE seq = 9",
        "UPDATE payloads SET salt = 7 WHERE seq = 9",
        "UPDATE entries SET actor = CAST(x'ff' AS TEXT) WHERE seq = 9",
    ],
)
def test_values_of_a_wrong_type_are_placed(template: OperationFolder, tmp_path: Path, change: str) -> None:
    """SQLite stores any type in any column."""
    folder = _copy(template, tmp_path / "copy")
    with closing(sqlite3.connect(folder.ledger)) as connection, connection:
        connection.execute("DROP TRIGGER entries_no_update")
        connection.execute("DROP TRIGGER payloads_no_update")
        connection.execute(change)
    report = _check(folder)
    assert (report.ok, report.first_bad) == (False, 9)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE state_subjects SET subject = x'ff' WHERE position = 0",
        "UPDATE state_subjects SET subject = CAST(x'ff' AS TEXT)",
        "UPDATE state_exhibits SET label = CAST(x'ff' AS TEXT)",
        "UPDATE state_exhibits SET size = 'large'",
        "DROP TABLE state_custody",
        "DROP TABLE state_subjects",
        "DROP TABLE payloads",
        "DROP TABLE entries",
        "DELETE FROM payloads WHERE seq = 1",
        "DROP TABLE alembic_version",
    ],
)
def test_a_state_that_cannot_be_read_is_reported(
    template: OperationFolder, tmp_path: Path, change: str
) -> None:
    folder = _copy(template, tmp_path / "copy")
    with closing(sqlite3.connect(folder.ledger)) as connection, connection:
        connection.execute(change)
    assert not _check(folder).ok


def test_a_file_with_overwritten_pages_is_reported(template: OperationFolder, tmp_path: Path) -> None:
    """All pages but those that hold an index alone, or nothing."""
    template = _copy(template, tmp_path / "with records")
    with Ledger.open(template) as ledger, ledger.writing() as act:
        person = records.make(act, "person", actor=ACTOR)
        records.state(act, person.id, "name", "Åse", actor=ACTOR)
    with closing(sqlite3.connect(template.ledger)) as connection:
        tables = "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'alembic%'"
        roots = {page for (page,) in connection.execute(tables)}
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    unnoticed = set()
    for page in range(1, pages + 1):
        folder = _copy(template, tmp_path / str(page))
        with folder.ledger.open("r+b") as file:
            file.seek((page - 1) * size)
            file.write(b"\xa5" * size)
        if _check(folder).ok:
            unnoticed.add(page)
        shutil.rmtree(folder.root)
    assert len(roots) == 11 and not unnoticed & {1, *roots}
