"""Public real data from the command to the catalog: item by item what the data's own documents state."""

from __future__ import annotations

import hashlib
import html
import os
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from safelight.evidence.spec import from_bytes
from safelight.inspect.registry import inspectors
from tests.conftest import missing
from tests.evidence.test_tsk_documented import from_zip, stated
from tests.intake.real_sources import ALONE, FOLDERS, LONG_AGO, Row, Taken, stamps, take_in

TAR = "dfvfs_test_data.tar.gz › dfvfs_test_data.tar › ./test_data/"
EMPTY = hashlib.sha256(b"").hexdigest()
A_FILE = hashlib.sha256(b"This is a text file.\n\nWe should be able to parse it.\n").hexdigest()
ANOTHER_FILE = hashlib.sha256(b"This is another file.\n").hexdigest()
PASSWORDS = hashlib.sha256(
    b"place,user,password\nbank,joesmith,superrich\nalarm system,-,1234\n"
    b"treasure chest,-,1111\nuber secret laire,admin,admin\n"
).hexdigest()


@pytest.fixture(scope="module")
def taken(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    return take_in(realdata, tmp_path_factory.mktemp("real"))


def facts(rows: dict[str, Row], *columns: str) -> dict[str, tuple[object, ...]]:
    return {path: tuple(row[column] for column in columns) for path, row in rows.items()}


def test_every_copy_of_the_syslog_of_dfvfs(taken: Taken) -> None:
    """The README: syslog (1,247 bytes) is the original of every compressed, encoded, encrypted or archived copy."""
    rows = {
        path: row
        for path, row in taken.items("dfvfs", TAR).items()
        if "syslog" in path.rpartition(" › ")[2] and "windows_volume" not in path
    }
    original = rows["syslog"]["sha256"]
    assert rows["syslog"]["size"] == 1247
    read = {path for path, row in rows.items() if row["sha256"] == original and row["size"] == 1247}
    assert read == {
        "syslog",
        "syslog.bz2 › syslog",
        "syslog.gz › syslog.1",
        "syslog.lzma › syslog",
        "syslog.tgz › syslog.tar › syslog",
        "syslog.xz › syslog",
        "tar/absolute_paths.tar › /folder/syslog",
        "tar/mixed_paths.tar › /folder/syslog",
        "tar/syslog.tar › syslog",
        "tar/with_directory.tar › folder/syslog",
        "tar/without_directory.tar › folder/syslog",
        "zip/absolute_paths.zip › /folder/syslog",
        "zip/mixed_paths.zip › /folder/syslog",
        "zip/syslog.zip › syslog",
        "zip/with_directory.zip › folder/syslog",
        "zip/without_directory.zip › folder/syslog",
    }
    failed = {
        place.removeprefix(TAR): (stage, cause)
        for _, place, stage, _, cause in taken.failures("dfvfs")
        if "syslog" in place
    }
    assert failed == dict.fromkeys(
        ("syslog.Z", "syslog.bin.cpio", "syslog.crc.cpio", "syslog.newc.cpio", "syslog.odc.cpio"),
        ("open", "unsupported"),
    )
    # Ciphertext without a header is nothing that can be recognised; encodings are text; a value in a database
    # and a bare deflate stream are no containers.
    others = {path: row for path, row in rows.items() if path not in read | failed.keys()}
    assert {path: row["mime"] for path, row in others.items() if row["opens_as"] is None} == {
        "syslog.aes": "application/octet-stream",
        "syslog.base16": "text/plain",
        "syslog.base32": "text/plain",
        "syslog.base64": "text/plain",
        "syslog.blowfish": "application/octet-stream",
        "syslog.db": "application/vnd.sqlite3",
        "syslog.des3": "application/octet-stream",
        "syslog.rc4": "application/octet-stream",
        "syslog.zlib": "application/zlib",
    }
    assert {path for path, row in others.items() if row["opens_as"]} == {
        "syslog.bz2", "syslog.gz", "syslog.lzma", "syslog.tgz", "syslog.tgz › syslog.tar", "syslog.xz",
        "tar/syslog.tar", "zip/syslog.zip",
    }  # fmt: skip


def test_hfs_plus_of_nps_has_the_files_sizes_and_digests_of_its_dfxml(taken: Taken, realdata: Path) -> None:
    archive = realdata / "sleuthkit_nps" / "nps-2009-hfsjtest1.image.gen1.zip"
    expected = {
        item.path: (item.inode, item.size, dict(item.digests).get("md5"), dict(item.digests).get("sha1"))
        for item in stated(from_zip(archive, ".xml"))
        if not item.path.startswith("/$")
    }
    found = taken.items("sleuthkit_nps", f"{archive.name} › image.gen1.dmg › ")
    files = {
        path: (from_bytes(row["spec"]).last.number("inode"), row["size"], row["md5"], row["sha1"])
        for path, row in found.items()
        if row["kind"] == "file" and not path.startswith("/$") and " › " not in path
    }
    assert files == expected
    assert {row["state"] for row in found.values()} == {"allocated"}


DFTT = {
    "14-iso9660-1": ("iso-dirtree1.iso", "iso-dirtree2.iso", "iso-endian.iso"),
    "2-kwsrch-fat": ("fat-img-kw.dd",),
    "5-fat-daylight": ("daylight.dd",),
    "9-fat-label": ("9-fat-label.dd",),
}


def test_images_of_dftt_have_the_md5_that_their_pages_print(taken: Taken, realdata: Path) -> None:
    for test, images in DFTT.items():
        with zipfile.ZipFile(realdata / "dftt" / f"{test}.zip") as archive:
            page = html.unescape(archive.read(f"{test}/index.html").decode("latin-1"))
        printed = re.findall(r"\b[0-9a-f]{32}\b", page)[: len(images)]
        rows = taken.items("dftt", f"{test}.zip › {test}/")
        assert [rows[image]["md5"] for image in images] == printed, test


def test_fat_of_dftt_has_the_files_of_its_dfxml_and_the_deleted_one(taken: Taken, realdata: Path) -> None:
    archive = realdata / "dftt" / "2-kwsrch-fat.zip"
    rows = taken.items("dftt", "2-kwsrch-fat.zip › 2-kwsrch-fat/fat-img-kw.dd › ")
    files = {path: row for path, row in rows.items() if row["kind"] == "file"}
    assert {
        path: (from_bytes(row["spec"]).last.number("inode"), row["size"]) for path, row in files.items()
    } == {item.path: (item.inode, item.size) for item in stated(from_zip(archive, ".xml"))}
    assert {path: row["state"] for path, row in files.items() if row["state"] != "allocated"} == {
        "/_ILE5.DAT": "deleted"
    }
    assert files["/_ILE5.DAT"]["overwritten"]


def test_labels_and_times_and_trees_of_dftt(taken: Taken) -> None:
    label = taken.items("dftt", "9-fat-label.zip › 9-fat-label/9-fat-label.dd › ")
    assert label["/LABEL2      (Volume Label Entry)"]["md5"] == "8071eeaa52cd372a9bbb093e348e605c"
    assert label["/dir1/FILE2   DLL (Volume Label Entry)"]["md5"] == "8aeca328aa6fbb7d2ec01f8c2f3e4bbd"
    created = taken.query(
        "select name, strftime(created.wall, '%Y-%m-%d %H:%M'), created.utc from items "
        "where source_id = ? and name in ('winter.txt', 'summer.txt') order by name desc",
        taken.labels["dftt"],
    )
    assert created == [("winter.txt", "2004-01-01 14:00", None), ("summer.txt", "2004-06-01 15:00", None)]
    for image, names in {
        "iso-dirtree1.iso": {"/File2.txt": "allocated", "/$OrphanFiles/OrphanFile-2": "orphan"},
        "iso-dirtree2.iso": {"/$OrphanFiles/OrphanFile-1": "orphan", "/$OrphanFiles/OrphanFile-2": "orphan"},
        "iso-endian.iso": {"/File1.txt": "allocated"},
    }.items():
        rows = taken.items("dftt", f"14-iso9660-1.zip › 14-iso9660-1/{image} › ")
        assert {path: row["state"] for path, row in rows.items()} == names, image


SMALL_EXT2 = {
    "/a_directory": ("folder", "allocated", 0, None),
    "/a_directory/.another_file.swp": ("file", "deleted", 0, EMPTY),
    "/a_directory/a_file": ("file", "allocated", 53, A_FILE),
    "/a_directory/another_file": ("file", "allocated", 22, ANOTHER_FILE),
    "/a_directory/another_file~": ("file", "deleted", 0, EMPTY),
    "/lost+found": ("folder", "allocated", 0, None),
    "/passwords.txt": ("file", "allocated", 116, PASSWORDS),
}
WITH_LINK = {"/a_link": ("link", "allocated", 24, None)}
WITH_ORPHAN = {
    "/$OrphanFiles/OrphanFile-13": ("file", "orphan", 0, EMPTY),
    "/passwords.txt~": ("file", "deleted", 0, EMPTY),
}
DFVFS_EXT2 = {path: row for path, row in SMALL_EXT2.items() if row[1] == "allocated"} | WITH_LINK


@pytest.mark.parametrize(
    ("source", "images", "expected"),
    [
        ("sleuthkit_nps", ["image.dd", "image.E01", "image.vhd", "image.vmdk"], SMALL_EXT2 | WITH_LINK),
        ("plaso_images", ["image.vmdk"], SMALL_EXT2 | WITH_LINK),
        ("plaso_images", ["image.E01", "image.qcow2"], SMALL_EXT2 | WITH_ORPHAN),
        (
            "dfvfs",
            [TAR + f"ext2.{kind}" for kind in ("E01", "split.E01", "splitraw.000", "qcow2", "vhd", "vmdk")],
            DFVFS_EXT2,
        ),
        ("dfvfs", [TAR + "image.vhd", TAR + "image-differential.vhd"], SMALL_EXT2 | WITH_ORPHAN),
        ("nps.E01", [""], SMALL_EXT2 | WITH_LINK),
    ],
)
def test_one_volume_in_many_images_is_one_set_of_items(
    taken: Taken, source: str, images: list[str], expected: dict[str, tuple[object, ...]]
) -> None:
    for image in images:
        rows = taken.items(source, f"{image} › " if image else "")
        assert facts(rows, "kind", "state", "size", "sha256") == expected, image


HFS = "Apple HFS (48465300-0000-11aa-aa11-00306543ecac)"


MMLS = [
    ("mbr", 0, 512, 65024, "unallocated", "", ""),
    ("mbr", 1, 65536, 28311552, "NTFS or exFAT (0x07)", "Part 1", "ntfs"),
    ("mbr", 2, 28377088, 31457280, "NTFS or exFAT (0x07)", "Part 2", "ntfs"),
    ("mbr", 0, 59834368, 3080192, "unallocated", "", ""),
]


@pytest.mark.parametrize(
    ("source", "image", "expected"),
    [
        ("sleuthkit_nps", "imageformat_mmls_1.E01", MMLS),
        ("mmls.E01", "", MMLS),
        (
            "plaso_images",
            "hfsplus_zlib.dmg",
            [
                ("gpt", 0, 17408, 3072, "unallocated", "", ""),
                ("gpt", 1, 20480, 1912832, HFS, "disk image", "hfs+"),
                ("gpt", 0, 1933312, 20480, "unallocated", "", ""),
            ],
        ),
        (
            "plaso_images",
            "image-split.E01",
            [
                ("mbr", 1, 512, 179200, "Linux (0x83)", "", ""),
                ("mbr", 5, 180224, 1294336, "Linux (0x83)", "", "ext2"),
            ],
        ),
        ("plaso_images", "vsstest.qcow2", [("none", 0, 0, 1 << 30, "qcow", "vsstest", "ntfs")]),
    ],
)
def test_partition_tables(taken: Taken, source: str, image: str, expected: list[tuple[object, ...]]) -> None:
    """mmls of The Sleuth Kit's own test: sectors 128 to 55423 and 55424 to 116863; hdiutil's GPT: block 40."""
    query = """
        select scheme, number, start, size, type_text, label, file_system from volumes v
        where source_id = $source and container is not distinct from
              (select item_id from items where source_id = $source and path = $image)
        order by start
    """
    with taken.operation.database() as database:
        found = database.execute(query, {"source": taken.labels[source], "image": image}).fetchall()
    assert found == expected


def test_hashes_embedded_in_images_are_verified_and_kept(taken: Taken) -> None:
    printed = {
        name: [
            tuple(line.removeprefix("the image itself").split())
            for line in taken.operation.run("source", "verify", str(taken.operation.root), name).splitlines()
            if line.startswith("the image itself")
        ]
        for name in ALONE
    }
    stated = {
        "nps.E01": {"md5": "3ebb0b7dcd6b5fcd59a0020625d70994"},
        "mmls.E01": {
            "md5": "8ec671e301095c258224aad701740503",
            "sha1": "067bc6ab29685ee19b0cf82c9d15ac510d1e7d95",
        },
        "plaso.E01": {"md5": "d73c51f10c7ee6a681b7b619ccc6f1c4"},
        "split.E01": {"md5": "38ea5af8a80e16e46c095c9110242fc0"},
    }
    assert printed == {
        name: [(algorithm, value, value, "matched") for algorithm, value in hashes.items()]
        for name, hashes in stated.items()
    }
    # The same medium as image.dd, which lies beside it in the public data.
    assert taken.items("sleuthkit_nps")["image.dd"]["md5"] == stated["nps.E01"]["md5"]


def test_pictures_of_skimage(taken: Taken) -> None:
    found = taken.query(
        "select i.path, p.format, p.width, p.height, p.frames from items i join pictures p using (sha256) "
        "where i.source_id = ? order by i.path",
        taken.labels["skimage"],
    )
    assert found == [
        ("astronaut.png", "PNG", 512, 512, 1),
        ("cell.png", "PNG", 550, 660, 1),
        ("chelsea.png", "PNG", 451, 300, 1),
        ("coffee.png", "PNG", 600, 400, 1),
        ("hubble_deep_field.jpg", "JPEG", 1000, 872, 1),
        ("motorcycle_left.png", "PNG", 741, 500, 1),
        ("motorcycle_right.png", "PNG", 741, 500, 1),
        ("page.png", "PNG", 384, 191, 1),
        ("rocket.jpg", "JPEG", 640, 427, 1),
    ]


def test_every_container_holds_as_many_items_as_its_walk_listed(taken: Taken) -> None:
    """And every item that opens was walked to the end, or says why not."""
    listed = taken.query("select source_id, item_id, children from containers where complete")
    counted = Counter(taken.query("select source_id, container from items"))
    assert sorted(listed, key=str) == sorted(
        [(source, item, counted.get((source, item), 0)) for source, item, _ in listed], key=str
    )
    assert counted.keys() <= {(source, item) for source, item, _ in listed}
    assert len(set(listed)) == len(listed)
    opens = set(
        taken.query(
            "select source_id, item_id from items where opens_as is not null and opens_as not like 'unsupported:%'"
        )
    )
    roots = {(source, None) for source in taken.labels.values()}
    assert {(source, item) for source, item, _ in listed} == opens | roots


def test_every_content_has_one_end_for_every_inspector_that_accepts_it(taken: Taken) -> None:
    contents = taken.query(
        """select sha256, any_value(mime), any_value("type"), any_value(size) from items
           where size > 0 and sha256 is not null group by sha256"""
    )
    expected = Counter(
        (sha256, inspector.name, inspector.version)
        for sha256, mime, group, size in contents
        for inspector in inspectors()
        if inspector.accepts(mime, group, size)
    )
    ended = taken.query("select sha256, inspector, version, outcome from inspections")
    assert Counter(row[:3] for row in ended if row[1] != "strings") == expected
    assert {row[3] for row in ended} <= {"done", "not mine", "failed"}
    failed = {(row[0], row[1]) for row in ended if row[3] == "failed"}
    recorded = taken.query("select sha256, inspector from failures where stage = 'inspect'")
    assert sorted(recorded) == sorted(failed)
    assert {row[0] for row in ended if row[1] == "strings"} == {sha256 for sha256, _ in failed}


def test_every_item_was_read_or_says_why_not(taken: Taken) -> None:
    unread = taken.query(
        "select item_id, failed from items where kind in ('file', 'stream') and sha256 is null order by item_id"
    )
    recorded = taken.query("select item_id, cause from failures where stage = 'read' order by item_id")
    assert unread == recorded
    others = taken.query("select distinct sha256, failed from items where kind not in ('file', 'stream')")
    assert others == [(None, None)]


def test_failures_are_those_that_were_judged(taken: Taken) -> None:
    """`real_failures.tsv` says under each heading why the lines below it are right."""
    lines = (Path(__file__).parent / "real_failures.tsv").read_text("utf-8").splitlines()
    expected = sorted(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))
    assert taken.failures(*FOLDERS, *ALONE) == expected


def test_the_sources_are_as_they_were(taken: Taken, tmp_path: Path) -> None:
    """Bytes, sizes, rights and all three times. Where the system keeps no access times, that one proves nothing."""
    probe = tmp_path / "probe"
    probe.write_bytes(b"x")
    os.utime(probe, ns=(LONG_AGO * 10**9, probe.stat().st_mtime_ns))
    probe.read_bytes()
    assert stamps(taken.folder) == taken.before
    if probe.stat().st_atime_ns == LONG_AGO * 10**9:
        missing("a file system that keeps access times")
