"""The pages of casework in headless Chromium: complex, figures, victims, cases, authority, handovers; by mouse and keys,
in three languages and both themes; no console complaint, nothing cut.

With SAFELIGHT_SCREENSHOTS=1 the README's pictures of them are written to docs/screenshots.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from safelight.casework.handover import make
from safelight.casework.replay import replay
from safelight.scenario import casework
from safelight.scenario.exhibits import plan
from safelight.scenario.simulate import simulate
from tests.access.acts import ASE
from tests.access.built import ACTOR, build
from tests.casework.handover.cases import Case, touched_case
from tests.web.browsing import launched, watched, window
from tests.web.conftest import Workbench, serving
from tests.web.test_authority import PAPER
from tests.web.test_browser import SCREENSHOTS, keys_are_there, picture
from tests.web.test_persons import post

pytestmark = pytest.mark.browser

NOON, DAY = "2017-05-30T12:00:00Z", "2017-05-30"
PAGES = (
    "/complex", f"/complex?known={DAY}&compare=2016-11-20", "/complex?as=map", "/figures/suspects", "/victims",
    "/victims/V-001", "/cases/C-001", "/authority", "/authority/A-001", "/handovers", "/handovers/HO-001",
    "/handovers/HO-003", "/handovers/receive",
)  # fmt: skip


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A chess club's case on a day in 2017: HO-001 given and touched since, HO-002 waiting for a second person."""
    root = tmp_path_factory.mktemp("casework")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFELIGHT_CLOCK", NOON)
        yield touched_case(root)


@pytest.fixture(scope="module")
def bench(case: Case) -> Iterator[Workbench]:
    yield from serving(case.built, "token-of-casework")


@pytest.fixture(scope="module")
def client(bench: Workbench, case: Case) -> Iterator[httpx.Client]:
    with bench.entered() as client:
        post(
            client,
            "/persons/P-001/state",
            field="category",
            value="suspect",
            source="decision",
            reason="letter",
            first=DAY,
        )
        post(
            client,
            "/cases/C-001/state",
            field="deadline",
            kind="detention",
            value="2017-06-05",
            reason="order",
        )
        post(client, "/cases/C-001/move", act="allocate", to="Øst", reason="lives there")
        post(client, "/cases/C-001/move", act="transfer", to="Vest", reason="moved")
        post(client, "/cases", number="2017-31", title="The clock", owner="Vest", reason="report")
        item = case.built.item("DCIM/DSC08112.jpg")
        for field, value in (("contact", "2017-05-29"), ("media", item), ("suspect", "P-001")):
            post(
                client,
                "/victims/V-001/state",
                field=field,
                value=value,
                source="club register",
                reason="read",
            )
        post(client, "/victims", name="")
        post(client, "/authority", **PAPER)
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launched()


@pytest.fixture(scope="module")
def context(browser: Browser, bench: Workbench, client: httpx.Client) -> Iterator[BrowserContext]:
    made = window(browser, bench, client)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    yield from watched(context)


def test_matrix_and_map_open_into_lists(page: Page, bench: Workbench) -> None:
    page.goto(f"{bench.url}/complex")
    keys_are_there(page)
    page.locator(".mtx tbody tr.own td").nth(1).locator("a").click()
    expect(page.locator("h1")).to_have_text("Cases by owner: Vest: 2")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("tbody a", has_text="C-001").first.click()
    expect(page.locator("h1")).to_have_text("2016-0142-29")
    page.goto(f"{bench.url}/complex")
    keys_are_there(page)
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile("as=map"))
    page.locator(".cxmap a", has=page.locator(".own")).click()
    expect(page).to_have_url(re.compile("/figures/cases_owner%3AVest"))


def test_the_children_who_are_urgent_stand_first_and_deadlines_warn(page: Page, bench: Workbench) -> None:
    page.goto(f"{bench.url}/complex")
    first = page.locator("main .panel").first
    expect(first).to_contain_text("Urgent children first")
    expect(first).to_contain_text("Contact: 2017-05-29")
    deadlines = page.locator(".panel", has=page.get_by_role("heading", name="Deadlines", exact=True))
    expect(deadlines.locator("li")).to_have_text(
        re.compile("5 Jun 2017.*Detention.*in 6 days.*C-001", re.DOTALL)
    )


def test_a_past_day_is_picked_compared_and_opened_down_to_the_entry(page: Page, bench: Workbench) -> None:
    page.goto(f"{bench.url}/complex")
    keys_are_there(page)
    page.keyboard.press("d")
    expect(page.locator(".asof input[name=known]")).to_be_focused()
    page.keyboard.type(DAY)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("The complex, as known on 30 May 2017")
    expect(page.locator(".pastnote")).to_contain_text("You read the past.")
    keys_are_there(page)
    page.keyboard.press("c")
    page.keyboard.type("2016-11-20")
    page.keyboard.press("Enter")
    new = page.locator(".panel", has=page.get_by_role("heading", name="What is new between the two"))
    expect(new.locator("li", has_text="Suspects")).to_contain_text("+1")
    suspects = page.locator(".two tr", has_text="Suspects")
    expect(suspects.locator("td")).to_have_text(["≥ 0", "≥ 0", "≥ 1", "≥ 1"])
    suspects.locator("td a").nth(2).click()
    expect(page.locator("h1")).to_have_text("Suspects: ≥ 1")
    entry = page.locator("tbody td.m a").first
    seq = entry.inner_text()
    entry.click()
    expect(page.locator(f"#h{seq}")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(f"known={DAY}"))


def test_the_register_of_children_by_keys(page: Page, bench: Workbench) -> None:
    page.goto(f"{bench.url}/victims")
    keys_are_there(page)
    expect(page.locator("tbody tr[data-row]").first).to_contain_text("V-001")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("V-001")
    expect(page.locator("#why")).to_contain_text("Contact: 2017-05-29")
    keys_are_there(page)
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Leave it to others")).to_be_visible()
    assert page.locator("main img").count() == 0
    page.locator("#links a", has_text=re.compile("^i")).first.click()
    expect(page.locator("[data-sealed]")).to_be_visible()
    assert page.locator(".openpic").count() == 0


def test_a_handover_is_prepared_approved_by_a_second_person_and_made(
    page: Page, bench: Workbench, case: Case, tmp_path: Path
) -> None:
    page.goto(f"{bench.url}/cases/C-001")
    keys_are_there(page)
    page.keyboard.press("h")
    expect(page.locator("#prepare")).to_have_attribute("open", "")
    page.get_by_label("Receivers").fill("Øst")
    page.get_by_label("Legal basis").fill("politiregisterloven")
    page.get_by_label("Conditions of use").fill("for this case only")
    page.get_by_role("button", name="Prepare", exact=True).click()
    expect(page.locator("h1")).to_have_text("Case C-001 to Øst")
    number = page.url.rpartition("/")[2]
    with case.door("coordinator") as door:
        make.make(door, number, tmp_path / "package.tar")
    page.reload()
    expect(page.locator(".tag.decided").first).to_have_text("given")
    expect(page.get_by_role("heading", name="What was left out, and why")).to_be_visible()
    page.goto(f"{bench.url}/handovers/HO-002")
    approval = page.locator("form[action$='/approve']")
    approval.get_by_label("Reason").fill("compared with the warrant")
    approval.get_by_role("button").click()
    expect(page.locator("h1 + .tag")).to_contain_text("approved")
    page.goto(f"{bench.url}/handovers/HO-001")
    keys_are_there(page)
    expect(page.get_by_role("heading", name="Correction needed")).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator(".sub").first).to_contain_text("corrects HO-001")


def test_who_follows_a_case_is_told_how_it_ended_and_may_stop(
    page: Page, bench: Workbench, client: httpx.Client
) -> None:
    page.goto(f"{bench.url}/cases/C-002")
    page.get_by_role("button", name="Tell me how it ends").click()
    expect(page.get_by_role("button", name="You will be told how it ends")).to_be_visible()
    page.goto(bench.url)
    ended = page.locator(".panel", has=page.get_by_role("heading", name="How cases ended that you worked on"))
    expect(ended).to_have_count(0)
    post(client, "/cases/C-002/state", field="status", value="closed", reason="it was a broken clock")
    page.goto(bench.url)
    expect(ended.locator("li")).to_have_text(
        re.compile("2017-31.*closed.*30 May 2017.*it was a broken clock", re.DOTALL)
    )
    page.goto(f"{bench.url}/cases/C-002")
    page.get_by_role("button", name="You will be told how it ends").click()
    expect(page.get_by_role("button", name="Tell me how it ends")).to_be_visible()
    page.goto(bench.url)
    expect(ended).to_have_count(0)


def test_an_authorised_operation_is_recorded_by_keys(page: Page, bench: Workbench) -> None:
    page.goto(f"{bench.url}/authority")
    keys_are_there(page)
    page.keyboard.press("n")
    expect(page.locator("input[name=account]")).to_be_focused()
    for name, text in PAPER.items():
        field = page.locator(f"main [name={name}]")
        if name == "role":
            field.select_option(text)
        else:
            field.fill(ASE if name == "account" else text)
    page.locator("main form .primary").click()
    expect(page.locator("h1")).to_have_text(re.compile(r"A-00\d"))


#: What a page must not have: a control without a name, two headings of the first rank, something wider than the window.
FAULTS = """() => {
  const found = [];
  const main = document.querySelector("main");
  if (main.scrollWidth > main.clientWidth + 1) found.push(`wide: ${main.scrollWidth} > ${main.clientWidth}`);
  if (document.querySelectorAll("h1").length !== 1) found.push("no single h1");
  for (const one of main.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!one.labels.length && !one.getAttribute("aria-label")) found.push(`no name: ${one.outerHTML}`);
  }
  for (const one of main.querySelectorAll("table")) if (!one.caption) found.push("a table without a caption");
  for (const one of main.querySelectorAll("th, .ctl, h2, .tag")) {
    if (one.scrollWidth > one.clientWidth + 1 && one.clientWidth && getComputedStyle(one).display !== "inline")
      found.push(`cut: ${one.textContent.trim()}`);
  }
  return found;
}"""


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1440), ("nb", "dark", 1440), ("nn", "light", 1000)]
)
def test_nothing_is_cut_or_nameless_in_any_language(
    browser: Browser, bench: Workbench, client: httpx.Client, language: str, theme: str, width: int
) -> None:
    context = window(browser, bench, client, viewport={"width": width, "height": 900})
    for name, value in (("language", language), ("theme", theme)):
        context.add_cookies([{"name": f"safelight-{name}", "value": value, "url": bench.url}])
    for page in watched(context):
        faults = {}
        for address in PAGES:
            page.goto(bench.url + address)
            assert (
                page.get_attribute("html", "lang") == language
                and page.get_attribute("html", "data-theme") == theme
            )
            if found := page.evaluate(FAULTS):
                faults[address] = found
        assert faults == {}
    context.close()


@pytest.mark.skipif(
    os.environ.get("SAFELIGHT_SCREENSHOTS") != "1", reason="pictures of the README on demand only"
)
def test_write_the_screenshots(
    browser: Browser, page: Page, bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, address in (
        ("case", "/cases/C-001"),
        ("authority", "/authority/A-001"),
        ("handover", "/handovers/HO-001"),
    ):
        page.goto(bench.url + address)
        picture(page, SCREENSHOTS / f"{name}.png")
    for replayed in _replayed(tmp_path, monkeypatch):
        context = window(browser, replayed)
        for page_of_it in watched(context):
            for name, address in (
                ("complex", f"/complex?known={DAY}&compare=2016-11-20&box=nb"),
                ("figures", f"/figures/suspects_own?known={DAY}"),
                ("victims", "/victims"),
            ):
                page_of_it.goto(replayed.url + address)
                picture(page_of_it, SCREENSHOTS / f"{name}.png")
        context.close()


def _replayed(root: Path, patch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """The casework of the scenario darkroom, seen in July 2017."""
    world = simulate("darkroom", 1)
    casework.write(world, plan(world).exhibits, root / "casework.jsonl")
    patch.setenv("SAFELIGHT_CLOCK", "2016-01-17T08:00:00Z")
    built = build(root, more=-1)
    replay(built.folder, root / "casework.jsonl", ACTOR)
    patch.setenv("SAFELIGHT_CLOCK", "2017-07-03T12:00:00Z")
    for bench in serving(built, "token-of-darkroom"):
        with bench.entered() as client:
            for child, field, value in (
                ("V-214", "contact", "2017-07-03"), ("V-187", "contact", "2017-07-02"), ("V-187", "material", "2016-11-09"),
                ("V-187", "access", "stated"), ("V-220", "material", "2017-06-21"), ("V-203", "contact", "2017-05-14"),
                ("V-203", "material", "2017-05-11"), ("V-209", "contact", "2017-05-30"), ("V-176", "access", "assessed"),
            ):  # fmt: skip
                post(
                    client,
                    f"/victims/{child}/state",
                    field=field,
                    value=value,
                    source="chat log",
                    reason="read",
                )
            post(client, "/victims/V-214/take")
        # Whoever has the token enters once; the client above did.
        yield from serving(built, "token-of-the-window")
