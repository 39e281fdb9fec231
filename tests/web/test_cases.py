"""The pages of cases: people, owners, transfers and deadlines by form; and how a case ended, for who worked on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from safelight.ledger import rights
from tests.access.built import ACTOR, build
from tests.web.conftest import Workbench, serving
from tests.web.test_persons import NOON, post, words


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv("SAFELIGHT_CLOCK", NOON)
    yield from serving(build(tmp_path, more=-1), "token-of-the-cases")


@pytest.fixture
def client(bench: Workbench) -> Iterator[httpx.Client]:
    with bench.entered() as client:
        post(client, "/persons", name="Åse", reason="told")
        post(
            client,
            "/persons/P-001/state",
            field="address",
            value="Storgata 2",
            municipality="1103",
            reason="letter",
        )
        post(client, "/cases", number="2017-31", title="The clock", reason="report", first="2017-01-03")
        yield client


def test_a_case_is_opened_and_its_people_stated(client: httpx.Client) -> None:
    post(client, "/cases/C-001/state", field="role", target="P-001", value="suspect", reason="report")
    post(client, "/cases/C-001/state", field="standing", target="P-001", value="charged", first="2017-02-01",
         reason="decision 4")  # fmt: skip
    post(client, "/cases/C-001/state", field="provision", value="2005 § 371", reason="report")
    said = words(
        post(client, "/cases/C-001/state", field="deadline", kind="review", value="2017-06-13", reason="plan")
    )
    for text in (
        "C-001 2017-31 opened", "The clock · owner: nobody", "P-001 Åse suspect charged 1 Feb 2017 Sør-Vest police district",
        "strl. 2005 § 371", "review 13 Jun 2017 in 14 days",
        "proposed Sør-Vest P-001 Åse lives in municipality 1103, which is in Sør-Vest.",
    ):  # fmt: skip
        assert text in said, (text, said)
    row = words(client.get("/cases"))
    assert "C-001 2017-31 The clock opened 3 Jan 2017 nobody 1 review 13 Jun 2017 in 14 days" in row
    assert "2017-31 suspect charged nobody" in words(client.get("/persons/P-001"), "cases")


def test_a_case_is_allocated_transferred_returned_and_taken_over(client: httpx.Client) -> None:
    post(
        client, "/cases/C-001/move", act="allocate", to="Sør-Vest", reason="home district", first="2017-01-04"
    )
    said = words(
        post(client, "/cases/C-001/move", act="transfer", to="SE:Polisen", reason="moved", first="2017-03-01")
    )
    assert "owner: Polisen (SE)" in said and "HO-001 to Polisen (SE) on 1 Mar 2017 moved waits for" in said
    again = client.post("/cases/C-001/move", data={"act": "transfer", "to": "Oslo", "reason": "r"})
    assert again.status_code == 400 and "was transferred already: HO-001 waits for Polisen (SE)" in again.text
    post(client, "/cases/C-001/acknowledge", answer="returned", by="Polisen Syd", first="2017-03-10")
    said = words(client.get("/cases/C-001"))
    assert "owner: Sør-Vest" in said and "returned by Polisen Syd" in said
    whose = words(client.get("/cases/C-001"), "whose")
    for text in (
        "Sør-Vest 4 Jan 2017 – 28 Feb 2017",
        "Polisen (SE) 1 Mar 2017 – 9 Mar 2017",
        "Sør-Vest 10 Mar 2017 –",
    ):
        assert text in whose, (text, whose)
    post(client, "/cases/C-001/move", act="transfer", to="Oslo", reason="moved again", first="2017-04-01")
    post(client, "/cases/C-001/acknowledge", answer="accepted", by="K. Lund", reason="read")
    assert "acknowledged by K. Lund" in words(client.get("/cases/C-001"))
    then = client.get("/cases/C-001", params={"true": "2017-03-05"})
    assert "owner: Polisen (SE)" in words(then) and 'method="post"' not in then.text.partition("<main")[2]


def test_an_ending_is_told_to_who_asked(client: httpx.Client) -> None:
    assert "How cases ended" not in client.get("/").text
    assert "Tell me how it ends" not in words(post(client, "/cases/C-001/follow"))
    post(client, "/cases/C-001/state", field="status", value="judged", first="2017-05-01", reason="fined")
    assert "How cases ended that you worked on 2017-31 judged 1 May 2017 fined" in words(client.get("/"))


def test_links_to_children_show_only_with_their_right(client: httpx.Client, bench: Workbench) -> None:
    post(client, "/victims", name="", reason="told")
    said = words(
        post(client, "/cases/C-001/state", field="victim", target="V-001", value="named", reason="report")
    )
    assert "Victim V-001" in said
    with bench.built.ledger() as ledger:
        rights.grant(ledger, "somebody else", "victims", reason="register", actor=ACTOR)
    assert "V-001" not in client.get("/cases/C-001").text


def test_what_is_refused_says_why(client: httpx.Client) -> None:
    for path, given, said in (
        ("/cases", {"number": "2017-31", "reason": "r"}, "There is a case 2017-31 already"),
        ("/cases", {"number": "", "reason": "r"}, "A case needs its number"),
        (
            "/cases/C-001/state",
            {"field": "status", "value": "transferred", "reason": "r"},
            "is transferred to a unit",
        ),
        ("/cases/C-001/move", {"act": "allocate", "to": "Rogaland", "reason": "r"}, "ended on 2016-01-01"),
        ("/cases/C-001/acknowledge", {"by": "Oslo"}, "No transfer of C-001 waits"),
    ):
        answer = client.post(path, data=given)
        assert answer.status_code == 400 and said in answer.text, (given, answer.text)
    assert client.get("/cases/C-009").status_code == 404
