"""A source of everything that goes wrong: each ends as a failure with its cause or as a correct item, and what lies
beside it is there."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.evidence.filesystem_images import CHESS, HOLE
from tests.intake.bad_source import HEALTHY, LONG_NAME, SPARSE, build, devices, install_troublemaker
from tests.intake.operations import Operation

LONG = LONG_NAME.decode()


class Ordinary(Operation):
    """Commands without the right of root to read what is closed to its owner."""

    def done(self, words: Sequence[str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
        return subprocess.run(
            [*bound, *self.command(*words)], env=self.env(), input=stdin, capture_output=True, check=False
        )


@dataclass
class Bad:
    """The source and what came of it."""

    operation: Operation
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    """place -> (stage, inspector, cause), sorted"""
    details: list[str] = field(default_factory=list)

    def below(self, prefix: str, *columns: str) -> dict[str, tuple[Any, ...]]:
        return {
            path.removeprefix(prefix): tuple(row[column] for column in columns)
            for path, row in self.items.items()
            if path.startswith(prefix) and not path.endswith("zz healthy.txt")
        }

    def failed(self, prefix: str) -> dict[str, list[tuple[str, ...]]]:
        return {
            place.removeprefix(prefix): found
            for place, found in self.failures.items()
            if place.startswith(prefix)
        }


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Bad:
    place = tmp_path_factory.mktemp("bad")
    source = place / "source"
    build(source)
    if os.geteuid() == 0:
        devices(source)
    plugin = install_troublemaker(place / "plugin")
    environment = {"PYTHONPATH": str(plugin), "TEST_TROUBLE": str(source / "files")}
    bad = Bad(Ordinary(place / "operation", environment).make())
    bad.operation.settings(workers=1)
    bad.operation.ingest(source)
    with bad.operation.database() as database:
        names = ["path", "kind", "state", "size", "sha256", "type", "failed", "link_target", "item_id"]
        rows = database.execute(f"select {', '.join(names)} from items").fetchall()
        for row in rows:
            assert row[0] not in bad.items
            bad.items[row[0]] = dict(zip(names, row, strict=True))
        query = "select place, stage, inspector, cause, detail from failures order by all"
        for path, *rest, detail in database.execute(query).fetchall():
            bad.failures.setdefault(path, []).append(tuple(rest))
            bad.details.append(f"{path}: {detail}")
    (source / "files" / "closed").chmod(0o700)
    return bad


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_what_lies_beside_is_there(bad: Bad) -> None:
    healthy = {path: row["sha256"] for path, row in bad.items.items() if path.endswith("zz healthy.txt")}
    parts = ("bombs", "databases", "files", "images", "loops", "names", "odd", "tables")
    assert healthy == {f"{part}/zz healthy.txt": sha256(HEALTHY) for part in parts}
    chain, _, rest = bad.operation.run("verify", str(bad.operation.root)).partition(":")
    assert chain == "The chain holds"
    assert "Every live part is as the journal says." in rest


def test_damaged_ewf(bad: Bad) -> None:
    """What lies in sound chunks is read. A file with a bad chunk fails; where its list of blocks is bad, The Sleuth
    Kit does not get as far as the chunk, and the walk names that."""
    causes = {"crc": "corrupt", "cut": "unreadable", "gap": "unreadable"}
    for name, cause in causes.items():
        files = bad.below(f"images/{name}.E01 › ", "sha256", "failed")
        assert files["/Blåbærsyltetøy på brød.pgn"] == (sha256(CHESS), None), name
        assert files["/weather.csv"] == (None, cause), name
        assert bad.failures[f"images/{name}.E01 › /weather.csv"] == [("read", "hasher", cause)]
    whole = bad.below("images/crc.E01 › ", "sha256", "failed")
    assert [path for path, row in whole.items() if row[1]] == ["/weather.csv"]
    assert whole["/sparse.bin"] == (sha256(HOLE), None)
    cut_off = "segment 2 (cut.E02): the section sectors at byte 13 ends beyond the file (cut off?)"
    few = "only 11 of 128 chunks are listed"
    assert [text.removeprefix("images/") for text in bad.details if "E01: " in text] == [
        f"cut.E01: entries of the file system may be missing: corrupt: chunk 11 lies in no table ({cut_off}; {few})",
        f"cut.E01: {few}",
        f"cut.E01: {cut_off}",
        "gap.E01: entries of the file system may be missing: corrupt: chunk 11 lies in no table "
        f"(segment 2 (gap.E02) is missing; {few})",
        f"gap.E01: {few}",
        "gap.E01: segment 2 (gap.E02) is missing",
    ]
    assert "images/crc.E01 › /weather.csv: at byte 0: corrupt: chunk 10 has a wrong checksum" in bad.details


def test_broken_partition_tables(bad: Bad) -> None:
    nothing = ("walk", "part", "unsupported")
    wrong = ("walk", "part", "corrupt")
    assert bad.failed("tables/") == {
        "beyond.dd › p1": [wrong, nothing],
        "beyond.dd › p2": [wrong],
        "loop.dd": [wrong],
        "loop.dd › p1": [nothing],
        "loop.dd › p5": [nothing],
        "loop.dd › p6": [nothing],
        "overlap.dd › p1": [nothing],
        "overlap.dd › p2": [wrong, nothing],
    }
    said = [text for text in bad.details if text.startswith("tables/") and "that Safelight knows" not in text]
    assert said == [
        "tables/beyond.dd › p1: partition 1 (byte 51200, 2048000 bytes) ends 1587200 bytes beyond the medium's end",
        "tables/beyond.dd › p2: partition 2 (byte 2560000, 5120 bytes) begins beyond the medium's end",
        "tables/loop.dd: the extended partition chain loops back to byte 51200",
        "tables/overlap.dd › p2: partition 2 (byte 153600, 204800 bytes) overlaps what lies before it, to byte 256000",
    ]


def test_a_file_system_that_loops_is_walked_once(bad: Bad) -> None:
    assert bad.below("loops/fat.dd › ", "kind", "sha256") == {
        "/$FAT1": ("special", None),
        "/$MBR": ("special", None),
        "/RUNDT": ("folder", None),
        "/RUNDT/IGJEN": ("folder", None),
        "/RUNDT/IGJEN/IGJEN": ("folder", None),
        "/TUR.TXT": ("file", sha256(HEALTHY)),
    }
    assert bad.failed("loops/") == {"fat.dd › /RUNDT/IGJEN/IGJEN": [("walk", "tsk", "corrupt")]}


def test_archives_that_multiply_are_not_unpacked(bad: Bad) -> None:
    innermost = [
        f"42.zip › {one}.zip › {two}.zip › {three}.zip"
        for one in range(3)
        for two in range(3)
        for three in range(3)
    ]
    assert bad.failed("bombs/") == {place: [("walk", "zip", "limit")] for place in innermost}
    archives = bad.below("bombs/", "kind", "failed")
    assert set(archives.values()) == {("file", None)}
    assert len(archives) == 1 + 3 + 9 + 27


def test_names_of_members_are_kept_and_lead_nowhere(bad: Bad) -> None:
    in_both = {
        "../up.txt": b"up", "/root.txt": b"root", LONG: b"long", "v%E6r.txt": b"latin", "Tog.txt": b"large",
        "tog.txt": b"small", "../../etc/passwd": b"far",
    }  # fmt: skip
    expected = {name: ("file", sha256(data), None) for name, data in in_both.items()}
    columns = ("kind", "sha256", "link_target")
    assert bad.below("names/names.zip › ", *columns) == expected | {
        "nul%00l.txt": ("file", sha256(b"nul"), None)
    }
    assert bad.below("names/names.tar › ", *columns) == expected | {
        "link": ("link", None, "../../../etc/passwd")
    }
    assert bad.failed("names/") == {}


def test_links_sockets_and_pipes_are_listed_and_not_opened(bad: Bad) -> None:
    found = bad.below("odd/", "kind", "sha256", "link_target")
    assert {path: row for path, row in found.items() if path not in ("block", "char")} == {
        "a": ("link", None, "b"),
        "b": ("link", None, "a"),
        "self": ("link", None, "self"),
        "up": ("link", None, ".."),
        "passwd": ("link", None, "/etc/passwd"),
        "fifo": ("special", None, None),
        "socket": ("special", None, None),
        "v%E6r.txt": ("file", sha256(HEALTHY), None),
        "Tog.txt": ("file", sha256(b"large"), None),
        "tog.txt": ("file", sha256(b"small"), None),
        "line%0Abreak %1B[31m.txt": ("file", sha256(HEALTHY), None),
    }
    assert bad.failed("odd/") == {}


def test_devices_are_listed_and_not_opened(bad: Bad) -> None:
    if os.geteuid():
        missing("the right to make devices (root)")
    found = bad.below("odd/", "kind", "size", "sha256")
    assert (found["block"], found["char"]) == (("special", 0, None), ("special", 0, None))


def test_files_that_cannot_be_read_or_will_not_hold_still(bad: Bad) -> None:
    assert bad.failed("files/") == {
        "b vanishes.txt": [("read", "hasher", "vanished")],
        "c grows.bin": [("read", "hasher", "changed")],
        "closed": [("walk", "folder", "unreadable")],
        "secret.txt": [("read", "hasher", "unreadable")],
        "sparse.bin": [("read", "hasher", "limit")],
    }
    found = bad.below("files/", "kind", "size", "sha256", "failed")
    assert found["b vanishes.txt"] == ("file", 10, None, "vanished")
    assert found["c grows.bin"][2:] == (None, "changed")
    assert found["closed"] == ("folder", 0, None, None)
    assert found["secret.txt"] == ("file", len(HEALTHY), None, "unreadable")
    assert found["sparse.bin"] == ("file", SPARSE, None, "limit")
    assert found["empty.txt"] == ("file", 0, sha256(b""), None)


def test_databases_keep_their_place_beside_their_journals(bad: Bad) -> None:
    """Equal contents, twelve items: a database is found at each place with what belongs to it."""
    names = ("chat.db", "chat.db-wal", "chat.db-journal")
    found = bad.below("databases/", "sha256", "type")
    assert found.keys() == {"one", "two"} | {f"{place}/{name}" for place in ("one", "two") for name in names}
    for name in names:
        assert found[f"one/{name}"] == found[f"two/{name}"]
        assert found[f"one/{name}"][1] == "database"
    assert (
        len({bad.items[f"databases/{place}/{name}"]["item_id"] for place in ("one", "two") for name in names})
        == 6
    )


def test_nothing_else_failed_and_no_child_is_missing(bad: Bad) -> None:
    parts = Counter(place.split("/")[0] for place in bad.failures)
    assert parts.keys() == {"bombs", "files", "images", "loops", "tables"}
    with bad.operation.database() as database:
        wrong = database.execute(
            """select c.item_id, c.children, c.complete from containers c where not complete or children <>
               (select count(*) from items i where i.container is not distinct from c.item_id)"""
        ).fetchall()
    assert wrong == []


def test_a_source_that_is_no_folder_and_no_file_is_refused(bad: Bad, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    words = ("ingest", str(bad.operation.root), "--exhibit", "2016-0142-A1", str(tmp_path / "fifo"))
    said = bad.operation.run(*words, expect=22)
    assert (
        "cannot be read: not a regular file but a FIFO. Check its rights, or name a folder or a file." in said
    )
