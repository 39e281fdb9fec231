"""Reader of NSRL RDS v3 (NIST): a SQLite database whose table FILE has the digests.

The minimal set has FILE(sha256, sha1, md5, crc32, file_name, file_size, package_id); releases differ (some
lack crc32, in the full set FILE is a view), so columns are read by PRAGMA. NSRL lists what is known, hacking
tools among it: it says nothing of good or bad. Of the products that ship a file, the one that the set lists
first is named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from safelight.analyse.known_labels import Label
from safelight.analyse.known_record import BadLines, Record, as_detail, digest
from safelight.errors import BadInput

KNOWN = Label("NSRL", "known", "Known (says nothing of good or bad)")
_ROWS = 10_000


def read_nsrl(
    path: Path, category: Label | None, bad: BadLines, progress: Callable[[int, int], None]
) -> Iterator[Record]:
    """Records of FILE. The database is opened read-only and immutable. Raises BadInput."""
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size:
        raise BadInput(
            f"{path} has changes that were not written into it ({wal.name}).",
            "Open and close it once with the program that made it, or take a fresh copy.",
        )
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    with closing(connection):
        try:
            yield from _records(connection, category or KNOWN, bad, progress)
        except sqlite3.Error as error:
            raise BadInput(
                f"{path} cannot be read as an NSRL set: {error}.", "Fetch it again; nothing of it was kept."
            ) from error


def _records(
    connection: sqlite3.Connection, category: Label, bad: BadLines, progress: Callable[[int, int], None]
) -> Iterator[Record]:
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    columns = {str(row[1]).lower(): str(row[1]) for row in connection.execute('PRAGMA table_info("FILE")')}
    digests = [name for name in ("md5", "sha1", "sha256") if name in columns]
    if not digests:
        raise BadInput(
            "The database has no table FILE with md5, sha1 or sha256, so it is not an NSRL RDS v3 set.",
            "Take the database out of an RDSv3 release (its name ends in .db).",
        )
    packages = _packages(connection) if "package_id" in columns else {}
    chosen = ", ".join([*(f'"{columns[name]}"' for name in digests), *(['"package_id"'] if packages else [])])
    total = connection.execute('SELECT count(*) FROM "FILE"').fetchone()[0]
    cursor = connection.execute(f'SELECT {chosen} FROM "FILE"')
    done = 0
    while rows := cursor.fetchmany(_ROWS):
        for row in rows:
            done += 1
            found = {name: digest(value, name) for name, value in zip(digests, row, strict=False)}
            broken = [name for name, value in zip(digests, row, strict=False) if value and not found[name]]
            if broken:
                bad.add(f"row {done} of FILE", f"not a digest: {', '.join(broken)}")
            elif not any(found.values()):
                bad.add(f"row {done} of FILE", "no digest")
            detail = packages.get(row[-1], "") if packages else ""
            if any(found.values()):
                yield Record(
                    found.get("md5"), found.get("sha1"), found.get("sha256"), category._replace(detail=detail)
                )
        progress(done, total)


def _packages(connection: sqlite3.Connection) -> dict[object, str]:
    """JSON of product and version by package_id; empty if the database has no readable PKG."""
    columns = {str(row[1]).lower() for row in connection.execute('PRAGMA table_info("PKG")')}
    if not {"package_id", "name"} <= columns:
        return {}
    version = "version" if "version" in columns else "NULL"
    return {
        number: as_detail({"product": name, "version": stated})
        for number, name, stated in connection.execute(
            f'SELECT package_id, name, {version} FROM "PKG" ORDER BY package_id, name'
        )
    }
