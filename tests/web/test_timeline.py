"""The timeline's page: what it says without a script, and brush, keys and facets in headless Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from safelight.ledger import clocks
from tests.access.acts import ASE, PAYER, act
from tests.access.built import build
from tests.web.browsing import launched, watched, window
from tests.web.conftest import Workbench, serving
from tests.web.test_browser import CONTRAST, LABELS, OVERLAPPING, UNNAMED

WEEK = "from=2016-11-07&to=2016-11-11"
ACTS = "&".join(
    f"kind={kind}" for kind in ("message", "call", "transfer", "media", "login", "membership", "location")
)


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    built = build(tmp_path_factory.mktemp("acts"))
    act(built)
    with built.ledger() as ledger:
        clocks.correct(ledger, "2016-0142-B3", 60, reason="photographed beside a radio clock", actor="kari")
    yield from serving(built, "token-of-the-timeline")


@pytest.fixture(scope="module")
def client(workbench: Workbench) -> Iterator[httpx.Client]:
    with workbench.entered() as entered:
        yield entered


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


def opened(page: Page, workbench: Workbench, query: str) -> None:
    page.goto(f"{workbench.url}/timeline?{query}")
    page.wait_for_selector("html.has-timeline.has-js", state="attached")


def crumbs(page: Page) -> str:
    return page.locator(".tlz nav").inner_text()


def test_without_a_script_everything_is_a_link(client: httpx.Client, workbench: Workbench) -> None:
    before = workbench.entries()
    said = client.get(f"/timeline?{WEEK}&{ACTS}").text
    assert workbench.whats(before) == [("consultation", {
        "page": "timeline", "query": f"{' '.join(ACTS.replace('=', ':').split('&'))} from:2016-11-07 to:2016-11-11",
        "ids": 13, "sha256": workbench.whats(before)[0][1]["sha256"],  # type: ignore[index]
    })]  # fmt: skip
    assert "12 events in the window, 13 with copies" in said
    assert "<title>7 Nov 2016 08:00 – 09:00: 2, 3 with copies</title>" in said
    assert "<title>2016-0142-B3, events in the window: 5</title>" in said
    assert '<span class="c">5</span><span class="more">6 with copies</span>' in said
    assert said.count('title="found in 2 places, shown once">2×') == 1
    assert "2 without a time that can be compared" in said
    assert "corrected by +60 s" in said and "photographed beside a radio clock" in said
    assert "7–11 Nov 2016" in said
    for href in ('data-act="in"', 'data-act="out"', 'data-act="earlier"', 'data-act="zone"'):
        assert href in said
    assert said.count("<tr data-row") == 12
    assert "?at=t1-m1" in said and f'href="/accounts/{ASE}"' in said


def test_the_brush_leads_to_a_complete_address(client: httpx.Client) -> None:
    found = client.get("/timeline?kind=call&begin=1478520000000000&end=1478563200000000&z=no")
    assert str(found.url).endswith("/timeline?kind=call&from=2016-11-07T12%3A00&to=2016-11-07&z=no")
    assert client.get("/timeline?begin=soon&end=later").status_code == 400
    assert client.get("/timeline?z=mars").status_code == 400
    assert str(client.get("/timeline?add=kind:call from:2016").url).endswith(
        "/timeline?kind=call&from=2016-01-01"
    )


def test_what_has_no_time_is_listed(client: httpx.Client) -> None:
    said = client.get(f"/timeline?{ACTS}&undated=1").text
    assert said.count("<tr data-row") == 2
    assert "2016-11-08 12:00:00" in said and "18:02" in said


def test_the_table_of_figures_tells_copies(client: httpx.Client) -> None:
    said = client.get(f"/timeline?{WEEK}&kind=message").text
    table = said[said.index('id="figures"') : said.index("</details>")]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    assert [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in rows] == [
        "Time, UTC Messages Calls Transfers Media shared Logins, files, other",
        "7 Nov 2016 08:00 – 09:00 2, 3 with copies",
        "7 Nov 2016 23:00 – 8 Nov 2016 00:00 1",
        "8 Nov 2016 10:00 – 11:00 2",
    ]


@pytest.mark.browser
def test_from_ten_years_to_a_minute_by_clicks(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, ACTS)
    clicks = 0
    while page.locator("svg.tlh a").count() and clicks < 8:
        page.locator("svg.tlh a", has=page.locator("rect.f1, rect.f3")).last.click(force=True)
        page.wait_for_load_state("load")
        clicks += 1
    assert 2 <= clicks <= 6
    assert page.locator(".insp h2").inner_text().startswith("8 Nov 2016 1")
    page.locator(".tlz nav a", has_text="2016").first.click()
    assert crumbs(page).endswith("› 2016")


@pytest.mark.browser
def test_brush_keys_and_zone(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, f"{WEEK}&{ACTS}")
    box = page.locator("svg.tlh").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 4
    day = (box["width"] * 766 / 800) / 5
    left = box["x"] + box["width"] * 34 / 800
    page.mouse.move(left + day + 1, y)
    page.mouse.down()
    page.mouse.move(left + day * 1.5, y, steps=4)
    page.mouse.move(left + day * 2 - 1, y, steps=4)
    page.mouse.up()
    page.wait_for_url("**from=2016-11-08&to=2016-11-08*")
    assert page.locator(".bar1 .t2").first.inner_text().startswith("6 events in the window")
    opened(page, workbench, f"from=2016-11-08&to=2016-11-08&{ACTS}")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**from=2016-11-07T12**")
    opened(page, workbench, f"from=2016-11-08&to=2016-11-08&{ACTS}")
    page.keyboard.press("+")
    page.wait_for_url("**from=2016-11-08T09**")
    opened(page, workbench, f"from=2016-11-08&to=2016-11-08&{ACTS}")
    page.keyboard.press("-")
    page.wait_for_url("**from=2016-11-06T12**")
    page.wait_for_selector("html.has-timeline.has-js", state="attached")
    page.keyboard.press("z")
    page.wait_for_url("**z=no")
    page.wait_for_selector("html.has-timeline.has-js", state="attached")
    page.keyboard.press("Shift+T")
    assert page.locator("#figures tbody tr").first.is_visible()


@pytest.mark.browser
def test_facets_are_in_the_address_and_rows_lead_to_their_source(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, WEEK)
    page.locator(".facets a", has_text="Calls").click()
    page.wait_for_url("**kind=call**")
    assert page.locator("table.tlt tbody tr").count() == 1
    page.locator(".facets a", has_text="2016-0142-B3").click()
    page.wait_for_url("**exhibit=2016-0142-B3**")
    assert page.get_by_text("No event is here.").is_visible()
    page.get_by_role("link", name="Remove exhibit 2016-0142-B3").click()
    page.wait_for_url("**kind=call&from=2016-11-07&to=2016-11-11")
    page.wait_for_selector("html.has-timeline.has-js", state="attached")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conversations/**at=t1-c1")


@pytest.mark.browser
def test_lanes_switch_and_a_row_says_why_by_keys(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, f"{WEEK}&{ACTS}")
    lanes = page.get_by_label("Lanes by")
    assert lanes.locator("[aria-current]").inner_text() == "Exhibits"
    page.keyboard.press("l")
    page.wait_for_url("**by=network")
    opened(page, workbench, f"{WEEK}&{ACTS}&by=account")
    assert lanes.locator("[aria-current]").inner_text() == "Accounts"
    page.keyboard.press("+")
    page.wait_for_url("**by=account")  # it stays when one zooms
    opened(page, workbench, f"{WEEK}&kind=call")
    page.keyboard.press("j")
    page.keyboard.press("y")
    why = page.locator("#row-why")
    expect(why.locator("h3")).to_have_text("Why do we have this: 20:00:00")
    expect(why.locator("li.here")).to_contain_text("club 1 line c1")
    expect(why).to_be_focused()
    assert page.url.endswith("kind=call")


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_contrast_names_and_width(page: Page, workbench: Workbench, theme: str) -> None:
    page.goto(f"{workbench.url}/look?theme={theme}&back=/")
    for address in (f"/timeline?{WEEK}", f"/timeline?{ACTS}&undated=1", "/accounts", f"/accounts/{ASE}",
                    f"/accounts/{ASE}/contacts", f"/accounts/{ASE}/message"):  # fmt: skip
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
        for address in (f"/timeline?{WEEK}", f"/timeline?{ACTS}&undated=1", "/accounts", f"/accounts/{ASE}",
                        f"/accounts/{PAYER}", f"/accounts/{ASE}/contacts", f"/accounts/{ASE}/conversations"):  # fmt: skip
            page.goto(workbench.url + address)
            cut = page.evaluate(
                f"[...document.querySelectorAll('{LABELS}')].filter(e => e.checkVisibility() &&"
                " getComputedStyle(e).display != 'inline' && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
            )
            assert cut == [], address
            assert page.evaluate(OVERLAPPING) == [], address
    finally:
        page.goto(f"{workbench.url}/look?language=en&back=/")
