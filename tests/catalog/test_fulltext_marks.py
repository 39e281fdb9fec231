"""Where a query stands in a text, and the piece around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.catalog.fulltext_marks import Segment, excerpt, places
from safelight.catalog.fulltext_query import parse


def _marked(query: str, text: str, language: str = "und") -> list[str]:
    node = parse(query)
    assert node is not None
    return [text[one.start : one.end] for one in places(node, text, language)]


@pytest.mark.parametrize(
    ("query", "text", "language", "expected"),
    [
        ("nummer", "Nummeret og nummer 7, numer", "nb", ["Nummeret", "nummer"]),
        ("numbers", "a Number of numbers", "en", ["Number", "numbers"]),
        ("tog", "toget tog", "tl", ["tog"]),
        ('"neste tog"', "Neste  tog, neste-tog, nestetog", "nb", ["Neste  tog", "neste-tog"]),
        ("lok*", "Lokomotiv, klokke", "nb", ["Lokomotiv"]),
        ("finse~", "Finsa finne Fnise", "nb", ["Finsa", "finne", "Fnise"]),
        ("/482-11/", "482-119 og 48211", "und", ["482-11", "48211"]),
        ('contains:"a b"', "xa\n by", "und", ["a\n b"]),
        ("tog -buss", "tog og buss", "nb", ["tog"]),
        ("skatt", "en s\u200bkatt til", "nb", ["s\u200bkatt"]),
        ("snö", "sno\u0308 no", "und", ["sno\u0308"]),
        ("tog OR toget", "toget", "nb", ["toget"]),
    ],
)
def test_places(query: str, text: str, language: str, expected: list[str]) -> None:
    assert _marked(query, text, language) == expected


def test_an_excerpt_begins_before_the_first_place() -> None:
    text = "ord " * 100 + "toget går " + "hit og dit " * 50
    node = parse("toget")
    assert node is not None
    found = excerpt(text, places(node, text, "nb"), width=60)
    assert [one.text for one in found if one.found] == ["toget"]
    assert found[0] == found[-1] == Segment("…")
    assert excerpt("kort", []) == (Segment("kort"),)


@given(st.text(max_size=400), st.integers(0, 390), st.integers(1, 20))
def test_an_excerpt_is_a_piece_of_the_text(text: str, start: int, length: int) -> None:
    from safelight.catalog.fulltext_marks import Place

    found = [Place(start, min(start + length, len(text)))] if start < len(text) else []
    segments = [one for one in excerpt(text, found, width=80) if one != Segment("…")]
    assert "".join(one.text for one in segments) in text
    if found:
        assert any(one.found for one in segments)
