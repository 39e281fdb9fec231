"""The workbench in headless Chromium: mouse, keyboard alone, both themes, sealed pictures; no console complaint.

With SAFELIGHT_SCREENSHOTS=1 the README's pictures are written to docs/screenshots.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from safelight.traces.moment import now_us
from tests.web.browsing import launched, watched, window
from tests.web.conftest import Workbench
from tests.web.waiting import until

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launched()


@pytest.fixture(scope="module")
def context(browser: Browser, entered: Workbench) -> Iterator[BrowserContext]:
    made = window(browser, entered)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails the test on complaints; one that is not there is told in the console too."""
    yield from watched(context, "blob:", "Failed to load resource: the server responded with a status of 404")


def keys_are_there(page: Page) -> None:
    """Wait until the page listens to keys: a person cannot press one earlier than it is shown either."""
    until(page, "document.documentElement.classList.contains('has-js') && !!window.htmx")


def test_clicking_through(page: Page, entered: Workbench) -> None:
    page.goto(entered.url)
    page.locator("svg.chart a").first.click()
    expect(page).to_have_url(re.compile("type="))
    expect(page.locator("h1")).to_have_text("Items")
    page.get_by_role("link", name="Remove type", exact=False).click()
    expect(page).to_have_url(f"{entered.url}/items")
    page.locator(".facets a", has_text="Deleted").click()
    expect(page).to_have_url(re.compile("state=deleted"))
    page.locator("#filter").fill("type:picture")
    page.keyboard.press("Enter")
    page.wait_for_url("**type=picture**")
    expect(page.locator(".tok")).to_have_count(2)
    page.locator("table.items tbody tr td:nth-child(2) a").first.click()
    expect(page.locator("h1")).to_have_text("DSC08113.jpg")
    page.get_by_role("link", name="2016-0142-A1").first.click()
    expect(page.locator("h1")).to_have_text("Camera with card")
    page.locator("section", has=page.get_by_role("heading", name="Failures")).locator("td a").first.click()
    expect(page.locator("h1")).to_have_text("Failures")
    expect(page.locator("table.flt tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Hits").click()
    page.locator("table.htg tbody a", has_text="3").click()
    expect(page.locator("table.htt tbody tr")).to_have_count(3)


def test_paging_and_sorting(page: Page, entered: Workbench) -> None:
    page.goto(f"{entered.url}/items")
    page.get_by_role("link", name="Size").click()
    expect(page.locator("th[aria-sort='ascending']")).to_contain_text("Size")
    row = page.locator("table.items tbody tr").first
    first = row.get_attribute("data-open") or ""
    page.locator("#next").click()
    expect(row).not_to_have_attribute("data-open", first)
    page.locator("#previous").click()
    expect(row).to_have_attribute("data-open", first)


def test_keyboard_alone(page: Page, entered: Workbench) -> None:
    page.goto(entered.url)
    for letter, heading in (
        ("e", "Exhibits"),
        ("f", "Failures"),
        ("h", "Hits"),
        ("o", "Overview"),
        ("i", "Items"),
    ):
        keys_are_there(page)
        page.keyboard.press("g")
        page.keyboard.press(letter)
        until(page, "name => document.querySelector('h1')?.textContent === name", arg=heading)
    keys_are_there(page)
    page.keyboard.press("f")
    page.keyboard.type("path:DCIM type:picture")
    page.keyboard.press("Enter")
    page.wait_for_url("**path=DCIM**")
    page.wait_for_load_state("load")
    keys_are_there(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.locator("#inspector a", has_text="DSC08112.jpg").wait_for()
    assert "selected=" in page.url
    page.keyboard.press("y")
    assert page.evaluate("document.activeElement.id") == "inspector"
    page.keyboard.press("j")
    page.locator("#inspector a", has_text="DSC08113.jpg").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/i1-*")
    expect(page.locator("h1")).to_have_text("DSC08113.jpg")
    keys_are_there(page)
    page.keyboard.press("y")
    assert page.evaluate("document.activeElement.id") == "why"
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("rutetabell")
    page.keyboard.press("Enter")
    page.wait_for_url("**name=rutetabell**")
    expect(page.locator("table.items tbody tr")).to_have_count(1)


def test_tab_reaches_the_content_past_the_skip_link(page: Page, entered: Workbench) -> None:
    page.goto(f"{entered.url}/exhibits")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_sealed_picture_is_open_only_while_the_key_is_held(page: Page, entered: Workbench) -> None:
    page.goto(f"{entered.url}/items/{entered.built.item('DCIM/DSC08112.jpg')}")
    box = page.locator("[data-sealed]")
    assert box.locator(".openpic").count() == 0
    size = "[...document.querySelectorAll('[data-sealed] img')].map(i => i.naturalWidth)"
    until(page, f"{size}[0] > 0")
    assert page.evaluate(size) == [96]
    keys_are_there(page)
    before = entered.entries()
    page.keyboard.down("Space")
    box.locator(".openpic").wait_for()
    until(page, f"{size}[1] > 0")
    assert page.evaluate(size) == [96, 320]
    with page.expect_response("**/closed?ms=*"):
        page.keyboard.up("Space")
    assert box.locator(".openpic").count() == 0
    with page.expect_response("**/closed?ms=*"):
        box.hover()
        page.mouse.down()
        box.locator(".openpic").wait_for()
        page.mouse.up()
    verbs = [verb for verb, _what in entered.whats(before)]
    assert verbs == ["disclosure", "consultation", "disclosure", "consultation"]


def test_bytes_turn_pages_in_place(page: Page, entered: Workbench) -> None:
    page.goto(f"{entered.url}/items/{entered.built.item('DCIM/DSC08112.jpg')}")
    keys_are_there(page)
    page.locator("#bytes").get_by_role("link", name="Next").click()
    page.locator("#bytes", has_text="00000200").wait_for()
    page.locator("#bytes input").fill("0x40")
    page.locator("#bytes button").click()
    page.locator("#bytes pre", has_text="00000040").wait_for()
    expect(page.locator("h1")).to_have_text("DSC08112.jpg")


@pytest.mark.parametrize("width", [400, 1000, 1440])
def test_a_synthetic_operation_says_so_in_every_window_and_on_paper(
    page: Page, entered: Workbench, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{entered.url}/items")
    expect(page.locator("header .opname .t3")).to_be_visible()
    expect(page.locator("header .opname .t3")).to_have_text("synthetic")
    expect(page.locator(".onpaper")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".onpaper")).to_be_visible()
    expect(page.locator(".onpaper")).to_have_text("DARKROOM · synthetic")
    page.emulate_media(media="screen")


def test_intake_changes_in_place(page: Page, entered: Workbench) -> None:
    page.goto(entered.url)
    page.locator("#intake", has_text="nothing is running").wait_for()
    path = entered.built.folder.spool / "progress.json"
    path.write_bytes(orjson.dumps(PROGRESS | {"updated": now_us()}))
    try:
        page.locator("#intake", has_text="hashing").wait_for(timeout=10_000)
    finally:
        path.unlink()
    page.locator("#intake", has_text="nothing is running").wait_for(timeout=10_000)


def test_without_javascript_everything_but_sealed_media_works(browser: Browser, fresh: Workbench) -> None:
    made = browser.new_context(java_script_enabled=False)
    page = made.new_page()
    page.goto(f"{fresh.url}/enter?token={fresh.token}")
    page.get_by_role("link", name="Items", exact=False).first.click()
    page.locator("#filter").fill("name:dsc08112")
    page.keyboard.press("Enter")
    page.locator("table.items tbody a").first.click()
    expect(page.locator("h1")).to_have_text("DSC08112.jpg")
    assert "Opening needs JavaScript" in page.locator(".sealbox").inner_text()
    page.locator("#bytes").get_by_role("link", name="Next").click()
    expect(page.locator("#bytes")).to_contain_text("00000200")
    made.close()


#: WCAG 2.2, 1.4.3: contrast of every visible text against what lies behind it.
CONTRAST = """() => {
  const parse = (text) => {
    const n = text.match(/[\\d.]+/g).map(Number);
    return { rgb: n.slice(0, 3), alpha: n.length > 3 ? n[3] : 1 };
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => { const s = v / 255; return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { rgb, alpha } = parse(getComputedStyle(at).backgroundColor);
      if (alpha > 0.5) return rgb;
    }
    return [255, 255, 255];
  };
  const low = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const hidden = element.closest(".thumb, .vh, .skip, dialog, noscript, datalist") || !element.checkVisibility();
    if (hidden || !walker.currentNode.textContent.trim()) continue;
    const style = getComputedStyle(element);
    const ink = element instanceof SVGElement ? style.fill : style.color;
    const a = light(parse(ink).rgb), b = light(behind(element));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${ratio.toFixed(2)} ${walker.currentNode.textContent.trim().slice(0, 40)}`);
  }
  return low;
}"""


#: Controls without a name that can be read out.
UNNAMED = """() => [...document.querySelectorAll("a, button, input, [role]")]
  .filter((e) => e.checkVisibility() && e.type !== "hidden")
  .filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label") || e.labels?.length || e.title))
  .map((e) => e.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_text_has_contrast_in_both_themes(page: Page, entered: Workbench, theme: str) -> None:
    item = entered.built.item("DCIM/DSC08112.jpg")
    page.goto(f"{entered.url}/look?theme={theme}&back=/")
    try:
        for address in ("/", "/exhibits/2016-0142-B3", f"/items?type=picture&selected={item}", f"/items/{item}",
                        "/failures", "/hits", "/export"):  # fmt: skip
            page.goto(entered.url + address)
            assert page.evaluate(CONTRAST) == [], address
            expect(page.locator("h1")).to_have_count(1)
            assert page.evaluate(UNNAMED) == [], address
    finally:
        page.goto(f"{entered.url}/look?theme=dark&back=/")


@pytest.mark.parametrize("width", [1440, 1280, 1000, 720])
def test_nothing_needs_sideways_scrolling(page: Page, entered: Workbench, width: int) -> None:
    """720 pixels are a window of 1440 with its text at 200 %."""
    page.set_viewport_size({"width": width, "height": 900})
    for address in ("/", "/exhibits", "/items", "/failures", "/hits"):
        page.goto(entered.url + address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        narrow = "[...document.querySelectorAll('td:has(.path)')].filter(e => e.checkVisibility() && e.clientWidth < 120)"
        assert page.evaluate(f"{narrow}.length") == 0, address


#: Labels that may not be cut, whatever the language: heads, names of facts, figures, the switches, keys.
LABELS = "th, dt, h2, .figs dd, .title .ctl, .pager .ctl, .seg a, .keys span, .tag"


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("width", [1440, 1100])
def test_longer_words_fit(page: Page, entered: Workbench, language: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    item = entered.built.item("DCIM/DSC08112.jpg")
    addresses = ("/", "/exhibits", "/exhibits/2016-0142-A1", f"/items?selected={item}", f"/items/{item}", "/failures",
                 "/hits", "/export")  # fmt: skip
    try:
        page.goto(f"{entered.url}/look?language={language}&back=/")
        for address in addresses:
            page.goto(entered.url + address)
            assert page.get_attribute("html", "lang") == language
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            cut = page.evaluate(
                f"[...document.querySelectorAll('{LABELS}')].filter(e => e.checkVisibility() &&"
                " getComputedStyle(e).display != 'inline' && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
            )
            assert cut == [], address
            assert page.evaluate(OVERLAPPING) == [], address
    finally:
        page.goto(f"{entered.url}/look?language=en&back=/")


#: Panels of a page that lie over each other: each stands below or beside the ones before it.
OVERLAPPING = """(() => {
  const boxes = [...document.querySelectorAll('section.panel')].map(e => [e, e.getBoundingClientRect()]);
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return boxes.flatMap(([e, a], n) => boxes.slice(n + 1).filter(([f, b]) => !e.contains(f) && over(a, b))
    .map(([f]) => e.textContent.trim().slice(0, 20) + ' / ' + f.textContent.trim().slice(0, 20)));
})()"""


def test_the_language_is_chosen_without_javascript_and_stays(browser: Browser, fresh: Workbench) -> None:
    """A browser that asks for nynorsk gets it; the switch in the head outweighs that, on every page and in new windows."""
    context = browser.new_context(java_script_enabled=False, locale="nn-NO")
    page = context.new_page()
    page.goto(f"{fresh.url}/enter?token={fresh.token}")
    assert (page.get_attribute("html", "lang"), page.inner_text("h1")) == ("nn", "Oversikt")
    assert page.inner_text(".seg a[hreflang][aria-current]") == "nn"
    page.click(".nav a[data-go=i]")
    expect(page.locator("h1")).to_have_text("Element")
    page.click(".seg a[hreflang=nb]")
    expect(page.locator("h1")).to_have_text("Elementer")
    assert (page.url, page.get_attribute("html", "lang"), page.inner_text("h1")) == (
        f"{fresh.url}/items",
        "nb",
        "Elementer",
    )
    second = context.new_page()
    second.goto(f"{fresh.url}/hits")
    assert (second.get_attribute("html", "lang"), second.inner_text("h1")) == ("nb", "Treff")
    page.click(".seg a[hreflang=en]")
    expect(page.locator("h1")).to_have_text("Items")
    assert page.get_attribute("html", "lang") == "en"
    context.close()


def picture(page: Page, place: Path) -> None:
    """What the window shows, as a small file."""
    page.evaluate("document.fonts.ready")
    with Image.open(io.BytesIO(page.screenshot())) as shown:
        shown.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(place, optimize=True)


PROGRESS = {"run": "r1", "stage": "hashing", "source": "kort", "items": 900, "bytes": 41_000_000, "total_items": 2000,
            "total_bytes": 90_000_000, "rate_bytes": 5_100_000.0, "remaining_seconds": 9.6}  # fmt: skip


@pytest.mark.skipif(
    os.environ.get("SAFELIGHT_SCREENSHOTS") != "1", reason="pictures of the README on demand only"
)
def test_write_the_screenshots(page: Page, entered: Workbench) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    item = entered.built.item("DCIM/DSC08112.jpg")
    path = entered.built.folder.spool / "progress.json"
    path.write_bytes(orjson.dumps(PROGRESS | {"updated": now_us()}))
    try:
        for name, address in (
            ("overview", "/"),
            ("exhibit", "/exhibits/2016-0142-A1"),
            ("items", f"/items?exhibit=2016-0142-A1&size=>=1kB&selected={item}"),
            ("item", f"/items/{item}"),
            ("failures", "/failures"),
            ("hits", "/hits"),
        ):
            page.goto(entered.url + address)
            picture(page, SCREENSHOTS / f"{name}.png")
    finally:
        path.unlink()


def test_a_picture_that_does_not_open_says_why_in_its_place(page: Page, entered: Workbench) -> None:
    item, digest = entered.built.item("DCIM/DSC08113.jpg"), entered.built.digests["DCIM/DSC08113.jpg"]
    page.goto(f"{entered.url}/items/{item}")
    page.evaluate(f"document.querySelector('[data-sealed]').dataset.sealed = '/contents/{digest[::-1]}'")
    keys_are_there(page)
    with page.expect_response("**/opened"):
        page.keyboard.down("Space")
    page.locator(".shut", has_text="E-NOT-FOUND").wait_for()
    page.keyboard.up("Space")
    assert page.locator(".openpic").count() == 0
