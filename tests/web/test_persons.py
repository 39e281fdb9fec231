"""The pages of registered persons: what is known with its basis, acts by form, the past for reading alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from safelight.casework import cases, joining
from safelight.casework import persons as persons_of
from safelight.ledger import rights
from safelight.ledger.ledger import Ledger
from safelight.ledger.records import Basis
from safelight.operation.settings import CaseSettings
from tests.access.acts import ASE
from tests.access.built import build
from tests.web.conftest import Workbench, serving
from tests.web.persons import TOG, persons

NOON = "2017-05-30T12:00:00Z"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv("SAFELIGHT_CLOCK", NOON)
    yield from serving(build(tmp_path, more=-1), "token-of-the-register")


@pytest.fixture
def client(bench: Workbench) -> Iterator[httpx.Client]:
    with bench.entered() as client:
        yield client


def words(answer: httpx.Response, section: str = "") -> str:
    """The page's main part, or one section of it, as one reads it."""
    assert answer.status_code == 200, answer.text
    main = answer.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    if section:
        main = main.partition(f'id="{section}"')[2].partition("</section>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def post(client: httpx.Client, address: str, **given: str) -> httpx.Response:
    answer = client.post(address, data=given)
    assert answer.status_code == 200, answer.text
    return answer


def test_a_person_is_registered_and_stated_by_form(client: httpx.Client, bench: Workbench) -> None:
    assert "No person is registered yet." in words(client.get("/persons"))
    post(client, "/persons", name="Åse Bjørnstad", category="suspect", source="report of 3 May", source_grade="A",
         content_grade="1")  # fmt: skip
    post(client, "/persons/P-001/state", field="address", value="Lyngheimvegen 114", municipality="1201",
         first="2013-08-01", reason="letter")  # fmt: skip
    before = bench.entries()
    said = words(post(client, "/persons/P-001/state", field="alias", value="Åsløkk", nature="assessment",
                      verified="no", source_grade="B", content_grade="2", reason="41 moves"))  # fmt: skip
    assert "Recorded as entry" in said and "Vest police district by the address in municipality 1201" in said
    known = words(client.get("/persons/P-001"), "known")
    for text in (
        "Name Åse Bjørnstad fact verification unknown A1", "Category suspect fact verification unknown A1",
        "Alias Åsløkk assessment not verified B2", "Address Lyngheimvegen 114, 1201 fact", "1 Aug 2013 –",
    ):  # fmt: skip
        assert text in known, (text, known)
    row = words(client.get("/persons"))
    assert "P-001 Åse Bjørnstad suspect Vest police district 0" in row
    assert [verb for verb, _what in bench.whats(before)][:2] == ["decision", "consultation"]


def test_an_operation_that_grades_5x5x5_asks_for_handling(client: httpx.Client, bench: Workbench) -> None:
    post(client, "/persons", name="Åse", reason="told", source_grade="B", content_grade="2")
    bench.built.folder.settings.write_text('[grading]\nscheme = "5x5x5"\n')
    page = client.get("/persons/P-001").text
    assert re.findall(r'<select class="ctl" name="(?:source|content)_grade".*?</select>', page) != []
    assert re.findall(r'name="scheme" value="([^"]*)"', page) == ["5x5x5"]
    assert '<option value="E" title="E untested source">E</option>' in page and "graded by 5x5x5" in page
    given = {
        "field": "alias",
        "value": "Løkk",
        "reason": "r",
        "scheme": "5x5x5",
        "source_grade": "E",
        "content_grade": "4",
    }
    refused = client.post("/persons/P-001/state", data=given)
    assert refused.status_code == 400 and "is no handling code of E4" in unescape(refused.text)
    known = words(post(client, "/persons/P-001/state", **given, handling="1"), "known")
    assert (
        "Name Åse fact verification unknown B2" in known
        and "Alias Løkk fact verification unknown E41" in known
    )


def test_what_is_refused_says_why(client: httpx.Client) -> None:
    post(client, "/persons", name="Åse", reason="told")
    for given, said in (
        ({"field": "address", "value": "x", "first": "2017-06-01", "reason": "r"}, "lies in the future"),
        ({"field": "district", "value": "Hordaland", "reason": "r"}, "ended on 2016-01-01"),
        ({"field": "born", "value": "1971"}, "needs what it rests on"),
        ({"field": "alias", "value": "x", "corrects": "1e3", "reason": "r"}, "is no number of an entry"),
        ({"field": "alias", "value": "x", "first": "soon", "reason": "r"}, "is no date"),
    ):
        answer = client.post("/persons/P-001/state", data=given)
        assert answer.status_code == 400 and said in answer.text, (given, answer.text)
    assert client.get("/persons/P-009").status_code == 404
    assert client.post("/persons/P-001/decide", data={"other": "P-001", "reason": "r"}).status_code == 400


def test_two_are_joined_shown_as_one_and_parted_again(client: httpx.Client) -> None:
    for name in ("Åse", "Å. B."):
        post(client, "/persons", name=name, reason="told")
    said = words(post(client, "/persons/P-002/decide", decision="same", other="P-001", reason="one hand"))
    assert "one with P-002" in said and "P-002 = P-001 one hand" in said
    assert "P-001 = P-002" in words(client.get("/persons"))
    keyed = re.findall(r'<(\w+)[^>]*data-key="([MS])"', client.get("/persons/P-001").text)
    assert keyed == [("summary", "S"), ("label", "M")]
    refused = client.post(
        "/persons/P-001/decide", data={"decision": "different", "other": "P-002", "reason": "r"}
    )
    assert refused.status_code == 400 and "are joined: entry" in refused.text
    page = client.get("/persons/P-001").text
    seq = page.partition('id="decisions"')[2].partition('name="seq" value="')[2].partition('"')[0]
    said = words(post(client, "/persons/P-001/undo", seq=seq, reason="two hands"))
    assert "one with" not in said and "taken back by" in words(client.get("/persons/P-002"), "history")


def test_the_past_is_for_reading(client: httpx.Client) -> None:
    post(client, "/persons", name="Åse", reason="told")
    then = client.get("/persons/P-001", params={"known": "2017-05-29"})
    assert "You read the past." in words(then)
    main = then.text.partition("<main")[2]
    assert 'method="post"' not in main and "Åse" not in words(then, "known")
    assert "No person had been registered then." in words(
        client.get("/persons", params={"known": "2017-05-29"})
    )
    assert "Åse" in words(client.get("/persons", params={"known": "2017-05-30"}))
    assert client.get("/persons", params={"known": "yesterday"}).status_code == 400


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "Vest politidistrikt etter adressen i kommune 1201"),
        ("nn", "Vest politidistrikt etter adressa i kommune 1201"),
    ],
)
def test_the_page_speaks_bokmal_and_nynorsk(client: httpx.Client, language: str, said: str) -> None:
    post(client, "/persons", name="Åse", category="suspect", source="melding")
    post(
        client,
        "/persons/P-001/state",
        field="address",
        value="Lyngheimvegen 114",
        municipality="1201",
        reason="brev",
    )
    answer = client.get("/persons/P-001", headers={"Accept-Language": language})
    assert said in words(answer) and "mistenkt" in words(answer)


def test_a_proposed_person_is_put_into_the_register_and_both_pages_link(tmp_path: Path) -> None:
    for bench in persons(tmp_path, "token-of-the-proposed"):
        with bench.entered() as client:
            assert "Put into the person register" in client.get("/identities/person", params={"of": ASE}).text
            said = words(
                post(client, "/persons/of-account", account=ASE, name="Åse", proposed="yes", reason="phone")
            )
            assert "2 accounts" in said and "assessment, not verified" in said
            page = client.get("/identities/person", params={"of": TOG}).text
            assert "In the person register:" in page and 'href="/persons/P-001"' in page
            assert '<svg class="chart"' in client.get("/persons/P-001").text


def test_long_lists_come_in_parts(client: httpx.Client, bench: Workbench) -> None:
    with Ledger.open(bench.built.folder) as ledger, ledger.writing() as act:
        made = [
            persons_of.add(act, actor="kari", basis=Basis(reason="r"), name=f"N{n}").name for n in range(203)
        ]
        joining.join(act, made[0], made[201], actor="kari", basis=Basis(reason="one"))
        for n in range(201):
            cases.open_case(
                act, actor="kari", basis=Basis(reason="r"), settings=CaseSettings(), number=f"S{n}"
            )
    page = client.get("/persons")
    assert "202 persons registered" in words(page) and "Rows 1–200 of 202" in words(page)
    assert "P-001 = P-202" in words(page) and 'id="previous"' not in page.text
    (onward,) = re.findall(r'id="next" href="([^"]*)"', page.text)
    assert onward == "/persons?first=200"
    last = client.get(onward)
    assert (
        re.findall(r'href="/persons/(P-\d+)"', last.text) == ["P-201", "P-203"]
        and 'id="next"' not in last.text
    )
    assert re.findall(r'id="previous" href="([^"]*)"', last.text) == ["/persons"]
    assert words(client.get("/persons?first=9999")) == words(last), "behind the end is the last part"
    assert words(client.get("/persons?first=-1")) == words(page) == words(client.get("/persons?first=٣"))
    assert "Rows 201–201 of 201" in words(client.get("/cases?first=200&known=2017-05-30"))
    shown = client.get("/cases?first=0&known=2017-05-30")
    assert re.findall(r'id="next" href="([^"]*)"', shown.text) == ["/cases?first=200&amp;known=2017-05-30"]


def test_children_to_whom_a_person_is_linked_stand_there_for_who_may_see_them(
    client: httpx.Client, bench: Workbench
) -> None:
    for name in ("Åse Bjørnstad", "Bø Berg"):
        post(client, "/persons", name=name, reason="told")
    for _child in range(3):
        post(client, "/victims", name="")
    for child, suspect in (("V-001", "P-001"), ("V-002", "P-001"), ("V-003", "P-002")):
        given = {"source": "chat log", "reason": "read"}
        post(client, f"/victims/{child}/state", field="suspect", value=suspect, **given)
    post(client, "/victims/V-002/state", field="contact", value="2017-05-29", source="log", reason="read")
    page = client.get("/persons/P-001")
    assert words(page, "children") == (
        "> Children to whom this person is linked 2 V-002 urgent Contact: 2017-05-29 unidentified V-001 unidentified"
    )
    assert "0 accounts · 0 cases · linked to 2 children" in words(page)
    assert "linked to 1 child" in words(client.get("/persons/P-002"))
    with Ledger.open(bench.built.folder) as ledger:
        rights.grant(ledger, "coordinator", rights.VICTIMS, reason="hers alone", actor="kåre")
    hidden = client.get("/persons/P-001").text
    assert "child" not in words(client.get("/persons/P-001"), "cases") and 'id="children"' not in hidden
    assert "V-002" not in hidden and "linked to" not in hidden
