"""The printed head: what is written on paper can be typed back, and a slip of the pen is called one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.errors import BadInput
from safelight.ledger.head import Head, parse_head

_HEADS = st.builds(Head, st.integers(1, 10**15), st.binary(min_size=32, max_size=32))


def test_the_printed_form_is_what_the_docs_show() -> None:
    assert str(Head(42, bytes(range(32)))) == "42:aaaq-eaye-auda-ocaj-bifq-ydio-b4ib-ceqt-2c"


@given(_HEADS)
def test_a_printed_head_is_read_back(head: Head) -> None:
    printed = str(head)
    read = parse_head(printed)
    assert (read.seq, read.hash) == (head.seq, head.hash[:20])
    assert read.fits(head.hash) and head.fits(head.hash)
    assert str(read) == printed
    assert parse_head(f"  {printed.upper().replace('-', ' ')} ") == read
    assert parse_head(printed.replace("o", "0").replace("l", "1").replace("b", "8")) == read


@given(_HEADS, _HEADS)
def test_a_head_fits_its_own_hash_only(head: Head, other: Head) -> None:
    assert parse_head(str(head)).fits(other.hash) == (head.hash[:20] == other.hash[:20])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "42",
        "42:",
        ":abcd",
        "x:aaaa",
        "0:aaaa",
        "-1:aaaa",
        "42:aaaa-aaaa",
        "42:" + "a" * 40,
        "4²:" + "a" * 34,
    ],
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_head(text)


def test_nearly_every_slip_of_the_pen_is_noticed() -> None:
    printed = str(Head(42, bytes(range(32))))
    slips = [
        printed[:place] + char + printed[place + 1 :]
        for place in range(3, len(printed))
        for char in "abcdefghijkmnpqrstuvwxyz234567"
        if printed[place] not in (char, "-")
    ]
    noticed = 0
    for slip in slips:
        try:
            parse_head(slip)
        except BadInput:
            noticed += 1
    assert noticed / len(slips) > 0.99  # two characters of base32 let one slip in 1,024 through
