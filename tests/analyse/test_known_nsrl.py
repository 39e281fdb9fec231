"""NSRL RDS v3: columns as the database has them, opened read-only, known and nothing more."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from safelight.analyse.known_labels import Label
from safelight.analyse.known_nsrl import KNOWN, read_nsrl
from safelight.analyse.known_record import BadLines, Record
from safelight.errors import BadInput
from tests.analyse.sets import pattern, upper, write_nsrl


def _read(path: Path, category: Label | None = None) -> tuple[list[Record], BadLines]:
    bad = BadLines()
    return list(read_nsrl(path, category, bad, lambda _done, _total: None)), bad


def _known(number: int, detail: str) -> Record:
    digests = pattern(number)
    return Record(digests["md5"], digests["sha1"], digests["sha256"], KNOWN._replace(detail=detail))


@pytest.mark.parametrize("crc32", [True, False])
def test_the_minimal_set(tmp_path: Path, crc32: bool) -> None:
    path = write_nsrl(tmp_path / "rds.db", [(*upper(1), 1), (*upper(2), 2), (*upper(3), 99)], crc32=crc32)
    before = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns
    records, bad = _read(path)
    assert records == [
        _known(1, '{"product":"Chess Titans","version":"6.1"}'),
        _known(2, '{"product":"Modelljernbane","version":"2016"}'),
        _known(3, ""),
    ]
    assert bad == BadLines()
    assert (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) == before
    assert [found.name for found in tmp_path.iterdir()] == ["rds.db"]


def test_the_label_says_known_and_clears_nothing() -> None:
    assert (KNOWN.scheme, KNOWN.code) == ("NSRL", "known")
    assert "says nothing of good or bad" in KNOWN.label


def test_file_may_be_a_view_and_lack_a_digest(tmp_path: Path) -> None:
    path = tmp_path / "full.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE METADATA (SHA1 TEXT, MD5 TEXT)")
        connection.execute("INSERT INTO METADATA VALUES (?, ?)", (upper(1)[1], upper(1)[2]))
        connection.execute("CREATE VIEW FILE AS SELECT SHA1, MD5 FROM METADATA")
    records, _ = _read(path, Label("Tog", "1", "damp"))
    assert records == [Record(pattern(1)["md5"], pattern(1)["sha1"], None, Label("Tog", "1", "damp"))]


def test_bad_rows_are_counted(tmp_path: Path) -> None:
    good = upper(1)
    path = write_nsrl(
        tmp_path / "rds.db",
        [
            (*good, 1),
            (None, None, None, 1),
            ("zz", good[1], good[2], 1),
            (5, b"\xff", "", 1),
            (*good[:2], None, 1),
        ],
    )
    records, bad = _read(path)
    assert [(r.sha256, r.sha1, r.md5) for r in records] == [
        (pattern(1)["sha256"], pattern(1)["sha1"], pattern(1)["md5"]),
        (None, pattern(1)["sha1"], pattern(1)["md5"]),
        (pattern(1)["sha256"], pattern(1)["sha1"], None),
    ]
    assert bad.examples == [
        ("row 2 of FILE", "no digest"),
        ("row 3 of FILE", "not a digest: sha256"),
        ("row 4 of FILE", "not a digest: sha1, sha256"),
    ]


def test_what_is_no_nsrl_set_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection, connection:
        connection.execute("CREATE TABLE games (moves TEXT)")
    with pytest.raises(BadInput, match="not an NSRL RDS v3 set"):
        _read(tmp_path / "other.db")


def test_a_truncated_database_is_refused(tmp_path: Path) -> None:
    path = write_nsrl(tmp_path / "rds.db", [(*upper(number), 1) for number in range(2000)])
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(BadInput, match="cannot be read"):
        _read(path)


def test_changes_that_were_not_written_into_it_are_not_overlooked(tmp_path: Path) -> None:
    path = write_nsrl(tmp_path / "rds.db", [(*upper(1), 1)])
    (tmp_path / "rds.db-wal").write_bytes(b"x" * 32)
    with pytest.raises(BadInput, match="not written into it"):
        _read(path)
