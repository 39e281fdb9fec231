"""Lanes, gaps and the way back on the timeline's page, without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from safelight.access.timeline_bars import HOUR
from safelight.catalog.catalog import Catalog
from tests.access.acts import ASE, act, us
from tests.access.built import build
from tests.web.conftest import Workbench, serving

DAYS = "from=2016-11-20&to=2016-11-26&kind=login"


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """Acts of the players, and logins every hour of a week of which two days are missing."""
    built = build(tmp_path_factory.mktemp("paused"))
    act(built)
    common = {
        "item_id": built.item("rutetabell.txt", 1), "source_id": built.sources[1].id,
        "exhibit": built.exhibits[1].key, "parser": "club", "version": 1, "network": "club", "state": "live",
        "account": "åse", "account_id": ASE, "what": "login",
    }  # fmt: skip
    times = [us("2016-11-20") + n * HOUR for n in range(7 * 24) if not 60 <= n < 108]
    rows = [
        common | {"trace_id": f"t1-p{n}", "place": f"line {n}", "at": {"utc": at, "wall": at, "text": "", "basis": "stated"}}
        for n, at in enumerate(times)
    ]  # fmt: skip
    with Catalog.at(built.folder) as catalog:
        catalog.write("paused", {"logins": rows}, made_by={"test": "1"})
    yield from serving(built, "token-of-the-lanes")


@pytest.fixture(scope="module")
def client(workbench: Workbench) -> Iterator[httpx.Client]:
    with workbench.entered() as entered:
        yield entered


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_gap_stands_in_the_lane_in_the_pane_and_between_the_rows(client: httpx.Client) -> None:
    page = client.get(f"/timeline?{DAYS}").text
    assert "<title>2016-0142-B3, 22 Nov 2016 12:00 – 24 Nov 2016 12:00: nothing</title>" in page
    said = plain(page)
    assert "2016-0142-B3 22 Nov 2016 12:00 – 24 Nov 2016 12:00: nothing for 2 days" in said
    told = (
        "2016-0142-B3: nothing held until 2016-11-24 12:00, for 2 days; what stands between is from elsewhere"
    )
    rows = re.findall(r'<tr (?:data-row|class="gaprow").*?</tr>', page, re.DOTALL)
    place = next(n for n, one in enumerate(rows) if told in one)
    assert plain(rows[place]).startswith("2016-11-22 12:00 →")
    assert ("2016-11-22 11:00:00" in rows[place - 1], "2016-11-24 12:00:00" in rows[place + 1]) == (
        True,
        True,
    )
    # The other exhibit's only login lies before this window.
    assert "2016-0142-A1 its last event is on 9 Nov 2016" in said


def test_networks_and_accounts_have_lanes_of_their_own(client: httpx.Client) -> None:
    by_network = plain(client.get(f"/timeline?{DAYS}&by=network").text)
    assert "club: nothing until 2016-11-24 12:00, for 2 days" in by_network
    by_account = client.get(f"/timeline?{DAYS}&by=account").text
    assert f'<b>1</b> <a class="l" href="/accounts/{ASE}">togmann</a>' in by_account
    assert "togmann: nothing until 2016-11-24 12:00, for 2 days" in plain(by_account)
    assert client.get(f"/timeline?{DAYS}&by=moon").status_code == 400


def test_the_way_back_of_a_trace_and_of_a_file(client: httpx.Client, workbench: Workbench) -> None:
    before = workbench.entries()
    page = client.get("/timeline/why", params={"kind": "login", "id": "t1-p3"})
    assert workbench.whats(before)[-1] == ("consultation", {"page": "why", "query": "t1-p3"})
    said = plain(page.text)
    assert "Why do we have this: 03:00:00" in said
    assert "club 1 line 3" in said and "2016-0142-B3" in said and "rutetabell.txt" in said
    assert "2016-11-20 03:00:00 UTC" in said
    again = client.get(
        "/timeline/why", params={"kind": "message", "id": "t1-m1", "z": "no"},
        headers={"HX-Request": "true", "HX-Target": "row-why"},
    )  # fmt: skip
    assert again.text.strip().startswith("<h3>Why do we have this: 09:00:00</h3>")
    assert "found in 2 places, shown once" in plain(again.text)
    item = workbench.built.item("rutetabell.txt", 1)
    files = plain(client.get("/timeline/why", params={"kind": "modified", "id": item}).text)
    assert "rutetabell.txt" in files and "bytes 0–" in files
    assert client.get("/timeline/why", params={"kind": "login", "id": "t1-none"}).status_code == 404


def test_every_row_leads_to_its_way_back(client: httpx.Client) -> None:
    page = client.get(f"/timeline?{DAYS}&z=ph").text
    assert 'data-why="/timeline/why?kind=login&amp;id=t1-p0&amp;z=ph"' in page
