"""Names and handles: spelling, alphabets and years do not part them; what many are called does not join them."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.identities.evidence import names
from safelight.identities.handles import handle, initials
from safelight.identities.model import Bench


@pytest.mark.parametrize(
    ("name", "core", "numbers"),
    [
        ("Ola Nordmann", "olanordmann", ()),
        ("0laN0rdmann", "olanordmann", ()),
        ("ola_nordmann-87", "olanordmann", ("87",)),
        ("Ола Нордманн", "olanordmann", ()),
        ("Øyvind Åsvær", "oyvindasvaer", ()),
        ("Sh4d0wF0x1991", "shadowfox", ("1991",)),
        ("xX_Dragon_Xx", "dragon", ()),
        ("vaffel|away", "vaffel", ()),
        ("heeeello", "heello", ()),
        ("K@ri", "kari", ()),
        ("1337", "", ("1337",)),
        ("👑", "", ()),
        ("", "", ()),
    ],
)
def test_forms(name: str, core: str, numbers: tuple[str, ...]) -> None:
    found = handle(name)
    assert (found.core, found.numbers, found.disguised) == (core, numbers, False)


@pytest.mark.parametrize("name", ["olаnordmann", "Ola\u200bNordmann", "οla nordmann", "ola\u00adnordmann"])
def test_signs_without_width_and_foreign_letters_within_a_word_are_a_disguise(name: str) -> None:
    found = handle(name)
    assert (found.core, found.disguised) == ("olanordmann", True)


def test_initials_and_surname() -> None:
    assert initials(("ola", "nordmann")) == ("onordmann", "nordmanno", "olan")
    assert initials(("ola",)) == ()


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_a_form_of_plain_letters(name: str) -> None:
    found = handle(name)
    assert found.core == "".join(found.words)
    assert all(word.isascii() and word.isalpha() and word.islower() for word in found.words)
    assert all(number.isascii() and number.isdigit() for number in found.numbers)
    assert (
        handle(found.core).words in (found.words, (found.core,), ())
        or len(found.core) > 80
        or found.core != ""
    )


CARRIED = [
    "Torgrim Vaffelsen", "torgrim.vaffelsen87", "T0rgr1mVaffelsen", "tvaffelsen",  # 0 to 3: one
    "Kari Hansen", "Kari Hansen", "mike", "mike",  # 4 and 5, 6 and 7: names that many have
    "shadowfox_1991", "Sh4d0wF0x1991",  # 8 and 9: one
    "unknown", "unknown", "Guest4711", "Guest4712",  # nobody's name
    "brunost91", "brunost68", "Brunost Siv", "Torgrim Vafelsen",  # 14 to 16: three who like one word; 17: 0 mistyped
]  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[tuple[int, int], tuple[float, str]]:
    dice = random.Random(1)
    others = [
        "".join(dice.choice("bdfgklmnprstv") + dice.choice("aeiouy") for _ in range(5)) for _ in range(1_500)
    ]
    with Bench() as bench:
        carried = [*CARRIED, *others]
        bench.add("tenures", [
            {"tenure": n, "id": f"a{n}", "account_id": f"a{n}", "network": "skype"} for n in range(len(carried))
        ])  # fmt: skip
        bench.add("names", [
            {"tenure": n, "name": name, "kind": "display name", "trace": f"t1-x:{n}"} for n, name in enumerate(carried)
        ])  # fmt: skip
        bench.add("pairs", names.KIND.propose(bench))
        rows = names.KIND.measure(bench).to_pylist()
    assert all(row["traces"] == [f"t1-x:{n}" for n in sorted((row["a"], row["b"]), key=str)] for row in rows)
    return {(row["a"], row["b"]): (row["points"], names.KIND.say(json.loads(row["detail"]))) for row in rows}


PRIOR = 0.5 - 7.32
"""Before any evidence, among 1,518 accounts: `calibration.json`."""


def test_one_person_who_spells_the_name_in_several_ways(
    found: dict[tuple[int, int], tuple[float, str]],
) -> None:
    for pair in ((0, 1), (0, 2), (1, 2), (8, 9)):
        assert PRIOR + found[pair][0] > 1, pair
    assert (0, 3) in found
    assert found[(0, 1)][1] == (
        "The names “Torgrim Vaffelsen” and “torgrim.vaffelsen87” have the same letters once their spelling is evened out. "
        "3 known accounts have such a name."
    )
    assert found[(0, 3)][1].startswith(
        "“Torgrim Vaffelsen” and “tvaffelsen” may be initials and name of one person."
    )


def test_two_people_of_one_common_name_are_not_claimed(
    found: dict[tuple[int, int], tuple[float, str]],
) -> None:
    for pair in ((4, 5), (6, 7)):
        assert found[pair][0] > 0 > PRIOR + found[pair][0]
    assert found[(4, 5)][1] == "Both accounts carried the name “Kari Hansen”."
    assert not names.KIND.hard


def test_a_word_that_several_like_is_no_claim(found: dict[tuple[int, int], tuple[float, str]]) -> None:
    for pair in ((14, 15), (14, 16), (15, 16)):
        assert PRIOR + found.get(pair, (0.0, ""))[0] < -0.9, pair
    # A slip of typing makes a candidate.
    assert PRIOR + found[(0, 17)][0] > -1.5


def test_what_programs_call_those_without_a_name_says_nothing(
    found: dict[tuple[int, int], tuple[float, str]],
) -> None:
    assert not {(10, 11), (12, 13)} & set(found)


def test_names_of_strangers_propose_few(found: dict[tuple[int, int], tuple[float, str]]) -> None:
    strangers = [told[0] for (a, b), told in found.items() if b >= len(CARRIED)]
    assert len(strangers) < 1_500 and sum(PRIOR + one > 0 for one in strangers) <= 15


def test_a_name_that_hundreds_have_proposes_nobody() -> None:
    with Bench() as bench:
        bench.add(
            "tenures",
            [{"tenure": n, "id": f"a{n}", "account_id": f"a{n}", "network": "irc"} for n in range(400)],
        )
        bench.add("names", [{"tenure": n, "name": "vaffelelsker", "kind": "nick"} for n in range(400)])
        assert names.KIND.propose(bench).num_rows == 0


def test_no_names_at_all() -> None:
    with Bench() as bench:
        bench.add(
            "tenures",
            [{"tenure": n, "id": f"a{n}", "account_id": f"a{n}", "network": "irc"} for n in range(3)],
        )
        bench.add("pairs", names.KIND.propose(bench))
        bench.add("pairs", [{"a": 0, "b": 1}])
        assert names.KIND.measure(bench).num_rows == 0
