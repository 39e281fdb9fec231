"""The reader in headless Chromium: scrolling through twenty thousand lines (a million in the soak), deep links, keys, zone,
marks, export, sealed attachments; no complaint of the console, contrast in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.browsing import launched, watched, window
from tests.web.conftest import Workbench
from tests.web.talk import HERE, LONG, talk
from tests.web.test_browser import CONTRAST, UNNAMED
from tests.web.waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    yield from talk(tmp_path_factory.mktemp("talk"), "token-of-the-browser")


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
    yield from watched(context, "blob:")


def opened(page: Page, workbench: Workbench, address: str) -> None:
    page.goto(f"{workbench.url}/conversations/{address}")
    until(page, "() => document.documentElement.classList.contains('is-virtual') && !!window.htmx")


#: Positions of lines in the box, those that are there and those that are waited for.
ON_SCREEN = """() => {
  const box = document.getElementById('reader').getBoundingClientRect();
  const lines = [...document.querySelectorAll('#lines li.line')].filter((one) => {
    const at = one.getBoundingClientRect();
    return at.bottom > box.top + 1 && at.top < box.bottom - 1;
  });
  return { here: lines.filter((one) => one.dataset.at).map((one) => Number(one.dataset.p)),
           waiting: lines.filter((one) => !one.dataset.at).length };
}"""
SETTLED = f"() => {{ const seen = ({ON_SCREEN})(); return seen.here.length > 10 && seen.waiting === 0; }}"


def on_screen(page: Page) -> list[int]:
    until(page, SETTLED)
    here: list[int] = page.evaluate(ON_SCREEN)["here"]
    assert here == list(range(here[0], here[-1] + 1))
    return here


def scroll(page: Page, pixels: int) -> None:
    page.evaluate("(by) => { document.getElementById('reader').scrollTop += by; }", pixels)
    page.wait_for_timeout(60)


def test_a_deep_link_opens_at_exactly_the_message(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, f"{LONG}?at=t1-long:12345")
    assert 12345 in on_screen(page)
    current = page.locator("li.line[aria-current]")
    assert current.get_attribute("data-at") == "t1-long:12345" and "tog nummer 12345" in current.inner_text()
    assert "Message 12,346" in page.locator("#inspector").inner_text()


def test_scrolling_fetches_what_is_on_the_screen_and_keeps_few_lines(
    page: Page, workbench: Workbench
) -> None:
    opened(page, workbench, LONG)
    assert on_screen(page)[0] == 0
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/lines?" in one.url else None)
    for _n in range(12):
        scroll(page, 2_000)
    seen = on_screen(page)
    assert seen[0] > 500
    assert len(asked) < 30
    assert page.locator("#lines li").count() < 120
    scroll(page, 300_000)
    scroll(page, -1_000)
    assert on_screen(page)[0] > seen[-1]
    page.keyboard.press("End")
    page.locator("li.line[data-p='19999'][aria-current]").wait_for()
    assert on_screen(page)[-1] == 19_999
    page.keyboard.press("Home")
    page.locator("li.line[data-p='0'][aria-current]").wait_for()
    assert on_screen(page)[0] == 0


def test_keys_move_by_message_and_by_day(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, f"{LONG}?line=1001")
    on_screen(page)
    page.keyboard.press("j")
    page.locator("li.line[data-p='1000'][aria-current]").wait_for()
    page.keyboard.press("j")
    page.locator("li.line[data-p='1001'][aria-current]").wait_for()
    page.keyboard.press("k")
    page.locator("li.line[data-p='1000'][aria-current]").wait_for()
    page.locator("#inspector h2", has_text="Message 1,001").wait_for()
    assert page.url.endswith("at=t1-long%3A01000")
    page.keyboard.press("y")
    assert page.evaluate("document.activeElement.id") == "inspector"
    page.keyboard.press("J")
    until(page, "() => document.querySelector('li.line[aria-current] .day')")
    day = page.locator("li.line[aria-current]").inner_text()
    page.keyboard.press("K")
    until(page, "(was) => document.querySelector('li.line[aria-current]')?.innerText !== was", arg=day)
    assert int(page.locator("li.line[aria-current]").get_attribute("data-p") or 0) < 1_200
    page.keyboard.press("d")
    page.keyboard.type("2016-03-01")
    page.keyboard.press("Enter")
    page.wait_for_url("**date=2016-03-01**")
    assert "Tuesday 1 March 2016" in page.locator("#lines").inner_text()


def test_the_rail_jumps_anywhere(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, LONG)
    on_screen(page)
    box = page.locator("#rail").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + box["height"] * 0.5)
    until(page, "() => window.reader.top() > 8000")
    assert 8_000 < on_screen(page)[0] < 12_000
    assert page.locator("#rail .flamp").count() >= 1


def test_the_zone_changes_in_place_and_stays_in_the_address(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, f"{HERE}?at=t1-1:000")
    assert "20:26:40" in page.locator("li.line[aria-current]").inner_text()
    page.keyboard.press("z")
    page.wait_for_url("**z=no**")
    assert "21:26:40" in page.locator("li.line[aria-current]").inner_text()
    until(page, "() => document.documentElement.classList.contains('is-virtual')")
    page.keyboard.press("z")
    page.wait_for_url("**z=ph**")
    assert "04:26:40" in page.locator("li.line[aria-current]").inner_text()
    assert page.locator("#zones [aria-current]").inner_text() == "Philippines"


def test_marking_a_message_by_keyboard(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, f"{HERE}?at=t1-x01&z=no")
    page.keyboard.press("m")
    page.keyboard.type("follow up")
    page.keyboard.press("Tab")
    page.keyboard.type("the lesson")
    page.keyboard.press("Enter")
    page.wait_for_selector("li.line[aria-current] .tag.decided")
    assert page.locator("li.line[aria-current] .tag.decided").inner_text() == "follow up KÅ"
    assert "z=no" in page.url and "the lesson" in page.locator("#inspector").inner_text()


def test_a_form_opens_for_the_line_that_is_selected_now(page: Page, workbench: Workbench) -> None:
    """However fast the keys come: never for the line that the pane showed before."""
    opened(page, workbench, f"{LONG}?at=t1-long:00010")
    page.keyboard.press("j")
    page.locator("li.line[data-p='11'][aria-current]").wait_for()
    page.keyboard.press("m")
    field = page.locator("#inspector [data-act=m][open] input[name=at]")
    field.wait_for(state="attached")
    assert field.get_attribute("value") == "t1-long:00011"


def test_hits_are_walked_through(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, f"{HERE}?q=ok")
    first = page.locator("li.line[aria-current] mark").inner_text()
    assert (first, page.locator("#hits .at").inner_text()) == ("ok", "1")
    page.keyboard.press("n")
    until(page, "() => document.querySelector('#hits .at')?.textContent === '2'")
    assert page.locator("li.line[aria-current] mark").count() == 1
    page.keyboard.press("N")
    until(page, "() => document.querySelector('#hits .at')?.textContent === '1'")


def test_a_reply_leads_to_what_it_answers(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, f"{HERE}?at=t1-x02")
    page.locator("li.line[aria-current] [data-go-line]").click()
    page.locator("li.line[data-at='t1-x01'][aria-current]").wait_for()


def test_a_sealed_attachment_opens_only_while_the_key_is_held(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, f"{HERE}?at=t1-x05")
    before = workbench.entries()
    page.keyboard.press("Space")
    assert "disclosure" not in [verb for verb, _what in workbench.whats(before)]
    page.locator("li.line[aria-current] [data-sealed]").first.focus()
    page.keyboard.down("Space")
    page.locator(".openpic").wait_for()
    with page.expect_response("**/closed?ms=*"):
        page.keyboard.up("Space")
    assert page.locator(".openpic").count() == 0
    assert "disclosure" in [verb for verb, _what in workbench.whats(before)]


def test_an_export_shows_its_hash_and_gives_the_file(
    page: Page, workbench: Workbench, tmp_path: Path
) -> None:
    opened(page, workbench, f"{HERE}?at=t1-x01")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.locator("li.line[data-at='t1-x02'][aria-current]").wait_for()
    page.keyboard.press("x")
    page.locator("#export").click()
    first, last = (
        page.locator("input[name=first]").input_value(),
        page.locator("input[name=last]").input_value(),
    )
    assert int(last) == int(first) + 1
    page.locator("input[name=reason]").fill("asked for by counsel")
    page.get_by_role("button", name="Write down and export").click()
    digest = page.locator("#digest").inner_text()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Fetch the file").click()
    assert digest[:12] in waiting.value.suggested_filename


def test_the_list_is_reached_and_filtered_by_keyboard(page: Page, workbench: Workbench) -> None:
    opened(page, workbench, HERE)
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/conversations")
    until(page, "() => !!window.htmx")
    page.keyboard.press("f")
    page.keyboard.type("modelltog")
    page.keyboard.press("Enter")
    page.wait_for_url("**words=modelltog**")
    assert page.locator(".cl a").count() == 1


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_contrast_names_and_width(page: Page, workbench: Workbench, theme: str) -> None:
    page.goto(f"{workbench.url}/look?theme={theme}&back=/conversations")
    try:
        for address in ("", f"/{HERE}?at=t1-x03&q=ok", f"/{HERE}/export"):
            page.goto(f"{workbench.url}/conversations{address}")
            page.wait_for_timeout(300)
            assert page.evaluate(CONTRAST) == [], address
            assert page.evaluate(UNNAMED) == [], address
            assert page.locator("h1").count() == 1
            for width in (1440, 1280, 1000, 720):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)
            page.set_viewport_size({"width": 1440, "height": 900})
    finally:
        page.goto(f"{workbench.url}/look?theme=dark&back=/conversations")


def test_without_javascript_it_is_read_in_pages(browser: Browser, tmp_path: Path) -> None:
    for workbench in talk(tmp_path, "token-of-the-test", long=300):
        made = browser.new_context(java_script_enabled=False)
        page = made.new_page()
        page.goto(f"{workbench.url}/enter?token={workbench.token}")
        page.goto(f"{workbench.url}/conversations")
        page.get_by_role("link", name="#modelltog").click()
        assert page.locator("li.line").count() == 80
        page.locator("#reader").get_by_role("link", name="Next").click()
        assert page.locator("li.line[data-p='80']").count() == 1
        page.locator("li.line[data-p='100'] a.tm").click()
        assert "Message 101" in page.locator("#inspector").inner_text()
        made.close()


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_million_messages_scroll(browser: Browser, tmp_path: Path) -> None:
    for workbench in talk(tmp_path, "token-of-the-soak", long=1_000_000):
        context = window(browser, workbench)
        for page in watched(context, "blob:"):
            opened(page, workbench, f"{LONG}?at=t1-long:654321")
            assert 654_321 in on_screen(page)
            base = page.evaluate("window.reader.base")
            for _n in range(30):  # past the end of the segment that is under the scroll bar
                scroll(page, 60_000)
            here = on_screen(page)
            assert here[0] > 654_321 + 20_000 and page.evaluate("window.reader.base") != base
            page.keyboard.press("End")
            page.locator("li.line[data-p='999999'][aria-current]").wait_for()
            assert on_screen(page)[-1] == 999_999
            assert page.locator("#lines li").count() < 120
        context.close()
