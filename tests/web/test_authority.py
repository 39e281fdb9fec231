"""The pages of authorised operations: recorded by form, what stands outside is listed, and officers' lines are marked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.access.acts import ASE, DIRECT, TOG, act
from tests.access.built import build
from tests.web.conftest import Workbench, serving

PAPER = {
    "account": ASE, "basis": "strpl. chapter 17 b", "number": "16-1/2016", "day": "2016-11-07", "approver": "A. Lie",
    "role": "statsadvokat", "begin": "2016-11-07", "end": "2016-11-08", "scope": "answer in #tog",
    "limits": "no pictures", "review": "2016-11-08", "officers": "K. Berg, O. Dal", "partners": "Oslo",
    "taken_over": "2016-11-07T18:00+01:00",
}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv("SAFELIGHT_CLOCK", "2016-11-30T12:00:00Z")
    built = build(tmp_path)
    act(built)
    yield from serving(built, "token-of-authority")


@pytest.fixture
def client(bench: Workbench) -> Iterator[httpx.Client]:
    with bench.entered() as client:
        yield client


def test_an_operation_is_recorded_and_what_stands_outside_is_flagged(client: httpx.Client) -> None:
    assert "No authorised operation is recorded." in client.get("/authority").text
    refused = client.post("/authority", data=PAPER | {"role": "constable"})
    assert refused.status_code == 400 and "constable may not approve such an operation." in refused.text
    page = client.post("/authority", data=PAPER).text
    assert "circular 2/2000" in page and "O. Dal" in page and "none flagged" in page
    shared = {"field": "shared", "value": "the log", "to": "Oslo", "ground": "§ 21", "begin": "2016-11-09"}
    page = client.post("/authority/A-001/state", data=shared).text
    assert "the log with Oslo, on the basis of § 21 (9 Nov 2016)" in page
    page = client.post("/authority/A-001/end", data={"day": "2016-11-07", "reason": "arrested"}).text
    assert "outside the window <b>2</b>" in page
    assert "2016-11-08 00:30" in page and "the account stays in the hands of police" in page
    listed = client.get("/authority").text
    assert 'href="/authority/A-001#flagged">2</a>' in listed
    past = client.get("/authority/A-001?known=2016-11-30").text
    assert '<form class="in' not in past
    assert client.get("/authority/A-001?known=2016-11-29").status_code == 404
    assert client.get("/authority/P-001").status_code == 404


def test_an_officers_lines_are_marked_and_left_out_of_figures(client: httpx.Client) -> None:
    before = client.get(f"/accounts/{ASE}").text
    client.post("/authority", data=PAPER)
    page = client.get(f"/accounts/{ASE}").text
    assert "In the hands of police from 2016-11-07 17:00 to further notice." in page
    assert "In the hands of police" not in before
    shown = page.partition('<a class="l" href="/authority/')[2].partition('"')[0]
    assert "<h1>A-001</h1>" in client.get(f"/authority/{shown}").text
    tag = '<span class="tag lit" title="An officer\'s'
    direct, tog = (client.get(f"/conversations/{one}").text for one in (DIRECT, TOG))
    # A message and a call; a message and leaving the channel.
    assert (direct.count(tag), tog.count(tag)) == (2, 2)
