"""Documents and messages: text in full, metadata, what is encrypted, damaged or not readable yet."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from safelight.inspect.document import Document
from safelight.operation.settings import InspectionSettings
from tests.inspect.documents import docx, odt, paragraph, pptx, xlsx
from tests.inspect.patterns import member, run

ESCAPED = "Snø &amp; is &lt;b&gt; &#229;&#xF8; &quot;q&quot;"
PLAIN = 'Snø & is <b> åø "q"'
HALF_PAST_NINE = 1_452_591_000_000_000
HOUR = 3_600_000_000


def stated(us: int, wall: int, text: str) -> dict[str, Any]:
    return {"utc": us, "wall": wall, "text": text, "basis": "stated", "assumed_by": None}


def test_docx_in_full() -> None:
    body = (
        paragraph("Været på Røst")
        + paragraph(ESCAPED)
        + "<w:p><w:r><w:t>ett</w:t><w:tab/><w:t>to</w:t></w:r><w:del><w:r><w:delText>strøket</w:delText></w:r></w:del></w:p>"
    )
    found = run(
        docx(body, **{"word/footnotes.xml": paragraph("fotnote"), "word/header1.xml": paragraph("topp")}),
        Document(),
    )
    row = found.only("documents")
    assert json.loads(row.pop("metadata")) == {
        "Pages": "2",
        "title": "Værmelding",
        "creator": "Kåre Ås",
        "created": "2016-01-12T09:30:00Z",
        "modified": "2016-01-12T10:30:00Z",
    }
    assert row == {
        "title": "Værmelding",
        "authors": "Kåre Ås",
        "pages": 2,
        "created": stated(HALF_PAST_NINE, HALF_PAST_NINE, "2016-01-12T09:30:00Z"),
        "modified": stated(HALF_PAST_NINE + HOUR, HALF_PAST_NINE + HOUR, "2016-01-12T10:30:00Z"),
    }
    assert found.only("texts") == {
        "kind": "text",
        "text": f"Været på Røst\n{PLAIN}\nett\ttostrøket\nfotnote\ntopp",
        "cut": False,
    }
    assert found.ended == {"document": ("done", "")}


RTF = rb"{\rtf1\ansi\ansicpg1252{\info{\title Sjakk}}\f0 Bl\'e5b\'e6r & r\'f8dgr\'f8t \u229?.\par}"
HTML = (
    "<!DOCTYPE html><html><head><title>Vær</title><meta charset='utf-8'><script>document.write('run')</script>"
    "<style>p{color:red}</style></head><body><h1>Rønne</h1><p>Det blåser &amp; regner.</p></body></html>"
).encode()
MAIL = (
    "Received: by rook\r\nFrom: Kåre <kare@example.org>\r\nTo: ola@example.org\r\nSubject: =?utf-8?q?Vinterv=C3=A6r?=\r\n"
    "Date: Tue, 12 Jan 2016 10:30:00 +0100\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<p>Snø &amp; sl&oslash;rje</p><script>run()</script>\r\n"
).encode()


@pytest.mark.parametrize(
    ("data", "text", "title"),
    [
        (odt(ESCAPED), PLAIN, "Togplan"),
        (xlsx(ESCAPED), f"Tog\n\n{PLAIN} 12.5", None),
        (pptx(ESCAPED), PLAIN, None),
        (RTF, "Blåbær & rødgrøt å.", "Sjakk"),
        (HTML, "Rønne\n\nDet blåser & regner.", "Vær"),
    ],
)
def test_texts_in_full(data: bytes, text: str, title: str | None) -> None:
    found = run(data, Document())
    assert found.ended == {"document": ("done", "")}
    assert found.only("texts") == {"kind": "text", "text": text, "cut": False}
    assert found.only("documents").get("title") == title


def test_message_with_html_only() -> None:
    found = run(MAIL, Document())
    row = found.only("documents")
    assert (row["title"], row["authors"]) == ("Vintervær", '"Kåre" <kare@example.org>')
    assert row["created"] == stated(HALF_PAST_NINE, HALF_PAST_NINE + HOUR, "Tue, 12 Jan 2016 10:30:00 +0100")
    text = found.only("texts")["text"]
    assert text.endswith("Snø & slørje")
    assert "run()" not in text


def test_apple_mail() -> None:
    found = run(b"%d\n" % len(MAIL) + MAIL + b'<?xml version="1.0"?><plist/>', Document())
    assert found.only("documents")["title"] == "Vintervær"
    assert "plist" not in found.only("texts")["text"]


def test_long_text_is_cut_at_a_letter() -> None:
    settings = InspectionSettings(text_kilobytes=1)
    for data in (docx(paragraph("ø" * 3000)), odt("ø" * 3000)):
        row = run(data, Document(), settings=settings).only("texts")
        assert (len(row["text"]), row["cut"], set(row["text"])) == (512, True, {"ø"})


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (docx(paragraph("sjakk" * 500))[:-300], "corrupt"),
        (odt("å", encrypted=True), "encrypted"),
        (odt("å" * 500)[:200], "corrupt"),
        (b"%!PS-Adobe-3.0\n(hei) show", "unsupported"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "unsupported"),
    ],
)
def test_failures(data: bytes, cause: str) -> None:
    assert run(data, Document()).ended["document"] == ("failed", cause)


def test_bombs_end_as_limit_or_cut() -> None:
    spaces = paragraph("sjakk") + "<w:p>" + " " * (40 << 20) + "</w:p>"
    settings = InspectionSettings(text_kilobytes=64)
    row = run(docx(spaces), Document(), settings=settings).only("texts")
    assert (row["text"], row["cut"]) == ("sjakk", True)
    entities = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><a>&b;</a>'
    bomb = docx(paragraph("x"), **{"word/comments.xml": entities})
    assert run(bomb, Document()).ended["document"] == ("failed", "corrupt")


REAL = {
    "testWORD_protected_passtika.doc": ("failed", "encrypted"),
    "testWORD_protected_passtika.docx": ("failed", "encrypted"),
    "protected_upper_case.docx": ("failed", "encrypted"),
    "testEXCEL_protected_passtika.xls": ("failed", "encrypted"),
    "testPPT_protected_passtika.ppt": ("failed", "encrypted"),
    "password.xls": ("failed", "encrypted"),
    "testOneNote-fuzz2.one": ("failed", "unsupported"),
    "protectedSheets.xlsx": ("done", ""),
    "testMSG_chinese.msg": ("done", ""),
}


def test_real_files(realdata: Path) -> None:
    archive = realdata / "malformed" / "tika.tar.gz"
    found = {name: run(member(archive, f"tika/{name}"), Document()) for name in REAL}
    assert {name: outcome.ended["document"] for name, outcome in found.items()} == REAL
    sheets = found["protectedSheets.xlsx"]
    assert sheets.only("texts")["text"] == "Лист1\n\n1 2 3\npass: q1 \nзащищена формула от чтения в С3"
    assert sheets.only("documents")["pages"] == 3
    assert (
        found["testMSG_chinese.msg"].only("documents")["title"]
        == "Alfresco MSG format testing ( MSG 格式測試 )"
    )


def test_a_reader_that_gives_up_is_a_recorded_failure(realdata: Path) -> None:
    """At this length the library runs out of a slice and panics."""
    data = member(realdata / "malformed" / "tika.tar.gz", "tika/testEXCEL_protected_passtika.xls")
    found = run(data[:17_000], Document())
    assert found.ended["document"] == ("failed", "corrupt")
    assert found.detail["document"].startswith("the reader gave up: ")
    assert found.only("texts")["kind"] == "strings"


def test_the_unpacked_library_lies_where_only_the_user_writes() -> None:
    """kreuzberg unpacks a shared library and loads it: from a folder of this user's own, and TMPDIR is as before."""
    before = os.environ.get("TMPDIR")
    run(HTML, Document())
    assert os.environ.get("TMPDIR") == before
    loaded = [
        line.split()[-1]
        for line in Path("/proc/self/maps").read_text("utf-8").splitlines()
        if "kreuzberg-pdfium" in line
    ]
    for path in set(loaded):
        folder = Path(path).parent.parent
        assert folder.stat().st_uid == os.getuid()
        assert folder.stat().st_mode & 0o077 == 0
