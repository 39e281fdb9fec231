"""Types of real and made bytes, one by one, with what each claim rests on."""

from __future__ import annotations

import gzip
import io
import random
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from safelight.inspect.digests import digest
from safelight.inspect.encryption import chi_square, maybe_encrypted
from safelight.inspect.filetype import FileType, identify


def typed(data: bytes) -> tuple[str, str, str]:
    stream = io.BytesIO(data)
    found = digest(stream)
    kind = identify(found.head, found.size, found.tail, stream)
    return kind.mime, kind.group, kind.basis


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 90, 160)).save(out, form)
    return out.getvalue()


@pytest.mark.parametrize(
    ("form", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
        ("WEBP", "image/webp"),
        ("ICO", "image/x-icon"),
        ("PPM", "image/x-portable-anymap"),
        ("JPEG2000", "image/jp2"),
        ("PCX", "image/x-pcx"),
        ("SGI", "image/x-sgi"),
    ],
)
def test_pictures(form: str, mime: str) -> None:
    assert typed(picture(form)) == (mime, "picture", "signature")


OPENXML = "application/vnd.openxmlformats-officedocument."


def zipped(*names: str, first: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if first:
            archive.writestr(zipfile.ZipInfo("mimetype"), first)
        for name in names:
            archive.writestr(name, b"chess")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "mime", "group"),
    [
        (zipped("a.txt"), "application/zip", "archive"),
        (zipped(), "application/zip", "archive"),
        (
            zipped("[Content_Types].xml", "word/document.xml"),
            OPENXML + "wordprocessingml.document",
            "document",
        ),
        (
            zipped("_rels/.rels", "[Content_Types].xml", "xl/workbook.xml"),
            OPENXML + "spreadsheetml.sheet",
            "document",
        ),
        (
            zipped("[Content_Types].xml", "ppt/presentation.xml"),
            OPENXML + "presentationml.presentation",
            "document",
        ),
        (zipped("word/plan.txt", "other.txt"), "application/zip", "archive"),
        (zipped("META-INF/MANIFEST.MF", "a.class"), "application/java-archive", "archive"),
        (zipped("AndroidManifest.xml", "classes.dex"), "application/vnd.android.package-archive", "archive"),
        (
            zipped("content.xml", first=b"application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
            "document",
        ),
        (zipped("a.xhtml", first=b"application/epub+zip"), "application/epub+zip", "document"),
    ],
)
def test_zip_family(data: bytes, mime: str, group: str) -> None:
    assert typed(data) == (mime, group, "signature")


def test_open_xml_whose_parts_come_late(tmp_path: Path) -> None:
    """The central directory tells, where the head holds one large member only."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("media/board.bin", random.Random(1).randbytes(200_000))
        archive.writestr("[Content_Types].xml", b"x")
        archive.writestr("word/document.xml", b"x")
    assert typed(out.getvalue()) == (OPENXML + "wordprocessingml.document", "document", "signature")


MAIL = (
    b"Received: by rook\r\nFrom: kari@example.org\r\nSubject: Vinterv\xc3\xa6r\r\n\r\n"
    b"Sn\xc3\xb8 i morgen.\r\n"
)


@pytest.mark.parametrize(
    ("data", "mime", "group"),
    [
        ("Været på Røst: ærlig talt blåsete.\n".encode(), "text/plain", "text"),
        ("Været på Røst".encode("cp1252"), "text/plain", "text"),
        ("\ufeffVæret".encode("utf-16-le"), "text/plain", "text"),
        (b"<!DOCTYPE html><html><body>Chess</body></html>", "text/html", "document"),
        (b'<?xml version="1.0"?><weather/>', "application/xml", "text"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml", "text"),
        (b'{"wind": 12}', "application/json", "text"),
        (b"BEGIN:VCARD\r\nFN:Kari\r\nEND:VCARD\r\n", "text/vcard", "text"),
        (MAIL, "message/rfc822", "mail"),
        (b"From kari Mon Jan 11 10:00:00 2016\n" + MAIL, "application/mbox", "mail"),
        (b"121\n" + MAIL, "message/x-emlx", "mail"),
        (b"Weather: rain\nWind: 12\n\nno mail", "text/plain", "text"),
        (b"12:01 <\x0304kari\x03> e4 e5 and \x02good\x02 luck with that", "text/plain", "text"),
    ],
)
def test_texts(data: bytes, mime: str, group: str) -> None:
    assert typed(data) == (mime, group, "text")


def test_text_cut_inside_a_letter_is_still_text() -> None:
    data = ("x" + "ø" * 40_000).encode()
    assert typed(data) == ("text/plain", "text", "text")
    assert identify(data[:65536], len(data)).mime == "text/plain"


def test_archives_databases_programs_and_images(tmp_path: Path) -> None:
    assert typed(gzip.compress(b"chess")) == ("application/gzip", "archive", "signature")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("README.md"), None)
    assert typed(out.getvalue()) == ("application/x-tar", "archive", "signature")
    with sqlite3.connect(tmp_path / "a.db") as base:
        base.execute("CREATE TABLE moves (san TEXT)")
    base.close()
    assert typed((tmp_path / "a.db").read_bytes()) == ("application/vnd.sqlite3", "database", "signature")
    assert typed(Path("/bin/true").read_bytes()) == ("application/x-elf", "program", "signature")
    record = bytearray(1 << 20)
    record[446:462] = b"\x80\0\0\0\x07\0\0\0" + (63).to_bytes(4, "little") + (1000).to_bytes(4, "little")
    record[510:512] = b"\x55\xaa"
    assert typed(bytes(record)) == ("application/x-raw-disk", "image", "signature")
    trailer = b"koly\0\0\0\x04" + bytes(504)
    assert typed(bytes(4096) + trailer) == (
        "application/x-apple-diskimage",
        "image",
        "signature",
    )


def test_nothing_and_the_unknown() -> None:
    assert typed(b"") == ("application/x-empty", "empty", "none")
    assert typed(bytes(5000)) == ("application/octet-stream", "other", "none")


@settings(deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_get_a_type(data: bytes) -> None:
    mime, _, basis = typed(data)
    assert "/" in mime
    assert "*" not in mime
    assert (basis == "none") == (mime in ("application/octet-stream", "application/x-empty"))


EXPECTED_REAL = {
    "tika/testMSG.msg": "application/vnd.ms-outlook",
    "tika/testMSG_att_doc.msg": "application/vnd.ms-outlook",
    "tika/protectedFile.xlsx": "application/x-encrypted-ooxml",
    "tika/protected_upper_case.docx": "application/x-encrypted-ooxml",
    "tika/testWORD_protected_passtika.doc": "application/msword",
    "tika/testEXCEL_protected_passtika.xls": "application/vnd.ms-excel",
    "tika/testPPT_protected_passtika.ppt": "application/vnd.ms-powerpoint",
    "tika/protectedSheets.xlsx": OPENXML + "spreadsheetml.sheet",
    "tika/testPST_variousBodyTypes.pst": "application/vnd.ms-outlook-pst",
    "tika/testRFC822-ARC": "message/rfc822",
    "tika/simple.mbox": "application/mbox",
    "tika/testMP3truncated.mp3": "audio/mpeg",
    "tika/testMP4_truncated.m4a": "audio/mp4",
    "tika/test7Z_protected_passTika.7z": "application/x-7z-compressed",
    "pillow/invalid_header_length.jp2": "image/jp2",
    "pillow/hopper.webp": "image/webp",
    "pillow/crash-5762152299364352.fli": "video/x-flc",
    "pillow/decompression_bomb.ico": "image/x-icon",
}


def test_real_files(realdata: Path) -> None:
    found = {}
    for name in ("pillow", "tika"):
        with tarfile.open(realdata / "malformed" / f"{name}.tar.gz") as archive:
            for member in archive:
                source = archive.extractfile(member)
                if source is not None and member.name in EXPECTED_REAL:
                    found[member.name] = typed(source.read())[0]
    assert found == EXPECTED_REAL


def test_real_images(realdata: Path) -> None:
    expected = {
        "apfs.raw": "application/x-apfs",
        "ext2.E01": "application/x-ewf",
        "ext2.qcow2": "application/x-qcow2",
        "ext2.vhd": "application/x-vhd",
        "ext2.vmdk": "application/x-vmdk",
        "hfsplus_zlib.dmg": "application/x-apple-diskimage",
        "hfsplus.raw": "application/x-hfs",
        "iso9660.raw": "application/x-iso9660-image",
    }
    found = {}
    with tarfile.open(realdata / "dfvfs" / "dfvfs_test_data.tar.gz") as archive:
        for member in archive:
            source = archive.extractfile(member)
            if source is not None and Path(member.name).name in expected:
                mime, group, _ = typed(source.read())
                found[Path(member.name).name] = mime
                assert group == "image"
    assert found == expected


def test_possibly_encrypted() -> None:
    noise = random.Random(7).randbytes(3 << 20)
    unknown = FileType("application/octet-stream", "other", "none")

    def mark(data: bytes, kind: FileType = unknown) -> bool:
        found = digest(io.BytesIO(data))
        return maybe_encrypted(found.sample, found.size, kind)

    assert mark(noise)
    assert mark(noise[: (1 << 20) + 1])
    assert not mark(noise[: 1 << 20])
    assert not mark(noise, FileType("application/zip", "archive", "signature"))
    assert not mark(bytes(3 << 20))
    counted = ",".join(str(number) for number in range(900_000)).encode()
    assert not mark(gzip.compress(counted)[10:])
    assert chi_square(bytes(range(256)) * 4) == 0.0


def test_what_begins_like_a_picture_by_chance_is_none() -> None:
    counted = b"".join(number.to_bytes(2, "little") for number in range(65536))
    assert typed(counted)[0] == "application/octet-stream", "upper-case table of NTFS"
    log = bytes.fromhex("1500010002000200000000004b824cc60100000000000000").ljust(65536, b"\0")
    assert typed(log)[0] == "application/octet-stream", "log of NTFS transactions"
    targa = bytes.fromhex("000109000000011800000000400040000800") + bytes(range(200))
    assert typed(targa) == ("image/x-tga", "picture", "libmagic")
