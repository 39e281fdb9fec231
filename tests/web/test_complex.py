"""The page of the complex and the rows behind its figures: matrix, map, fact box, both questions, what is new, the past."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from safelight.ledger import rights
from safelight.ledger.ledger import Ledger
from safelight.operation.settings import OperationUnitSettings, read_settings, write_settings
from tests.access.built import ACTOR, build
from tests.web.conftest import Workbench, serving
from tests.web.test_persons import post

NOON, DAY = "2017-05-30T12:00:00Z", "2017-05-30"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFELIGHT_CLOCK", NOON)
        built = build(tmp_path_factory.mktemp("complex"), more=-1)
        unit = replace(read_settings(built.folder.settings), operation_unit=OperationUnitSettings("Vest"))
        write_settings(built.folder.settings, unit)
        yield from serving(built, "token-of-the-complex")


@pytest.fixture(scope="module")
def client(bench: Workbench) -> Iterator[httpx.Client]:
    with bench.entered() as client:
        _fill(client)
        yield client


def _fill(client: httpx.Client) -> None:
    """Two suspects, of whom the second was one since January and is entered today; cases of Vest, Øst and Sweden."""
    for number, (name, municipality) in enumerate((("Åse", "1201"), ("Bø", "0213")), 1):
        post(client, "/persons", name=name, reason="told")
        page = f"/persons/P-{number:03d}/state"
        post(client, page, field="address", value="Storgata 2", municipality=municipality, reason="letter")
        first = "2017-05-30" if number == 1 else "2017-01-03"
        post(
            client, page, field="category", value="suspect", source="decision", reason="decision", first=first
        )
    for title, owner in (("The clock", "Vest"), ("The board", "Øst"), ("The train", "SE:NOA")):
        post(client, "/cases", number=title, title=title, owner=owner, reason="report", first="2017-01-03")
    post(client, "/cases/C-001/state", field="deadline", kind="detention", value="2017-06-05", reason="order")


def test_the_matrix_says_whose_cases_and_every_number_leads_to_its_rows(client: httpx.Client) -> None:
    page = client.get("/complex").text
    assert re.findall(r"<tr[^>]*><td>([^<]+)</td><td class=\"r b\">", page) == ["Vest", "Øst", "NOA (SE)"]
    addresses = sorted(set(re.findall(r'href="(/figures/[^"]+)"', page)))
    assert "/figures/cases_owner%3AVest%3Aopened" in addresses and "/figures/suspects_own" in addresses
    for address in addresses:
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address
    rows = client.get("/figures/cases_abroad%3ASE").text
    assert "C-003" in rows and 'href="/cases/C-003#h' in rows and "The train" in rows
    assert client.get("/figures/happiness").status_code == 404


def test_the_map_has_the_twelve_districts(client: httpx.Client) -> None:
    page = client.get("/complex?as=map").text
    assert page.count('class="cxtile') == 12 and 'class="cxtile s4 own"' in page
    assert "No case had been opened then." in client.get("/complex?as=map&true=2015-06-01").text


def test_the_fact_box_is_in_the_chosen_language_for_the_chosen_audience(client: httpx.Client) -> None:
    page = client.get("/complex?box=nn&audience=prosecutor").text
    text = re.sub("<[^>]+>", "", page).replace("\xa0", " ")
    assert "SYNTETISK OPERASJON." in text and "to personar, éin av dei i Vest politidistrikt" in text
    assert "Aust politidistrikt 1" in text
    assert client.get("/complex?audience=everybody").status_code == 400


def test_then_and_seen_from_today_differ_where_something_was_entered_later(client: httpx.Client) -> None:
    page = client.get("/complex?known=2017-02-01").text
    suspects = page.partition('<th scope="row">Suspects</th>')[2].partition("</tr>")[0]
    assert re.findall(r"≥ (\d)", suspects) == ["0", "1"] and 'class="r chg"' in suspects
    assert "P-002" in client.get("/figures/suspects?true=2017-02-01").text
    assert "P-002" not in client.get("/figures/suspects?known=2017-02-01&true=2017-02-01").text


def test_what_is_new_is_told_with_its_causes(client: httpx.Client) -> None:
    page = client.get(f"/complex?known={DAY}&compare=2017-02-01").text
    new = page.partition("What is new between the two")[2]
    assert (
        '+2</a><span class="nw">Suspects' in new
        and "2 identified" in new
        and "3 opened" in new
        and "corrections" not in new
    )


def test_the_past_is_for_reading_and_says_so(client: httpx.Client) -> None:
    page = client.get(f"/complex?known={DAY}").text
    assert 'class="note pastnote"' in page and "You read the past." in page and "synthetic" in page
    assert "pastnote" not in client.get("/complex").text
    assert client.get("/complex?known=20.%20november").status_code == 400


def test_a_page_writes_exactly_one_consultation(bench: Workbench, client: httpx.Client) -> None:
    for address, name in (("/complex", "complex"), ("/figures/suspects", "figure")):
        before = bench.entries()
        client.get(address)
        written = bench.whats(before)
        assert [(verb, what["page"]) for verb, what in written if isinstance(what, dict)] == [
            ("consultation", name)
        ]


def test_who_lacks_the_right_sees_nothing_of_children(bench: Workbench, client: httpx.Client) -> None:
    assert "Children, at least" in client.get("/complex").text
    with Ledger.open(bench.built.folder) as ledger:
        rights.grant(ledger, "somebody.else", rights.VICTIMS, reason="test", actor=ACTOR)
    page = client.get("/complex").text
    assert "Children" not in page and "children" not in page
    assert client.get("/figures/children").status_code == 404
