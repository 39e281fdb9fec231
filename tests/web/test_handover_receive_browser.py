"""A package is received in headless Chromium: from the list of handovers by keys, checked, imported, with what came of it.

In three languages and both themes nothing is cut or nameless, whether the package is whole or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from safelight.ledger import records, signers
from tests.access.built import ACTOR, Built
from tests.casework.handover.cases import Case, chess_case, empty, receiver
from tests.web.browsing import launched, watched, window
from tests.web.conftest import Workbench, serving
from tests.web.test_browser import keys_are_there
from tests.web.test_casework_browser import FAULTS

pytestmark = pytest.mark.browser

#: Chromium says of every answer that refuses something that it could not be loaded.
REFUSED = "Failed to load resource: the server responded with a status of 422"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Path]:
    """A case with an encrypted package, its key, and a package of which a bit was flipped."""
    root = tmp_path_factory.mktemp("sender")
    made = chess_case(root)
    identity, to = receiver()
    (root / "key.txt").write_text(f"{identity}\n")
    made.made(root / "HO-001.tar.age", recipients=(to,))
    made.made(root / "plain.tar")
    data = (root / "plain.tar").read_bytes()
    (root / "flipped.tar").write_bytes(data.replace(b"politiregisterloven", b"politiregisterlovex", 1))
    return made, root


@pytest.fixture
def other(case: tuple[Case, Path], tmp_path: Path) -> Built:
    """The receiver, who trusts the signer and says otherwise of one person."""
    built, sender = empty(tmp_path / "other"), case[0]
    with built.ledger() as ledger:
        signers.trust(ledger, sender.signer.public, "N. Hauge, Vest", reason="by telephone", actor=ACTOR)
        with ledger.writing() as act:
            records.make(act, "person", actor=ACTOR, id_=sender.ase.id)
            records.state(act, sender.ase.id, "district", "Øst", actor=ACTOR)
    return built


@pytest.fixture
def bench(other: Built) -> Iterator[Workbench]:
    yield from serving(other, "token-of-the-receiver")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launched()


@pytest.fixture
def page(browser: Browser, bench: Workbench) -> Iterator[Page]:
    context = window(browser, bench)
    yield from watched(context, REFUSED)
    context.close()


def named(page: Page, path: Path, identity: Path | None = None) -> None:
    """Fill in the form and check the package."""
    page.locator("input[name=path]:visible").fill(str(path))
    page.locator("input[name=identity]:visible").fill(str(identity or ""))
    page.locator("form[action='/handovers/receive'] button").click()


def test_a_package_is_checked_and_imported(page: Page, bench: Workbench, case: tuple[Case, Path]) -> None:
    root = case[1]
    page.goto(f"{bench.url}/handovers")
    keys_are_there(page)
    page.keyboard.press("r")
    expect(page.locator("h1")).to_have_text("Receive a package")
    named(page, root / "HO-001.tar.age")
    expect(page.get_by_role("alert")).to_contain_text("The package is encrypted.")
    expect(page.locator("input[name=path]:visible")).to_have_value(str(root / "HO-001.tar.age"))
    named(page, root / "HO-001.tar.age", root / "key.txt")
    checks = page.locator("#checks li")
    expect(checks).to_have_count(5)
    expect(checks.nth(4)).to_contain_text(re.compile("Signed by N. Hauge.*trusted", re.DOTALL))
    expect(page.locator(".sub").first).to_contain_text("encrypted with age")
    expect(page.locator("#import .rcf td")).to_have_text(["home district · P-001", "Sør-Vest", "Øst"])
    page.get_by_role("button", name="Import it").click()
    expect(page.locator("#import input[name=sure]:invalid")).to_have_count(1)  # the browser asks for the tick
    page.get_by_label("I have read the conditions of use and the check").check()
    page.get_by_role("button", name="Import it").click()
    expect(page).to_have_url(re.compile("/handovers/HO-001"))
    expect(page.locator("#outcome")).to_contain_text("9 messages")
    expect(page.locator(".corr")).to_contain_text("Sør-Vest")
    page.goto(f"{bench.url}/conversations")
    expect(page.locator("tbody tr").first).to_be_visible()


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1440), ("nb", "dark", 1440), ("nn", "light", 1000)]
)
def test_nothing_is_cut_or_nameless(
    browser: Browser, bench: Workbench, case: tuple[Case, Path], language: str, theme: str, width: int
) -> None:
    root = case[1]
    context = window(browser, bench, viewport={"width": width, "height": 900})
    for name, value in (("language", language), ("theme", theme)):
        context.add_cookies([{"name": f"safelight-{name}", "value": value, "url": bench.url}])
    for page in watched(context, REFUSED):
        faults = {}
        for name in ("flipped.tar", "nowhere.tar", "plain.tar"):
            page.goto(f"{bench.url}/handovers/receive")
            named(page, root / name)
            assert page.get_attribute("html", "lang") == language
            expect(page.locator("input[name=path]:visible")).to_have_value(str(root / name))
            if found := page.evaluate(FAULTS):
                faults[name] = found
        page.locator("input[name=sure]").check()
        page.locator("#import .primary").click()
        expect(page.locator("#outcome")).to_be_visible()
        if found := page.evaluate(FAULTS):
            faults["outcome"] = found
        assert faults == {}
    context.close()
