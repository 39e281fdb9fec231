"""Headless Chromium for tests: started, entered, and watched for complaints.

@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from launched()
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import missing
from tests.web.conftest import Workbench

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--no-first-run", "--disable-sync", "--disable-default-apps"]  # fmt: skip


def launched() -> Iterator[Browser]:
    """A browser, until the fixture ends; without Chromium the test is skipped (and fails in CI)."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def window(
    browser: Browser, workbench: Workbench, client: httpx.Client | None = None, **options: Any
) -> BrowserContext:
    """A window that has entered the workbench by its token, or in the session of a client that did so already."""
    made = browser.new_context(**({"viewport": {"width": 1440, "height": 900}} | options))
    if client is not None:
        made.add_cookies(
            [{"name": name, "value": value, "url": workbench.url} for name, value in client.cookies.items()]
        )
        return made
    page = made.new_page()
    page.goto(f"{workbench.url}/enter?token={workbench.token}")
    assert page.url == f"{workbench.url}/"
    page.close()
    return made


def watched(context: BrowserContext, *expected: str) -> Iterator[Page]:
    """A page that fails the test on any error, warning or violation, and on any request to another place, but for complaints
    that begin as `expected`."""
    complaints: list[str] = []
    made = context.new_page()
    made.on("console", lambda one: complaints.append(one.text) if one.type in ("error", "warning") else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("request", lambda one: complaints.append(one.url) if "//127.0.0.1:" not in one.url else None)
    made.add_init_script(
        "document.addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.violatedDirective))"
    )
    yield made
    made.close()
    assert [text for text in complaints if not text.startswith(expected)] == []
