"""The fact box: words that bend with their numbers, in three languages, and what each audience is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from safelight import messages
from safelight.casework import factbox
from safelight.casework.figure import Asked, Figure
from safelight.errors import Refused
from safelight.ledger.as_of import AsOf
from safelight.ledger.ledger import Ledger
from tests.casework.desk import Desk

MANY = (
    Figure("suspects", 51), Figure("suspects_own", 24), Figure("cases", 84), Figure("cases_own", 37),
    Figure("cases_other", 45), Figure("cases_abroad", 2), Figure("cases_abroad", 1, "SE"),
    Figure("cases_abroad", 1, "DK"), Figure("cases_owner", 2, "Øst"), Figure("cases_owner", 1, "SE/NOA"),
    Figure("cases_status", 3, "opened"), Figure("districts", 12), Figure("children", 1_300), Figure("accounts", 6_001),
    Figure("exhibits", 2), Figure("seized", 150 * 10**12),
)  # fmt: skip
FEW = (
    Figure("suspects", 1), Figure("suspects_own", 1), Figure("cases", 2), Figure("cases_own", 1), Figure("cases_other", 1),
    Figure("districts", 2), Figure("children", 1), Figure("accounts", 1), Figure("seized", 2_500 * 10**9),
)  # fmt: skip


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.open(Desk(tmp_path_factory.mktemp("box")).folder) as opened:
        yield opened


def _box(
    ledger: Ledger, language: str, found: tuple[Figure, ...], audience: str = "press", day: str = "2017-05-30"
) -> str:
    return factbox.write(Asked(ledger, AsOf.then(day), "Vest"), language, audience, found).text.replace(
        "\xa0", " "
    )


def test_many_in_bokmål(ledger: Ledger) -> None:
    assert _box(ledger, "nb", MANY) == (
        "SYNTETISK OPERASJON. Per 30. mai 2017 kjenner politiet til minst 51 personer, 24 av dem i Vest politidistrikt. "
        "Operasjonen omfatter 84 saker. 37 av dem hører til Vest politidistrikt og 45 til andre politidistrikter. "
        "Én sak er overført til Sverige og én til Danmark. Sakene er fordelt på alle de 12 politidistriktene. "
        "Politiet kjenner til minst 1 300 barn. Beslaget inneholder spor etter over 6 000 kontoer. "
        "Beslaget er på 150 terabyte."
    )


def test_few_in_nynorsk_bend_with_their_nouns(ledger: Ledger) -> None:
    assert _box(ledger, "nn", FEW) == (
        "SYNTETISK OPERASJON. Per 30. mai 2017 kjenner politiet til minst éin person, éin av dei i Vest politidistrikt. "
        "Operasjonen omfattar to saker. Éi av dei høyrer til Vest politidistrikt og éi til eit anna politidistrikt. "
        "Sakene ligg i to politidistrikt. Politiet kjenner til minst eitt barn. "
        "Beslaget inneheld spor etter éin konto. Beslaget er på 2,5 terabyte."
    )


def test_few_in_english(ledger: Ledger) -> None:
    assert _box(ledger, "en", FEW) == (
        "SYNTHETIC OPERATION. As of 30 May 2017 the police know of at least one person, one of them in Vest police "
        "district. The operation comprises two cases. One of them belongs to Vest police district and one to another "
        "police district. The cases lie in two police districts. The police know of at least one child. "
        "What was seized names one account. What was seized amounts to 2.5 terabytes."
    )


def test_the_prosecutor_is_told_owners_and_states_and_the_press_is_not(ledger: Ledger) -> None:
    told = _box(ledger, "nn", MANY, "prosecutor")
    assert "Saker etter eigar: Aust politidistrikt 2, Sverige (NOA) 1." in told
    assert "Saker etter status: oppretta 3." in told and "6 001 kontoar" in told
    assert "Aust" not in _box(ledger, "nn", MANY)
    left_out = factbox.write(Asked(ledger, AsOf.then("2017-05-30"), "Vest"), "nb", "press", MANY).left_out
    assert left_out == (
        "navn på personer og kontoer", "saker etter distrikt og status", "nøyaktig antall kontoer", "metoder",
    )  # fmt: skip


def test_numbers_are_marked_with_their_figures_and_nothing_is_said_of_what_is_not_known(
    ledger: Ledger,
) -> None:
    found = (Figure("cases", 3), Figure("accounts", None), Figure("children", 0))
    box = factbox.write(Asked(ledger, AsOf.seen_today("2017-05-30")), "en", "press", found)
    assert [(piece.text, piece.key) for piece in box.pieces] == [
        ("SYNTHETIC OPERATION. Seen from today, on 30 May 2017 the operation comprises ", ""),
        ("3 cases", "cases"),
        (".", ""),
    ]  # fmt: skip
    assert box.unknown == ("Accounts",)


def test_a_national_unit_is_called_no_district(ledger: Ledger) -> None:
    found = (
        Figure("cases", 3),
        Figure("cases_own", 1),
        Figure("cases_other", 2),
        Figure("cases_owner", 2, "Kripos"),
    )
    assert "Én av dem hører til Vest politidistrikt og to til andre norske enheter." in _box(
        ledger, "nb", found
    )
    assert "og to til andre norske enheter" not in _box(ledger, "nb", found[:3])


def test_the_language_in_use_is_left_as_it_was_and_others_are_refused(ledger: Ledger) -> None:
    messages.use_language("nn")
    try:
        asked = Asked(ledger, AsOf.then("2017-05-30"))
        factbox.write(asked, "en", "press", FEW)
        assert messages.language() == "nn"
        for language, audience in (("sv", "press"), ("nb", "everybody")):
            with pytest.raises(Refused):
                factbox.write(asked, language, audience, FEW)
    finally:
        messages.use_language("en")
