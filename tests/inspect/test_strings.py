"""Printable strings of what could not be read, in their order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.inspect.strings import printable, rescue
from safelight.operation.settings import InspectionSettings
from tests.inspect.patterns import content

NOISE = bytes(range(2, 9)) * 8


def test_three_encodings_in_order() -> None:
    data = (
        NOISE
        + "Blåbær på Røst".encode()
        + NOISE
        + "Ærfugl 42".encode("utf-16-le")
        + NOISE
        + "rødgrøt".encode("utf-16-be")
        + NOISE
        + b"kort"
        + NOISE
        + b"------------"
        + NOISE
        + b"e4 e5 Nf3"
    )
    assert list(printable(data)) == ["Blåbær på Røst", "Ærfugl 42", "rødgrøt", "e4 e5 Nf3"]
    fact = rescue(content(data))
    assert fact is not None
    assert fact.table == "texts"
    assert fact.row == {
        "kind": "strings",
        "text": "Blåbær på Røst\nÆrfugl 42\nrødgrøt\ne4 e5 Nf3",
        "cut": False,
    }


def test_limits() -> None:
    data = NOISE + b"first string" + bytes(1 << 20) + b"second string"
    fact = rescue(content(data, settings=InspectionSettings(strings_megabytes=1)))
    assert fact is not None
    assert fact.row == {"kind": "strings", "text": "first string", "cut": True}
    many = b"\0".join(b"string %05d" % number for number in range(1000))
    fact = rescue(content(many, settings=InspectionSettings(text_kilobytes=1)))
    assert fact is not None
    assert fact.row["cut"]
    assert len(fact.row["text"]) == 1024


def test_nothing() -> None:
    assert rescue(content(bytes(1000))) is None


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    for text in printable(data):
        assert len(text) >= 5
        assert "\n" not in text


@settings(deadline=None)
@given(
    st.text("abcæøåÆØÅé 0123456789", min_size=8, max_size=40).filter(
        lambda text: text.strip() == text and " " not in text
    )
)
def test_a_string_among_zeros_is_found_whole(text: str) -> None:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert list(printable(bytes(8) + text.encode(encoding) + bytes(8))) == [text]
