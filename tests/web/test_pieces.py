"""A reader who goes on before a page was sent whole: what it read with is let go at once, and not when memory is tidied."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest
from starlette.types import Message, Scope

from safelight.web.app import create_app
from tests.access.built import ACTOR
from tests.web.conftest import Workbench


@pytest.fixture
def untidied() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("untidied")
@pytest.mark.parametrize(("path", "query"), [("/items", b""), ("/search", b"q=finse")])
def test_a_page_that_nobody_waits_for_lets_go(workbench: Workbench, path: str, query: bytes) -> None:
    app = create_app(workbench.built.folder, None, "token", who=ACTOR, purpose="test")

    async def leave_early() -> list[Message]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://127.0.0.1"
        ) as client:
            await client.get("/enter?token=token")
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        scope: Scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
            "path": path, "raw_path": path.encode(), "query_string": query, "root_path": "", "scheme": "http",
            "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie.encode())], "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }  # fmt: skip
        sent: list[Message] = []
        gone = anyio.Event()

        async def receive() -> Any:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            if message["type"] == "http.response.body":
                gone.set()
                await anyio.sleep_forever()

        await app(scope, receive, send)
        return sent

    before = workbench.entries()
    sent = anyio.run(leave_early)
    assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
    pages = [what.get("page") for _verb, what in workbench.whats(before) if isinstance(what, dict)]
    assert path.removeprefix("/") in pages
