"""The page Search: what it says, that nothing of evidence acts in it, what it writes down, and its keys in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page

from safelight.access import search as search_module
from safelight.analyse.keyword_list import read
from safelight.analyse.keywords import run
from tests.access.built import build
from tests.access.searched import fill, fill_copies
from tests.web.browsing import launched, watched, window
from tests.web.conftest import Workbench, serving
from tests.web.waiting import until


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    place = tmp_path_factory.mktemp("talked")
    built = build(place)
    fill(built)
    (place / "ord.txt").write_text("nummer\n/\\d{3}-\\d{3}-\\d{4}/\n", "utf-8")
    run(built.folder, read(place / "ord.txt"))
    yield from serving(built, "token-of-the-search")


@pytest.fixture(scope="module")
def client(talked: Workbench) -> Iterator[httpx.Client]:
    with talked.entered() as entered:
        yield entered


def _plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_hits_stand_in_their_context_with_marks_and_links(client: httpx.Client, talked: Workbench) -> None:
    before = talked.entries()
    page = client.get("/search", params={"q": "nummer", "network": "skype"}).text
    assert "har du <mark>nummeret</mark> 482-119-7306" in page
    assert '<p class="cx t3 clip">toget går snart</p>' in page
    (link,) = set(re.findall(r'data-open="(/conversations/[^"]+)"', page))
    assert re.fullmatch(r"/conversations/v1-[a-z2-7]{32}\?at=t1-[a-z2-7]{32}%3Am%3A1", link)
    assert "1 hit in 1 conversation" in _plain(page)
    assert talked.whats(before) == [("consultation", {"page": "search", "query": "nummer network:skype"})]


def test_items_link_to_their_page_and_hostile_names_are_shown_visibly(
    client: httpx.Client, talked: Workbench
) -> None:
    page = client.get("/search", params={"q": "/regnskap/"}).text
    assert "\u202e" not in page
    assert "‹U+202E›" in page
    assert "<b>&" not in page
    (item,) = set(re.findall(r'data-open="/items/([^"]+)"', page))
    assert item in talked.built.ids.values()


def test_facets_filter_and_say_what_an_absent_filter_would_give(
    client: httpx.Client, talked: Workbench
) -> None:
    page = client.get("/search", params={"q": "toget kind:message"}).text
    (to,) = re.findall(r'<a href="(/search\?[^"]*network=irc[^"]*)"', page)
    narrowed = client.get(to.replace("&amp;", "&")).text
    assert "1 hit in 1 conversation" in _plain(narrowed)
    assert 'aria-label="Remove network irc"' in narrowed
    none = _plain(client.get("/search", params={"q": "toget", "kind": "mail"}).text)
    assert "Nothing was found." in none
    assert "Without the filter kind: Mail there are 4" in none


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Ten messages of which some are copies, five distinct."""
    built = build(tmp_path_factory.mktemp("copied"))
    fill_copies(built)
    for workbench in serving(built, "token-of-the-copies"):
        with workbench.entered() as entered:
            yield entered


def test_facets_and_bars_tell_hits_and_distinct_messages(
    copied: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = copied.get("/search", params={"q": "network:club"}).text
    assert "10 hits in 1 conversation, 5 distinct" in _plain(page)
    facets = page.partition('<aside class="facets"')[2].partition("</aside>")[0]
    heads = re.findall(r"<section><h3>(.*?)</h3>", facets)
    told = [_plain(one) for one in re.findall(r'<span class="c"[^>]*>.*?</a>', facets)]
    both = "<small>hits · distinct</small>"
    assert heads == [
        f"{name}{both}" for name in ("Kind", "Network", "Conversation", "Exhibit", "Language", "State")
    ]
    assert told == ["10 · 5"] * 3 + ["7 · 5", "3"] + ["8 · 4", "2 · 1"] + ["9 · 5", "1"]
    assert 'title="7 hits, 5 distinct"' in page
    assert "<title>2016-11-08 … 2016-11-08: 2, 1 distinct</title>" in page
    page = copied.get("/search", params={"q": "network:club"}, headers={"Accept-Language": "nn"}).text
    assert "<small>treff · ulike</small>" in page
    monkeypatch.setattr(search_module, "DISTINCT_OF", 6)
    page = copied.get("/search", params={"q": "network:club"}).text
    assert "10 hits in 1 conversation, distinct ones not counted" in _plain(page)
    assert page.count('<p class="xs t3">Distinct ones not counted</p>') == 1
    narrowed = copied.get("/search", params={"q": "network:club", "exhibit": "2016-0142-B3"}).text
    assert "3 hits in 1 conversation, 3 distinct" in _plain(narrowed)
    (facet,) = re.findall(r"<h3>Exhibit</h3>.*?</section>", narrowed, re.DOTALL)
    assert _plain(facet) == "Exhibit 2016-0142-A1 7 2016-0142-B3 3 Distinct ones not counted"
    assert "·" not in "".join(re.findall(r'<span class="c"[^>]*>.*?</a>', page))
    monkeypatch.undo()
    asked = {"q": "toget", "network": "club", "kind": "mail"}
    assert "Without the filter kind: Mail there are 6 , 4 distinct." in _plain(
        copied.get("/search", params=asked).text
    )
    monkeypatch.setattr(search_module, "DISTINCT_OF", 5)
    assert "Without the filter kind: Mail there are 6 ." in _plain(copied.get("/search", params=asked).text)


def test_without_a_query_it_explains_itself_and_bad_ones_are_told(client: httpx.Client) -> None:
    assert "these characters anywhere" in client.get("/search").text
    bad = client.get("/search", params={"q": '"open'})
    assert bad.status_code == 400
    assert "cannot be read as a query" in bad.text


def test_a_search_is_saved_and_withdrawn(client: httpx.Client, talked: Workbench) -> None:
    done = client.post("/search/save", data={"name": "Numre <b>", "q": "nummer", "network": "irc"})
    assert done.url.path == "/search"
    assert "Numre &lt;b&gt;" in done.text
    assert 'href="/search?q=nummer&amp;network=irc"' in done.text
    (act,) = re.findall(r'action="(/search/saved/\d+/withdraw)"', done.text)
    assert "Numre" not in client.post(act).text
    refused = httpx.post(f"{talked.url}/search/save", data={"name": "x", "q": "y"})
    assert refused.status_code == 403


def test_keyword_lists_lead_to_their_hits(client: httpx.Client) -> None:
    page = client.get("/search").text
    (to,) = re.findall(r'href="(/keywords\?list=ord.txt&amp;line=2)"', page)
    hits = client.get(to.replace("&amp;", "&")).text
    assert hits.count("<mark>482-119-7306</mark>") == 2
    assert client.get("/keywords?list=ord.txt&line=x").status_code >= 400


def test_it_speaks_norwegian(client: httpx.Client) -> None:
    page = client.get("/search?q=toget", headers={"Accept-Language": "nb"}).text
    assert "Lagrede søk" in page
    assert "Lagra søk" in client.get("/search?q=toget", headers={"Accept-Language": "nn"}).text


@pytest.fixture
def page(talked: Workbench, client: httpx.Client) -> Iterator[Page]:
    for browser in launched():
        yield from watched(window(browser, talked, client))


@pytest.mark.browser
def test_keys_of_the_page(page: Page, talked: Workbench) -> None:
    page.goto(f"{talked.url}/search?q=nummer")
    until(page, "document.documentElement.classList.contains('has-js')")
    page.keyboard.press("j")
    assert page.locator("li.is-row").count() == 1
    page.keyboard.press("s")
    assert page.locator(".savebox[open]").count() == 1
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "query"
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url(f"{talked.url}/search")
