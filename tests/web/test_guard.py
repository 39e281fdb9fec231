"""Who gets in: the token, the session, hosts and origins, and the headers of every answer."""

from __future__ import annotations

import httpx
import pytest

from safelight.web.guard import HEADERS
from tests.web.conftest import Workbench

PAGES = ("/", "/items", "/exhibits", "/failures", "/hits", "/intake", "/export", "/nowhere", "/items/i1-x")


def test_the_token_works_once(fresh: Workbench) -> None:
    with httpx.Client(base_url=fresh.url) as first, httpx.Client(base_url=fresh.url) as second:
        assert first.get("/enter", params={"token": "wrong"}).status_code == 403
        assert first.get("/enter").status_code == 403
        answer = first.get("/enter", params={"token": fresh.token})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
        assert first.get("/").status_code == 200
        again = second.get("/enter", params={"token": fresh.token})
        assert (again.status_code, "set-cookie" in again.headers) == (403, False)
        assert second.get("/").status_code == 401


@pytest.mark.parametrize("page", PAGES)
def test_nothing_without_the_session(workbench: Workbench, page: str) -> None:
    before = workbench.entries()
    answer = httpx.get(workbench.url + page)
    assert (answer.status_code, "DSC08112" in answer.text, "DARKROOM" in answer.text) == (401, False, False)
    assert workbench.entries() == before


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::2]:80", "127.0.0.1@evil.example", ""],
)
def test_other_hosts_are_turned_away(client: httpx.Client, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code in (400, 421)
    assert client.get("/static/keys.js", headers={"Host": host}).status_code in (400, 421)


def test_localhost_is_the_same_host(client: httpx.Client, workbench: Workbench) -> None:
    port = workbench.url.rpartition(":")[2]
    assert client.get("/failures", headers={"Host": f"localhost:{port}"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_acts_from_other_sites_are_turned_away(
    workbench: Workbench, client: httpx.Client, headers: dict[str, str]
) -> None:
    before = workbench.entries()
    digest = workbench.built.digests["DCIM/DSC08112.jpg"]
    assert client.post(f"/contents/{digest}/opened", headers=headers).status_code == 403
    assert client.post("/export", headers=headers, data={"reason": "x"}).status_code == 403
    assert workbench.entries() == before


@pytest.mark.parametrize("page", [*PAGES, "/static/safelight.css", "/static/nothing.css", "/enter?token=x"])
def test_every_answer_carries_the_headers(client: httpx.Client, page: str) -> None:
    answer = client.get(page)
    for name, value in HEADERS.items():
        if name == "Cache-Control" and page.startswith("/static/"):
            value = "no-cache"
        assert answer.headers[name] == value, name


def test_the_policy_allows_nothing_inline_and_nothing_from_outside() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy and "data:" not in policy and "http" not in policy and "*" not in policy


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_stays_inside(client: httpx.Client, back: str) -> None:
    answer = client.get("/look", params={"theme": "light", "back": back}, follow_redirects=False)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"]
)
def test_static_files_end_at_their_folder(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
