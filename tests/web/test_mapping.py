"""The mapping page: raw records beside their traces, counts by rule, nothing written but the consultation."""

from __future__ import annotations

import html
import re
from pathlib import Path

import httpx
import pytest

from safelight.ledger import mappings
from safelight.parsers.mapping.load import parsed
from safelight.traces.ids import item_id
from safelight.web.mapping import exactly
from tests.access.built import build
from tests.access.planted_format import add_items, install, spec
from tests.web.conftest import Workbench, serving

WEATHER = """name = "weather"
version = 3
network = "weather"
[input]
reader = "delimited"
delimiter = ";"
[[rule]]
name = "days"
trace = "message"
[rule.fields]
conversation = { const = "Bjørnøya" }
sender = { const = "station" }
text = "temperatur"
sent = { from = "dato", format = "%Y-%m-%d", zone = "Europe/Oslo" }
"""
LINES = r"""name = "train-times"
version = 1
network = "trains"
[input]
reader = "lines"
[[rule]]
name = "stops"
trace = "message"
pattern = '^(?P<place>Finse) (?P<clock>\d\d:\d\d)$'
[rule.fields]
conversation = { const = "timetable" }
sender = "place"
text = "clock"
"""


def shown(page: httpx.Response) -> list[list[str]]:
    """The cells of the table of records, as text."""
    body = re.search(r'<table class="tbl mpt">.*?<tbody>(.*?)</tbody>', page.text, re.S)
    assert body, page.text
    rows = re.findall(r"<tr.*?</tr>", body[1], re.S)
    cells = [re.findall(r"<td.*?>(.*?)</td>", row, re.S) for row in rows]
    return [[html.unescape(re.sub(r"<.*?>", "", cell)).strip() for cell in row] for row in cells]


def test_the_way_from_an_item_to_the_command(workbench: Workbench, client: httpx.Client) -> None:
    item = workbench.built.item("vêr/Bjørnøya 1970–2016.csv")
    assert f'href="/mapping?item={item}"' in client.get(f"/items/{item}").text
    before = workbench.entries()
    page = client.get("/mapping", params={"item": item})
    assert "dato;temperatur\n1970-01-01;-7,4\n" in page.text
    page = client.post("/mapping", data={"item": item, "text": WEATHER.replace("\n", "\r\n")})
    assert page.status_code == 200
    first = shown(page)
    assert len(first) == 60
    assert first[0] == [
        "line 2", "1970-01-01;-7,4", "1", "CHAT", "1969-12-31 23:00:00", "station", "Bjørnøya", "-7,4",
    ]  # fmt: skip
    assert "version 3, not yet used" in page.text
    assert "Europe/Oslo is assumed by the mapping" in page.text
    assert "Using it writes 501 traces, marked “weather version 3”." in page.text
    used = {"item": item, "text": WEATHER}
    assert "A reason is needed" in client.post("/mapping/use", data=used | {"reason": " "}).text
    refused = client.post("/mapping/use", data=used | {"reason": "the station's own list"})
    assert (refused.status_code, "nobody confirmed" in refused.text) == (400, True)
    page = client.post("/mapping/use", data=used | {"reason": "the station's own list", "zone": "on"})
    source = workbench.built.sources[0].id
    command = (
        f"safelight parse {workbench.built.folder.root} --mapping weather-3.toml --source {source} "
        "--path 'vêr/Bjørnøya 1970–2016.csv' --reason 'the station'\"'\"'s own list'"
    )
    assert command in html.unescape(page.text)
    saved = client.post("/mapping/file", data={"text": WEATHER.replace("\n", "\r\n")})
    assert saved.content == WEATHER.encode()
    assert saved.headers["content-disposition"] == 'attachment; filename="weather-3.toml"'
    written = [what["page"] for verb, what in workbench.whats(before) if isinstance(what, dict)]
    assert written == ["item", "mapping", "mapping trial", "mapping command"] or written == [
        "mapping", "mapping trial", "mapping command",
    ]  # fmt: skip
    with workbench.built.ledger() as ledger:
        assert mappings.every(ledger) == []


def test_what_no_rule_matched_stands_between_what_one_did(workbench: Workbench, client: httpx.Client) -> None:
    item = workbench.built.item("rutetabell.txt", 1)
    page = client.post("/mapping", data={"item": item}, files={"file": ("trains.toml", LINES.encode())})
    assert shown(page) == [
        ["line 1", "Finse 12:04", "1", "CHAT", "—", "Finse", "timetable", "12:04"],
        ["line 2", "Myrdal 12:31", "—", "no rule matched: the pattern does not match"],
    ]
    page = client.post("/mapping", data={"item": item, "text": LINES, "show": "unmatched"})
    assert [row[0] for row in shown(page)] == ["line 2"]
    assert "Together, with 1 that no rule matched: 2" in page.text


def test_what_is_wrong_is_said_and_the_text_kept(workbench: Workbench, client: httpx.Client) -> None:
    item = workbench.built.item("rutetabell.txt", 1)
    page = client.post("/mapping", data={"item": item, "text": LINES.replace("pattern =", "patern =")})
    assert page.status_code == 422
    assert "rule[1].patern is not known" in page.text
    assert "patern = " in page.text
    page = client.post("/mapping", data={"item": item, "text": WEATHER})
    assert "would not be taken for this mapping" in page.text
    assert 'action="/mapping/use"' not in page.text
    assert client.get("/mapping").status_code == 200
    assert client.post("/mapping", data={"item": "", "text": LINES}).status_code == 422
    assert client.post("/mapping", data={"item": "i1-nothing-here", "text": LINES}).status_code == 404


def test_evidence_is_shown_and_never_rendered(tmp_path: Path) -> None:
    built = build(tmp_path)
    hostile = "Finse 12:04\n<script>alert(1)</script> \u202eFinse\n"
    (built.sources[1].location / "rutetabell.txt").write_text(hostile, "utf-8")
    for workbench in serving(built, "token-of-the-test"):
        with workbench.entered() as client:
            item = built.item("rutetabell.txt", 1)
            page = client.post("/mapping", data={"item": item, "text": LINES})
            assert "<script>alert" not in page.text
            assert "\u202e" not in page.text
            assert shown(page)[1][1] == "<script>alert(1)</script> ‹U+202E›Finse"


def test_a_mapping_that_was_used_opens_again_as_it_was(tmp_path: Path) -> None:
    built = build(tmp_path)
    mapping = parsed(LINES.encode())
    with built.ledger() as ledger:
        entry = mappings.use(
            ledger, name=mapping.name, version=1, sha256=mapping.sha256, text=LINES, actor="kåre"
        )
    item = built.item("rutetabell.txt", 1)
    for workbench in serving(built, "token-of-the-test"):
        with workbench.entered() as client:
            for used in (str(entry.seq), mapping.sha256):
                page = client.get("/mapping", params={"item": item, "used": used})
                assert html.escape(LINES, quote=True) in page.text.replace("&#34;", "&quot;").replace(
                    "&#39;", "&#x27;"
                )
            page = client.post("/mapping", data={"item": item, "text": LINES})
            assert f"version 1, used: ledger {entry.seq}" in page.text


def test_a_file_that_crashes_its_reader_ends_that_child_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = build(tmp_path)
    add_items(built)
    monkeypatch.syspath_prepend(install(tmp_path / "site"))
    ids = {name: item_id(built.sources[0].id, spec(name).to_bytes()) for name in ("crash", "good")}
    for workbench in serving(built, "token-of-the-test"):
        with workbench.entered() as client:
            page = client.post("/mapping", data={"item": ids["crash"], "text": LINES})
            assert page.status_code == 200
            assert "The reader of these bytes was ended (crash)" in page.text
            page = client.post("/mapping", data={"item": built.item("rutetabell.txt", 1), "text": LINES})
            assert len(shown(page)) == 2


def test_a_pattern_for_one_path() -> None:
    assert exactly("a[1]*?.csv") == "a[[]1][*][?].csv"
