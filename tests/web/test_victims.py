"""The pages of the register: most urgent first with reasons, acts with their basis, the past for reading alone, and nothing
at all for who does not hold the right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from safelight.ledger import rights
from tests.access.built import ACTOR, build
from tests.web.conftest import Workbench, serving

NOON = "2017-05-30T12:00:00Z"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv("SAFELIGHT_CLOCK", NOON)
    yield from serving(build(tmp_path, more=-1), "token-of-victims")


@pytest.fixture
def client(bench: Workbench) -> Iterator[httpx.Client]:
    with bench.entered() as client:
        yield client


def _post(client: httpx.Client, address: str, **given: str) -> str:
    answer = client.post(address, data=given)
    assert answer.status_code == 200, answer.text
    return answer.text


def _rows(page: str) -> list[str]:
    """The numbers in the table, in its order."""
    return [
        part.partition("<")[0]
        for part in page.split('<a class="l b"')[1:]
        for part in [part.partition(">")[2]]
    ]


def _without(page: str, address: str) -> str:
    """A page without its own address, which stands in its links for language and theme."""
    return page.replace(quote(address, safe=""), "").replace(address.partition("?")[0], "")


def test_children_are_registered_stated_and_ranked(bench: Workbench, client: httpx.Client) -> None:
    for _n in range(2):
        _post(client, "/victims", name="")
    said = _post(
        client, "/victims/V-002/state", field="contact", value="2017-05-29", source="entry 12", source_grade="B",
        content_grade="2", nature="fact", verified="yes",
    )  # fmt: skip
    assert "<b>Contact: 2017-05-29</b>" in said and "entry 12" in said and ">B2<" in said
    page = client.get("/victims").text
    assert _rows(page) == ["V-002", "V-001"]
    assert "at least 1 child" in page and ">29 May 2017</b>" in page
    assert page.count('class="tag urgent"') == 1
    assert "contact in the last 48 hours" in page
    assert _rows(client.get("/victims?urgency=other").text) == ["V-001"]
    assert _rows(client.get("/victims?counted=further").text) == ["V-002"]


def test_a_decision_is_made_shown_refused_and_taken_back(bench: Workbench, client: httpx.Client) -> None:
    for _n in range(2):
        _post(client, "/victims", name="")
    page = _post(client, "/victims/V-001/decide", decision="different", other="V-002", reason="two towns")
    assert "two towns" in page and "at least 2 children" in client.get("/victims").text
    refused = client.post(
        "/victims/V-002/decide", data={"decision": "same", "other": "V-001", "reason": "one voice"}
    )
    assert refused.status_code == 400 and "says that V-001 and V-002 are two children" in refused.text
    seq = page.partition('name="seq" value="')[2]
    for part in page.split('name="seq" value="')[1:]:
        seq = part.partition('"')[0]
    _post(client, "/victims/V-001/undo", seq=seq, reason="the towns were one")
    assert "at least 1 child" in client.get("/victims").text
    assert "Take it" in client.get("/victims/V-001").text
    assert "Leave it to others" in _post(client, "/victims/V-001/take")


def test_the_past_is_for_reading(bench: Workbench, client: httpx.Client) -> None:
    _post(client, "/victims", name="Kim Lie")
    now = client.get("/victims/V-001?known=2017-05-30").text
    assert "You read the past" in now and '<form method="post"' not in now and "Kim Lie" in now
    assert "No child is registered." in client.get("/victims?known=2017-05-29").text
    assert client.get("/victims/V-001?known=2017-05-29").status_code == 404
    assert client.get("/victims?known=yesterday").status_code == 400


def test_without_the_right_nothing_is_there(bench: Workbench, client: httpx.Client) -> None:
    _post(client, "/victims", name="")
    assert 'href="/victims"' in client.get("/").text
    with bench.built.ledger() as ledger:
        rights.grant(ledger, "coordinator", rights.VICTIMS, reason="hers alone", actor=ACTOR)
    assert 'href="/victims"' not in client.get("/").text
    nowhere = client.get("/nowhere")
    for address in ("/victims", "/victims/V-001", "/victims/V-999", "/victims?urgency=urgent"):
        answer = client.get(address)
        assert answer.status_code == nowhere.status_code == 404
        assert _without(answer.text, address) == _without(nowhere.text, "/nowhere")
    before = bench.entries()
    assert client.post("/victims/V-001/take", data={}).status_code == 404
    assert client.post("/victims", data={"name": "x"}).status_code == 404
    assert bench.entries() == before


@pytest.mark.parametrize(("language", "words"), [("nb", "minst 1 barn"), ("nn", "minst 1 barn")])
def test_pages_speak_norwegian(bench: Workbench, client: httpx.Client, language: str, words: str) -> None:
    _post(client, "/victims", name="")
    page = client.get("/victims", headers={"Accept-Language": language}).text
    assert f'<html lang="{language}"' in page and words in page
