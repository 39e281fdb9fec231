"""The pages about who is who: queue, pair, evidence; decisions through the forms, and what they leave in the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.access.acts import ASE, BO
from tests.web.conftest import Workbench
from tests.web.persons import BO2, TOG, persons


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    yield from persons(tmp_path_factory.mktemp("persons"), "token-of-the-persons")


@pytest.fixture(scope="module")
def client(workbench: Workbench) -> Iterator[httpx.Client]:
    with workbench.entered() as entered:
        yield entered


def test_the_pair_page_shows_both_and_why(client: httpx.Client, workbench: Workbench) -> None:
    before = workbench.entries()
    answer = client.get("/identities/pair", params={"a": ASE, "b": TOG})
    said = answer.text
    assert answer.status_code == 200
    for text in ("togmann", "tog_åse", "0.96", "of 100 such pairs, about 96 are one person", "+5.9", "−1.3",
                 "Start: one in 6,000", "Together +3.6, odds 37 to 1", "Who else could it be"):  # fmt: skip
        assert text in said, text
    assert [verb for verb, _what in workbench.whats(before)] == ["consultation"]


def test_the_queue_leads_from_one_question_to_the_next(client: httpx.Client) -> None:
    said = client.get("/identities").text
    assert said.count("<tr data-row") == 3
    assert client.get("/identities/next", params={"a": ASE, "b": TOG}).url.path == "/identities/pair"


def test_a_decision_is_recorded_and_can_be_taken_back(client: httpx.Client) -> None:
    given = {"a": BO, "b": BO2, "decision": "same", "source_grade": "B", "content_grade": "2", "reason": "own device",
             "seen": "0.62"}  # fmt: skip
    said = client.post("/identities/pair", data=given)
    assert said.status_code == 200 and "Recorded as entry" in said.text and "own device" in said.text
