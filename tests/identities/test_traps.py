"""What looks like one person and is two: such pairs may be asked about, and are never proposed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safelight.identities.calibration import calibration
from safelight.identities.candidates import propose
from safelight.identities.combine import Combined, combine
from safelight.identities.findings import measure
from safelight.identities.model import Bench
from safelight.identities.registry import KINDS
from safelight.identities.repeated import LEFT, factors
from tests.identities.seized import seized

DAY_US = 86_400_000_000
NETWORKS = ("skype", "irc", "mail", "whatsapp", "icq")
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def weighed(
    networks: Sequence[str],
    rows: Rows,
    accounts: int = 1000,
    natives: Sequence[str] = (),
    shared: bool = False,
) -> Combined:
    """Accounts 0, 1, ... of these networks with rows of the bench, among others of which nothing is known."""
    with Bench() as bench:
        everybody = [*networks, *(NETWORKS[n % 5] for n in range(accounts - len(networks)))]
        bench.add(
            "tenures",
            [
                {"tenure": n, "id": f"a{n:05}", "account_id": f"a{n:05}", "network": network, "shared": shared and n == 0,
                 "native": natives[n] if n < len(natives) else f"?{n}"}
                for n, network in enumerate(everybody)
            ],
        )  # fmt: skip
        for table, some in rows.items():
            bench.add(table, some)
        propose(bench, KINDS)
        measure(bench, KINDS)
        return combine(bench, KINDS, calibration())


def both(kind: str, value: str, basis: str = "own") -> list[Mapping[str, Any]]:
    """An identifier that accounts 0 and 1 hold."""
    return [
        {"tenure": n, "kind": kind, "value": value, "basis": basis, "first_us": 0, "last_us": 9 * DAY_US, "uses": 1,
         "trace": f"{n}:{kind}"}
        for n in (0, 1)
    ]  # fmt: skip


def named(*names: str) -> list[Mapping[str, Any]]:
    return [
        {"tenure": n, "name": name, "kind": "display name", "uses": 1, "trace": f"{n}:n"}
        for n, name in enumerate(names)
    ]


def moved(*texts: str) -> list[Mapping[str, Any]]:
    """Account 1 says what its kik is."""
    return [
        {"tenure": 1, "network": "kik", "value": "zorgbix", "text": text, "trace": f"m{n}"}
        for n, text in enumerate(texts)
    ]


SKYPES, ACROSS = ("skype", "skype"), ("skype", "irc")
LINE = {"identifiers": both("ip", "84.208.1.9")}
KIK = {"names": [{"tenure": 0, "name": "zorgbix", "kind": "user name", "uses": 1, "trace": "u"}]}


@pytest.mark.parametrize("accounts", [200, 1000, 5000])
@pytest.mark.parametrize(
    ("networks", "rows"),
    [
        (ACROSS, {"names": named("Sigbjørn Haugland", "Sigbjørn Haugland")}),
        (SKYPES, {"names": named("Sigbjørn Haugland", "Sigbjørn Haugland")}),
        (ACROSS, {"names": named("zorgbixal", "zorgbixal")}),
        (SKYPES, {"names": named("zorgbixal", "zorgbixal")}),
        (ACROSS, {"names": named("Aslaug Vestbergheim", "Torgrim Vestbergheim")} | LINE),
        (SKYPES, {"names": named("Aslaug Vestbergheim", "Torgrim Vestbergheim")} | LINE),
        (ACROSS, {"identifiers": [{**row, "basis": basis} for row, basis in zip(
            both("device", "source:pc"), ("file", "presence"), strict=True)]}),
        (("kik", "skype"), KIK | {"moves": moved("my kik is zorgbix")}),
    ],
    ids=["namesake", "namesake within", "handle", "handle within", "siblings", "siblings within", "everywhere", "one move"],
)  # fmt: skip
def test_it_is_asked_about_at_most(networks: Sequence[str], rows: Rows, accounts: int) -> None:
    found = weighed(networks, rows, accounts)
    assert len(found.probability) == 1  # it is not overlooked either
    assert found.proposed(calibration()).tolist() == [False]


def test_the_same_move_repeated_counts_once_and_another_message_more() -> None:
    def raw(*texts: str) -> float:
        return float(weighed(("kik", "skype"), KIK | {"moves": moved(*texts)}).pieces.raw.max())

    assert raw("my kik is zorgbix") == raw("my kik is zorgbix", "my kik is zorgbix") == 4
    assert raw("my kik is zorgbix", "add me on kik: zorgbix") == 7


def test_a_shared_tenure_is_never_proposed() -> None:
    rows = {"identifiers": both("phone", "+4799887766")}
    assert weighed(("whatsapp", "skype"), rows).proposed(calibration()).tolist() == [True]
    assert weighed(("whatsapp", "skype"), rows, shared=True).proposed(calibration()).tolist() == [False]


def test_accounts_of_unknown_networks_are_not_of_one() -> None:
    rows = {"names": named("zorgbixal", "zorgbixal")}
    assert weighed(("", ""), rows).across.tolist() == [True]


def test_what_no_training_contained_lends_no_trust() -> None:
    by = calibration()
    assert set(by.weights) | set(by.stated) == {one.name for one in KINDS}
    assert not set(by.weights) & set(by.stated)
    assert max(by.stated.values()) <= 1
    assert max(by.weights["owner"], by.weights["everywhere"]) <= 1
    found = weighed(ACROSS, {"identifiers": both("email", "zorgbix.q@mail.example")})
    plain = 1 / (1 + np.exp(-(found.log_odds - by.bias)))
    assert found.probability.tolist() == pytest.approx(plain.tolist())


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        (("native", {"value": "kik:zorgbix"}), ("moves", {"network": "kik", "value": "zorgbix"}), LEFT),
        (("email", {"value": "zorg.bix@mail.example"}), ("names", {"name_a": "Zorg Bix", "name_b": "zorg.bix"}), LEFT),
        (("host", {"value": "knut@cm-84.example"}), ("ip", {"value": "84.208.1.9"}), LEFT),
        (("phone", {"value": "+4799887766"}), ("moves", {"network": "phone", "value": "+4799887766"}), LEFT),
        (("phone", {"value": "+4799887766"}), ("names", {"name_a": "Ola N", "name_b": "Ola N"}), 1.0),
        (("names", {"name_a": "Ola N", "name_b": "Ola N"}), ("book names", {"name_a": "Ola N", "name_b": "Ola N"}), 1.0),
    ],
)  # fmt: skip
def test_one_fact_told_twice_counts_once(
    one: tuple[str, Mapping[str, str]], other: tuple[str, Mapping[str, str]], left: float
) -> None:
    kinds = [one[0], other[0]]
    details = [json.dumps(one[1]), json.dumps(other[1])]
    zero, points = np.zeros(2, np.int64), np.asarray([5.0, 4.0])
    assert factors(zero, np.asarray([0, 1]), points, details, kinds).tolist() == [1.0, left]
    apart = np.asarray([0, 1])  # of two pairs
    assert factors(apart, np.asarray([0, 1]), points, details, kinds).tolist() == [1.0, 1.0]


def test_a_mailing_list_is_not_the_user_of_a_mailbox_and_who_writes_to_all_is(tmp_path: Path) -> None:
    with seized(tmp_path) as op:
        for n in range(6):
            op.write(
                "messages", "mail", sender=f"m{n}@club.example", recipients=["tournament@club.example"],
                conversation=f"c{n}", kind="text", text="hei", sent=n,
            )  # fmt: skip
        for n in range(4):
            op.says("icq", "100100", f"20020{n}", "hei", n, recipients=[f"20020{n}"])
            op.says("icq", f"20020{n}", "100100", "hei", n + 10, recipients=["100100"])
        with op.bench() as bench:
            assert op.table(bench, "identifiers", "value", where="basis = 'presence'") == [
                ("icq 100100", "source:s-i1")
            ]
