"""Nothing that hides, reorders or acts leaves `neutral`, and nothing else is changed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.access.neutral import csv_cell, readable, visible, visible_lines, visible_said
from safelight.evidence.spec import escape

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(st.text(st.characters()))
def test_what_comes_out_is_harmless(text: str) -> None:
    shown = visible(text)
    assert not [char for char in shown if unicodedata.category(char) in HARMFUL]
    assert visible(shown) == shown


@given(st.text(st.characters()))
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert not csv_cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@given(st.binary())
def test_any_path_becomes_readable_and_harmless(path: bytes) -> None:
    shown = readable(escape(path))
    assert not [char for char in shown if unicodedata.category(char) in HARMFUL]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Åse og Øyvind på Finse – 20 °C", "Åse og Øyvind på Finse – 20 °C"),
        ("a\u202egpj.txt", "a‹U+202E›gpj.txt"),
        ("\x1b[31mred", "‹U+001B›[31mred"),
        ("a\u200bb\ufeff", "a‹U+200B›b‹U+FEFF›"),
        ("one\ntwo", "one‹U+000A›two"),
        ("blank\u3164", "blank‹U+3164›"),
        ("🚂", "🚂"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_running_text_keeps_its_lines() -> None:
    assert visible_lines("e4\te5\nNf3\u202e\r") == "e4\te5\nNf3‹U+202E›‹U+000D›"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("sjakk/parti.zip › runde1.pgn", "sjakk/parti.zip › runde1.pgn"),
        (escape("\u202egpj.txt".encode()), "‹U+202E›gpj.txt"),
        (escape(b"b\xe5t.txt"), "b‹0xE5›t.txt"),
        (escape(b"100 %.txt"), "100 %.txt"),
        (escape(b"a\nb"), "a‹U+000A›b"),
    ],
)
def test_paths_of_the_catalog(path: str, shown: str) -> None:
    assert readable(path) == shown


def test_formulas_get_an_apostrophe() -> None:
    assert csv_cell("=HYPERLINK(1).txt") == "'=HYPERLINK(1).txt"
    assert csv_cell("-1") == "'-1"
    assert csv_cell("\t=1") == "'‹U+0009›=1"
    assert csv_cell("tog.txt") == "tog.txt"


def test_what_tells_pictographs_how_to_be_drawn_stays_with_them_and_nowhere_else() -> None:
    family = "\U0001f468\u200d\U0001f469 \u2744\ufe0f"
    assert visible_said(family) == family
    assert visible_said("skjul\u200dt \ufe0f ok\u200b \U0001f468\u200d") == (
        "skjul‹U+200D›t ‹U+FE0F› ok‹U+200B› \U0001f468‹U+200D›"
    )
    assert visible_said("\u202etxt\n") == "‹U+202E›txt\n"


def test_a_line_ends_in_either_way_and_a_lone_return_is_shown() -> None:
    assert visible_said("Finse\r\nMyrdal\rVoss\n\r") == "Finse\nMyrdal‹U+000D›Voss\n‹U+000D›"
    assert visible_lines("Finse\r\n") == "Finse‹U+000D›\n"
