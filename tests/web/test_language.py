"""Pages in bokmål and nynorsk: who chooses the language, what is translated, and that evidence is not."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import httpx
import pytest

from tests.web.conftest import Workbench

#: Labels in the order of the page: navigation, title, figures; then the heads of the table.
LABELS = {
    "en": {
        "/": ["Overview", "Exhibits", "Items", "Conversations", "Search", "Timeline", "Accounts", "Persons",
              "Person register", "Complex", "Cases", "Authority", "Victims", "Handovers",
              "Failures", "Hits", "Overview", "Items", "Different contents",
              "Bytes together", "Exhibits", "Deleted or orphaned", "Failed", "In a hash set"],
        "/items": ["Overview", "Exhibits", "Items", "Conversations", "Search", "Timeline", "Accounts", "Persons",
                   "Person register", "Complex", "Cases", "Authority", "Victims", "Handovers",
                   "Failures", "Hits", "Items", "Type", "Path in source ↑",
                   "Exhibit", "Size", "Modified, UTC", "Copies", "State and findings"],
    },
    "nb": {
        "/": ["Oversikt", "Beslag", "Elementer", "Samtaler", "Søk", "Tidslinje", "Kontoer", "Personer",
              "Personregister", "Komplekset", "Saker", "Fullmakt", "Fornærmede", "Overleveringer",
              "Feil", "Treff", "Oversikt", "Elementer", "Ulike innhold",
              "Byte til sammen", "Beslag", "Slettet eller foreldreløs", "Feilet", "I et hashsett"],
        "/items": ["Oversikt", "Beslag", "Elementer", "Samtaler", "Søk", "Tidslinje", "Kontoer", "Personer",
                   "Personregister", "Komplekset", "Saker", "Fullmakt", "Fornærmede", "Overleveringer",
                   "Feil", "Treff", "Elementer", "Type", "Sti i kilden ↑",
                   "Beslag", "Størrelse", "Endret, UTC", "Kopier", "Tilstand og funn"],
    },
    "nn": {
        "/": ["Oversikt", "Beslag", "Element", "Samtalar", "Søk", "Tidslinje", "Kontoar", "Personar",
              "Personregister", "Komplekset", "Saker", "Fullmakt", "Fornærma", "Overleveringar",
              "Feil", "Treff", "Oversikt", "Element", "Ulike innhald",
              "Byte til saman", "Beslag", "Sletta eller foreldrelaus", "Feila", "I eit hashsett"],
        "/items": ["Oversikt", "Beslag", "Element", "Samtalar", "Søk", "Tidslinje", "Kontoar", "Personar",
                   "Personregister", "Komplekset", "Saker", "Fullmakt", "Fornærma", "Overleveringar",
                   "Feil", "Treff", "Element", "Type", "Sti i kjelda ↑", "Beslag",
                   "Storleik", "Endra, UTC", "Kopiar", "Tilstand og funn"],
    },
}  # fmt: skip


def labels(text: str, address: str) -> list[str]:
    """Navigation, title, and the labels of the figures or of the table's head."""
    navigation = re.findall(r'data-go="\w".*?<kbd>\w</kbd><span>(.*?)</span>', text)
    title = re.findall(r"<h1>(.*?)</h1>", text)
    own = r"<div><dt>(.*?)</dt>" if address == "/" else r"<th\b.*?>(.*?)</th>"
    return [
        unescape(re.sub(r"<.*?>", "", one)).strip() for one in [*navigation, *title, *re.findall(own, text)]
    ]


def language_of(text: str) -> str:
    found = re.search(r'<html lang="(\w+)"', text)
    return found[1] if found else ""


@pytest.mark.parametrize("address", ["/", "/items"])
@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("nb-NO,nb;q=0.9,en;q=0.8", "nb"),
        ("nn,nb;q=0.5", "nn"),
        ("no", "nb"),
        ("en-US,en;q=0.9", "en"),
        ("de,fr", "en"),
    ],
)
def test_at_first_the_browser_chooses(client: httpx.Client, address: str, accepted: str, chosen: str) -> None:
    answer = client.get(address, headers={"Accept-Language": accepted})
    assert language_of(answer.text) == chosen
    assert labels(answer.text, address) == LABELS[chosen][address]
    assert (
        f'hreflang="{chosen}" lang="{chosen}"'
        in answer.text.partition('aria-current="true">' + chosen + "</a>")[0]
    )
    assert answer.headers["vary"] == "HX-Request, Accept-Language, Cookie"


@pytest.mark.parametrize("chosen", ["nb", "nn", "en"])
def test_the_switch_leads_back_and_is_kept(client: httpx.Client, chosen: str) -> None:
    """A link of the page itself, without JavaScript; what it chooses outweighs what the browser asks for."""
    other = {"Accept-Language": "nn" if chosen == "nb" else "nb"}
    page = client.get("/items?type=picture", headers=other).text
    found = re.search(rf'<a href="([^"]+)" hreflang="{chosen}"', page)
    assert found is not None
    answer = client.get(unescape(found[1]), headers=other)
    assert (answer.url.path, answer.url.query) == ("/items", b"type=picture")
    for address in ("/items", "/"):
        text = client.get(address, headers=other).text
        assert (language_of(text), labels(text, address)) == (chosen, LABELS[chosen][address])


def test_an_unknown_language_is_english(client: httpx.Client) -> None:
    answer = client.get("/look", params={"language": "de", "back": "/"})
    assert (language_of(answer.text), "safelight-language" in client.cookies) == ("en", False)
    client.cookies.set("safelight-language", "../../nb", domain=client.base_url.host)
    text = client.get("/", headers={"Accept-Language": "nb"}).text
    assert (language_of(text), labels(text, "/")) == ("en", LABELS["en"]["/"])


def test_readers_at_the_same_time_keep_their_languages(client: httpx.Client) -> None:
    """The items page is sent in pieces, from several threads: the language holds to its last piece."""

    def read(code: str) -> tuple[str, list[str], bool]:
        text = client.get("/items", headers={"Accept-Language": code}).text
        facets = {"en": "Found as", "nb": "Funnet som", "nn": "Funne som"}
        return language_of(text), labels(text, "/items"), f"<h3>{facets[code]}</h3>" in text

    wishes = ["nb", "nn", "en", "nn"] * 3
    with ThreadPoolExecutor(4) as readers:
        assert list(readers.map(read, wishes)) == [(code, LABELS[code]["/items"], True) for code in wishes]


def test_numbers_follow_the_language(client: httpx.Client) -> None:
    read = {}
    for code in ("en", "nb", "nn"):
        text = client.get("/", headers={"Accept-Language": code}).text
        figures = re.search(r'<dl class="figs">(.*?)</dl>', text, re.DOTALL)
        assert figures is not None
        read[code] = re.findall(r"\d[\d.,]* (?:%|MB)", figures[1])
    assert len(read["en"]) == 2 and "." in "".join(read["en"])
    assert read["nb"] == read["nn"] == [one.replace(".", ",") for one in read["en"]]


def test_words_of_the_catalog_are_translated_and_evidence_is_not(
    workbench: Workbench, client: httpx.Client
) -> None:
    item = workbench.built.item("DCIM/DSC08112.jpg")
    plain = {"Accept-Language": "en"}
    english = client.get(f"/items/{item}", headers=plain).text
    norwegian = client.get(f"/items/{item}", headers={"Accept-Language": "nn"}).text
    evidence = [
        "DSC08112.jpg",
        "DCIM/DSC08112.jpg",
        "Not pertinent",
        "Unit set 4",
        "DSC-RX100M3",
        "Sony",
    ]
    assert [one for one in evidence if one not in english or one not in norwegian] == []
    pairs = [("Camera maker", "Kameramerke"), ("640 pixels", "640 pikslar"), ("allocated, file", "allokert, fil"),
             ("NOT CHECKED", "IKKJE KONTROLLERT"), ("6,336 bytes", "6\xa0336 byte"),
             ("bytes 0–6,335", "byte 0–6\xa0335")]  # fmt: skip
    assert [(en, nn) for en, nn in pairs if en not in english or en in norwegian or nn not in norwegian] == []


def test_fragments_and_errors_speak_it_too(workbench: Workbench, client: httpx.Client) -> None:
    wish = {"Accept-Language": "nb"}
    assert "<h2>Innlesing</h2>" in client.get("/intake", headers=wish | {"HX-Request": "true"}).text
    refused = client.get("/items?after=zzz", headers=wish | {"Accept": "application/json"})
    assert refused.json() == {
        "what": "Plassen i listen kan ikke leses.",
        "to": "/items",
        "next": "Gå tilbake til første side i listen.",
        "code": "E-REFUSED",
    }
    stranger = httpx.get(f"{workbench.url}/", headers=wish)
    assert (stranger.status_code, language_of(stranger.text)) == (401, "nb")
    assert "Du har ikke logget inn i denne arbeidsbenken." in stranger.text


def test_the_ledger_reads_the_same_in_every_language(workbench: Workbench, client: httpx.Client) -> None:
    digest = workbench.built.digests["DCIM/DSC08112.jpg"]
    written = []
    for code in ("en", "nb"):
        before = workbench.entries()
        wish = {"Accept-Language": code}
        assert client.get("/failures", headers=wish).status_code == 200
        assert client.post(f"/contents/{digest}/opened", headers=wish).status_code == 200
        with workbench.built.ledger() as ledger:
            written.append([(one.verb, ledger.payload(one.seq)) for one in ledger.entries(before)])
    for entries in written:
        for _verb, payload in entries:
            for changing in ("at", "at_us", "time_utc", "seconds"):
                (payload or {}).pop(changing, None)
    assert written[0] == written[1] and len(written[0]) == 2
