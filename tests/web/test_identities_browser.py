"""The pages about who is who in headless Chromium: by keyboard alone, without JavaScript, in both themes, all languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from safelight.ledger import identities as law
from safelight.ledger.ledger import Ledger
from tests.access.acts import ASE, BO, KAISSA
from tests.web.browsing import launched, watched, window
from tests.web.conftest import Workbench
from tests.web.persons import AVIS, BO2, TOG, persons
from tests.web.test_browser import CONTRAST, LABELS, OVERLAPPING, UNNAMED, keys_are_there
from tests.web.waiting import until

pytestmark = pytest.mark.browser

PAIR = f"/identities/pair?a={ASE}&b={TOG}"
PAGES = (
    "/identities", PAIR, f"{PAIR}&view=table", f"/identities/evidence?a={ASE}&b={TOG}&kind=phone",
    f"/identities/pair?a={BO}&b={BO2}", f"/identities/cluster?of={KAISSA}", f"/identities/cluster?of={ASE}",
    f"/identities/cluster?of={ASE}&view=matrix", f"/identities/person?of={ASE}", "/identities/persons",
    f"/identities/account?of={AVIS}",
)  # fmt: skip


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """With decisions of another person: a conflict, one that waits, one to be made anew."""
    made = persons(tmp_path_factory.mktemp("persons"), "token-of-the-browser")
    for workbench in made:
        grades = {"source_grade": "B", "content_grade": "2", "seen": None, "actor": "Siri Brækhus"}
        with Ledger.open(workbench.built.folder) as ledger:
            law.decide(ledger, BO, BO2, "same", reason="own device", four_eyes=True, **grades)  # type: ignore[arg-type]
            law.decide(ledger, ASE, KAISSA, "different", reason="brother and sister", **grades)  # type: ignore[arg-type]
            law.decide(ledger, TOG, AVIS, "same", reason="one address", **grades)  # type: ignore[arg-type]
            law.split(ledger, AVIS, 1_478_000_000_000_000, "2016-11-01", reason="sold", actor="Siri Brækhus")
        yield workbench


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launched()


@pytest.fixture(scope="module")
def context(browser: Browser, workbench: Workbench) -> Iterator[BrowserContext]:
    made = window(browser, workbench)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    yield from watched(context)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_text_has_contrast_and_controls_have_names(page: Page, workbench: Workbench, theme: str) -> None:
    page.goto(f"{workbench.url}/look?theme={theme}&back=/")
    try:
        for address in PAGES:
            page.goto(workbench.url + address)
            assert page.evaluate(CONTRAST) == [], address
            assert page.evaluate(UNNAMED) == [], address
            assert page.evaluate(OVERLAPPING) == [], address
            expect(page.locator("h1")).to_have_count(1)
    finally:
        page.goto(f"{workbench.url}/look?theme=dark&back=/")


@pytest.mark.parametrize(("language", "width"), [("nb", 1440), ("nn", 1100), ("en", 720)])
def test_words_fit_in_every_language(page: Page, workbench: Workbench, language: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{workbench.url}/look?language={language}&back=/")
    try:
        for address in PAGES:
            page.goto(workbench.url + address)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            if width > 1000:
                cut = page.evaluate(
                    f"[...document.querySelectorAll('{LABELS}')].filter(e => e.checkVisibility() &&"
                    " getComputedStyle(e).display != 'inline' && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
                )
                assert cut == [], address
            assert page.evaluate(OVERLAPPING) == [], address
    finally:
        page.goto(f"{workbench.url}/look?language=en&back=/")


def test_from_the_queue_to_a_recorded_decision_by_keyboard_alone(page: Page, workbench: Workbench) -> None:
    page.goto(workbench.url)
    keys_are_there(page)
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.locator("h1")).to_have_text("Who is who")
    keys_are_there(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Are these two accounts one person?")
    keys_are_there(page)
    page.keyboard.press("T")
    expect(page.locator("table.evi")).to_be_visible()
    keys_are_there(page)
    page.keyboard.press("T")
    expect(page.locator("svg.wf")).to_be_visible()
    record = page.locator("form.decide button.primary")
    keys_are_there(page)
    expect(record).to_be_disabled()
    page.keyboard.press("2")
    expect(page.locator("input[value=different]")).to_be_checked()
    expect(record).to_be_disabled()
    page.locator("select[name=source_grade]").select_option("B")
    page.locator("select[name=content_grade]").select_option("2")
    page.locator("select[name=content_grade]").blur()
    page.keyboard.press("r")
    page.keyboard.type("met 1 and 2")
    expect(record).to_be_enabled()
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("Recorded as entry")
    expect(page.locator("#history")).to_contain_text("met 1 and 2")
    keys_are_there(page)
    page.keyboard.press("u")
    page.keyboard.type("not met")
    page.keyboard.press("Enter")
    expect(page.locator("#history")).to_contain_text("not met")
    keys_are_there(page)
    page.keyboard.press("J")
    expect(page.locator("h1")).to_have_text(re.compile("one person|Who is who"))


def test_evidence_opens_by_key_and_by_click(page: Page, workbench: Workbench) -> None:
    page.goto(workbench.url + PAIR)
    keys_are_there(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Phone number")
    page.go_back()
    page.locator("svg.wf a").nth(2).click()
    expect(page.locator("h1")).to_have_text("Writing style")
    page.locator("table.evl td a").first.click()
    expect(page).to_have_url(re.compile("/(conversations|accounts)/"))


def test_cluster_person_and_periods_by_key(page: Page, workbench: Workbench) -> None:
    page.goto(f"{workbench.url}/identities/cluster?of={ASE}")
    keys_are_there(page)
    page.keyboard.press("m")
    expect(page.locator("table.mxt")).to_be_visible()
    keys_are_there(page)
    page.keyboard.press("m")
    expect(page.locator(".graphbox canvas").first).to_be_visible()
    expect(page.locator("svg.graph")).to_be_hidden()
    keys_are_there(page)
    page.keyboard.press("p")
    expect(page.locator("h1")).to_have_text("togmann")
    keys_are_there(page)
    page.keyboard.press("S")
    expect(page.locator("h2").first).to_have_text("Periods")


#: Where something lies on the screen in the graph, as cytoscape says for the element that it was given.
PLACE = """([what, id]) => {
  const place = document.querySelector('.graphbox .live'), found = place._cyreg.cy.$id(id);
  const at = what == 'edge' ? found.renderedMidpoint() : found.renderedPosition(), box = place.getBoundingClientRect();
  return [box.x + at.x, box.y + at.y];
}"""
MARKED = (
    "(css) => document.querySelector('.graphbox .live')._cyreg.cy.$('.' + css).map(one => one.id()).sort()"
)


def graph(page: Page, workbench: Workbench) -> None:
    page.goto(f"{workbench.url}/identities/cluster?of={ASE}")
    until(page, "document.documentElement.classList.contains('has-graph')")


def test_a_link_of_the_graph_tells_its_evidence_and_opens_its_pair(page: Page, workbench: Workbench) -> None:
    graph(page, workbench)
    link = " ".join(sorted((ASE, TOG)))
    assert page.evaluate(MARKED, "edl") == [link], "the weakest link is marked"
    x, y = page.evaluate(PLACE, ["edge", link])
    page.mouse.move(x, y)
    told = page.locator(".graphbar .told")
    expect(told).to_contain_text("togmann")
    expect(told).to_contain_text(re.compile(r"Phone number \+\d"))
    page.mouse.click(x, y)
    expect(page).to_have_url(re.compile(r"/identities/pair\?"))
    page.go_back()
    until(page, "document.documentElement.classList.contains('has-graph')")
    x, y = page.evaluate(PLACE, ["node", TOG])
    page.mouse.click(x, y)
    expect(page).to_have_url(re.compile(rf"/identities/account\?of={TOG}"))


def test_the_graph_can_be_moved_and_enlarged_and_shows_what_a_cut_parts(
    page: Page, workbench: Workbench
) -> None:
    graph(page, workbench)
    before = page.evaluate(PLACE, ["node", TOG])
    page.mouse.move(*before)
    page.mouse.down()
    page.mouse.move(before[0] - 40, before[1] - 30, steps=4)
    page.mouse.up()
    moved = page.evaluate(PLACE, ["node", TOG])
    assert moved[0] < before[0] - 30 and moved[1] < before[1] - 20
    expect(page.locator("h1")).to_contain_text("Cluster")
    span = "document.querySelector('.graphbox .live')._cyreg.cy.$('node').renderedBoundingBox().w"
    width = page.evaluate(span)
    page.locator("[data-zoom='1.25']").click()
    assert page.evaluate(span) > width * 1.2
    page.locator("[data-zoom='whole']").click()
    assert page.evaluate(span) < page.locator(".graphbox .live").bounding_box()["width"]  # type: ignore[index]
    cut = page.locator(".split li", has_text="Phone number").locator("button")
    cut.focus()
    page.keyboard.press("Enter")
    expect(cut).to_have_attribute("aria-pressed", "true")
    leaving = (cut.get_attribute("data-leaves") or "").split()
    assert leaving and page.evaluate(MARKED, "leaves") == sorted(leaving)
    assert page.evaluate(MARKED, "parted") == [" ".join(sorted((ASE, TOG)))]
    page.keyboard.press("Enter")
    expect(cut).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(MARKED, "leaves") == []


def test_the_links_of_a_graph_are_a_list_by_keyboard(page: Page, workbench: Workbench) -> None:
    graph(page, workbench)
    keys_are_there(page)
    expect(page.locator("details.ties table")).to_be_hidden()
    page.keyboard.press("l")
    expect(page.locator("details.ties tbody tr")).to_have_count(1)
    expect(page.locator("details.ties")).to_contain_text("Phone number")
    page.locator("details.ties summary").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Are these two accounts one person?")


def test_everything_but_keys_works_without_javascript(
    browser: Browser, context: BrowserContext, workbench: Workbench
) -> None:
    made = browser.new_context(java_script_enabled=False)
    page = made.new_page()
    with Ledger.open(workbench.built.folder) as ledger:
        before = ledger.head().seq
    made.add_cookies(context.cookies())  # type: ignore[arg-type]
    page.goto(workbench.url + PAIR)
    page.locator("form.decide label", has_text="Undecided").click()
    page.locator("select[name=source_grade]").select_option("C")
    page.locator("select[name=content_grade]").select_option("3")
    page.locator("form.decide input[name=reason]").fill("too little")
    page.locator("form.decide button").click()
    expect(page.locator("[role=status]")).to_contain_text("Recorded as entry")
    page.get_by_role("link", name="Table").click()
    expect(page.locator("table.evi")).to_be_visible()
    page.goto(f"{workbench.url}/identities/cluster?of={ASE}")
    expect(page.locator("svg.graph .edl")).to_have_count(1)
    expect(page.locator("svg.graph")).to_be_visible()
    expect(page.locator(".graphbar")).to_be_hidden()
    expect(page.locator("[data-leaves]").first).to_be_hidden()
    with Ledger.open(workbench.built.folder) as ledger:
        assert ledger.head().seq > before
        assert law.history(ledger, ASE, TOG)[-1].reason == "too little"
    made.close()
