"""One payment in the payer's statement, the payee's and a remitter's list."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from safelight.analyse.same_transfers import find_same_transfers
from safelight.traces.ids import account_id
from tests.analyse.stage import BEGIN, SECOND, Stage, staged

DAY = 86_400


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as made:
        yield made


class Bank:
    """Writes transfers into the catalog and tells which of them are one."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._rows = stage, list[dict[str, Any]]()

    def __call__(
        self,
        name: str,
        item: str,
        native: str | None,
        *,
        day: int = 0,
        amount: str = "450.00",
        payer: str | None = "NO1",
        payee: str | None = "NO2",
        network: str = "bank",
    ) -> None:
        us = BEGIN + day * DAY * SECOND
        self._rows.append(
            {
                "trace_id": name, "item_id": item, "source_id": "s", "exhibit": self._stage.exhibit, "parser": "bank",
                "version": 1, "place": name, "network": network, "state": "live", "native_id": native,
                "sender": payer, "sender_id": payer and account_id(network, None, payer),
                "receiver": payee, "receiver_id": payee and account_id(network, None, payee),
                "amount": Decimal(amount), "currency": "NOK",
                "time": {"utc": None, "wall": us, "text": "", "basis": "stated"},
            }
        )  # fmt: skip

    def same(self) -> list[tuple[str, str]]:
        self._stage.catalog.write("paid", {"transfers": self._rows}, made_by={"test": "1"})
        assert find_same_transfers(self._stage.catalog, self._stage.ledger)
        assert not find_same_transfers(self._stage.catalog, self._stage.ledger)
        with self._stage.catalog.connect() as database:
            return database.execute(
                "select distinct_id, trace_id from same_transfers where trace_id <> distinct_id order by all"
            ).fetchall()


def test_both_statements_and_a_list_tell_of_one_payment(stage: Stage) -> None:
    bank = Bank(stage)
    bank("a", "payer.xml", "E2E000001")
    bank("b", "payee.sta", "E2E000001", day=3)
    bank("c", "list.csv", "E2E000001", network="remitter", payer="17", payee="18")
    assert bank.same() == [("a", "b"), ("a", "c")]


def test_without_an_id_of_both_nothing_is_joined(stage: Stage) -> None:
    bank = Bank(stage)
    bank("a", "payer.xml", None)
    bank("b", "payee.sta", None)
    bank("c", "other.sta", "E2E000001")
    bank("d", "payer.xml", "17")  # a list's own number
    bank("e", "payee.sta", "17")
    assert bank.same() == []


def test_another_sum_another_payee_or_another_month_is_another(stage: Stage) -> None:
    bank = Bank(stage)
    bank("a", "payer.xml", "E2E000001")
    bank("b", "b.sta", "E2E000001", amount="450.01")
    bank("c", "c.sta", "E2E000001", payee="NO3")
    bank("d", "d.sta", "E2E000001", day=31)
    assert bank.same() == []


def test_what_goes_back_bears_the_id_and_is_another(stage: Stage) -> None:
    bank = Bank(stage)
    bank("a", "january.xml", "E2E000001", payee=None)
    bank("b", "february.xml", "E2E000001", day=2, payer=None, payee="NO1")
    bank("c", "payee.xml", "E2E000002", payer="NO1", payee="NO2")
    bank("d", "payee-back.xml", "E2E000002", payer="NO2", payee="NO1", day=1)
    assert bank.same() == []


def test_a_choice_stays_apart(stage: Stage) -> None:
    bank = Bank(stage)
    bank("a", "payer.xml", "E2E000001")
    bank("b", "payee.sta", "E2E000001")
    bank("c", "payee.sta", "E2E000001", day=1)
    assert bank.same() == []
