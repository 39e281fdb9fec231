"""The triage table and the network of accounts: what they say without a script, what is decided there, and in Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from safelight.access.door import Door
from safelight.catalog.catalog import Catalog
from safelight.identities.triage import contact_list
from safelight.identities.triage.acts import RoleActs
from safelight.identities.triage.persons import Person
from safelight.identities.triage.run import find_roles
from safelight.ledger import identities, roles
from safelight.traces.ids import account_id
from safelight.web.identity_words import probability
from safelight.web.render import Templates
from tests.access.acts import ASE, BO, KAISSA
from tests.access.built import build
from tests.identities.crowd import crowd
from tests.identities.deeds import CLOCK, LESSONS, PAYEE, PAYER, PUPIL, TEACHER, THIRD, do
from tests.identities.test_triage import LIST
from tests.web.browsing import launched, watched, window
from tests.web.conftest import Workbench, serving
from tests.web.test_browser import CONTRAST, LABELS, OVERLAPPING, UNNAMED


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    built = build(tmp_path_factory.mktemp("network"))
    do(built)
    crowd(built.folder, 260, exhibit=built.exhibits[0].key, clubs=4)
    with Door(built.folder, who="kari", purpose="test") as door:
        RoleActs(door).use_list(contact_list.parse(LIST, "list.toml"), "list.toml")
    with built.ledger() as ledger:
        identities.decide(ledger, PAYER, BO, "same", reason="the receipt", source_grade="A", content_grade="1", seen=None,
                          actor="kari")  # fmt: skip
    pair = sorted((KAISSA, PUPIL))
    proposed = {"tenure_a": pair[0], "tenure_b": pair[1], "account_a": pair[0], "account_b": pair[1], "prior": -7.0,
                "log_odds": 3.0, "probability": 0.957, "standing": "proposal", "margin": 2.0, "mutual": True,
                "proposed_by": ["names"], "run": "r"}  # fmt: skip
    with Catalog.at(built.folder) as catalog:
        catalog.write("pair", {"same_person": [proposed]}, made_by={"test": "1"})
    find_roles(built.folder)
    yield from serving(built, "token-of-the-network")


@pytest.fixture(scope="module")
def client(workbench: Workbench) -> Iterator[httpx.Client]:
    with workbench.entered() as entered:
        yield entered


def rows(said: str) -> list[str]:
    """Accounts of the table, in order."""
    return re.findall(r'data-row data-open="/accounts/([^"]+)"', said)


def test_the_table_stands_in_the_order_of_the_rule(client: httpx.Client, workbench: Workbench) -> None:
    before = workbench.entries()
    said = client.get("/accounts").text
    assert [verb for verb, _what in workbench.whats(before)] == ["consultation"]
    owners = [account_id("club", None, f"member{n:05}") for n in (0, 200)]  # they wrote more than Åse
    assert rows(said)[:2] == [TEACHER, PUPIL] and rows(said)[4] == ASE
    assert set(rows(said)[2:4]) == set(owners)
    assert '<span class="tag derived">list</span>' in said and "it says nothing of guilt" in said
    assert f'href="/conversations/{LESSONS}?at=t1-d1"' in said
    # Bø and the payer, whom a person confirmed as one.
    assert said.count('<span class="tag decided" title="kari">KA</span>') == 2
    assert said.count('<span class="tag derived">0.96</span>') == 2  # Kaissa and the pupil, as proposed
    sold = client.get("/accounts?role=seller").text
    assert rows(sold) == [PAYEE] and ">Received 4 payments from 2 accounts" in sold
    assert rows(client.get("/accounts?role=automatic&role=seller").text) == [PAYEE, CLOCK]
    assert set(rows(client.get("/accounts?role=buyer").text)) == {PAYER, BO}
    assert rows(client.get("/accounts?role=known&network=bank").text) == [PAYEE, THIRD]
    assert CLOCK not in rows(client.get("/accounts?role=none").text)


def test_a_proposal_is_never_told_as_certain() -> None:
    macros = Templates().env.get_template("role_macros.html").make_module({"probability": probability})
    said = macros.person(Person(ASE, KAISSA, KAISSA, probability=0.99996), None, None)  # type: ignore[attr-defined]
    assert '<span class="tag derived">&gt; 0.999</span>' in said


def test_the_rule_is_written_down(client: httpx.Client) -> None:
    said = client.get("/accounts/rule").text
    assert "There is no score over several roles." in said and "Sent at least 3 payments." in said
    assert "evenings" in said and "kari" in said  # the list in use, whole, and who brought it in


def test_an_account_beside_the_table(client: httpx.Client, workbench: Workbench) -> None:
    said = client.get(f"/accounts?selected={ASE}").text
    for text in ("Names over time", "Distinct messages by weekday and hour", "Top contacts of", "192.0.2.7", "Nordlys N5",
                 "Account of the owner of 2016-0142-A1", "Why do we have this"):  # fmt: skip
        assert text in said, text
    before = workbench.entries()
    pane = client.get(
        f"/accounts?selected={PAYER}", headers={"HX-Request": "true", "HX-Target": "inspector"}
    ).text
    assert "<html" not in pane and "Sent 4 payments to 2 accounts" in pane and "4 sent" not in pane
    assert [what["page"] for _verb, what in workbench.whats(before)] == ["account in triage"]  # type: ignore[index]
    assert client.get("/accounts?selected=a1-nobody").status_code == 404


def test_a_role_is_rejected_by_a_person_and_that_taken_back(
    client: httpx.Client, workbench: Workbench
) -> None:
    post = f"/accounts/{PAYEE}/roles"
    assert client.post(post, data={"role": "seller", "reason": " "}).status_code == 400
    assert client.post(post, data={"role": "bridge", "reason": "no"}).status_code == 404
    assert (
        client.post(
            post, data={"role": "seller", "reason": "no"}, headers={"Origin": "http://elsewhere"}
        ).status_code
        == 403
    )
    back = f"/accounts?selected={PAYEE}"
    found = client.post(post, data={"role": "seller", "reason": "the club's own account", "back": back})
    assert str(found.url).endswith(back) and "not seller · KÅ" in found.text
    assert "the club&#39;s own account" in client.get(f"/accounts/{PAYEE}").text
    assert rows(client.get("/accounts?role=seller").text) == []
    with workbench.built.ledger() as ledger:
        one = roles.rejected(ledger)[PAYEE, "seller"]
    assert (one.actor, one.reason) == ("kåre", "the club's own account")
    elsewhere = client.post(
        f"{post}/withdraw", data={"seq": str(one.seq), "reason": "a slip", "back": "//elsewhere"}
    )
    assert str(elsewhere.url).endswith(f"/accounts/{PAYEE}")
    assert rows(client.get("/accounts?role=seller").text) == [PAYEE]
    assert client.post(f"{post}/withdraw", data={"seq": str(one.seq), "reason": "twice"}).status_code == 404


def test_the_network_without_a_script(client: httpx.Client, workbench: Workbench) -> None:
    before = workbench.entries()
    said = client.get("/network").text
    assert [what["page"] for _verb, what in workbench.whats(before)] == ["network"]  # type: ignore[index]
    assert "269 accounts with ties" in said and said.count('class="node community') >= 5
    club = re.findall(r'href="(/network\?community=a1-[a-z0-9]+)"', said)[0]
    inside = client.get(club).text
    assert 10 < inside.count('class="node account') <= 120
    ego = client.get(f"/network?account={ASE}").text
    assert ego.count('class="node account') == 3 and "2 other accounts are tied to it" in ego
    assert "togmann – manila_knight: 4 distinct messages (5 with copies), 1 call" in ego
    assert client.get("/network?account=a1-nobody").status_code == 404
    assert client.get("/network?community=a1-nobody").status_code == 404
    assert "No account is tied to another here." in client.get(f"/network?account={CLOCK}").text


def test_a_window_of_time_and_kinds(client: httpx.Client) -> None:
    found = client.get("/network?a=24202&b=24201&account=x")
    assert str(found.url).endswith("/network?from=2016-10&to=2016-11&account=x") and found.status_code == 404
    then = client.get(f"/network?account={ASE}&from=2014-03&to=2014-03").text
    assert "togmann – manila_knight: 1 distinct message (1 with copies)<" in then
    assert "nothing in this time" in then  # Kaissa: there, and not heard of then
    calls = client.get(f"/network?account={ASE}&kind=call&view=table").text
    assert "1 call" in calls and "4 distinct messages (5 with copies), 1 call" not in calls
    assert client.get("/network?kind=guess").status_code == 400
    assert client.get("/network?from=soon").status_code == 400
    moved = client.get("/network?from=2016-03&to=2016-04").text
    assert 'id="previous" href="/network?from=2016-01&amp;to=2016-02"' in moved


def test_the_same_as_a_matrix_and_a_list(client: httpx.Client) -> None:
    said = client.get(f"/network?account={ASE}&view=table").text
    assert '<svg class="net"' not in said
    assert said.count('<th scope="row">') == 3
    # Of the tie, of Åse and of Bø; in Åse's one answer to Kaissa no copy was found.
    assert said.count(">4 distinct messages (5 with copies), 1 call<") == 2
    assert said.count(">5 distinct messages (6 with copies), 1 call, together in 1 month<") == 1
    assert '>distinct messages <b>5</b> <span class="t3">(6 with copies)</span><' in said
    assert "<title>2016-11: 6 distinct, 7 with copies</title>" in said
    assert f'href="/accounts/{BO}/contacts"' in said


def test_an_operation_without_accounts(empty: Workbench) -> None:
    with empty.entered() as entered:
        assert "No account is tied to another here." in entered.get("/network").text
        assert "safelight accounts triage" in entered.get("/accounts").text
        assert entered.get("/accounts/rule").status_code == 200


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launched()


@pytest.fixture(scope="module")
def context(browser: Browser, workbench: Workbench, client: httpx.Client) -> Iterator[BrowserContext]:
    made = window(browser, workbench, client)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    yield from watched(context)


@pytest.mark.browser
def test_keys_of_the_table(page: Page, workbench: Workbench) -> None:
    page.goto(f"{workbench.url}/accounts")
    page.wait_for_selector("html.has-js", state="attached")
    page.keyboard.press("j")
    expect(page.locator("#inspector .chip.lg")).to_be_visible()
    expect(page.locator("tr[aria-selected=true]")).to_have_count(1)
    page.wait_for_url("**selected=a1-**")
    page.locator("#inspector details.say summary").first.click()
    page.locator("#inspector details[open] input[name=reason]").fill("he teaches everybody")
    page.locator("#inspector details[open] button").click()
    expect(page.locator("#inspector .tag.not")).to_have_count(1)
    page.wait_for_selector("html.has-js", state="attached")
    page.keyboard.press("v")
    page.wait_for_url("**/network")


@pytest.mark.browser
def test_slider_and_keys_of_the_network(page: Page, workbench: Workbench) -> None:
    page.goto(f"{workbench.url}/network")
    page.wait_for_selector("html.has-network.has-js", state="attached")
    page.locator("#slider input[name=a]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**from=2014-04&to=**")
    expect(page.locator("#slider input[name=a]")).to_be_focused()
    expect(page.locator("#window")).to_contain_text("2014-04 …")
    page.keyboard.press("m")
    page.wait_for_url("**view=table")
    expect(page.locator("table.netm")).to_be_visible()
    page.wait_for_selector("html.has-network.has-js", state="attached")
    page.keyboard.press("m")
    expect(page.locator("svg.net")).to_be_visible()
    page.wait_for_selector("html.has-network.has-js", state="attached")
    page.keyboard.press("e")
    page.wait_for_url("**community=a1-**")
    expect(page.locator("svg.net a.account").first).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_contrast_names_and_width(page: Page, workbench: Workbench, theme: str) -> None:
    page.goto(f"{workbench.url}/look?theme={theme}&back=/")
    for address in ("/network", f"/network?account={ASE}&from=2014-03&to=2014-03", "/network?view=table", "/accounts/rule",
                    f"/accounts?selected={ASE}", f"/accounts/{BO}"):  # fmt: skip
        page.goto(workbench.url + address)
        assert page.evaluate(CONTRAST) == [], address
        assert page.evaluate(UNNAMED) == [], address
        assert page.locator("h1").count() == 1
        for width in (1440, 1000, 720):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)
        page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.browser
@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("width", [1440, 1100])
def test_longer_words_fit(page: Page, workbench: Workbench, language: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    try:
        page.goto(f"{workbench.url}/look?language={language}&back=/")
        for address in ("/network", f"/network?account={ASE}", "/network?view=table", "/accounts/rule",
                        f"/accounts?selected={ASE}"):  # fmt: skip
            page.goto(workbench.url + address)
            cut = page.evaluate(
                f"[...document.querySelectorAll('{LABELS}')].filter(e => e.checkVisibility() &&"
                " getComputedStyle(e).display != 'inline' && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
            )
            assert cut == [], address
            assert page.evaluate(OVERLAPPING) == [], address
    finally:
        page.goto(f"{workbench.url}/look?language=en&back=/")
