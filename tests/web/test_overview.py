"""The first page says what needs the reader: urgent children, questions, approvals, corrections, deadlines; every number
opens the list that it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from safelight.access.door import Door
from safelight.casework.waiting import waiting
from safelight.ledger import rights
from tests.access.acts import BO
from tests.access.built import ACTOR
from tests.casework.handover.cases import MAKER, SECOND, Case, touched_case
from tests.web.conftest import Workbench, serving
from tests.web.persons import BO2, persons
from tests.web.test_identities import decided
from tests.web.test_persons import post, words

NOON = "2017-05-30T12:00:00Z"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """HO-001 was given and touched since, HO-002 waits for a second person."""
    root = tmp_path_factory.mktemp("overview")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFELIGHT_CLOCK", NOON)
        yield touched_case(root)


@pytest.fixture(scope="module")
def client(case: Case) -> Iterator[httpx.Client]:
    for bench in serving(case.built, "token-of-the-overview"):
        with bench.entered() as client:
            for kind, day in (("detention", "2017-06-05"), ("limitation", "2019-06-05")):
                post(client, "/cases/C-001/state", field="deadline", kind=kind, value=day, reason="order")
            post(
                client,
                "/victims/V-001/state",
                field="contact",
                value="2017-05-29",
                source="log",
                reason="read",
            )
            post(client, "/cases/C-001/state", field="status", value="opened", reason="report")
            post(client, "/cases/C-001/move", act="allocate", to="Vest", reason="lives there")
            post(
                client,
                "/persons/P-001/state",
                field="category",
                value="suspect",
                source="decision",
                reason="x",
            )
            yield client


def test_urgent_children_stand_first_for_who_may_see_them(client: httpx.Client, case: Case) -> None:
    page = client.get("/").text
    assert 'href="/victims?urgency=urgent">1 urgent</a>' in page
    assert "V-001 urgent Contact: 2017-05-29 unidentified · taken by nobody" in words(
        client.get("/"), "urgent"
    )
    assert page.index('id="urgent"') < page.index('class="figs"')
    with case.ledger() as ledger:
        rights.grant(ledger, "coordinator", rights.VICTIMS, reason="hers alone", actor=ACTOR)
    page = client.get("/").text
    assert "V-001" not in page and 'id="urgent"' not in page and "Children, at least" not in page
    with case.ledger() as ledger:
        rights.grant(ledger, ACTOR, rights.VICTIMS, reason="hers too", actor=ACTOR)


def test_what_waits_leads_to_where_it_is_done(client: httpx.Client) -> None:
    answer = client.get("/")
    assert words(answer, "waits") == (
        "> Waiting for you HO-002 a handover that wants a second person "
        "HO-001 what was given no longer holds; a correction is needed"
    )
    assert 'href="/handovers/HO-002"' in answer.text and 'href="/handovers/HO-001"' in answer.text


def test_nobody_is_asked_to_approve_what_is_their_own(case: Case) -> None:
    for who, approves in ((MAKER, []), (SECOND, ["HO-002"])):
        with (
            Door(case.built.folder, who=who, purpose="test") as door,
            door.consult("overview") as look,
        ):
            found = waiting(look.reading, who)
        assert [one.handover.record.name for one in found.approve] == approves


def test_deadlines_that_are_near_stand_there_and_all_have_a_page(client: httpx.Client) -> None:
    assert words(client.get("/"), "due") == "> Deadlines All 2 5 Jun 2017 Detention in 6 days C-001"
    listed = words(client.get("/deadlines"))
    assert listed.startswith("Deadlines 2 deadlines run ·")
    assert "5 Jun 2017 detention in 6 days C-001 2016-0142-29 Vest 5 Jun 2019 limitation C-001" in listed
    target = re.search(r'href="/cases/C-001#(e\d+)"', client.get("/deadlines").text)
    assert target is not None and f'id="{target[1]}"' in client.get("/cases/C-001").text
    assert "No deadline runs." in client.get("/deadlines?known=2017-05-29").text
    assert client.get("/deadlines?known=tomorrow").status_code == 400


def test_figures_of_casework_open_into_their_rows(client: httpx.Client) -> None:
    page = client.get("/").text
    first = page.partition('<dl class="figs">')[2].partition("</dl>")[0]
    told = re.findall(r'<dt>(.*?)</dt><dd><a class="n" href="(.*?)">(?:≥ )?(.*?)</a>', first)
    assert [(name, value) for name, _to, value in told] == [
        ("Suspects", "1"), ("Children, at least", "1"), ("Cases", "1"),
        ("Accounts", '<span class="t3" title="Nothing that is '
        'known tells it.">not known</span>'), ("Seized, registered", "4.10 kB"),
    ]  # fmt: skip
    for _name, to, value in told:
        heading = re.search("<h1>(.*?)</h1>", client.get(to).text)
        assert heading is not None and heading[1].endswith(value)


def test_questions_are_counted_as_their_page_counts_them(tmp_path: Path) -> None:
    for bench in persons(tmp_path, "token-of-the-questions"):
        with bench.entered() as client:
            asked = re.search(r"(\d) pairs wait for an answer", words(client.get("/identities")))
            assert asked is not None
            assert words(client.get("/"), "waits") == (
                f"> Waiting for you {asked[1]} pairs of accounts: one person or two?"
            )
            decided(bench, BO, BO2, "same", four_eyes=True)
            left = int(asked[1]) - 1
            assert words(client.get("/"), "waits") == (
                "> Waiting for you 1 decision that wants a second person "
                f"{left} {'pair' if left == 1 else 'pairs'} of accounts: one person or two?"
            )


def test_an_operation_without_casework_shows_none_of_its_figures(empty: Workbench) -> None:
    with empty.entered() as client:
        page = client.get("/")
    assert page.text.count('<dl class="figs">') == 1
    assert "No question, approval or correction waits." in words(page, "waits")
    assert 'id="due"' not in page.text and 'id="urgent"' not in page.text
