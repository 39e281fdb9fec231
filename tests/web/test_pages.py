"""Each page over real stores: what it says, and that it writes exactly one consultation."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx
import orjson

from safelight.traces.moment import now_us
from tests.access.built import FORMULA
from tests.web.conftest import Workbench

HX = {"HX-Request": "true"}


def addresses(workbench: Workbench) -> dict[str, str]:
    item = workbench.built.item("DCIM/DSC08112.jpg")
    return {
        "/": "overview",
        "/exhibits": "exhibits",
        "/exhibits/2016-0142-A1": "exhibit",
        "/items": "items",
        f"/items?type=picture&selected={item}": "items",
        "/items?order=-size&failed=any": "items",
        "/items?size=..5000": "items",
        "/items?size=1kB..2MB": "items",
        "/items?size=7": "items",
        "/items?modified=2016..&category=NO-2016/&path=DCIM&kind=file&extension=disagrees": "items",
        f"/items/{item}": "item",
        f"/items/{item}?offset=0x40": "item",
        "/failures": "failures",
        "/failures?failed=corrupt&inspector=pictures": "failures",
        "/hits": "hits",
        "/hits?set=unit&category=NO-2016%2F0": "hits",
        "/export?type=picture": "export form",
    }


def test_every_page_writes_exactly_one_consultation(workbench: Workbench, client: httpx.Client) -> None:
    for address, name in addresses(workbench).items():
        before = workbench.entries()
        answer = client.get(address)
        assert answer.status_code == 200, address
        written = workbench.whats(before)
        assert [(verb, what["page"]) for verb, what in written if isinstance(what, dict)] == [
            ("consultation", name)
        ]


def test_fragments_are_consultations_too(workbench: Workbench, client: httpx.Client) -> None:
    item = workbench.built.item("DCIM/DSC08112.jpg")
    for address, target, name in (
        (f"/items?selected={item}", "inspector", "item pane"),
        (f"/items/{item}?offset=512", "bytes", "item bytes"),
        (f"/items/{item}", "copies", "item copies"),
    ):
        before = workbench.entries()
        answer = client.get(address, headers=HX | {"HX-Target": target})
        assert (
            answer.status_code == 200 and "<html" not in answer.text and "<section" in answer.text
        ) or "<dl" in answer.text
        assert [what["page"] for _verb, what in workbench.whats(before) if isinstance(what, dict)] == [name]


def test_polling_writes_none(workbench: Workbench, client: httpx.Client) -> None:
    path = workbench.built.folder.spool / "progress.json"
    before = workbench.entries()
    assert "nothing is running" in client.get("/intake", headers=HX).text
    path.write_bytes(orjson.dumps({
        "run": "r1", "stage": "hashing", "source": "kort", "items": 900, "bytes": 41_000_000, "total_items": 2000,
        "total_bytes": 82_000_000, "rate_bytes": 5_100_000.0, "remaining_seconds": 8.2, "updated": now_us(),
    }))  # fmt: skip
    try:
        text = client.get("/intake", headers=HX).text
    finally:
        path.unlink()
    for said in ("running", "hashing", "41.0 MB", "of 82.0 MB", "900", "5.10 MB/s", "8.2 s", 'width="50.0"'):
        assert said in text, said
    assert workbench.entries() == before


def test_redirects_and_errors_show_nothing_and_write_nothing_but_the_attempt(
    workbench: Workbench, client: httpx.Client
) -> None:
    before = workbench.entries()
    answer = client.get(
        "/items", params={"type": "picture", "add": "size:>=1kB name:dsc"}, follow_redirects=False
    )
    assert answer.headers["location"] == "/items?type=picture&name=dsc&size=1000.."
    assert client.get("/items?kind=poem").status_code == 400
    assert client.get("/nowhere").status_code == 404
    assert workbench.entries() == before
    assert client.get("/items/i1-nothing").status_code == 404
    assert workbench.whats(before) == [("consultation", {"page": "item", "query": "i1-nothing"})]


def test_one_error_shape_as_page_fragment_and_json(client: httpx.Client) -> None:
    whole = client.get("/items?after=zzz")
    part = client.get("/items?after=zzz", headers=HX)
    plain = client.get("/items?after=zzz", headers={"Accept": "application/json"})
    assert {whole.status_code, part.status_code, plain.status_code} == {400}
    assert "<html" in whole.text and "<html" not in part.text
    assert plain.json() == {
        "what": "The place in the list cannot be read.",
        "to": "/items",
        "next": "Go back to the first page of the list.",
        "code": "E-REFUSED",
    }
    for value in plain.json().values():
        assert value in whole.text and value in part.text


class Links(HTMLParser):
    """All links and forms of a page, and what no page may have."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.bad: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "action", "hx-get", "data-open", "data-pane") and value:
                self.links.append(value)
            if name == "style" or name.startswith("on"):
                self.bad.append(f"{tag} {name}")
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self.bad.append(tag)


def test_every_link_on_every_page_opens(workbench: Workbench, client: httpx.Client) -> None:
    seen: set[str] = set()
    waiting = list(addresses(workbench))
    steps = 0
    while waiting and steps < 110:
        address = waiting.pop(0)
        bare = re.sub(r"(offset|after|before|selected|modified)=[^&#]*", r"\1", address.partition("#")[0])
        if bare in seen or not bare or address.startswith("/look"):
            continue
        seen.add(bare)
        steps += 1
        answer = client.get(address)
        assert answer.status_code == 200, address
        if "html" in answer.headers["content-type"]:
            page = Links(answer.text)
            assert page.bad == [], address
            assert not [link for link in page.links if not link.startswith(("/", "#", "?"))], address
            waiting += [link for link in page.links if "invented" not in link]
    assert steps > 40


def test_paging_shows_every_row_once(workbench: Workbench, client: httpx.Client) -> None:
    ids: list[str] = []
    address: str | None = "/items"
    pages = 0
    while address:
        text = client.get(address).text
        ids += re.findall(r'data-open="/items/([^"]+)"', text)
        found = re.search(r'id="next" href="([^"]+)"', text)
        address = found[1].replace("&amp;", "&") if found else None
        pages += 1
    assert pages == 3
    assert len(ids) == len(set(ids)) == len(workbench.built.ids) + 450


def test_hostile_names_are_shown_and_harmless(workbench: Workbench, client: httpx.Client) -> None:
    item = next(value for name, value in workbench.built.ids.items() if "gpj.regnskap" in name)
    for address in (
        "/items?" + urlencode({"name": "gpj"}),
        f"/items/{item}",
        f"/items?name=gpj&selected={item}",
    ):
        text = client.get(address).text
        assert "‹U+202E›gpj.regnskap‹U+001B›[31m&lt;b&gt;&amp;&#39;&#34;.txt" in text, address
        assert "<b>&'" not in text
        assert not [
            c
            for c in text
            if unicodedata.category(c) in ("Cf", "Co", "Cs") or (c < " " and c not in "\n\t\r")
        ]
    answer = client.get(f"/items/{workbench.built.item('sjakk/åpninger.pgn')}")
    assert "Finse open ‹U+202E› d4 d5" in answer.text
    echoed = client.get("/items", params={"name": "\u202e<script>alert(1)</script>"}).text
    assert "<script>alert" not in echoed and "\u202e" not in re.sub(r'value="[^"]*"', "", echoed)


def test_the_item_page_says_all(workbench: Workbench, client: httpx.Client) -> None:
    text = client.get(f"/items/{workbench.built.item('DCIM/DSC08112.jpg')}").text
    for said in (
        "Search warrant 16-184031ENE, Nordvik tingrett", "bytes 0–", "3 items", "DSC-RX100M3", "no zone stated",
        "Unit set 4", "Not pertinent", "by MD5; the category is the set&#39;s own claim".replace("&#39;", "'"),
        "seal NO-884120 unbroken", "NOT CHECKED", "FF D8 FF E0", "Hold",
    ):  # fmt: skip
        assert said in text, said


def test_bytes_by_position(workbench: Workbench, client: httpx.Client) -> None:
    item = workbench.built.item("rutetabell.txt", 1)
    assert "46 69 6E 73 65 20 31 32 3A 30 34" in client.get(f"/items/{item}").text
    assert "0000000C" in client.get(f"/items/{item}?offset=0xC").text
    assert "There are no bytes at this position." in client.get(f"/items/{item}?offset=4096").text
    for wrong in ("-1", "ten", "1e3", str(1 << 80)):
        assert client.get(f"/items/{item}", params={"offset": wrong}).status_code == 400


def test_sealed_pictures(workbench: Workbench, client: httpx.Client) -> None:
    digest = workbench.built.digests["DCIM/DSC08112.jpg"]
    before = workbench.entries()
    sealed = client.get(f"/contents/{digest}/sealed.jpg")
    assert (sealed.status_code, sealed.headers["content-type"]) == (200, "image/jpeg")
    assert workbench.entries() == before
    assert client.get(f"/contents/{digest}/opened").status_code == 405
    opened = client.post(f"/contents/{digest}/opened")
    assert (opened.status_code, opened.headers["cache-control"]) == (200, "no-store")
    assert client.post(f"/contents/{digest}/closed?ms=1840").status_code == 204
    assert workbench.whats(before) == [
        ("disclosure", {"act": "open sealed picture", "degree": "grey 320", "work": "tests of the pages"}),
        ("consultation", {"page": "sealed picture closed", "seconds": 1.8}),
    ]
    assert client.post(f"/contents/{'0' * 64}/opened").status_code == 404


def test_without_keys_pages_say_so(locked: Workbench) -> None:
    with locked.entered() as client:
        text = client.get(f"/items/{locked.built.item('DCIM/DSC08112.jpg')}").text
        assert "without the operation's passphrase" in text.replace("&#39;", "'")
        assert "sealed.jpg" not in text and "data-sealed" not in text
        digest = locked.built.digests["DCIM/DSC08112.jpg"]
        assert client.get(f"/contents/{digest}/sealed.jpg").status_code == 404
        assert client.post(f"/contents/{digest}/opened").status_code == 404


def test_export_is_written_down_first(workbench: Workbench, client: httpx.Client) -> None:
    before = workbench.entries()
    assert client.post("/export", data={"type": "text", "reason": " "}).status_code == 400
    assert client.post("/export", data={"type": "text", "reason": "x", "format": "exe"}).status_code == 400
    assert workbench.entries() == before
    answer = client.post("/export", data={"path": FORMULA, "format": "csv", "reason": "for counsel"})
    assert answer.headers["content-disposition"] == 'attachment; filename="items.csv"'
    assert f"'{FORMULA}" in answer.text and len(answer.text.splitlines()) == 2
    what = {"act": "export", "query": f"path:{FORMULA}", "work": "tests of the pages"}
    [(verb, written)] = workbench.whats(before)
    assert (verb, isinstance(written, dict) and written["act"]) == ("disclosure", what["act"])


def test_an_empty_operation_says_what_to_do(empty: Workbench) -> None:
    with empty.entered() as client:
        for page, said in (
            ("/", "safelight exhibit add"),
            ("/exhibits", "safelight exhibit add"),
            ("/items", "safelight ingest"),
            ("/failures", "Nothing failed"),
            ("/hits", "safelight known add"),
        ):
            answer = client.get(page)
            assert answer.status_code == 200 and said in answer.text, page
        assert "Without any filter" in client.get("/items?type=video").text


def test_theme_and_language_are_kept(client: httpx.Client) -> None:
    assert 'data-theme="dark"' in client.get("/failures").text
    answer = client.get("/look", params={"theme": "light", "back": "/failures?failed=corrupt"})
    assert answer.url.path == "/failures" and 'data-theme="light"' in answer.text
    assert 'lang="nb"' in client.get("/look", params={"language": "nb", "back": "/hits"}).text
