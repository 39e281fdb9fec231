"""An extension disagrees only where the content shows another type for sure."""

from __future__ import annotations

import pytest

from safelight.inspect.extensions import extension, extension_disagrees

OPENXML = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("name", "mime", "expected"),
    [
        ("a.jpg", "image/png", True),
        ("a.txt", "image/jpeg", True),
        ("a.jpg", "text/plain", True),
        ("a.pdf", "application/zip", True),
        ("notes.txt", "application/vnd.sqlite3", True),
        ("holiday.mp4", "application/vnd.rar", True),
        ("a.docx", "image/jpeg", True),
        ("a.JPEG", "image/jpeg", False),
        ("a.jpg", "image/jpeg", False),
        ("a.docx", "application/zip", False),
        ("a.docx", OPENXML + "wordprocessingml.document", False),
        ("a.docx", "application/x-encrypted-ooxml", False),
        ("a.csv", "text/plain", False),
        ("a.txt", "text/html", False),
        ("a.html", "application/json", False),
        ("a.eml", "text/plain", False),
        ("a.txt", "message/rfc822", False),
        ("a.doc", "application/rtf", False),
        ("a.nef", "image/tiff", False),
        ("a.mov", "video/mp4", False),
        ("a.chess", "image/jpeg", False),
        ("noextension", "image/jpeg", False),
        (".jpg", "text/plain", False),
        ("a.jpg", "application/x-empty", False),
        ("a.jpg", "application/octet-stream", False),
    ],
)
def test_disagreement(name: str, mime: str, expected: bool) -> None:
    assert extension_disagrees(name, mime) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Bilde.JPG", "jpg"), ("a.tar.gz", "gz"), (".profile", ""), ("a", ""), ("a.", ""), ("blå.bær", "bær")],
)
def test_extension(name: str, expected: str) -> None:
    assert extension(name) == expected
