"""The query language: what it finds in each language, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.catalog.fulltext_grams import gram_phrase, grams_of
from safelight.catalog.fulltext_query import (
    Every,
    Fuzzy,
    Not,
    Phrase,
    Some,
    Substring,
    Word,
    parse,
)
from safelight.catalog.fulltext_update import update
from safelight.catalog.fulltext_words import Lowered
from safelight.errors import Refused
from tests.catalog.fulltext_rows import messages, texts, write
from tests.catalog.rows import open_catalog

_TEXTS = (
    "jeg fikk ikke nummeret på billetten, hva er det",  # bokmål
    "eg kjem ikkje med toga før i morgon, kva gjer me no",  # nynorsk
    "what numbers are on the tickets that you have with you",  # English
    "mag-aral ka muna, ang numero ng tiket ay nasa bahay po",  # Tagalog
    "unsa ang numero sa tiket nga naa kanimo karon",  # Cebuano
    "ring 482-119-7306 eller (482) 119 7307, ikke 4821197308",
    "møte på Ås kl. 19:07 hos O’Hara, e-post: aase.b@lokforeningen.example",
    "sn\u00f8 sno\u0308 og en skjult s\u200bkatt",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("query")
    with open_catalog(place) as catalog:
        write(catalog, "b1-1", messages=messages(_TEXTS))
        update(catalog, place / "index")
    return place / "index"


def _found(index: Path, query: str) -> list[int]:
    return sorted(_TEXTS.index(one) for one in texts(index, query))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("nummer", [0]),
        ("nummeret", [0]),
        ("tog", [1]),
        ("Toget", [1]),
        ("number", [2]),
        ("ticket", [2]),
        ("numero", [3, 4]),
        ("numer", []),  # Tagalog and Cebuano are not stemmed
        ("mag-aral", [3]),
        ("aral", [3]),
        ("billetten nummeret", [0]),
        ('"nummeret på"', [0]),
        ('"på nummeret"', []),
        ('"number"', []),  # as spelled
        ("nummer*", [0]),
        ("num*", [0, 2, 3, 4]),
        ('"ang num*"', [3, 4]),
        ("numeri~", [3, 4]),
        ("nummero~1", [3, 4]),
        ("nmumero~2", [3, 4]),
        ("nummero", []),
        ("/482/", [5]),
        ("/21197/", [5]),
        ("contains:4821197307", [5]),
        ("contains:4821197306", [5]),
        ("contains:482.119.7308", [5]),
        ("contains:1197309", []),
        ('contains:"19:07 hos"', [6]),
        ("/okforen/", [6]),
        ("/9:0/", [6]),
        ("Ås", [6]),
        ("as", []),
        ("aase.b@lokforeningen.example", [6]),
        ("e-post", [6]),
        ("snö", [7]),
        ("skatt", [7]),
        ("/skatt/", [7]),
        ("toga OR tickets", [1, 2]),
        ("numero -tiket", []),
        ("numero -aral", [4]),
        ("numero NOT unsa", [3]),
        ("-numero -nummer -tickets -tog", [5, 6, 7]),
        ("(toga | tickets) morgon", [1]),
        ("TOGA AND MORGON", [1]),
    ],
)
def test_what_a_query_finds(index: Path, query: str, expected: list[int]) -> None:
    assert _found(index, query) == expected


def test_the_tree_of_a_query() -> None:
    assert parse('tog "neste tog" lok* fin~2 /abc/ -buss OR bane') == Some(
        (
            Every(
                (
                    Word("tog"), Phrase(("neste", "tog")), Phrase(("lok",), True), Fuzzy("fin", 2), Substring("abc"),
                    Not(Word("buss")),
                )
            ),
            Word("bane"),
        )
    )  # fmt: skip
    assert parse("  ") is None
    assert parse("/srv/data/bilde.jpg") == Phrase(("srv", "data", "bilde", "jpg"))


@pytest.mark.parametrize(
    "query", ['"open', "(tog", "tog)", "OR", "tog OR", "-", "/ab/", "contains:x", "!!", "tog NOT"]
)
def test_what_cannot_be_read_is_refused_in_words(query: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(query)
    assert str(refused.value)


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    try:
        parse(text)
    except Refused as refused:
        assert refused.what


@given(st.text(alphabet="abc 12\u00e5", min_size=3, max_size=30), st.data())
def test_a_substring_is_a_phrase_of_its_grams(text: str, data: st.DataObject) -> None:
    words = " ".join(text.split())
    if len(words) < 3:
        return
    start = data.draw(st.integers(0, len(words) - 3))
    end = data.draw(st.integers(start + 3, len(words)))
    grams = grams_of(Lowered([words]))[0].split(" ")
    wanted = gram_phrase(words[start:end])
    offset = start - wanted[0][0]
    assert all(grams[offset + at] == gram for at, gram in wanted)
    assert wanted[-1][0] + 3 == end - start
