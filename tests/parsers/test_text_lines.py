"""Lines of a text: encodings, line ends, lines of any length."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from safelight.parsers import text_lines
from safelight.parsers.model import Remark, Trouble
from safelight.parsers.text_lines import LINE_BYTES, Chunk, chunks, head_text


def read(data: bytes) -> tuple[list[tuple[int, str]], list[Trouble], list[str]]:
    """Numbered lines, troubles and remarks of some bytes."""
    lines: list[tuple[int, str]] = []
    troubles: list[Trouble] = []
    remarks: list[str] = []
    for part in chunks(io.BytesIO(data)):
        match part:
            case Chunk():
                assert part.text.endswith("\n")
                lines += [(part.first + n, line) for n, line in enumerate(part.text[:-1].split("\n"))]
            case Trouble():
                troubles.append(part)
            case Remark():
                remarks.append(part.text)
    return lines, troubles, remarks


def test_each_encoding_gives_the_same_lines() -> None:
    text = "Tårnet står på e4\nBlåbær og ærfugl\nenough Latin letters to be told\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        data = text.encode(encoding)
        lines, troubles, remarks = read(data)
        assert [line for _, line in lines] == text.splitlines(), encoding
        assert (troubles, remarks) == ([], [])
        assert head_text(data) == text


def test_lines_that_are_not_utf8_are_windows_1252_and_it_is_said() -> None:
    lines, _, remarks = read("blåbær\n".encode() + "“ærfugl”\n".encode("cp1252") + b"\x81odd\n")
    assert lines == [(1, "blåbær"), (2, "“ærfugl”"), (3, "\x81odd")]
    assert remarks == ["2 lines are not UTF-8 and were read as Windows-1252"]


def test_line_ends_may_be_mixed() -> None:
    lines, _, _ = read(b"one\r\ntwo\rthree\nfour\r\n\r\nsix")
    assert lines == [(1, "one"), (2, "two"), (3, "three"), (4, "four"), (5, ""), (6, "six")]
    assert read(b"one\rtwo\rthree\r")[0] == [(1, "one"), (2, "two"), (3, "three")]


def test_nul_bytes_are_left_out_and_it_is_said() -> None:
    lines, _, remarks = read(b"one\n" + bytes(5000) + b"two\nthree\n")
    assert lines == [(1, "one"), (2, "two"), (3, "three")]
    assert remarks == ["1 lines hold NUL bytes, which were left out"]


def test_of_a_line_of_ten_megabytes_the_beginning_is_kept() -> None:
    lines, troubles, _ = read(b"before\n" + b"x" * 10_000_000 + b"\nafter\n")
    assert lines == [(1, "before"), (2, "x" * LINE_BYTES), (3, "after")]
    assert troubles == [
        Trouble("line 2", "limit", f"longer than {LINE_BYTES} bytes; what follows was left out")
    ]
    lines, troubles, _ = read(b"x" * 10_000_000)
    assert lines == [(1, "x" * LINE_BYTES)]
    assert len(troubles) == 1
    assert read(b"y" * LINE_BYTES + b"\nafter")[0] == [(1, "y" * LINE_BYTES), (2, "after")]
    assert read(b"y" * LINE_BYTES + b"\nafter")[1] == []


def test_nothing_gives_no_lines() -> None:
    assert read(b"") == ([], [], [])


@given(
    st.lists(st.text("abcæ\u2028\x0b", max_size=40)),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(1, 64),
)
def test_chunks_of_any_size_give_the_same_lines(lines: list[str], end: str, size: int) -> None:
    whole, text_lines.CHUNK_BYTES = text_lines.CHUNK_BYTES, size  # type: ignore[misc]
    try:
        found = read("".join(line + end for line in lines).encode())
    finally:
        text_lines.CHUNK_BYTES = whole  # type: ignore[misc]
    assert found == (list(enumerate(lines, 1)), [], [])


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    numbers = [number for number, _ in read(data)[0]]
    assert numbers == list(range(1, len(numbers) + 1))
    head_text(data)
