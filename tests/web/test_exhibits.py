"""What the pages of exhibits say of hashes and of what could not be opened."""

from __future__ import annotations

import re

import httpx


def test_what_no_item_stands_for_is_counted_and_the_figure_leads_to_it(client: httpx.Client) -> None:
    page = client.get("/exhibits/2016-0142-B3").text
    assert ">with failures</td>" in page
    links = re.findall(r'href="(/failures\?source=[^"]+)">1</a>', page)
    assert len(links) == 1
    listed = client.get(links[0].replace("&amp;", "&")).text
    assert "partition 2" in listed
    page = client.get("/exhibits/2016-0142-A1").text
    assert ">done</td>" in page
    assert re.search(r'href="/items\?source=[^"]+failed=any">2</a>', page)


def test_whose_hash_was_compared_is_said_wherever_a_result_is(client: httpx.Client) -> None:
    assert "DIFFERED from the hash stated at seizure" in client.get("/exhibits/2016-0142-B3").text
    assert "NOT CHECKED: no hash was stated at seizure" in client.get("/exhibits/2016-0142-A1").text
    listed = client.get("/exhibits").text
    assert listed.index(">Stated hash</th>") < listed.index("<b>DIFFERED</b>")
    overview = client.get("/").text
    assert "Hash stated at seizure:" in overview
