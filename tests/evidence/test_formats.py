"""One ordered list of formats: each kind once, each recognised by content, none taken for another."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from safelight.evidence.formats import container_kind, format_named, formats, holds_volumes, recognise
from safelight.evidence.model import EvidenceError, OpenContext
from safelight.evidence.osfile import open_regular
from safelight.evidence.reader import Reader
from safelight.evidence.spec import Layer, PathSpec
from safelight.evidence.stream import RandomAccess
from tests.evidence.disk_writers import qcow2, vhd_fixed
from tests.evidence.memory_stream import MemoryStream


def test_the_list() -> None:
    kinds = "ewf vmdk vhd qcow dmg raw encrypted part apfs tsk zip 7z gz bz2 xz zst lzma tar unsupported"
    assert [known.kind for known in formats()] == kinds.split()
    for known in formats():
        assert re.fullmatch("[a-z0-9]+", known.kind)
        assert (type(known).__doc__ or "").strip()
        assert format_named(known.kind) is known


def test_images_and_volumes_are_no_items_and_archives_are() -> None:
    volumes = "ewf vmdk vhd qcow dmg raw encrypted part apfs tsk"
    assert [known.kind for known in formats() if holds_volumes(known)] == volumes.split()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(EvidenceError, match="unsupported: no reader for layers of the kind future"):
        format_named("future")


REAL = {
    "sleuthkit_nps/image.E01": "ewf",
    "plaso_images/image-split.E02": None,
    "sleuthkit_nps/image.dd": "tsk",
    "sleuthkit_nps/image.vhd": "vhd",
    "sleuthkit_nps/image.vmdk": "vmdk",
    "plaso_images/image.qcow2": "qcow",
    "plaso_images/hfsplus_zlib.dmg": "dmg",
    "dfvfs/ext2.splitraw.000": "raw",
    "dfvfs/ext2.splitraw.001": None,
    "dfvfs/iso9660.raw": "tsk",
    "dfvfs/hfsplus.raw": "tsk",
    "dfvfs/apfs.raw": "apfs",
    "dfvfs/bogus.001": None,
    "dfvfs/syslog": None,
    "dfvfs/syslog.gz": "gz",
    "dfvfs/syslog.tgz": "gz",
    "dfvfs/syslog.bz2": "bz2",
    "dfvfs/syslog.xz": "xz",
    "dfvfs/syslog.lzma": "lzma",
    "dfvfs/syslog.zlib": None,
    "dfvfs/syslog.Z": "unsupported:compress (.Z) stream",
    "dfvfs/syslog.newc.cpio": "unsupported:cpio archive",
    "dfvfs/syslog.db": None,
    "dfvfs/blob.db": None,
    "dfvfs/tar/syslog.tar": "tar",
    "dfvfs/zip/syslog.zip": "zip",
}


@pytest.mark.parametrize(("name", "kind"), REAL.items())
def test_real_files(realfiles: Path, name: str, kind: str | None) -> None:
    folder, _, base = name.rpartition("/")
    with Reader(realfiles / folder) as reader:
        spec = PathSpec((Layer("folder", base.encode()),))
        with reader.open(spec) as stream:
            assert container_kind(stream, reader.context(spec, stream)) == kind


@pytest.mark.parametrize(
    "data", [b"", b"e4 e5", b"\0" * 100_000, b"\xff" * 70_000, b"PK", b"MZ" + bytes(600)]
)
def test_other_bytes_are_no_container(data: bytes) -> None:
    assert container_kind(MemoryStream(data), OpenContext()) is None


def test_an_image_goes_before_what_it_begins_with() -> None:
    """A fixed VHD begins with the volume; the volume's signature must not win over the footer."""
    ntfs = bytearray(1 << 16)
    ntfs[3:11] = b"NTFS    "
    ntfs[510:512] = b"\x55\xaa"
    assert container_kind(MemoryStream(vhd_fixed(bytes(ntfs))), OpenContext()) == "vhd"
    assert container_kind(MemoryStream(qcow2(bytes(ntfs))[0]), OpenContext()) == "qcow"


class Damaged(RandomAccess):
    """Bytes of which those from `bad` on cannot be read."""

    def __init__(self, data: bytes, bad: int) -> None:
        super().__init__(len(data))
        self._data = data
        self._bad = bad

    def read_at(self, offset: int, size: int) -> bytes:
        if offset + size > self._bad:
            raise EvidenceError("corrupt", "chunk 1 has a wrong checksum")
        return self._data[offset : offset + size]


def test_what_is_damaged_further_on_is_recognised_all_the_same(realfiles: Path) -> None:
    data = (realfiles / "sleuthkit_nps/image.dd").read_bytes()
    known = recognise(Damaged(data, 9000), OpenContext())
    assert known is not None
    assert known.kind == "tsk"


def test_what_cannot_be_read_is_no_plain_file() -> None:
    with pytest.raises(EvidenceError, match="chunk 1"):
        recognise(Damaged(bytes(100_000), 0), OpenContext())


PLUGIN = '''
import sys
from importlib.metadata import EntryPoint
import importlib.metadata as metadata

class Chess:
    """Chess games."""
    kind = "pgn"
    transparent = False
    def recognise(self, stream, context):
        stream.seek(0)
        return stream.read(6) == b"[Event"

games = Chess()
sys.modules["games"] = sys.modules["__main__"]
metadata.entry_points = lambda group: [EntryPoint("pgn", "games:games", group)]
import io
from safelight.evidence.formats import container_kind, formats
from safelight.evidence.model import OpenContext
print(formats()[-1].kind, container_kind(io.BytesIO(b'[Event "x"]'), OpenContext()))
'''


def test_third_parties_add_formats_by_an_entry_point(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PLUGIN], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["pgn", "pgn"]


def test_recognising_leaves_the_stream_usable(realfiles: Path) -> None:
    with open_regular(realfiles / "sleuthkit_nps/image.dd") as stream:
        recognise(stream, OpenContext())
        stream.seek(0, io.SEEK_SET)
        assert len(stream.read()) == 102400
