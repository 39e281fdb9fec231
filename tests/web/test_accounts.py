"""The pages of accounts: list, one account, its lists; each row leads to its source; hostile names show as what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from safelight.catalog.catalog import Catalog
from safelight.traces.ids import account_id
from tests.access.acts import ASE, BO, PAYER, TOG, act
from tests.access.built import build
from tests.web.conftest import Workbench, serving

HOSTILE = account_id("club", None, "x")


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    built = build(tmp_path_factory.mktemp("acts"))
    act(built)
    with Catalog.at(built.folder) as catalog:
        row = {"trace_id": "t1-h", "item_id": built.item("sjakk/åpninger.pgn"), "exhibit": built.exhibits[0].key,
               "parser": "club", "network": "club", "account": "x", "account_id": HOSTILE, "place": "line 1",
               "name": "\u202enettap <b>fet</b>", "name_kind": "nick",
               "profile": '{"about":"<script>1</script>\u200b"}'}  # fmt: skip
        catalog.write("hostile", {"accounts": [row]}, made_by={"test": "1"})
    yield from serving(built, "token-of-the-accounts")


@pytest.fixture(scope="module")
def client(workbench: Workbench) -> Iterator[httpx.Client]:
    with workbench.entered() as entered:
        yield entered


def test_the_list(client: httpx.Client, workbench: Workbench) -> None:
    before = workbench.entries()
    said = client.get("/accounts").text
    assert said.count("<tr data-row") == 6 and "6 in 2 networks" in said
    assert [verb for verb, _what in workbench.whats(before)] == ["consultation"]
    assert f'href="/accounts/{ASE}"' in said and "tåkelur, Åse tog" in said
    found = client.get("/accounts?network=bank&order=name").text
    assert found.count("<tr data-row") == 2 and 'aria-sort="ascending"' in found
    assert client.get("/accounts?q=nobody").text.count("No account matches.") == 1
    assert client.get("/accounts?order=guilt").status_code == 400
    shared = client.get("/accounts?address=192.0.2.7").text
    assert shared.count("<tr data-row") == 2 and f"/accounts/{BO}" in shared


def test_one_account_shows_what_there_is_and_only_that(client: httpx.Client) -> None:
    said = client.get(f"/accounts/{ASE}?z=ph").text
    for text in (
        "togmann", "tåkelur", "owner of an item", "5 messages", ">4 distinct<", "2 conversations", "2 contacts",
        "Names over time", "Distinct messages by weekday and hour", "Top contacts", "Tog og vær", "192.0.2.7",
        "1 other account", "Nordlys N5", "Nordvik", "In others' address books", "brett.jpg", "Finse",
    ):  # fmt: skip
        assert text in said, text
    assert "Tue 07–08: 1" in said  # 23:30 UTC on Monday, in the Philippines
    assert f'href="/conversations/{TOG}"' in said and f'href="/accounts/{BO}"' in said
    assert "Transfers" not in said.partition("<main")[2].partition("Figures as a table")[0]
    payer = client.get(f"/accounts/{PAYER}").text
    assert "1 sent, NOK 450.00" in payer and "Sjakklubben" in payer and "kontingent" in payer
    assert "Top contacts" not in payer and "Devices" not in payer
    assert client.get("/accounts/a1-nobody").status_code == 404


def test_its_lists(client: httpx.Client) -> None:
    for what, rows in (
        ("message", 4),
        ("call", 1),
        ("login", 1),
        ("membership", 2),
        ("contacts", 2),
        ("conversations", 2),
    ):
        said = client.get(f"/accounts/{ASE}/{what}").text
        assert said.count("<tr data-row") == rows, what
    assert "2016-11-08 12:00:00" in client.get(f"/accounts/{BO}/message").text
    assert client.get(f"/accounts/{ASE}/guesses").status_code == 404
    assert "There is nothing of this." in client.get(f"/accounts/{ASE}/transfer").text


def test_figures_of_contacts_stand_with_those_of_all_copies(client: httpx.Client) -> None:
    """Of what Åse wrote to Bø one message lies in both exhibits."""
    for address in (f"/accounts/{ASE}", f"/accounts/{ASE}/contacts"):
        said = client.get(address).text
        table = said.partition('<caption class="vh">Contacts</caption>')[2].partition("</table>")[0]
        cells = [re.findall("<td.*?</td>", row) for row in table.split("<tr")]
        assert [[re.sub("<[^>]*>", "", one).strip() for one in row] for row in cells if row] == [
            ["CLUBmanila_knight", "3", "4", "1", "1", "", "", "1", "1"],
            ["CLUBkaissa", "", "", "", "", "1", "1", "", ""],
        ], address
        assert table.count(">distinct</th>") == table.count(">with copies</th>") == 4
    beside = client.get(f"/accounts?selected={ASE}").text
    assert '>3</a></td><td class="r t2">4</td>' in beside


def test_hostile_names_are_shown_as_what_they_are(client: httpx.Client) -> None:
    said = client.get(f"/accounts/{HOSTILE}").text + client.get("/accounts").text
    assert (
        "‹U+202E›nettap &lt;b&gt;fet&lt;/b&gt;" in said and "&lt;script&gt;1&lt;/script&gt;‹U+200B›" in said
    )
    assert "\u202e" not in said and "<b>fet" not in said and "<script>1" not in said


def test_nothing_taken_in_is_said_and_no_error(empty: Workbench) -> None:
    with empty.entered() as client:
        assert "No account is known yet." in client.get("/accounts").text
        assert "Nothing has a time yet." in client.get("/timeline").text
        assert client.get("/timeline?undated=1&kind=call").status_code == 200
        assert client.get("/timeline?from=2016&z=ph").status_code == 200
