"""What is recognised and cannot be read yet ends as "unsupported" by its name, and nothing else is taken for it."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from pathlib import Path

import pytest

from safelight.evidence import archive_zip
from safelight.evidence.model import EvidenceError, OpenContext
from safelight.evidence.unsupported import FORMAT
from tests.evidence.memory_stream import MemoryStream

_CPIO = b"070701" + b"0" * 104

#: How each kind begins, by its own document.
BEGINNINGS: dict[str, bytes] = {
    "RAR 5 archive": b"Rar!\x1a\x07\x01\x00" + bytes(20),
    "RAR archive": b"Rar!\x1a\x07\x00\xcf\x90\x73" + bytes(20),
    "AD1 logical image": b"ADSEGMENTEDFILE\x00" + bytes(500),
    "Ex01 image": b"EVF2\r\n\x81\x00\x02\x01" + bytes(30),
    "Lx01 logical image": b"LEF2\r\n\x81\x00\x02\x01" + bytes(30),
    "L01 logical image": b"LVF\t\r\n\xff\x00\x01\x01\x00\x00\x00",
    "AFF image": b"AFF10\r\n\x00" + bytes(20),
    "Cabinet archive": b"MSCF\x00\x00\x00\x00" + bytes(30),
    "ARJ archive": b"\x60\xea\x28\x00\x1e\x0b\x01\x02\x10\x00\x02" + bytes(50),
    "LZH archive": b"\x21\x9c-lh5-" + bytes(20),
    "ACE archive": bytes(7) + b"**ACE**" + bytes(20),
    "compress (.Z) stream": b"\x1f\x9d\x90" + bytes(10),
    "LZ4 stream": b"\x04\x22\x4d\x18\x64\x40",
    "cpio archive": _CPIO,
    "Android backup": b"ANDROID BACKUP\n5\n1\nnone\n",
    "ar archive": b"!<arch>\na/              0           0     0     644     1         `\nx\n",
    "Windows image (WIM)": b"MSWIM\x00\x00\x00\xd0",
}


def told(data: bytes) -> str | None:
    """What the format says on opening, None if it does not recognise the data."""
    stream = MemoryStream(data)
    if not FORMAT.recognise(stream, OpenContext()):
        return None
    with pytest.raises(EvidenceError) as raised:
        FORMAT.open_container(stream, OpenContext())
    assert raised.value.cause == "unsupported"
    return raised.value.detail.partition(":")[0]


@pytest.mark.parametrize("name", BEGINNINGS)
def test_each_is_named(name: str) -> None:
    assert told(BEGINNINGS[name]) == name


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, data in members.items():
            writer.writestr(name.replace("__", "."), data)
    return out.getvalue()


REPORT = b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\n<project id="1" xmlns="http://pa.cellebrite.com/report/2.0">'
TURTLE = b"@prefix aff4: <http://aff4.org/Schema#> .\n"


def test_what_a_zip_is_the_frame_of() -> None:
    cases = {
        "UFDR phone extraction": _zip(files__bin=bytes(1000), report__xml=REPORT),
        "AFF4 image": _zip(container__description=b"aff4://1", information__turtle=TURTLE),
        None: _zip(report__xml=b"<project>weather</project>", information__turtle=b"about turtles", a=REPORT),
    }
    for name, data in cases.items():
        assert told(data) == name
        assert archive_zip.FORMAT.recognise(MemoryStream(data), OpenContext()) is (name is None)
    utf_16 = REPORT[3:].decode().encode("utf-16")
    assert told(_zip(report__xml=utf_16)) == "UFDR phone extraction"


def test_a_report_among_many_members_is_found() -> None:
    members = {f"files/{number}": b"" for number in range(20_000)}
    assert told(_zip(**members, report__xml=REPORT)) == "UFDR phone extraction"


def test_nothing_else_is_taken_for_one_of_them() -> None:
    draw = random.Random(1)
    plain = [
        b"",
        b"Rar!",
        b"ADSEGMENT",
        b"text -lh is no archive",
        b"\x60\xea",
        b"\x60\xea" + draw.randbytes(60)[:2] * 30,
    ]
    plain += [
        b"070701 is a number",
        b"\xc7\x71" + bytes(60),
        b"\x1f\x9d\xff",
        _zip(a=b"1"),
        b"PK\x03\x04" + bytes(40),
    ]
    plain += [draw.randbytes(4096) for _ in range(300)]
    assert [data for data in plain if told(data) is not None] == []


def test_real_cpio_and_compress_of_dfvfs(realdata: Path) -> None:
    with tarfile.open(realdata / "dfvfs" / "dfvfs_test_data.tar.gz") as source:
        expected = {
            "syslog.bin.cpio": "cpio archive", "syslog.crc.cpio": "cpio archive", "syslog.newc.cpio": "cpio archive",
            "syslog.odc.cpio": "cpio archive", "syslog.Z": "compress (.Z) stream", "syslog": None, "syslog.zlib": None,
        }  # fmt: skip
        for name, what in expected.items():
            member = source.extractfile(f"./test_data/{name}")
            assert member is not None
            assert told(member.read()) == what
