"""Plain text: encodings, limits, and what is no text after all."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.inspect.plain_text import PlainText
from safelight.inspect.plaintext import encoding_of
from safelight.operation.settings import InspectionSettings
from tests.inspect.patterns import run

TEXT = "Blåbær, rødgrøt og Ærfugl på Røst.\nE4 e5\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
)
def test_encodings(data: bytes) -> None:
    found = run(data, PlainText())
    assert found.only("texts") == {"kind": "text", "text": TEXT, "cut": False}
    assert found.ended == {"text": ("done", "")}


def test_another_script_keeps_every_byte() -> None:
    data = ("Шахматы и поезда. " * 20).encode("koi8-r")
    row = run(data, PlainText()).only("texts")
    assert row["text"].encode("cp1252", "replace").count(b"?") < len(data) // 20


def test_mail_box_and_markup_as_written() -> None:
    box = b"From kari Mon Jan 11 10:00:00 2016\nSubject: Tog\n\nhei\n"
    assert run(box, PlainText()).only("texts")["text"] == box.decode()
    assert (
        run(b'<?xml version="1.0"?><a>1</a>', PlainText()).only("texts")["text"]
        == '<?xml version="1.0"?><a>1</a>'
    )


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16-le"])
def test_long_text_is_cut(encoding: str) -> None:
    data = (codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b"") + ("sjø " * 2000).encode(encoding)
    row = run(data, PlainText(), settings=InspectionSettings(text_kilobytes=1)).only("texts")
    assert row["cut"]
    assert 500 <= len(row["text"]) <= 1024
    assert row["text"] + ("sjø " * 2000)[len(row["text"]) :] == "sjø " * 2000


def test_binary_behind_a_text_beginning_is_not_mine() -> None:
    data = b"#!/bin/sh\n" + b"echo hei\n" * 4000 + bytes(range(256)) * 400
    assert run(data, PlainText()).ended == {"text": ("not mine", "")}


@settings(deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_any_utf8_text_comes_back(text: str) -> None:
    assert encoding_of(text.encode()) == "utf-8"


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_what_is_called_text_decodes(data: bytes) -> None:
    encoding = encoding_of(data)
    if encoding:
        data.decode(encoding)
