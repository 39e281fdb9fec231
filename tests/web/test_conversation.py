"""The conversation reader over HTTP: list, windows, deep links, zones, why, marks, exports; hostile names."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator

import httpx
import pypdfium2 as pdfium
import pytest

from safelight.ledger import clocks
from safelight.traces.ids import conversation_id
from tests.web.conftest import Workbench
from tests.web.talk import HERE, LONG, NAME, talk

LINE = re.compile(r'<li class="line" data-p="(\d+)" data-at="([^"]+)"')


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    yield from talk(tmp_path_factory.mktemp("talk"), "token-of-the-test")


@pytest.fixture(scope="module")
def client(workbench: Workbench) -> Iterator[httpx.Client]:
    with workbench.entered() as made:
        yield made


def lines(text: str) -> list[tuple[int, str]]:
    return [(int(position), trace) for position, trace in LINE.findall(text)]


def row(text: str, trace: str) -> str:
    """The HTML of one line."""
    start = text.index(f'data-at="{trace}"')
    return text[start : text.index("</li>", start)]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#34;", '"').split())


def test_the_list_shows_each_conversation_once_with_both_counts(client: httpx.Client) -> None:
    text = client.get("/conversations").text
    assert f'href="/conversations/{HERE}"' in text
    body = words(text[text.index("<tbody>") : text.index("</tbody>")])
    assert re.fullmatch(r"CLUB club 4 (\S+) (\S+) 1", body)
    assert "in 3 items" in words(text)


def test_the_list_filters_by_name_and_network_and_turns_pages(client: httpx.Client) -> None:
    assert f"/conversations/{HERE}" in client.get("/conversations", params={"words": "MANILA"}).text
    nothing = client.get("/conversations", params={"words": "fjell"}).text
    assert "No conversation has these words" in nothing
    assert "Next →" not in words(client.get("/conversations").text)


def test_a_page_opens_at_exactly_the_message(client: httpx.Client) -> None:
    text = client.get(f"/conversations/{LONG}", params={"at": "t1-long:10000"}).text
    found = lines(text)
    assert (10000, "t1-long:10000") in found and len(found) == 80
    assert re.findall(r'data-at="([^"]+)"[^>]*aria-current="true"', text) == ["t1-long:10000"]
    assert "Message 10,001" in text
    missing = client.get(f"/conversations/{HERE}", params={"at": "t1-nowhere:1"})
    assert (missing.status_code, "not in this conversation" in missing.text) == (404, True)


def test_a_copy_opens_at_the_message_that_stands_for_it(client: httpx.Client) -> None:
    text = client.get(f"/conversations/{HERE}", params={"at": "t1-2:003"}).text
    assert re.findall(r'data-at="([^"]+)"[^>]*aria-current="true"', text) == ["t1-1:003"]


def test_windows_anywhere(client: httpx.Client) -> None:
    answer = client.get(f"/conversations/{LONG}/lines", params={"from": 19_950, "count": 100})
    assert lines(answer.text) == [(n, f"t1-long:{n:05}") for n in range(19_950, 20_000)]
    assert client.get(f"/conversations/{LONG}/lines", params={"from": "x"}).status_code == 400
    assert client.get("/conversations/v1-none/lines").status_code == 404


def test_a_date_a_day_and_a_line(client: httpx.Client) -> None:
    path = f"/conversations/{HERE}/place"
    first = client.get(path, params={"date": "2016-02-21"}).json()["position"]
    text = client.get(f"/conversations/{HERE}", params={"date": "2016-02-21"}).text
    assert dict(lines(text))[first] == "t1-x01"
    assert client.get(path, params={"day": "next", "from": 1}).json()["position"] == first
    assert client.get(path, params={"day": "previous", "from": first}).json()["position"] == 1
    # in Manila it is the 21st already when in UTC it is the evening of the 20th
    assert client.get(path, params={"date": "2016-02-21", "z": "ph"}).json()["position"] == 1
    assert client.get(path, params={"date": "yesterday"}).status_code == 400
    assert 'data-line="2"' in client.get(f"/conversations/{HERE}", params={"line": 3}).text


def test_times_in_three_zones_and_without_one(client: httpx.Client) -> None:
    for zone, clock, day in (
        ("utc", "20:26:40", "Saturday 20 February 2016"),
        ("no", "21:26:40", "Saturday 20 February 2016"),
        ("ph", "04:26:40", "Sunday 21 February 2016"),
    ):
        text = client.get(f"/conversations/{HERE}", params={"z": zone}).text
        one = words(row(text, "t1-1:000"))
        assert (clock in one, day in one) == (True, True), zone
        wall = words(row(text, "t1-x08"))
        assert "20:27:30 ?" in wall and "wall clock, zone unknown" in wall
        assert "Date unknown 18:02 ?" in words(row(text, "t1-x09"))
    assert client.get(f"/conversations/{HERE}", params={"z": "mars"}).status_code == 400
    norwegian = client.get(f"/conversations/{HERE}", headers={"Accept-Language": "nb"}).text
    assert "Lørdag 20. februar 2016" in norwegian


def test_states_replies_calls_and_comings(client: httpx.Client) -> None:
    text = client.get(f"/conversations/{HERE}").text
    assert "recovered" in words(row(text, "t1-x03")) and "edited 20:28:30" in words(row(text, "t1-x02"))
    deleted = words(row(text, "t1-x04"))
    assert "deleted 20:28:00" in deleted and "Its text does not stand here." in deleted
    assert re.search(r'data-go-line="\d+"', row(text, "t1-x02")) and "kumusta" in row(text, "t1-x02")
    call = words(row(text, "t1-call:1"))
    assert "CALL" in call and "Video call, answered, 42 min 08 s" in call and "20:33:20 – 21:15:28" in call
    assert "kaissa_07 joined" in words(row(text, "t1-g:1"))
    assert "2×" in row(text, "t1-1:000") and "×" not in row(text, "t1-x01")
    assert "h" in row(text, "t1-x07") and "days later" in row(text, "t1-x07")


def test_names_do_not_hide_or_reorder(client: httpx.Client) -> None:
    text = client.get(f"/conversations/{HERE}").text
    assert "\u202e" not in text and "\u200b" not in text and "‹U+202E›" in row(text, "t1-x06")
    assert "&lt;b&gt;" in row(text, "t1-x06") and "<b>fet" not in text


def test_attachments_are_sealed(client: httpx.Client, workbench: Workbench) -> None:
    one = row(client.get(f"/conversations/{HERE}").text, "t1-x05")
    picture = workbench.built.digests["DCIM/DSC08112.jpg"]
    assert one.count('class="thumb"') == 3 and one.count("data-sealed") == 2
    assert f'data-sealed="/contents/{picture}"' in one
    assert "the same file by its hash" in one and "likely this file, by its name" in one
    assert "3 attachments, sealed" in one


def test_why_leads_to_papers_file_and_bytes(client: httpx.Client, workbench: Workbench) -> None:
    text = client.get(f"/conversations/{HERE}/why", params={"at": "t1-x10"}).text
    said = words(text)
    item = workbench.built.item("sjakk/åpninger.pgn")
    assert (
        "Search warrant 16-184031ENE" in said and "2016-0142-A1" in said and f'href="/items/{item}"' in text
    )
    assert "format built from documentation, not seen on real files" in said
    assert f'href="/items/{item}?offset=22#bytes"' in text  # the third line
    assert "31 2E 20 64 34 20 64 35" in text  # 1. d4 d5
    both = words(client.get(f"/conversations/{HERE}/why", params={"at": "t1-1:000"}).text)
    assert "2 copies, one decision holds for all" in both and "the network's own id" in both


def test_marks_notes_and_translations_name_all_copies(client: httpx.Client, workbench: Workbench) -> None:
    path, at = f"/conversations/{HERE}", "t1-1:002"
    for act, form in (
        ("mark", {"word": "important", "reason": "meeting place"}),
        ("note", {"text": "stasjonen på Dovre?"}),
        ("translation", {"text": "then we meet at seven", "language": "en", "translator": "N. Næss"}),
    ):
        answer = client.post(f"{path}/{act}", data=form | {"at": at, "z": "no"})
        assert answer.status_code == 200 and str(answer.url).endswith(f"{HERE}?at=t1-1%3A002&z=no")
    with workbench.built.ledger() as ledger:
        made = [
            one
            for one in ledger.entries()
            if one.kind in ("trace.marked", "note.written", "translation.written")
        ]
    assert [(one.actor, one.subjects) for one in made] == [("kåre", ("t1-1:002", "t1-2:002"))] * 3
    one = words(row(client.get(path).text, at))
    assert "important KÅ" in one and "1 note" in one and "then we meet at seven en, N. Næss" in one
    refused = client.post(f"{path}/mark", data={"at": at, "word": "x", "reason": " "})
    assert refused.status_code == 400
    outside = client.post(f"{path}/mark", data={"at": at}, headers={"Origin": "http://evil.example"})
    assert outside.status_code == 403


def test_a_correction_of_the_clock_stands_beside_the_day(client: httpx.Client, workbench: Workbench) -> None:
    with workbench.built.ledger() as ledger:
        entry = clocks.correct(ledger, "2016-0142-A1", -134, reason="photographed", actor="øystein")
    try:
        text = client.get(f"/conversations/{HERE}").text
        one = words(row(text, "t1-1:000"))
        assert "20:24:26" in one and "clock of 2016-0142-A1 corrected by -134 s, decided by øystein" in one
        assert "-134 s" in client.get(f"/conversations/{HERE}/why", params={"at": "t1-1:000"}).text
    finally:
        with workbench.built.ledger() as ledger:
            clocks.withdraw(ledger, entry.seq, reason="test over", actor="øystein")


def test_an_export_is_written_down_with_its_hash_before_it_is_given(
    client: httpx.Client, workbench: Workbench
) -> None:
    path = f"/conversations/{HERE}/export"
    assert "Lines from" in client.get(path).text
    before = workbench.entries()
    refused = client.post(path, data={"what": "all", "format": "csv", "reason": ""})
    assert refused.status_code == 400
    assert [verb for verb, _what in workbench.whats(before)] == []
    page = client.post(path, data={"what": "all", "format": "csv", "reason": "counsel", "z": "no"})
    digest = re.search(r'id="digest">([0-9a-f]{64})<', page.text)
    assert digest is not None
    disclosed = [what for verb, what in workbench.whats(before) if verb == "disclosure"]
    assert [(one["sha256"], one["selection"], one["zone"]) for one in disclosed if isinstance(one, dict)] == [
        (digest[1], "all", "Europe/Oslo")
    ]
    file = client.get(f"/exports/{digest[1]}/file")
    assert hashlib.sha256(file.content).hexdigest() == digest[1]
    rows = {one["trace_ids"]: one for one in csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))}
    picture = rows["t1-x10"]
    assert picture["item_sha256"] == workbench.built.digests["sjakk/åpninger.pgn"]
    assert (picture["facts_from_path"], picture["seen_on"]) == ("conversation sent", "documentation")
    assert rows["t1-x09"]["time_as_found"] == "18:02" and not rows["t1-x09"]["facts_from_path"]
    assert rows["t1-x06"]["text"].startswith("'=cmd") and "\u202e" not in file.text
    assert (rows["t1-x08"]["time_utc"], rows["t1-x08"]["zone"], rows["t1-x08"]["time_basis"]) == (
        "", "", "wall clock, zone unknown",
    )  # fmt: skip
    assert client.get(f"/exports/{'0' * 64}").status_code == 404


def test_a_pdf_holds_the_lines_their_sources_and_norwegian_letters(
    client: httpx.Client, workbench: Workbench
) -> None:
    page = client.post(
        f"/conversations/{HERE}/export",
        data={
            "what": "range",
            "first": "1",
            "last": "40",
            "format": "pdf",
            "reason": "møte på Ås",
            "z": "no",
        },
    )
    digest = re.search(r'id="digest">([0-9a-f]{64})<', page.text)
    assert digest is not None
    data = client.get(f"/exports/{digest[1]}/file").content
    assert data.startswith(b"%PDF-") and hashlib.sha256(data).hexdigest() == digest[1]
    with pdfium.PdfDocument(data) as document:
        text = "".join(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    flat = text.replace("\u200b", "")
    squeezed = "".join(flat.split())
    for one in ("Hei! Rekker vi et parti før snøen kommer?", "møte på Ås", "DARKROOM", NAME, "Search warrant 16-184031ENE",
                "‹U+1F600 GRINNING FACE›", "zone unknown", "recovered", "from the path: conversation sent"):  # fmt: skip
        assert "".join(one.split()) in squeezed, one
    assert workbench.built.digests["sjakk/åpninger.pgn"] in squeezed and "t1-x10" in squeezed


def test_search_inside_counts_and_marks_hits(client: httpx.Client, workbench: Workbench) -> None:
    text = client.get(f"/conversations/{HERE}", params={"q": "kumusta"}).text
    assert "<mark>kumusta</mark>" in text and 'data-hits="' in text
    assert "1 of 1 hit" in words(text)
    assert "no hit" in words(client.get(f"/conversations/{HERE}", params={"q": "lokomotiv"}).text)


def test_without_script_it_is_a_paged_list(client: httpx.Client) -> None:
    text = client.get(f"/conversations/{LONG}").text
    assert len(lines(text)) == 80 and "Next" in text
    found = re.search(r'class="pager nojs"><a class="l" href="([^"]+)">Next', text)
    assert found is not None
    after = lines(client.get(found[1].replace("&amp;", "&")).text)
    assert after[0][0] <= 80 < after[-1][0]


def test_there_is_no_such_conversation(client: httpx.Client) -> None:
    assert client.get("/conversations/v1-none").status_code == 404
    assert conversation_id("club", None, "direct:bø|åse") == HERE


def test_the_item_says_what_read_it(client: httpx.Client, workbench: Workbench) -> None:
    page = client.get(f"/items/{workbench.built.item('sjakk/åpninger.pgn')}").text
    panel = words(page.partition('id="parsers"')[2].partition("</section>")[0])
    for said in (
        "skype",
        "main.db",
        "format built from documentation",
        "columns that are not known: mood",
        "10 traces",
    ):
        assert said in panel, panel
