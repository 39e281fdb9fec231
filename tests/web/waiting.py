"""Wait until something holds in a page whose content security policy forbids ``eval``.

Playwright's ``wait_for_function`` evaluates its text inside the page when the first look did not succeed, which the
policy refuses; a look by the debugging protocol is always allowed, so this looks again and again.
"""

import time
from typing import Any

from playwright.sync_api import Error, Page


def until(page: Page, script: str, arg: Any = None, seconds: float = 30) -> None:
    """Return when ``script`` (an expression, or a function of ``arg``) is true in the page.

    Raises AssertionError after ``seconds``. A page that is just being exchanged for the next one is looked at again.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            if page.evaluate(script, arg):
                return
        except Error as error:
            if "context was destroyed" not in str(error):
                raise
        assert time.monotonic() < end, f"never true: {script}"
        page.wait_for_timeout(20)
