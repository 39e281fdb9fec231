"""Words, stems and grams of many texts at once are those of each text by itself, as queries are cut."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from safelight.catalog.fulltext_grams import grams_of
from safelight.catalog.fulltext_schema import ANALYZERS, BLANK
from safelight.catalog.fulltext_words import LETTERS, Lowered, Stems

#: Letters of Latin-1 and beyond, a sign that is no letter, what Tantivy calls a letter and Python does not, blanks, digits.
_TEXTS = st.lists(
    st.text(
        alphabet="togenå ÿ\u00a0\t\n\x1c'-_.,0123()+²½µ\u0153\u0436\u65e5\u093f\u2019\U0001f682", max_size=30
    ),
    max_size=8,
)


def test_letters_are_those_of_the_analyzers() -> None:
    assert [bool(ANALYZERS["plain"].analyze(chr(code))) for code in range(256)] == LETTERS.tolist()


@given(_TEXTS)
@example(["", "toget kommer", "x" * 119 + " " + "y" * 120, "", "наши toget", "\U0001f682toget"])
def test_stems_are_those_of_the_analyzers_text_by_text(texts: list[str]) -> None:
    lowered = Lowered([text.lower() for text in texts])
    for name in ("no", "en"):
        asked = np.arange(len(texts) % 2, len(texts), 2)
        found = Stems(name).of(lowered, asked)
        expected = [ANALYZERS[name].analyze(texts[n].lower()) for n in asked.tolist()]
        assert [one.split() for one in found] == [[f"{name}:{stem}" for stem in stems] for stems in expected]


@given(_TEXTS)
@example(["ring 22 33 44 55", "6 (rom 7)", "", " 900-11-222 og\u00a0+47 1 2 3 ", "12 34", "56 78", "1 2 3"])
@example(["\u0661\u0662 \u0663\u0664 \u0665", "4 8 1 5"])
def test_grams_are_every_three_characters_then_the_digits_of_spread_numbers(texts: list[str]) -> None:
    found = grams_of(Lowered(texts))
    for text, grams in zip(texts, found, strict=True):
        folded = BLANK.join(text.split())
        for run in re.findall(r"\+?\d[\d \-./()\u00a0\u2011]{3,}\d", text):
            if not run.lstrip("+").isdecimal():
                folded += "\x1e" + "".join(char for char in run if char.isdecimal())
        expected = [folded[n : n + 3] for n in range(len(folded) - 2)]
        assert grams == " ".join(expected)
