"""One first name on one thing: what tells a household's accounts apart, and where it is silent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from safelight.identities.calibration import calibration
from safelight.identities.candidates import propose
from safelight.identities.combine import combine
from safelight.identities.evidence import first_name
from safelight.identities.findings import measure
from safelight.identities.model import Bench
from safelight.identities.registry import KINDS

PC = {"kind": "device", "value": "source:pc", "basis": "file"}


def bench(
    names: list[tuple[str, str]], networks: list[str], thing: dict[str, Any] = PC, accounts: int = 1_000
) -> Bench:
    """Accounts with a user name and a display name each, all on one thing, among others."""
    made = Bench()
    made.add("tenures", [
        {"tenure": n, "id": f"a{n:05}", "account_id": f"a{n:05}", "network": networks[n] if n < len(networks) else "icq",
         "native": f"?{n}"}
        for n in range(accounts)
    ])  # fmt: skip
    made.add("names", [
        {"tenure": n, "name": name, "kind": kind, "uses": 1, "trace": f"{n}:{kind}"}
        for n, two in enumerate(names) for name, kind in zip(two, ("user name", "display name"), strict=True) if name
    ])  # fmt: skip
    made.add("identifiers", [thing | {"tenure": n, "trace": f"{n}:d"} for n in range(len(networks))])
    return made


def found(made: Bench) -> list[tuple[int, int, float, str]]:
    made.add("pairs", first_name.KIND.propose(made))
    rows = first_name.KIND.measure(made).to_pylist()
    return [
        (row["a"], row["b"], row["points"], first_name.KIND.say(json.loads(row["detail"]))) for row in rows
    ]


@pytest.mark.parametrize("other", ["rook_kari", "karivik87", "RookKari", "kari"])
def test_a_first_name_in_a_handle(other: str) -> None:
    with bench([("", "Kari Vik"), (other, "")], ["skype", "irc"]) as made:
        said = "Both accounts were used on one seized item and go by the first name “Kari”."
        assert found(made) == [(0, 1, 2.5, said)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kari Vik", "Ola Vik"),  # a household has one surname
        ("Kari Vik", "makarios"),
        ("Odd Vik", "oddity"),  # three letters are part of many words
        ("Kari", "rook_kari"),  # nobody's name in full: any word
    ],
)
def test_what_is_no_first_name_in_common(one: str, other: str) -> None:
    with bench([("", one), (other, "")], ["skype", "irc"]) as made:
        assert found(made) == []


def test_a_thing_of_many_and_a_thing_of_nobody_say_nothing() -> None:
    with bench([("", "Kari Vik"), ("rook_kari", ""), ("", "Ola Vik")], ["skype"] * 3) as made:
        assert found(made) == []
    with bench([("", "Kari Vik"), ("rook_kari", "")], ["skype", "irc"], PC | {"value": "serial 7"}) as made:
        assert found(made) == []


@pytest.mark.parametrize("accounts", [200, 1_000, 5_000])
def test_it_is_the_second_piece_beside_a_thing_and_a_surname_is_not(accounts: int) -> None:
    def proposed(one: str, other: str) -> list[bool]:
        with bench([("", one), ("", other)], ["skype", "telegram"], accounts=accounts) as made:
            propose(made, KINDS)
            measure(made, KINDS)
            told = combine(made, KINDS, calibration()).proposed(calibration())
            return [bool(one) for one in told]

    assert proposed("Aslaug Vestbergheim", "Aslaug V.") == [True]
    assert proposed("Aslaug Vestbergheim", "Torgrim Vestbergheim") == [False]
