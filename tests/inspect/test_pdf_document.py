"""PDF: pages in full, metadata, many pages within the limit, damage and passwords."""

from __future__ import annotations

from pathlib import Path

from safelight.inspect.pdf_document import PdfDocument
from safelight.operation.settings import InspectionSettings
from tests.inspect.documents import pdf
from tests.inspect.patterns import member, run

HALF_PAST_NINE = 1_452_591_000_000_000


def test_pages_and_metadata_in_full() -> None:
    info = "/Title (Togplan) /Author (Kari \xc5s) /CreationDate (D:20160112103000+01'00')"
    found = run(pdf(["Bergen (sør) æøå", "Voss & Myrdal"], info=info), PdfDocument())
    row = found.only("documents")
    assert row.pop("metadata") == (
        '{"Title": "Togplan", "Author": "Kari Ås", "CreationDate": "D:20160112103000+01\'00\'"}'
    )
    assert row == {
        "title": "Togplan",
        "authors": "Kari Ås",
        "pages": 2,
        "created": {
            "utc": HALF_PAST_NINE,
            "wall": HALF_PAST_NINE + 3_600_000_000,
            "text": "D:20160112103000+01'00'",
            "basis": "stated",
            "assumed_by": None,
        },
    }
    assert found.only("texts") == {"kind": "text", "text": "Bergen (sør) æøå\nVoss & Myrdal", "cut": False}
    assert found.ended == {"pdf": ("done", "")}


def test_many_pages_stop_at_the_limit() -> None:
    pages = [f"side {number} " + "x" * 50 for number in range(300)]
    found = run(pdf(pages), PdfDocument(), settings=InspectionSettings(text_kilobytes=2))
    assert found.only("documents")["pages"] == 300
    row = found.only("texts")
    assert row["cut"]
    assert row["text"] == "\n".join(pages)[:2048]


def test_damage(realdata: Path) -> None:
    assert run(b"%PDF-1.7\n" + b"x" * 500, PdfDocument()).ended == {"pdf": ("failed", "corrupt")}
    broken = member(realdata / "malformed" / "tika.tar.gz", "tika/testTSD_broken_pdf.tsd")
    found = run(broken, PdfDocument())
    assert found.ended == {"pdf": ("failed", "corrupt")}
    assert found.only("texts")["kind"] == "strings"


def test_password() -> None:
    """Standard security handler with keys that no empty password opens."""
    data = pdf(["hemmelig"])
    handler = (
        b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <"
        + b"11" * 32
        + b"> /U <"
        + b"22" * 32
        + b"> >> "
        b"/ID [<" + b"33" * 16 + b"> <" + b"33" * 16 + b">] "
    )
    found = run(data.replace(b"trailer << ", b"trailer << " + handler), PdfDocument())
    assert found.ended == {"pdf": ("failed", "encrypted")}
    assert "documents" not in found.rows
