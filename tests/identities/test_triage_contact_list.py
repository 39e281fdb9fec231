"""Contact lists: what they may say, and that what they may not is refused with the place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import safelight.identities.triage as package
from safelight.errors import BadInput, NotFound
from safelight.identities.triage import contact_list
from safelight.identities.triage.contact_list import Rhythm

TERM = '[[term]]\nname = "lesson"\nwords = ["åpning", "chess lesson"]\nexpressions = [\'time nr [0-9]+\']\n'


def test_the_example_can_be_read_and_is_about_chess() -> None:
    example = contact_list.read(Path(package.__file__).with_name("example_contacts.toml"))
    assert (example.name, example.least) == ("Chess lessons", 2)
    assert [term.name for term in example.terms] == ["lesson", "opening"]
    assert example.rhythms == (
        Rhythm("many evening messages soon after the first", 14, 20, (18, 23), "Europe/Oslo", 0.5),
    )
    assert list(example.matches("En Sjakktime i kveld?")) == ["lesson"]
    assert list(example.matches("sjakktimeplan")) == []


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Åpning!", True),
        ("en åpningstrekk", False),  # whole words, in letters of any language
        ("foråpning", False),
        ("a CHESS LESSON.", True),
        ("time nr 12", True),
        ("time nr", False),
        ("", False),
    ],
)
def test_whole_words_and_expressions(text: str, there: bool) -> None:
    wanted = contact_list.parse(f'name = "x"\n{TERM}', "list.toml")
    assert list(wanted.matches(text)) == (["lesson"] if there else [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name = 3", "it has no name"),
        ('name = "x"', "it holds no term"),
        ('name = "x"\nleast = 0\n' + TERM, "least is a whole number"),
        ('name = "x"\nage = 3\n' + TERM, "no key “age”"),
        ('name = "x"\n[[term]]\nname = "a"\n', "a term needs a name, and words or expressions"),
        ('name = "x"\n[[term]]\nname = "a"\nwords = [3]\n', "lists of texts"),
        ('name = "x"\n[[term]]\nname = "a"\nexpressions = ["(("]\n', "a: "),
        ('name = "x"\nterm = 3\n', "written as [[term]]"),
        (f'name = "x"\n{TERM}[[rhythm]]\ndays = 3\n', "a rhythm needs a name"),
        (f'name = "x"\n{TERM}[[rhythm]]\nname = "r"\nhours = [3]\n', "hours are two"),
        (f'name = "x"\n{TERM}[[rhythm]]\nname = "r"\nshare = 2\n', "share is a number"),
        (f'name = "x"\n{TERM}[[rhythm]]\nname = "r"\nzone = "Mars/North"\n', "no zone “Mars/North”"),
        ("= nothing", "list.toml"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadInput) as told:
        contact_list.parse(text, "list.toml")
    assert "list.toml" in str(told.value) and why in str(told.value)


def test_files(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        contact_list.read(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe5"')
    with pytest.raises(BadInput):
        contact_list.read(tmp_path / "latin.toml")


@settings(deadline=None)
@given(st.text(min_size=1).filter(lambda text: text.strip() and text.isprintable()), st.text())
def test_any_word_is_found_where_it_stands_alone(word: str, around: str) -> None:
    quoted = word.replace("\\", "\\\\").replace('"', '\\"')
    wanted = contact_list.parse(f'name = "x"\n[[term]]\nname = "t"\nwords = ["{quoted}"]\n', "list.toml")
    assert list(wanted.matches(f"{word.strip()}")) == ["t"]
    list(wanted.matches(around))
