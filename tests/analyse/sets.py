"""Synthetic hash sets: digests of test patterns and of chess moves."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from safelight.analyse.known import HashSetInfo, import_set


def pattern(number: int) -> dict[str, str]:
    """The three digests of a test pattern, lower case."""
    return {name: hashlib.new(name, b"pattern %d" % number).hexdigest() for name in ("md5", "sha1", "sha256")}


def make_set(path: Path, name: str = "Sjakk", category: tuple[str, str, str] | None = None) -> HashSetInfo:
    """Import a file into `known` beside it."""
    return import_set(
        path, name=name, origin="made by the test", category=category, folder=path.parent / "known"
    )


CONTEXTS = {
    "1.2": ("odata.metadata", "http://github.com/ICMEC/ProjectVic/DataModels/1.2.xml#Media"),
    "1.3": ("odata.metadata", "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media"),
    "1.3 case": ("odata.metadata", "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Cases"),
    "2.0 US": (
        "@odata.context",
        "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media",
    ),
    "2.0 UK case": (
        "@odata.context",
        "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/UK/$metadata#Cases",
    ),
}


def write_vics(path: Path, context: str, media: Iterable[Mapping[str, Any]]) -> Path:
    """A VICS file of one of the versions."""
    key, value = CONTEXTS[context]
    entries = list(media)
    body = [{"CaseID": "1", "Media": entries}] if "case" in context else entries
    path.write_text(json.dumps({key: value, "value": body}), "utf-8")
    return path


def write_nsrl(path: Path, rows: Iterable[tuple[Any, ...]], *, crc32: bool = True) -> Path:
    """An RDS v3 minimal set: rows are (sha256, sha1, md5, package_id), stored as the release does, in upper case."""
    middle = "crc32 VARCHAR NOT NULL, " if crc32 else ""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f"CREATE TABLE FILE (sha256 VARCHAR, sha1 VARCHAR, md5 VARCHAR, {middle}file_name VARCHAR, "
            "file_size INTEGER, package_id INTEGER)"
        )
        connection.execute("CREATE TABLE PKG (package_id INTEGER, name VARCHAR, version VARCHAR)")
        connection.executemany(
            "INSERT INTO PKG VALUES (?, ?, ?)", [(1, "Chess Titans", "6.1"), (2, "Modelljernbane", "2016")]
        )
        for sha256, sha1, md5, package in rows:
            values = [sha256, sha1, md5, *(["00000000"] if crc32 else []), "a.bin", 1, package]
            connection.execute(f"INSERT INTO FILE VALUES ({', '.join('?' * len(values))})", values)
    return path


def upper(number: int) -> tuple[str, str, str]:
    """sha256, sha1, md5 of a pattern in upper case, as NSRL writes them."""
    digests = pattern(number)
    return digests["sha256"].upper(), digests["sha1"].upper(), digests["md5"].upper()
