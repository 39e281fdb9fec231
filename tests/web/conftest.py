"""A workbench that really serves, on a port of its own, over an operation built by real stores."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn

from safelight.ledger.ledger import Ledger
from safelight.web.app import create_app
from tests.access.built import ACTOR, Built, build


@dataclass
class Workbench:
    """A running workbench."""

    built: Built
    url: str
    token: str

    @contextmanager
    def entered(self) -> Iterator[httpx.Client]:
        """A client that holds the session and acts from the workbench's own pages."""
        with httpx.Client(
            base_url=self.url, headers={"Origin": self.url}, follow_redirects=True, timeout=60
        ) as client:
            assert client.get("/enter", params={"token": self.token}).status_code == 200
            yield client

    def entries(self) -> int:
        with Ledger.open(self.built.folder) as ledger:
            return ledger.head().seq

    def whats(self, after: int) -> list[tuple[str, object]]:
        """Verb and what of the audit's entries behind a number."""
        with Ledger.open(self.built.folder) as ledger:
            return [(one.verb, (ledger.payload(one.seq) or {}).get("what")) for one in ledger.entries(after)]


def serving(built: Built, token: str, *, keys: bool = True) -> Iterator[Workbench]:
    """Serve until the test is over."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # whoever comes before the server is up waits instead of being refused
    app = create_app(
        built.folder, built.keys if keys else None, token, who=ACTOR, purpose="tests of the pages"
    )
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Workbench(built, f"http://127.0.0.1:{listener.getsockname()[1]}", token)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("operation"), more=450)


@pytest.fixture(scope="session")
def workbench(built: Built) -> Iterator[Workbench]:
    yield from serving(built, "token-of-the-test")


@pytest.fixture
def fresh(built: Built) -> Iterator[Workbench]:
    """One whose token was not used yet."""
    yield from serving(built, "token-of-the-test")


@pytest.fixture(scope="module")
def entered(built: Built) -> Iterator[Workbench]:
    """One for the browser, which enters it by itself."""
    yield from serving(built, "token-of-the-browser")


@pytest.fixture
def locked(built: Built) -> Iterator[Workbench]:
    """The same without the operation's keys."""
    yield from serving(built, "token-of-the-test", keys=False)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workbench]:
    """An operation into which nothing was taken."""
    yield from serving(build(tmp_path, more=-1), "token-of-the-test")


@pytest.fixture(scope="session")
def session(workbench: Workbench) -> Iterator[httpx.Client]:
    with workbench.entered() as client:
        yield client


@pytest.fixture
def client(session: httpx.Client) -> httpx.Client:
    """The entered client, in the dark theme and in English."""
    for name in ("safelight-theme", "safelight-language"):
        if name in session.cookies:
            session.cookies.delete(name)
    return session
