"""Search and timeline by person, on their pages: tokens, facets with counts, what counts and what does not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from safelight.analyse.search_index import bring_up
from safelight.ledger import identities
from tests.access.acts import ASE, KAISSA, PAYER, act
from tests.access.built import build
from tests.web.conftest import Workbench, serving

#: The tenure that stands for the person: the first one of its accounts by id.
PERSON = min(ASE, PAYER)


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """Åse pays from an account; that Kaissa is she as well was said by one person and waits for a second one."""
    built = build(tmp_path_factory.mktemp("acts"))
    act(built)
    with built.ledger() as ledger:
        for other, waits in ((PAYER, False), (KAISSA, True)):
            identities.decide(
                ledger, ASE, other, "same", reason="her own words", source_grade="A", content_grade="1", seen=None,
                actor="kari", four_eyes=waits,
            )  # fmt: skip
    bring_up(built.folder)
    yield from serving(built, "token-of-the-persons")


@pytest.fixture(scope="module")
def client(workbench: Workbench) -> Iterator[httpx.Client]:
    with workbench.entered() as entered:
        yield entered


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_search_finds_what_all_confirmed_accounts_sent_or_received(
    client: httpx.Client, workbench: Workbench
) -> None:
    before = workbench.entries()
    page = client.get("/search", params={"q": "person:togmann", "kind": "message"})
    assert "'query': 'kind:message person:togmann'" in str(workbench.whats(before))
    said = plain(page.text)
    assert "person togmann ×" in said
    assert "5 hits in 2 conversations, 4 distinct" in said  # one message in two places; not that of Kaissa
    assert (
        "Person hits · distinct togmann 5 · 4 A person is the accounts that people decided to be one, each in"
        in said
    )
    less = re.search(r'<span class="tok"><b>person</b>.*?href="([^"]+)"', page.text)
    assert less is not None and "person" not in less[1]
    assert "Nothing was found." in plain(client.get(f"/search?q=forsinket&person={ASE}").text)


def test_the_timeline_shows_what_they_did(client: httpx.Client) -> None:
    page = client.get(f"/timeline?person={ASE}&from=2016-11-07&to=2016-11-11").text
    said = plain(page)
    assert "person togmann ×" in said
    assert "9 events in the window, 10 with copies" in said
    assert "NOK 450.00, kontingent" in said and "toget er forsinket" not in said
    assert re.search(r"Person togmann 9 10 with copies A person is", said)
    offered = client.get("/timeline?from=2016-11-07&to=2016-11-11").text
    assert f"/timeline?person={PERSON}&amp;from=2016-11-07" in offered


def test_a_person_s_page_leads_to_both_and_nobody_is_told(client: httpx.Client) -> None:
    page = client.get(f"/identities/person?of={ASE}").text
    assert f'href="/search?person={ASE}"' in page and f'href="/timeline?person={ASE}"' in page
    assert client.get("/timeline?person=nobody").status_code == 404
    assert client.get("/search?person=nobody").status_code == 404


def test_it_speaks_norwegian(client: httpx.Client) -> None:
    page = client.get(f"/timeline?person={ASE}", headers={"Accept-Language": "nb"}).text
    assert "En person er de kontoene som noen har avgjort hører sammen, hver i sin periode." in page
