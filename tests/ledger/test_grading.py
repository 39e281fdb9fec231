"""Grades: what each scheme allows, and that an entry keeps the scheme it was graded in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight.errors import Refused
from safelight.ledger import identities, records
from safelight.ledger.grading import FIVE, FOUR, SCHEMES, UNGRADED, Graded, check, graded
from safelight.ledger.ledger import Ledger
from safelight.ledger.records import Basis
from safelight.operation.settings import GradingSettings
from tests.ledger.conftest import ACTOR


@pytest.mark.parametrize(
    ("text", "scheme", "found"),
    [
        ("b2", FOUR, Graded("4x4", "B", "2")),
        ("X1", FOUR, Graded("4x4", "X", "1")),
        ("", FOUR, Graded("4x4")),
        ("xx", FIVE, Graded("5x5x5")),
        ("E41", FIVE, Graded("5x5x5", "E", "4", "1")),
    ],
)
def test_a_grade_is_read_as_people_write_it(text: str, scheme: object, found: Graded) -> None:
    assert graded(text, scheme) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "scheme", "said"),
    [
        ("E1", FOUR, "'E' grades no source. Use one of A, B, C, D, X."),
        ("A5", FOUR, "'5' grades no content. Use one of 1, 2, 3, 4, X."),
        ("B21", FOUR, "'B21' is no grade of 4x4. Write source and information, as in B2, or leave it out."),
        ("B2", FIVE, "'B2' is no grade of 5x5x5. Write source, information and handling, as in B21, or leave it out."),
        ("F21", FIVE, "'F' grades no source. Use one of A, B, C, D, E, X."),
        (
            "B26", FIVE,
            "'6' is no handling code of B2. Grade source, information and handling (1, 2, 3, 4, 5), or none of them.",
        ),
    ],
)  # fmt: skip
def test_what_is_no_grade_is_refused(text: str, scheme: object, said: str) -> None:
    with pytest.raises(Refused, match=f"^{re.escape(said)}$"):
        graded(text, scheme)  # type: ignore[arg-type]


@given(st.sampled_from([FOUR, FIVE]), st.text("ABCDEFX1234567", max_size=4))
def test_what_is_read_is_written_the_same_and_passes_the_check(scheme: object, text: str) -> None:
    try:
        found = graded(text, scheme)  # type: ignore[arg-type]
    except Refused:
        return
    check(found)
    assert str(found) == (text or "XX")


def test_no_scheme_grades_handling_by_half() -> None:
    for grade in (
        Graded("5x5x5", "B", "2"),
        Graded("5x5x5", handling="1"),
        Graded("4x4", "B", "2", "1"),
        Graded("6x6"),
    ):
        with pytest.raises(Refused):
            check(grade)


def test_the_setting_knows_the_schemes() -> None:
    field = GradingSettings.__dataclass_fields__["scheme"]
    assert (field.default, field.metadata["choices"]) == (UNGRADED.scheme, tuple(SCHEMES))


def test_an_entry_keeps_the_scheme_that_it_was_graded_in(anywhere: Ledger) -> None:
    both = [
        Basis("fact", "yes", "B", "2", "club register"),
        Basis("fact", "no", "E", "4", "a letter", scheme="5x5x5", handling="3"),
    ]
    with anywhere.writing() as act:
        who = records.make(act, "person", actor=ACTOR)
        seqs = [records.state(act, who.id, "alias", "Åsløkk", actor=ACTOR, basis=basis).seq for basis in both]
        with pytest.raises(Refused, match="'E' grades no source"):
            records.state(act, who.id, "alias", "Løkk", actor=ACTOR, basis=Basis(source_grade="E"))
    assert [one.basis for one in records.statements(anywhere, record=who.id)] == both
    assert [str(one.basis.grade) for one in records.statements(anywhere, record=who.id)] == ["B2", "E43"]
    assert [(anywhere.payload(seq) or {})["scheme"] for seq in seqs] == ["4x4", "5x5x5"]


def test_a_decision_about_accounts_keeps_it_too(ledger: Ledger) -> None:
    identities.decide(
        ledger, "account-a", "account-b", "same", reason="own words", source_grade="E", content_grade="5",
        seen=None, actor=ACTOR, scheme="5x5x5", handling="4",
    )  # fmt: skip
    (one,) = identities.standing(ledger).in_force
    (past,) = identities.history(ledger, "account-a", "account-b")
    assert (one.grade, past.grade) == (Graded("5x5x5", "E", "5", "4"), "E54")
